"""Which columns may say who somebody is: by their names (English, Chinese) and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from acclimate.core.identifiers.checksums import is_card, is_chinese_id, is_iban, is_social_security
from acclimate.core.identifiers.dates import is_date
from acclimate.core.identifiers.kinds import Kind

_MOST = 0.6
_FEWEST_VALUES = 3
_UNIQUE, _FEWEST_ROWS = 0.95, 20

_WHO = "first|last|middle|maiden|given|family|full|sur|fore|nick|user|patient|customer|client|member|contact|account"
# Read against the words of a name between underscores: PatientFirstName is _patient_first_name_.
_NAMED: tuple[tuple[str, Kind, str], ...] = (
    ("an e-mail address", "email", r"_e_?mails?_|_mail_|邮箱|邮件"),
    ("a network address", "network", r"_ip_|_ip_?addr(ess)?_|_mac_addr(ess)?_"),
    (
        "a person's name",
        "name",
        rf"_({_WHO})_?names?_|_(surname|forename|nickname|maiden|holder)_|^_(first|last|middle|prefix|suffix)_$"
        r"|姓名|名字|联系人|用户名",
    ),
    (
        "the number of a document",
        "national_id",
        r"_(ssn|sin|nino|passport|drivers?|social_security|national_id|tax_id|identity_card|id_card)_"
        r"|_(licen[cs]e|policy|insurance)_(no|nr|num|number|plate|id)_|证件|护照|身份证|驾照|医保号|社保|车牌",
    ),
    ("a record number", "record_number", r"_(mrn|nhs|medical_record)_|病历号|病案号|住院号|门诊号|就诊卡"),
    (
        "an account or a card",
        "account",
        r"_(iban|bic|cvv|cvc|pan)_|_(account|acct|card|credit_card)(_(no|nr|num|number|id))?_$|账号|帐号|账户|卡号|银行卡",
    ),
    (
        "a telephone number",
        "phone",
        r"_(tele)?phones?_|_(tel|mobile|cell|cellphone|fax)(_(no|nr|num|number))?_$|电话|手机|联系方式|微信",
    ),
    (
        "an address or a place",
        "address",
        r"_(address(es)?|addr|street|zip|zip_?code|post_?code|postal|postal_?code|lat|lon|lng|latitude|longitude"
        r"|birth_?place|place_of_birth|city|county)_|地址|住址|邮编|籍贯|出生地",
    ),
    (
        "a device, a login or a secret",
        "device",
        r"_(imei|imsi|vin|udi|login|password|passwd|secret|serial|serial_number|device_id)_|密码",
    ),
    ("a key", "key", r"_(id|ids|uid|uuid|guid|pk)_$|(编号|序号|学号|工号)_$"),
)
_BIRTH = re.compile(r"_(birth_?dates?|date_of_birth|dob|birth_?days?|born)_|出生日期|生日")
_PLACE_LIKE = re.compile(
    r"\d+[a-z]?,? (?:[\w.'’-]+ ){1,5}(?:street|st|road|rd|avenue|ave|lane|drive|way|blvd|strasse)\b.*", re.IGNORECASE
)
_PERSON_LIKE = re.compile(r"(?:(?:Mr|Mrs|Ms|Dr)\.? )?[^\W\d_][^\W\d_'’.-]*\d*(?: [^\W\d_][\w'’.-]*){1,3}")


def _form(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda value: compiled.fullmatch(value) is not None


# The third says whether a single value is enough to tell.
_LOOKS: tuple[tuple[str, Kind, bool, Callable[[str], bool]], ...] = (
    ("UUIDs", "key", True, _form(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")),
    ("e-mail addresses", "email", True, _form(r"[^\s@]+@[^\s@]+\.[a-z]{2,}")),
    ("social security numbers", "national_id", True, is_social_security),
    ("identity card numbers", "national_id", True, is_chinese_id),
    (
        "telephone numbers",
        "phone",
        False,
        _form(r"(?:\+|00)\d[\d ()./-]{7,16}|(?:1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|1[3-9]\d{9}|0\d{2,3}-\d{7,8}"),
    ),
    ("IBANs", "account", False, is_iban),
    ("card numbers", "account", False, is_card),
    ("network addresses", "network", False, _form(r"(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")),
    ("hashes", "key", True, _form(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{16,}")),
    ("addresses", "address", False, lambda value: _PLACE_LIKE.fullmatch(value) is not None),
)


@dataclass(frozen=True)
class Likely:
    """What a column probably holds; `why` in words. A `sure` one goes by its name or form, not by being unlike elsewhere."""

    kind: Kind
    why: str
    sure: bool = True


def words_of(name: str) -> str:
    """Give a column's name as lower-case words between underscores: `PatientID` is `_patient_id_`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    words = re.sub(r"[^0-9a-z\u3400-\u9fff]+", "_", parted.lower()).strip("_")
    return f"_{words}_"


def is_birth(name: str) -> bool:
    """Say whether a column is called like a date of birth."""
    return bool(_BIRTH.search(words_of(name)))


def identifies(name: str, values: Sequence[str], distinct: int, filled: int) -> Likely | None:
    """Give why a column may identify somebody, or None.

    Takes: `values`, some distinct values that stand in it; `distinct` and `filled`, how many values and rows there are.
    """
    words = words_of(name)
    if is_birth(name) and values and _share(is_date, values) >= _MOST:
        return Likely("birth_date", "a date of birth, by its name")
    for reason, kind, pattern in _NAMED:
        if re.search(pattern, words):
            return Likely(kind, f"{reason}, by its name")
    for reason, kind, one_tells, looks in _LOOKS:
        if (one_tells or len(values) >= _FEWEST_VALUES) and values and _share(looks, values) >= _MOST:
            return Likely(kind, f"it holds {reason}")
    if filled < _FEWEST_ROWS or distinct < _UNIQUE * filled:
        return None
    return _unlike(words, values)


def _unlike(words: str, values: Sequence[str]) -> Likely | None:
    """Say what a column may be that has another value in nearly every row."""
    if words == "_name_" or (_share(_PERSON_LIKE.fullmatch, values) >= _MOST and _short(values)):
        return Likely("name", "what looks like names, another in nearly every row", sure=words == "_name_")
    if all(" " not in value for value in values) and _share(_form(r"(?=.*\d)[\w./-]{4,}"), values) >= _MOST:
        decimals = _share(_form(r"-?\d*\.\d+"), values) >= _MOST
        return None if decimals else Likely("key", "another value in nearly every row", sure=False)
    return None


def _share(looks: Callable[[str], object], values: Sequence[str]) -> float:
    return sum(1 for value in values if looks(value)) / max(1, len(values))


def _short(values: Sequence[str]) -> bool:
    return max((len(value) for value in values), default=0) <= 40
