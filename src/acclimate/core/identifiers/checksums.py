"""Numbers that carry a check: cards, IBANs, Chinese identity cards, US social security numbers."""

from __future__ import annotations

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_REMAINDERS = "10X98765432"
_PROVINCES = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
              61, 62, 63, 64, 65, 71, 81, 82, 83}  # fmt: skip
# Issuers' first digits with the lengths that they issue (ISO/IEC 7812).
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]|2[2-7])\d{14}"  # Mastercard
    r"|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"  # American Express, Diners
    r"|(?:6011|65\d\d|35\d\d)\d{12}"  # Discover, JCB
    r"|62\d{14,17}"  # UnionPay
)


def is_card(text: str) -> bool:
    """Say whether this is a payment card's number: an issuer's digits and length, and Luhn's check (ISO/IEC 7812-1).

    From the right, every second digit is doubled (and its digits added); the sum is divisible by 10.
    """
    digits = re.sub(r"[ -]", "", text)
    return bool(_ISSUERS.fullmatch(digits)) and luhn(digits)


def luhn(digits: str) -> bool:
    """Say whether the last of some digits is Luhn's check digit."""
    if not digits.isascii() or not digits.isdigit():
        return False
    reversed_digits = [int(one) for one in digits[::-1]]
    doubled = sum(sum(divmod(2 * one, 10)) for one in reversed_digits[1::2])
    return (sum(reversed_digits[::2]) + doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Say whether this is an IBAN (ISO 13616): with country and check moved to the end and A = 10, it leaves 1 mod 97."""
    plain = text.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", plain):
        return False
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def is_chinese_id(text: str) -> bool:
    """Say whether this is a resident identity number (GB 11643): province, date of birth, check digit mod 11."""
    plain = text.upper()
    if not re.fullmatch(r"\d{17}[\dX]", plain, re.ASCII) or int(plain[:2]) not in _PROVINCES:
        return False
    try:
        born = date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, plain, strict=False))
    return born.year >= 1850 and plain[17] == _REMAINDERS[total % 11]


def is_social_security(text: str) -> bool:
    """Say whether this can be a US social security or taxpayer number: no part of zeros, area not 666.

    Areas of 900 and above are taxpayer numbers (and what made-up records use).
    """
    found = re.fullmatch(r"(\d{3})-(\d{2})-(\d{4})", text, re.ASCII)
    return bool(found) and found[1] not in ("000", "666") and found[2] != "00" and found[3] != "0000"  # type: ignore[index]
