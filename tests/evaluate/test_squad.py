import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.evaluate.metrics.exact_match import ExactMatch
from acclimate.evaluate.metrics.token_f1 import TokenF1
from acclimate.evaluate.squad import squad_tokens
from tests.evaluate.answers_made import answers, values

words = st.lists(st.sampled_from(["the", "The", "an", "A", "cat", "cat's", "cats", "U.S.", "3,000", "-", "Ärzte", "x"]))
text = st.one_of(words.map(" ".join), st.text(string.printable, max_size=12))


def form(one: str) -> str:
    """The form that the evaluation of SQuAD gives an answer, said in other words."""
    bare = "".join(letter for letter in one.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def squad(gold: list[str], said: str) -> tuple[float, float]:
    """The two scores of one question."""
    right = [one for one in gold if form(one)] or [""]
    f1 = []
    for one in right:
        left, mine = form(one).split(), form(said).split()
        shared = sum(min(left.count(token), mine.count(token)) for token in set(left))
        if not left or not mine:
            f1.append(float(left == mine))
        elif not shared:
            f1.append(0.0)
        else:
            precision, recall = shared / len(mine), shared / len(left)
            f1.append(2 * precision * recall / (precision + recall))
    return max(float(form(one) == form(said)) for one in right), max(f1)


@given(st.lists(st.tuples(st.lists(text, max_size=3), text), min_size=1, max_size=5))
def test_scores_are_those_of_squads_evaluation(pairs: list[tuple[list[str], str]]) -> None:
    theirs = [squad(gold, said) for gold, said in pairs]
    made = answers(pairs)
    assert values(ExactMatch(), made)["exact_match"] == pytest.approx(sum(one for one, _ in theirs) / len(pairs))
    assert values(TokenF1(), made)["token_f1"] == pytest.approx(sum(one for _, one in theirs) / len(pairs))


@pytest.mark.parametrize(
    "one, tokens",
    [
        ("The U.S. army’s", ["us", "army’s"]),  # marks that are not ASCII stay, as they do there
        ("“高血压”（重度）。", ["高", "血", "压", "重", "度"]),
        ("用 CT 检查", ["用", "ct", "检", "查"]),
        ("โรค", ["โ", "ร", "ค"]),
    ],
)
def test_tokens_follow_the_script(one: str, tokens: list[str]) -> None:
    assert squad_tokens(one) == tokens
