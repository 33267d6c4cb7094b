"""What to do with a base for some data: the thresholds, why they are where they are, and what follows from them.

KNOWN, 10 %: a base knows a domain if it needs at most 10 % more bits per byte there than on general text. Gururangan et al.
2020 (arXiv 2004.10964, table 1) bracket it: RoBERTa's loss on news lay below that on its own training text, and adapting made
it no better; on biomedicine it lay 11 % above and adapting took a quarter off it. Only an interval that lies wholly above
counts (without an interval: the value). A text may also be hard because it holds numbers and names that nobody can guess;
bits per byte can't tell, so the next line counts too.

CUT, 25 %: a tokenizer does not fit a domain if it needs 25 % more tokens a word there than on general text: every fifth token
is then spent on spelling words. Again only an interval wholly above counts. Words in 3 pieces or more say which.

FEWEST_TOKENS, 10,000: less text is twenty windows of 512 tokens, a handful of updates, which moves a model little and is soon learnt by heart.

SOLVED, 0.90: TF-IDF or the nearest neighbour, with no model at all, predict the label with a balanced accuracy whose interval
lies above 0.90. What a better model could add is then less than what labels usually disagree by.

LEVEL, 0.02: two ways are level if one is at most 0.02 below the other. ABOVE_CHANCE, 0.10: a way that is asked (zero- or
few-shot) must end 0.10 above 1 / labels to be of use.

LARGE, 1 billion weights, and FAR, 30 %: a large decoder that is less than 30 % off takes facts better from its prompt than
from a small training (Ovadia et al. 2024, arXiv 2312.05934); further off it does not know the language either.

The order: labels that simple means predict need no model; labels that the model gives when asked need no training; what it
knows is left alone (with labels: fine-tuned on them); too little text is not adapted to; the rest is adapted first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from acclimate.core.scores import GroupSums
from acclimate.evaluate.change import Bootstrap, Change, own_interval
from acclimate.pipeline.advise.labels import NAMES
from acclimate.report.formats import count, number, percent

KNOWN, CUT, FAR = 0.10, 0.25, 0.30
FEWEST_TOKENS, LARGE = 10_000, 1_000_000_000
SOLVED, LEVEL, ABOVE_CHANCE = 0.90, 0.02, 0.10
_SIMPLE, _ASKED = ("tfidf_logistic", "nearest_neighbour"), ("zero_shot", "few_shot")

Choice = Literal["leave it", "prompt or retrieve", "fine-tune the task only", "adapt first"]
CHOICES: tuple[Choice, ...] = get_args(Choice)


@dataclass(frozen=True)
class Signs:
    """What was measured, as the decision needs it.

    `bits` and `cut`: domain / general - 1, of bits per byte and of tokens a word (None: not measured); `tokens` of training
    text; `weights` of the model; `labels`: balanced accuracies by name (empty: no labels), of `kinds` different labels. `task`:
    there are rows to learn one from, though nothing says how far it is solved.
    """

    causal: bool
    weights: int
    tokens: int
    bits: Change | None
    cut: Change | None
    labels: Mapping[str, GroupSums] = field(default_factory=dict)
    kinds: int = 0
    task: bool = False

    @property
    def learnable(self) -> bool:
        """Whether there is a task to fine-tune."""
        return bool(self.labels) or self.task


@dataclass(frozen=True)
class Recommendation:
    """What to do, and why, in sentences."""

    choice: Choice
    reasons: list[str]


def recommend(signs: Signs, bootstrap: Bootstrap) -> Recommendation:
    """Decide by the thresholds above."""
    reasons: list[str] = []
    if signs.labels:
        early = _by_labels(signs, bootstrap, reasons)
        if early is not None:
            return Recommendation(early, reasons)
    far = [*_beyond("bits per byte", signs.bits, KNOWN, reasons), *_beyond("tokens a word", signs.cut, CUT, reasons)]
    if not far:
        if signs.bits is None and signs.cut is None:
            reasons.append("Nothing shows that the model does not know this domain, but little could be measured.")
        return Recommendation("fine-tune the task only" if signs.learnable else "leave it", reasons)
    return Recommendation(_unknown(signs, reasons), reasons)


def _by_labels(signs: Signs, bootstrap: Bootstrap, reasons: list[str]) -> Choice | None:
    """Say what the labels alone decide, if they do; else why they don't."""
    best = max((name for name in _SIMPLE if name in signs.labels), key=lambda name: signs.labels[name].value)
    if _least(signs.labels[best], bootstrap) >= SOLVED:
        reasons.append(
            f"{NAMES[best]} predicts the label with a balanced accuracy of {number(signs.labels[best].value)} "
            f"(at least {number(SOLVED)}): no model is needed."
        )
        return "leave it"
    reach = max(one.value for name, one in signs.labels.items() if name not in _ASKED)
    for name in _ASKED:
        one = signs.labels.get(name)
        if one is None:
            continue
        useful = _least(one, bootstrap) >= 1 / signs.kinds + ABOVE_CHANCE
        if useful and one.value >= reach - LEVEL:
            reasons.append(
                f"Asked with a plain prompt ({NAMES[name].lower()}), the model reaches {number(one.value)}; what learns from "
                f"labels reaches {number(reach)}."
            )
            return "prompt or retrieve"
    reasons.append(
        f"Simple means reach a balanced accuracy of {number(signs.labels[best].value)}: there is room above."
    )
    features = signs.labels.get("frozen_features")
    if features is not None and features.value < signs.labels[best].value - LEVEL:
        reasons.append(
            f"The frozen model's features reach {number(features.value)}, less than {NAMES[best]} on the bare words: as it "
            "is, the model misses words that matter."
        )
    return None


