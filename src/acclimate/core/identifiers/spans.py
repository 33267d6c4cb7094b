"""Identifiers in free text, English and Chinese: what has a form of its own, and what a label announces.

Codes (ICD, ATC, LOINC, SNOMED, RxNorm), doses and dates of visits are none: numbers without a check or a telling form
count only behind a label such as `MRN:` or `病历号：`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from acclimate.core.identifiers.checksums import is_card, is_chinese_id, is_iban, is_social_security
from acclimate.core.identifiers.dates import DATE, date_spans
from acclimate.core.identifiers.kinds import KINDS, Kind, Span
from acclimate.core.identifiers.person_names import name_spans


@dataclass(frozen=True)
class _Form:
    """What stands in group `v` (else the whole match) is of this kind, if it passes the check.

    `sign`: a text without it (any case) is not searched.
    """

    kind: Kind
    pattern: re.Pattern[str]
    check: Callable[[str], bool] | None = None
    sign: re.Pattern[str] | None = None


_SIGNS = r"a-z0-9_\u00c0-\u024f"
"""What goes on a word or a number. Han characters do not: 请打13812345678找我."""


def _form(kind: Kind, pattern: str, check: Callable[[str], bool] | None = None, sign: str = "") -> _Form:
    flags = re.IGNORECASE
    for before, after in (
        (r"(?<![\w", rf"(?<![{_SIGNS}"),
        (r"(?![\w", rf"(?![{_SIGNS}"),
        (r"(?!\w)", rf"(?![{_SIGNS}])"),
    ):
        pattern = pattern.replace(before, after)
    return _Form(kind, re.compile(pattern, flags), check, re.compile(sign, flags) if sign else None)


_TO = r"(?:[ ]?(?:(?:no|nr|num|number|id)\b\.?|#))?\.?[ ]?(?:[:：=#]|is\b|was\b|为|是)*[ \t　]*"
_VALUE = r"(?P<v>(?=[A-Z-]{0,6}\d)[A-Z0-9][A-Z0-9-]{3,19})(?![\w-])"
_RECORD = (
    r"(?:\bMRN|\bmedical[ ]record|\brecord[ ](?:no|nr|number|id)|\bpatient[ _]?(?:id|no|number)|\bchart[ ](?:no|number)"
    r"|\bcase[ ](?:no|number|id)|\bhosp(?:ital)?\.?[ ](?:no|number|id)|\bencounter[ ](?:id|no|number)|\badmission[ ](?:id|no|number)"
    r"|\baccession[ ](?:no|number)|\bvisit[ ](?:id|no|number)|\bNHS|病历号|病案号|住院号|门诊号|就诊卡号|登记号|检查号|影像号)"
)
_DOCUMENT = (
    r"(?:\bSSN|\bsocial[ ]security|\bpassport|\bdriver'?s?(?:[ ]licen[cs]e)?|\blicen[cs]e[ ](?:no|number)|\bnational[ ]id"
    r"|\bpolicy[ ](?:no|number)|\binsurance[ ](?:no|number|id)|\bmember[ ]id|身份证号?码?|护照号?码?|医保卡?号|社保卡?号|证件号码?)"
)
_ACCOUNT = (
    r"(?:\b(?:bank[ ])?account[ ](?:no|nr|number|id)|\bacct\.?(?:[ ](?:no|number))?|\bcard[ ](?:no|number)|\brouting[ ]number"
    r"|\bsort[ ]code|银行账号|银行卡号?|账号|帐号|(?<!诊)卡号)"
)
_STREETS = (
    r"Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq|Terrace|Parkway|Pkwy|Highway"
    r"|Hwy|Crescent|Close|Row|Alley|Way"
)
_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}"
_PHONE_LABEL = r"(?:\b(?:tele)?phone|\btel|\bfax|\bmobile|\bcell|\bcall(?: us)?(?: at)?|电话|手机号?码?|联系方式|座机)"
_HAN = r"[\u3400-\u9fff]"
_BORN = r"(?:\bDOB|\bD\.O\.B\.?|\bdate[ ]of[ ]birth|\bbirth[ _]?date|\bbirthday|\bborn(?:[ ]on)?|出生日期|出生年月日?|出生于|生于|生日)"

_FORMS: tuple[_Form, ...] = (
    _form("email", r"(?:[^\W\u3400-\u9fff]|[.+-])+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", sign="@"),
    _form("key", r"(?<![\w-])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w-])", sign="-"),
    _form("national_id", r"(?<![\w-])\d{17}[\dX](?!\w)", is_chinese_id),
    _form("national_id", r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", is_social_security, sign="-"),
    _form("national_id", rf"{_DOCUMENT}{_TO}{_VALUE}"),
    _form("account", r"(?<![\w-])[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?(?!\w)", is_iban),
    _form("account", r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)", is_card),
    _form("account", rf"{_ACCOUNT}{_TO}(?P<v>\d[\d -]{{4,24}}\d)(?!\w)"),
    _form("record_number", rf"{_RECORD}{_TO}{_VALUE}"),
    _form("phone", rf"{_PHONE_LABEL}{_TO}(?P<v>\+?\(?\d[\d ()./-]{{5,17}}\d)(?!\w)", lambda value: _digits(value) in range(7, 16)),
    _form("phone", r"(?<![\w.+-])\+\d{1,3}[ .-]?(?:\(0?\d{1,4}\)|\d)[\d .-]{5,13}\d(?!\w)", lambda value: _digits(value) in range(8, 16), sign=r"\+\d"),
    _form("phone", r"(?<![\w.-])(?:1[ .-])?(?:\([2-9]\d{2}\)[ ]?|[2-9]\d{2}[-.])\d{3}[-. ]\d{4}(?![\w-]|\.\d)"),
    _form("phone", r"(?<![\w.-])(?:86[ -]?)?1[3-9]\d(?:\d{8}|[ -]\d{4}[ -]\d{4})(?![\d-]|\.\d|[a-z])"),
    _form("phone", r"(?<![\w.-])0(?:10|2\d|[3-9]\d\d)-\d{7,8}(?![\d-])"),
    _form("birth_date", rf"{_BORN}[ ]?(?:[:：=]|is\b|was\b|为|是)*[ \t　]*(?P<v>{DATE})"),
    _form("birth_date", rf"(?P<v>{DATE})(?=[ ]?(?:出生|生人|\(?DOB\b))"),
    _form(
        "address",
        rf"(?<![\w.,/-])\d{{1,6}}[A-Z]?[ ](?-i:(?:[NSEW]\.?[ ])?(?:(?:[A-Z][\w'’.-]*|\d{{1,3}}(?:st|nd|rd|th))[ ]){{1,4}}(?:{_STREETS}))\b\.?"
        r"(?:,?[ ](?:apt|unit|suite|ste|floor|fl|#)\.?[ ]?[\w-]+)?"
        rf"(?-i:(?:,[ ](?:[A-Z][a-z'’-]+[ ]?){{1,3}})?(?:,?[ ]?(?:[A-Z]{{2}}(?:[ ]\d{{5}}(?:-\d{{4}})?)?|{_POSTCODE})(?!\w))?)",
    ),
    _form("address", r"\bP\.?[ ]?O\.?[ ]Box[ ]\d+", sign="box"),
    _form("address", r"(?:\baddress|\bresid(?:es|ing|ent)[ ]at|\blives[ ]at)[ ]?[:：]?[ ](?P<v>\d[^\n;]{5,60}?)(?=[.;\n]|$)"),
    _form("address", rf"(?:家庭住址|现住址|住址|地址|家住|住在|居住于)[:：]?[ ]?(?P<v>[^，。,；;\s]{{0,24}}?(?:[省市区县镇乡村路街道巷弄]{_HAN}{{0,10}}?[\dA-Z-]{{1,6}}(?:号楼|号|栋|幢|单元|室|弄)[^，。,；;\s]{{0,12}}))"),
    _form("address", rf"{_HAN}{{2,8}}(?:省|市|区|县){_HAN}{{1,12}}(?:路|街|道|巷|弄|村|镇|乡)\d{{1,5}}(?:号|弄|栋|幢)[\dA-Z\u3400-\u9fff-]{{0,12}}"),
    _form("network", r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])", lambda value: not value.startswith(("0.", "1.", "2.", "3."))),
)  # fmt: skip


def find(text: str, kinds: Collection[Kind] = KINDS, also: Iterable[Span] = ()) -> list[Span]:
    """Give what identifies somebody in a text, in order and without overlap: of two that meet, the first kind's stays.

    Takes: `kinds` that are looked for. `date` stands for every full date that is no date of birth; leave it out where
    dates of visits may stay. `also`, what another finder found, the surest first: it joins where nothing is taken.
    """
    taken: list[Span] = []
    digits = any(character.isdigit() for character in text)
    for form in _FORMS:
        if form.kind not in kinds or (not digits and form.kind != "email"):
            continue
        if form.sign is None or form.sign.search(text):
            taken += _free(_of_form(form, text), taken)
    if "name" in kinds:
        taken += _free((Span("name", start, end) for start, end in name_spans(text)), taken)
    taken += _free(also, taken)
    if "date" in kinds and digits:
        taken += _free((Span("date", start, end) for start, end in date_spans(text)), taken)
    return sorted(taken, key=lambda span: span.start)


def _of_form(form: _Form, text: str) -> Iterable[Span]:
    group = "v" if "v" in form.pattern.groupindex else 0
    for match in form.pattern.finditer(text):
        start, end = match.span(group)
        if form.check is None or form.check(text[start:end]):
            yield Span(form.kind, start, end)


def _free(spans: Iterable[Span], taken: list[Span]) -> list[Span]:
    """Give those that meet nothing that is taken, nor each other."""
    free: list[Span] = []
    for span in spans:
        if all(span.end <= other.start or other.end <= span.start for other in (*taken, *free)):
            free.append(span)
    return free


def _digits(value: str) -> int:
    return sum(character.isdigit() for character in value)
