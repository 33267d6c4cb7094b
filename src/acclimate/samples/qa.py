"""Made-up medical questions and answers in English and Chinese about diseases that do not exist.

Nobody can take harm from them, and no model knows them from elsewhere. What is true of a disease is the same in every row and for
every seed; a question is one of several ways to ask for it. So a question that is held out asks in new words for what other
rows tell: what can be learnt is the answers, not how to find them for diseases that no row names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from acclimate.samples.wording import say

_NAMES = (
    ("Kelmar fever", "凯玛热"), ("Dorvan syndrome", "多凡综合征"), ("Ostrel disease", "奥斯病"), ("Brenwick palsy", "布伦麻痹"),
    ("Tolvane anaemia", "托凡贫血"), ("Merrin cough", "梅林咳"), ("Quillon rash", "奎伦疹"), ("Harsk migraine", "哈斯头痛"),
    ("Lunt colic", "伦特绞痛"), ("Perrow ulcer", "佩罗溃疡"), ("Sandel gout", "桑德痛风"), ("Vark neuritis", "瓦克神经炎"),
)  # fmt: skip
_WAYS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "signs": (
            "What are the [signs|symptoms] of {name}?|How [do I|can one] [recognise|tell] {name}?|What does {name} look like?"
            "|Which [signs|symptoms] does {name} have?",
            "{name} shows itself by {signs}.",
        ),
        "cause": (
            "What causes {name}?|Where does {name} come from?|[How|Why] does one get {name}?|What is {name} caused by?",
            "{name} is caused by {cause}.",
        ),
        "treatment": (
            "How is {name} treated?|What [helps against|is done about] {name}?|What is the treatment of {name}?",
            "{name} is treated with {treatment}.",
        ),
        "diet": (
            "What should I eat with {name}?|Is there a diet for {name}?|What [may|should] one not eat with {name}?",
            "With {name}, eat {eat} and avoid {avoid}.",
        ),
    },
    "zh": {
        "signs": ("{name}[有哪些症状|的症状有哪些|有什么表现]?|[怎么|如何]知道是不是{name}?|得了{name}会怎样?", "{name}的症状是{signs}。"),
        "cause": ("{name}[是怎么引起的|的病因是什么|是怎么来的]?|为什么会得{name}?|什么会引起{name}?", "{name}由{cause}引起。"),
        "treatment": ("{name}[怎么治|如何治疗|用什么药]?|得了{name}怎么办?|治疗{name}用什么?", "{name}用{treatment}治疗。"),
        "diet": ("{name}[吃什么好|不能吃什么|的饮食要注意什么]?|得了{name}该怎么吃?|{name}病人吃什么?", "{name}病人宜吃{eat},忌吃{avoid}。"),
    },
}  # fmt: skip
_FACTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "sign": "fever|a dry cough|itching|stiff fingers|blurred sight|hiccups|cold feet|a blue tongue",
        "cause": "a virus in river water|too little sleep|mould in old houses|a bite of the sand fly|too much salt|an inborn defect",
        "treatment": "warm baths|rest and tea|a zinc ointment|two weeks of tablets|light in the morning|an operation",
        "food": "rice|fish|eggs|apples|beans|cheese|nuts|bread",
        "and": "{} and {}",
    },
    "zh": {
        "sign": "发热|干咳|发痒|手指僵硬|视力模糊|打嗝|脚冷|舌头发蓝",
        "cause": "河水里的病毒|睡眠不足|老房子的霉菌|沙蝇叮咬|吃盐太多|先天缺陷",
        "treatment": "热水浴|休息和喝茶|锌软膏|两周的药片|早晨照光|手术",
        "food": "米饭|鱼|鸡蛋|苹果|豆类|奶酪|坚果|面包",
        "and": "{}和{}",
    },
}


class Pair(NamedTuple):
    """A question, its answer, and the language of both ("en" or "zh")."""

    question: str
    answer: str
    language: str


def generate(questions: int, seed: int) -> list[Pair]:
    """Make up questions with answers, English and Chinese by turns.

    Takes: `questions`, 1 or more; `seed`, 0 or more. Gives: one after the other; question N is the same whatever their
    number. The same question may stand there twice, with the same answer.
    """
    return [_pair(number, np.random.Generator(np.random.PCG64([seed, number]))) for number in range(questions)]


def _pair(number: int, rng: np.random.Generator) -> Pair:
    language = ("en", "zh")[number % 2]
    disease = int(rng.integers(len(_NAMES)))
    ways = _WAYS[language]
    asked, answered = ways[list(ways)[int(rng.integers(len(ways)))]]
    facts = _facts(disease, language)
    return Pair(say(rng, f"[{asked}]", facts), answered.format_map(facts), language)


def _facts(disease: int, language: str) -> dict[str, str]:
    """Give what is true of a disease: in both languages the same, and for every seed."""
    rng = np.random.Generator(np.random.PCG64(disease))
    words = {name: some.split("|") for name, some in _FACTS[language].items()}
    both = words["and"][0]
    signs, foods = rng.permutation(len(words["sign"]))[:2], rng.permutation(len(words["food"]))[:2]
    return {
        "name": _NAMES[disease][language == "zh"],
        "signs": both.format(*(words["sign"][one] for one in signs)),
        "cause": words["cause"][int(rng.integers(len(words["cause"])))],
        "treatment": words["treatment"][int(rng.integers(len(words["treatment"])))],
        "eat": words["food"][foods[0]],
        "avoid": words["food"][foods[1]],
    }