def _unknown(signs: Signs, reasons: list[str]) -> Choice:
    """Say what to do with a domain that the model does not know."""
    rest: Choice = (
        "fine-tune the task only" if signs.learnable else "prompt or retrieve" if signs.causal else "leave it"
    )
    if signs.tokens < FEWEST_TOKENS:
        reasons.append(
            f"There are {count(signs.tokens)} tokens to learn from, fewer than {count(FEWEST_TOKENS)}: too few to adapt to. "
            "Collect more text."
        )
        return rest
    mild = signs.bits is not None and signs.bits.value < FAR
    if signs.causal and signs.weights >= LARGE and mild and not signs.learnable:
        reasons.append(
            f"It is a large decoder ({count(signs.weights)} weights) and less than {percent(FAR, whole=True)} off: try the "
            "domain's texts in its prompt first."
        )
        return "prompt or retrieve"
    reasons.append(f"There are {count(signs.tokens)} tokens of training text to adapt to.")
    return "adapt first"


def _beyond(what: str, found: Change | None, limit: float, reasons: list[str]) -> Iterator[str]:
    """Give `what` if it lies beyond its limit; write down the reason either way."""
    if found is None:
        return
    interval = "" if found.low is None or found.high is None else f" ({_signed(found.low)} to {_signed(found.high)})"
    more = f"{percent(abs(found.value))} {'more' if found.value >= 0 else 'fewer'}"
    says = f"The domain takes {more} {what} than general text{interval}"
    least = found.value if found.low is None else found.low
    allowed = f"{percent(limit, whole=True)} more"
    if least > limit:
        reasons.append(f"{says}: over {allowed}, the model does not know it well.")
        yield what
    elif found.value > limit:
        reasons.append(f"{says}: not shown to be over {allowed}; measure more rows to know.")
    else:
        reasons.append(f"{says}: no more than {allowed}.")


def _signed(share: float) -> str:
    return percent(share, signed=True)


def _least(one: GroupSums, bootstrap: Bootstrap) -> float:
    low = own_interval(one, bootstrap).low
    return one.value if low is None else low
