"""Which columns may say who somebody is: by their names (English, Chinese) and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MOST = 0.6
_FEWEST_VALUES = 3
_UNIQUE, _FEWEST_ROWS = 0.95, 20

_WHO = "first|last|middle|maiden|given|family|full|sur|fore|nick|user|patient|customer|client|member|contact|account"
# Read against the words of a name between underscores: PatientFirstName is _patient_first_name_.
_NAMED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        ("an e-mail address", r"_e_?mails?_|_mail_|邮箱|邮件"),
        ("a network address", r"_ip_|_ip_?addr(ess)?_|_mac_addr(ess)?_"),
        (
            "a person's name",
            rf"_({_WHO})_?names?_|_(surname|forename|nickname|maiden|holder)_|^_(first|last|middle|prefix|suffix)_$"
            r"|姓名|名字|联系人|用户名",
        ),
        (
            "the number of a document",
            r"_(ssn|sin|nino|mrn|nhs|passport|drivers?|social_security|medical_record|national_id|tax_id|identity_card"
            r"|id_card)_|_(licen[cs]e|policy|insurance)_(no|nr|num|number|plate|id)_|证件|护照|身份证|驾照|医保号|社保"
            r"|病历号|病案号|住院号|门诊号|就诊卡|车牌",
        ),
        (
            "an account or a card",
            r"_(iban|bic|cvv|cvc|pan)_|_(account|acct|card|credit_card)(_(no|nr|num|number|id))?_$|账号|帐号|账户|卡号|银行卡",
        ),
        (
            "a telephone number",
            r"_(tele)?phones?_|_(tel|mobile|cell|cellphone|fax)(_(no|nr|num|number))?_$|电话|手机|联系方式|微信",
        ),
        (
            "an address or a place",
            r"_(address(es)?|addr|street|zip|zip_?code|post_?code|postal|postal_?code|lat|lon|lng|latitude|longitude"
            r"|birth_?place|place_of_birth|city|county)_|地址|住址|邮编|籍贯|出生地",
        ),
        (
            "a device, a login or a secret",
            r"_(imei|imsi|vin|udi|login|password|passwd|secret|serial|serial_number|device_id)_|密码",
        ),
        ("a key", r"_(id|ids|uid|uuid|guid|pk)_$|(编号|序号|学号|工号)_$"),
    )
)
_BIRTH = re.compile(r"_(birth_?dates?|date_of_birth|dob|birth_?days?|born)_|出生日期|生日")
# Of these a single value is enough to tell.
_TELLING = {"UUIDs", "e-mail addresses", "social security numbers", "identity card numbers", "hashes"}
_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern, re.IGNORECASE))
    for reason, pattern in (
        ("UUIDs", r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
        ("e-mail addresses", r"[^\s@]+@[^\s@]+\.[a-z]{2,}"),
        ("social security numbers", r"\d{3}-\d{2}-\d{4}"),
        ("identity card numbers", r"\d{17}[\dX]"),
        ("telephone numbers", r"(?:\+|00)\d[\d ()./-]{7,16}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|1[3-9]\d{9}"),
        ("IBANs", r"[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){3,7}(?: ?[A-Z\d]{1,3})?"),
        ("network addresses", r"(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"),
        ("hashes", r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{16,}"),
    )
)
_CARD = re.compile(r"(?:\d[ -]?){12,18}\d")
_PLACE_LIKE = re.compile(
    r"\d+[a-z]?,? (?:[\w.'’-]+ ){1,5}(?:street|st|road|rd|avenue|ave|lane|drive|way|blvd|strasse)\b.*", re.IGNORECASE
)
_PERSON_LIKE = re.compile(r"(?:(?:Mr|Mrs|Ms|Dr)\.? )?[^\W\d_][^\W\d_'’.-]*\d*(?: [^\W\d_][\w'’.-]*){1,3}")


def words_of(name: str) -> str:
    """Give a column's name as lower-case words between underscores: `PatientID` is `_patient_id_`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    words = re.sub(r"[^0-9a-z\u3400-\u9fff]+", "_", parted.lower()).strip("_")
    return f"_{words}_"


def is_birth(name: str) -> bool:
    """Say whether a column is called like a date of birth."""
    return bool(_BIRTH.search(words_of(name)))


def identifies(name: str, values: Sequence[str], distinct: int, filled: int) -> str | None:
    """Give why a column may identify somebody, or None.

    Takes: `values`, some distinct values that stand in it; `distinct` and `filled`, how many rows and values there are.
    """
    words = words_of(name)
    for reason, pattern in _NAMED:
        if pattern.search(words):
            return f"{reason}, by its name"
    looks = _looks_like(values)
    if looks:
        return f"it holds {looks}"
    if filled < _FEWEST_ROWS or distinct < _UNIQUE * filled:
        return None
    if words == "_name_" or (_share(_PERSON_LIKE, values) >= _MOST and _short(values)):
        return "what looks like names, another in nearly every row"
    if all(" " not in value for value in values) and _share(re.compile(r"(?=.*\d)[\w./-]{4,}"), values) >= _MOST:
        return None if _share(re.compile(r"-?\d*\.\d+"), values) >= _MOST else "another value in nearly every row"
    return None


def _looks_like(values: Sequence[str]) -> str | None:
    for reason, pattern in _LOOKS:
        if _share(pattern, values) >= _MOST and (reason in _TELLING or len(values) >= _FEWEST_VALUES):
            return reason
    if len(values) < _FEWEST_VALUES:
        return None
    cards = [value for value in values if _CARD.fullmatch(value) and _luhn(value)]
    if len(cards) >= _MOST * len(values):
        return "card numbers"
    return "addresses" if _share(_PLACE_LIKE, values) >= _MOST else None


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(1 for value in values if pattern.fullmatch(value)) / max(1, len(values))


def _short(values: Sequence[str]) -> bool:
    return max((len(value) for value in values), default=0) <= 40


def _luhn(text: str) -> bool:
    """The check digit of card numbers."""
    digits = [int(one) for one in text if one.isdigit()][::-1]
    return sum(digits[::2]) % 10 == -sum(sum(divmod(2 * one, 10)) for one in digits[1::2]) % 10
