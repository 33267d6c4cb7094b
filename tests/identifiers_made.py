"""Sentences with identifiers planted in them, English and Chinese: notes, letters, forms, chats, a bank's mail.

They were written in three lots. The patterns were made with the first in sight; what each later lot first found, before
anything was mended for it, stands in docs/log.md. Numbers are drawn, with their check digits computed here and not by the package.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_GIVEN = ("John", "Mary", "Robert", "Patricia", "Michael", "Jennifer", "David", "Linda", "James", "Elizabeth", "Susan",
          "Daniel", "Karen", "Thomas", "Sarah", "Kevin", "Emily", "Ahmed", "Fatima", "Carlos", "Maria", "Wei", "Priya")  # fmt: skip
_ANY_GIVEN = (*_GIVEN, "Siobhan", "Thorvald", "Oluwaseun", "Xochitl")
_LAST = ("Smith", "Johnson", "Garcia", "Nguyen", "Patel", "O'Brien", "Kowalczyk", "van Dyke", "Brown-Lewis", "Zhang",
         "Featherstone", "Abernathy", "Okonkwo", "Lindqvist", "Murphy", "Haddad")  # fmt: skip
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑韩冯许邓曹彭曾萧田董潘袁蔡蒋余杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦"
_CALLED = ("伟", "建国", "秀英", "丽", "志强", "小红", "敏", "静怡", "文博", "桂兰", "子涵", "明", "玉珍", "国庆", "雪梅", "浩然", "德华",
           "雨欣", "振东", "素芬", "婷婷", "海燕", "俊杰", "春生")  # fmt: skip
_STREETS = (
    "Oak",
    "Maple",
    "Washington",
    "Old Mill",
    "Martin Luther King",
    "Church",
    "Elm",
    "42nd",
    "Riverside",
    "High",
)
_ENDS = ("Street", "St.", "Avenue", "Road", "Lane", "Drive", "Blvd", "Court")
_TOWNS = ("Boston, MA 02115", "Springfield, IL 62704", "Leeds LS1 4AP", "Austin, TX", "")
_MONTHS = ("January", "March", "May", "August", "Oct", "Dec")


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(count))


def _day(draw: random.Random) -> tuple[int, int, int]:
    return draw.randint(1930, 2015), draw.randint(1, 12), draw.randint(1, 28)


def _born(draw: random.Random) -> str:
    year, month, day = _day(draw)
    forms = (f"{year}-{month:02d}-{day:02d}", f"{month}/{day}/{year}", f"{draw.choice(_MONTHS)} {day}, {year}",
             f"{day} {draw.choice(_MONTHS)} {year}", f"{day:02d}.{month:02d}.{year}")  # fmt: skip
    return draw.choice(forms)


def _chinese_born(draw: random.Random) -> str:
    year, month, day = _day(draw)
    return draw.choice((f"{year}年{month}月{day}日", f"{year}-{month:02d}-{day:02d}", f"{year}.{month}.{day}", f"{year}/{month}/{day}"))  # fmt: skip


def _luhn(front: str) -> str:
    doubled = [int(one) if place % 2 else sum(divmod(2 * int(one), 10)) for place, one in enumerate(reversed(front))]
    return front + str(-sum(doubled) % 10)


def _card(draw: random.Random) -> str:
    number = _luhn(draw.choice(("4", "51", "55", "62")).ljust(2, draw.choice("12345")) + _digits(draw, 13))
    return draw.choice((number, " ".join(re.findall("....", number)), "-".join(re.findall("....", number))))


def _iban(draw: random.Random) -> str:
    plain = _digits(draw, 18)
    check = 98 - int(plain + "131400") % 97  # DE is 1314
    number = f"DE{check:02d}{plain}"
    return draw.choice((number, " ".join(re.findall(".{1,4}", number))))


def _chinese_id(draw: random.Random) -> str:
    year, month, day = _day(draw)
    front = f"{draw.choice(('110105', '310104', '440106', '510107'))}{year}{month:02d}{day:02d}{_digits(draw, 3)}"
    total = sum(int(one) * (2 ** (17 - place) % 11) for place, one in enumerate(front))
    return front + "10X98765432"[total % 11]


def _phone(draw: random.Random) -> str:
    area, rest = draw.randint(201, 989), f"555{_digits(draw, 4)}"
    return draw.choice((f"({area}) {rest[:3]}-{rest[3:]}", f"{area}-{rest[:3]}-{rest[3:]}", f"{area}.{rest[:3]}.{rest[3:]}",
                        f"+1 {area} {rest[:3]} {rest[3:]}", f"+44 20 7946 0{_digits(draw, 3)}"))  # fmt: skip


def _chinese_phone(draw: random.Random) -> str:
    mobile = f"1{draw.choice('3456789')}{_digits(draw, 9)}"
    return draw.choice((mobile, f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}", f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}",
                        f"010-{draw.randint(2, 9)}{_digits(draw, 7)}"))  # fmt: skip


def _email(draw: random.Random) -> str:
    return f"{draw.choice(_GIVEN).lower()}{draw.choice(('.', '_', ''))}{_digits(draw, 2)}@{draw.choice(('mail.example.org', 'example.co.uk', 'qq.example.cn'))}"


def _address(draw: random.Random) -> str:
    town = draw.choice(_TOWNS)
    return f"{draw.randint(1, 9999)} {draw.choice(_STREETS)} {draw.choice(_ENDS)}" + (f", {town}" if town else "")


def _chinese_address(draw: random.Random) -> str:
    place = draw.choice(("北京市海淀区", "上海市浦东新区", "广东省深圳市南山区", "成都市武侯区", "杭州市"))
    road = draw.choice(("中关村大街", "学院路", "人民南路", "长江东路", "解放街"))
    return f"{place}{road}{draw.randint(1, 999)}号{draw.choice(('', f'{draw.randint(1, 20)}号楼{draw.randint(101, 999)}室', f'{draw.randint(1, 9)}栋'))}"


def _name(given: Sequence[str]) -> Callable[[random.Random], str]:
    def one(draw: random.Random) -> str:
        middle = f" {draw.choice('ABCDEFGHJKLMPRSTW')}." if draw.random() < 0.2 else ""
        return f"{draw.choice(given)}{middle} {draw.choice(_LAST)}"

    return one


_MADE: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "any": ("name", _name(_ANY_GIVEN)),
    "name": ("name", _name(_GIVEN)),
    "given": ("name", lambda draw: draw.choice(_GIVEN)),
    "last": ("name", lambda draw: draw.choice(_LAST)),
    "capitals": ("name", lambda draw: _name(_GIVEN)(draw).upper()),
    "lastfirst": ("name", lambda draw: f"{draw.choice(_LAST)}, {draw.choice(_GIVEN)}"),
    "姓名": ("name", lambda draw: draw.choice(_FAMILY) + draw.choice(_CALLED)),
    "姓": ("name", lambda draw: draw.choice(_FAMILY)),
    "born": ("birth_date", _born),
    "生日": ("birth_date", _chinese_born),
    "record": ("record_number", lambda draw: draw.choice((_digits(draw, 8), f"A{_digits(draw, 7)}", f"{_digits(draw, 3)}-{_digits(draw, 4)}"))),
    "病历": ("record_number", lambda draw: draw.choice((_digits(draw, 8), f"ZY{_digits(draw, 8)}", f"{draw.randint(2010, 2024)}{_digits(draw, 6)}"))),
    "ssn": ("national_id", lambda draw: f"{draw.randint(100, 665)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}"),
    "passport": ("national_id", lambda draw: f"{draw.choice('CEXP')}{_digits(draw, 8)}"),
    "身份证": ("national_id", _chinese_id),
    "card": ("account", _card),
    "iban": ("account", _iban),
    "account": ("account", lambda draw: draw.choice((_digits(draw, 10), f"{_digits(draw, 4)} {_digits(draw, 4)} {_digits(draw, 4)}", _digits(draw, 8)))),
    "phone": ("phone", _phone),
    "电话": ("phone", _chinese_phone),
    "email": ("email", _email),
    "address": ("address", _address),
    "住址": ("address", _chinese_address),
}  # fmt: skip

SENTENCES = (
    "Mr. {last} was seen in clinic this morning for follow-up of his hypertension.",
    "Patient {name} presented with chest pain.",
    "{name} is a 54-year-old with type 2 diabetes, on metformin 500 mg.",
    "I spoke with {name} and her husband {given} about the biopsy.",
    "Dictated by: {any}, MD",
    "Dear Mrs {last}, thank you for your letter of 3 March 2021.",
    "Patient: {lastfirst}; ward 7, bed 12.",
    "The claimant, {name}, called on Monday.",
    "Account holder {any} disputes the charge of 12.50 on 2023-04-01.",
    "PATIENT {capitals} ADMITTED 2020-01-05",
    "The pt's mother, {given}, reports that he sleeps badly.",
    "Nurse {last} gave the injection at 08:30.",
    "{name} (date of birth {born}) lives alone at {address}.",
    "She was born on {born} and moved here in 2011.",
    "DOB: {born}. MRN {record}.",
    "Please file this under medical record number {record}.",
    "Her hospital number is {record}, the visit was on 2020-05-01.",
    "SSN {ssn}, passport no. {passport}.",
    "The card {card} was charged twice; please refund to IBAN {iban}.",
    "Wire it to account number {account}.",
    "You can reach me at {phone} or {email}.",
    "Tel.: {phone}",
    "His address is {address}. He rents.",
    "He resides at {address}, and works nearby.",
    "患者{姓名}因反复咳嗽三天入院，体温38.5℃。",
    "{姓名}，男，56岁，退休工人，既往高血压病史10年。",
    "我妈妈{姓名}今年六十岁，血糖一直偏高。",
    "我叫{姓名}，想咨询一下高血压的用药。",
    "客户{姓名}来电投诉，要求退款。",
    "主治医师{姓名}查房后指示继续抗感染治疗。",
    "{姓名}先生您好，您的检查结果已出。",
    "联系人：{姓名}，电话{电话}。",
    "昨天挂了{姓}主任的号，开了阿司匹林。",
    "患者姓名：{姓名}　性别：女　出生日期：{生日}",
    "出生于{生日}，住院号：{病历}。",
    "病历号{病历}，身份证号码：{身份证}。",
    "家庭住址：{住址}，联系电话：{电话}",
    "我住在{住址}，手机号{电话}。",
    "请退到银行卡{card}，开户人{姓名}。",
    "账号：{account}，邮箱：{email}",
    "Thank you for referring Mrs {last}, whom I reviewed on 4 May 2022.",
    "Seen with Dr {any} on the ward round; plan unchanged.",
    "Informed consent was obtained from {name}.",
    "Son {given} is the main carer, daughter {given} lives abroad.",
    "{capitals} 54F c/o SOB and ankle swelling.",
    "Best wishes, {name}",
    "The loan of {name} and {name} falls due in June.",
    "From: {name} <{email}>",
    "Policyholder {any} reported the theft on Friday.",
    "Interviewer: And then? {name}: Then I fell asleep.",
    "Ms {last} (born {born}) has no allergies.",
    "D.O.B. {born}, weight 71 kg.",
    "Birth date: {born}",
    "Chart no. {record} was mislaid.",
    "MRN#{record} transferred to ICU",
    "Patient ID: {record}",
    "Social security number: {ssn}; driver's license {passport}.",
    "Paid by card ({card}) on 1 June.",
    "Send it to {iban} please, acct. no. {account}.",
    "Ring {phone} after six, or e-mail {email}.",
    "Fax: {phone}; mobile {phone}",
    "We moved to {address} last year.",
    "Deliver to: {address}",
    "病人{姓名}，女性，72岁，胸闷气短两周。",
    "{姓名}因腹痛来院急诊。",
    "家属{姓名}签字同意手术。",
    "由{姓名}医生主刀，{姓名}护士配合。",
    "我老公{姓名}昨晚发烧到39度。",
    "申请人：{姓名}，身份证：{身份证}",
    "你好，我是{姓名}，上周挂过{姓}医生的号。",
    "收货人{姓名}，手机{电话}，地址：{住址}。",
    "生于{生日}，门诊号：{病历}。",
    "生日是{生日}，就诊卡号{病历}",
    "出生年月：{生日}",
    "护照号{passport}，请核对。",
    "有事打{电话}找我，或发邮件到{email}。",
    "卡号{card}，账户余额不足。",
    "银行账号：{account}，户名{姓名}。",
    "现住{住址}。",
    "Discussed with Mr {last} and his daughter {given}; both agree to the procedure.",
    "{name} was transferred from the county hospital overnight.",
    "Consultant: Dr {any}",
    "Attn: {name}, claims department",
    "Yesterday {name} rang to ask about her tablets.",
    "Re: {name}, born {born}, {address}",
    "Name: {any}; sex: F; birthdate {born}",
    "Hosp no {record}, seen for review.",
    "The record (MRN {record}) belongs to Ms. {last}.",
    "Her SSN is {ssn}.",
    "Debit card {card} expired; new IBAN: {iban}",
    "Account no: {account}",
    "Text me on {phone}.",
    "Contact {email} for results.",
    "Home address: {address}",
    "Lives at {address} with two cats",
    "患者{姓名}于昨日行胃镜检查。",
    "{姓名}，女，48岁，因胸痛就诊。",
    "患者家属{姓名}表示理解。",
    "医生你好，我爸爸{姓名}血压180。",
    "请联系{姓名}女士。",
    "担保人{姓名}，证件号码{身份证}。",
    "姓名：{姓名}；出生日期：{生日}；病案号：{病历}",
    "他生于{生日}。",
    "本人手机{电话}，微信同号。",
    "办公电话：{电话}，邮箱{email}",
    "通讯地址：{住址}",
    "转账至{card}，谢谢。",
)


def planted(templates: Sequence[str], draw: random.Random) -> tuple[str, list[tuple[str, int, int]]]:
    """Give one of the sentences, filled, and what stands where in it: kind, start, end."""
    text, inside = "", []
    for piece in re.split(r"(\{\w+\})", draw.choice(templates)):
        if not piece.startswith("{"):
            text += piece
            continue
        kind, make = _MADE[piece[1:-1]]
        value = make(draw)
        inside.append((kind, len(text), len(text) + len(value)))
        text += value
    return text, inside
