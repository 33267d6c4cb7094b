"""Names of persons in free text: where a title or a label says that one follows, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A name's words: José, O'Brien, Smith-Jones, initials, and the numbered ones of made-up records (Milo271).
_PART = r"(?:[A-Z][a-zà-ÿ'’]+(?:[-'’]?[A-Z][a-zà-ÿ]+)*\d{0,3}|[A-ZÀ-Þ][a-zà-ÿ]+\d{0,3})"
_LINK = r"(?:[Dd]e(?: la| los)?|[Vv]an(?: der| den)?|[Vv]on|[Dd]el|[Dd]i|[Bb]in|[Aa]l)"
_NAME = rf"(?:{_PART}|[A-Z]\.)(?:[ ](?:{_LINK}[ ])?(?:{_PART}|[A-Z]\.?(?![\w'])))" + "{0,3}"
_FULL = rf"{_PART}(?:[ ](?:{_LINK}[ ])?(?:{_PART}|[A-Z]\.?(?![\w'])))" + "{1,3}"
_CAPITALS = r"[A-Z]{2,}(?:[ ,]+[A-Z]{2,}){1,2}"
_LAST_FIRST = rf"{_PART},[ ]{_PART}(?:[ ][A-Z]\.?)?"

_TITLE = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Drs|Prof|Professor|Sir|Dame|Rev|Nurse|Sister)\b\.?"
_LABEL = (
    r"(?i:patient(?:'s)?(?:[ ]full)?[ ]name|full[ ]?name|first[ ]?name|last[ ]?name|maiden[ ]?name|surname|given[ ]name"
    r"|next[ ]of[ ]kin|emergency[ ]contact|attending(?:[ ]physician)?|physician|provider|referr(?:ed|ing)[ ]by|signed(?:[ ]by)?"
    r"|seen[ ]by|dictated[ ]by|account[ ]holder|card[ ]?holder|customer|client|employee|guardian|first|last|maiden)"
)
_ALONE = r"(?:[Nn]ame|NAME|[Pp]atient|PATIENT|Pt|Contact|CONTACT)"
_ENGLISH = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.]){_TITLE}[ ](?P<v>{_NAME})",
        rf"(?<!\w)(?:{_LABEL}|{_ALONE})[ ]?[:=][ \t]*(?:{_TITLE}[ ])?(?P<v>{_LAST_FIRST}|{_NAME}|{_CAPITALS})",
        r"(?<!\w)(?i:my name is|i am called|signed by|(?:patient|man|woman|boy|girl|client|customer) named|Dear)"
        rf"[ ](?:{_TITLE}[ ])?(?P<v>{_NAME})",
        rf"(?<!\w)(?P<v>{_FULL}),?[ ](?:M\.D\.|MD|RN|R\.N\.|D\.O\.|Ph\.?D\.?|FACS|MRCP|FRCP|Esq)(?!\w|[ ]\d{5})",
    )
)
# What follows a title or label and is nobody: Dear Doctor, Patient: The, Miss Universe.
_NOBODY = {
    "doctor", "sir", "madam", "patient", "the", "a", "an", "this", "he", "she", "no", "none", "unknown", "not", "yes",
    "male", "female", "what", "when", "if", "is", "are", "i", "we", "you", "your", "in", "on", "for", "pepper", "all",
    "care", "education", "information", "support", "name", "date", "see", "and", "or", "with", "has", "was", "history",
}  # fmt: skip

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑韩冯董萧曹袁邓许傅沈曾彭吕苏卢蒋蔡贾魏薛叶阎余潘杜戴夏钟汪"
    "田姜范谭廖邹熊陆郝孔崔邱秦江史顾侯邵孟龙万段钱汤尹黎易武乔贺赖龚庞樊兰殷施陶洪翟倪严牛温芦俞章鲁葛韦申"
    "尤毕聂焦柳邢岳齐梅庄辛涂祁耿牟卜詹饶欧冉翁季阮"
)
# Words of their own before a title (谢谢医生, 由于, 和医生): a surname only where a name clearly begins.
_RARE = "高谢唐程丁任姚金石康毛白常方雷于安向文成路管游单包时左裴纪祝莫关华喻骆"
_DOUBLE = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|长孙|夏侯"
_CHINESE_TITLE = "先生|女士|小姐|太太|医生|大夫|医师|主任|教授|护士|护士长|院长|老师|经理|阿姨|同志"
_FIRST = rf"(?:{_DOUBLE}|[{_SURNAMES}])"
_ANY_FIRST = rf"(?:{_DOUBLE}|[{_SURNAMES}{_RARE}])"
_BEGINS = r"(?:(?<![\u3400-\u9fff])|(?<=[我叫找由请见问是])|(?<=患者|病人|主治|经治|主管|联系|咨询))"
_HAN = r"[\u3400-\u9fff]"
_CHINESE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:姓名|名字)[ \u3000]*(?:[:：是为]|\s)[ \u3000]*(?P<v>{_ANY_FIRST}{_HAN}{{1,3}}?)"
        r"(?=[^\u3400-\u9fff]|$|性别|男|女|年龄|出生)",
        r"(?:患者|病人|联系人|家属|监护人|持卡人|客户|医师|医生|护士|签名)[ \u3000]*[:：][ \u3000]*"
        rf"(?P<v>{_ANY_FIRST}{_HAN}{{1,2}})(?!{_HAN})",
        rf"(?:我叫|我的名字[是叫]|名叫|本人)(?P<v>{_ANY_FIRST}{_HAN}{{1,2}})(?=[，。,.、；;！!\s]|$|今年)",
        rf"{_BEGINS}(?P<v>{_ANY_FIRST}{_HAN}{{0,2}})(?={_CHINESE_TITLE})",
        rf"(?:患者|病人|病员)(?P<v>{_FIRST}{_HAN}{{1,2}})(?=[，,（(][男女]|[，,]\s?\d)",
    )
)
_NOT_GIVEN = re.compile(
    "医|诊|病|院|科|主|护|生|的|是|在|到|去|看|问|叫|给|请|找|位|个|您|你|我|他|她|专家|老师|同学|家属|各|副|谢|好|感"
    "|某|任|么|那|这|该|于|先|和|与|及|吃|用|药"
)


def name_spans(text: str) -> Iterator[tuple[int, int]]:
    """Give where names of persons stand in a text; a title or label before them stays outside."""
    for pattern in _ENGLISH:
        for match in pattern.finditer(text):
            start, end = match.span("v")
            end -= 2 if text[start:end].endswith(("'s", "’s")) else 0
            first = re.match(r"\w+", text[start:end])
            if first is not None and first.group().lower() not in _NOBODY:
                yield start, end
    if not any("\u3400" <= character <= "\u9fff" for character in text):
        return
    for pattern in _CHINESE:
        for match in pattern.finditer(text):
            start, end = match.span("v")
            given = text[start + (2 if re.match(_DOUBLE, text[start:end]) else 1) : end]
            if not _NOT_GIVEN.search(given):
                yield start, end
