"""Names of persons in Chinese text: behind a label or a person's part (患者, 客户, 我妈妈), before a title (主任), or where a
sentence speaks of somebody (张伟，男，56岁). A name is a family name and one or two characters; where no mark ends it,
the characters are such as given names are made of, and what follows is none of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from acclimate.core.identifiers.common_names import CHINESE_DOUBLE, CHINESE_FAMILY, CHINESE_GIVEN, CHINESE_RARE

_HAN = r"[\u3400-\u9fff]"
_FIRST = rf"(?:{CHINESE_DOUBLE}|[{CHINESE_FAMILY}])"
_ANY_FIRST = rf"(?:{CHINESE_DOUBLE}|[{CHINESE_FAMILY}{CHINESE_RARE}])"
_GIVEN = rf"[{CHINESE_GIVEN}]"
_TITLE = "先生|女士|小姐|太太|医生|大夫|医师|主任|教授|护士|护士长|院长|老师|经理|阿姨|同志"
_KIN = (
    "妈妈|爸爸|母亲|父亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|儿子|女儿|妻子|丈夫|老公|老婆|爱人|哥哥|姐姐|弟弟|妹妹|孙子|孙女"
    "|婆婆|公公|岳父|岳母"
)
_PART = (
    "患者|病人|病员|患儿|产妇|孕妇|家属|客户|用户|储户|开户人|持卡人|收款人|付款人|收货人|收件人|寄件人|户名|投诉人|举报人|联系人|监护人|申请人|投保人|被保险人|受益人"
    "|主治医师|主治医生|主管医生|主管医师|经治医师|主任医师|医师|医生|大夫|护士|护士长|教授|同事|朋友|邻居|室友|同学"
    "|姓名|我叫|名叫|叫做|名字叫"
)
# What may follow a name without a mark between.
_BEHIND = (
    r"(?=[^\u3400-\u9fff]|$|因|于|自|在|主诉|诉|来|入院|就诊|就医|住院|出院|转院|既往|的|出现|今|已|曾|到|现|为|男|女|年龄|查"
    r"|申请|反映|表示|投诉|说|与|和|同|对|向|从|被|是|有|一直|昨|前|上|去|要求|签|接|负责|身份证|手机|电话|先生|女士|患|确诊"
    r"|术|服|口服|近|最近|本人|名下|告诉|您好|你好|主任|医生|护士|收|转|汇|欠|办|持)"
)
_ACTS = (
    r"(?=昨|今天|今早|今年|因|来电|来院|来诊|说|表示|反映|住院|入院|出院|申请|于\d|告诉|打电话|预约|同志"
    r"|的(?:病历|报告|手机|电话|身份证|账户|银行卡|检查|主管|家属|住址)|[，,](?:身份证|电话|手机|生于|出生|住))"
)
_SEX_OR_AGE = r"(?=[，,、 \u3000（(]{1,2}(?:男|女)性?[，,、。 \u3000）)]|[，,、 \u3000（(]{1,2}(?:现年)?\d{1,3}岁)"
# Before a title a name begins here; 和, 于, 谢 may be words of their own.
_BEGINS = rf"(?:(?<!{_HAN})|(?<=[我叫找由请见问是了过给跟让向对被])|(?<=患者|病人|主治|经治|主管|联系|咨询))"
_NAME = rf"(?P<v>{_ANY_FIRST}(?:{_GIVEN}{{2}}|{_GIVEN}))"
_COMMON = rf"(?P<v>{_ANY_FIRST}{_GIVEN}{{2}}|{_FIRST}{_GIVEN})"
_SURE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_PART}|{_KIN}){_NAME}{_BEHIND}",
        rf"人(?P<v>{_FIRST}{_GIVEN}{{2}}){_BEHIND}",
        rf"[我他她](?:{_KIN})(?P<v>{_ANY_FIRST}{_GIVEN}{{2}})",
        rf"(?<!{_HAN}){_NAME}{_SEX_OR_AGE}",
        rf"(?<!{_HAN}){_COMMON}{_ACTS}",
        rf"(?<=我是){_COMMON}(?=[，。,.！!；;\s]|$)",
        rf"{_BEGINS}{_NAME}(?={_TITLE})",
    )
)
_LOOSE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:姓名|名字)[ \u3000]*(?:[:：是为]|\s)[ \u3000]*(?P<v>{_ANY_FIRST}{_HAN}{{1,3}}?)"
        r"(?=[^\u3400-\u9fff]|$|性别|男|女|年龄|出生)",
        r"(?:患者|病人|联系人|家属|监护人|持卡人|开户人|收款人|付款人|收货人|收件人|寄件人|户名|申请人|投保人|受益人|经办人|客户|医师|医生|护士|签名)[ \u3000]*[:：][ \u3000]*"
        rf"(?P<v>{_ANY_FIRST}{_HAN}{{1,2}})(?!{_HAN})",
        rf"(?:我叫|我的名字[是叫]|名叫|本人)(?P<v>{_ANY_FIRST}{_HAN}{{1,2}})(?=[，。,.、；;！!\s]|$|今年)",
        rf"{_BEGINS}(?P<v>{_ANY_FIRST}{_HAN}{{0,2}})(?={_TITLE})",
        rf"(?:患者|病人|病员)(?P<v>{_FIRST}{_HAN}{{1,2}})(?=[，,（(][男女]|[，,]\s?\d)",
    )
)
_NOT_GIVEN = re.compile(
    "医|诊|病|院|科|主|护|生|的|是|在|到|去|看|问|叫|给|请|找|位|个|您|你|我|他|她|专家|老师|同学|家属|各|副|谢|好|感"
    "|某|任|么|那|这|该|于|先|和|与|及|吃|用|药|多|床|向|次|久|水|要"
)

# What looks like a name and is a word.
_WORDS = {
    "向",
    "常",
    "时",
    "祝健康",
    "祝安康",
    "祝福",
    "高兴",
    "安宁",
    "安康",
    "安静",
    "石英",
    "白天",
    "金银",
    "金钢",
    "金宝",
}


def chinese_spans(text: str) -> Iterator[tuple[int, int]]:
    """Give where names stand in Chinese text; a title or label stays outside. Spans may meet."""
    if not any("\u3400" <= character <= "\u9fff" for character in text):
        return
    for pattern in _SURE:
        for match in pattern.finditer(text):
            if match["v"] not in _WORDS:
                yield match.span("v")
    for pattern in _LOOSE:
        for match in pattern.finditer(text):
            start, end = match.span("v")
            if text[start:end] in _WORDS:
                continue
            given = text[start + (2 if re.match(CHINESE_DOUBLE, text[start:end]) else 1) : end]
            if not _NOT_GIVEN.search(given) or re.fullmatch(f"{_GIVEN}+", given):
                yield start, end
