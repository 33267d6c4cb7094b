import numpy as np
import pytest

from acclimate.evaluate.look_alikes import FEWEST, Asked, ask, ranks
from acclimate.evaluate.rows import EvalText
from tests.evaluate.arms import FakeArm, spelling, text

POOL = {f"{number:04d}": f"h{number}" for number in range(40)}


def asked(value: str, group: str, others: list[str]) -> Asked:
    content = f"{group} {value} end"
    return Asked(text(content, group, group), 2, 2 + len(value), tuple(others))


def knows(value: str, *, causal: bool) -> FakeArm:
    """An arm that has learnt `value` after the first token, digit by digit: 0.9 for the right digit, else 0.1."""
    tokenizer = spelling()
    right = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(value))

    def probability(ids: list[int], position: int, target: int) -> float:
        place = position if causal else position - 1
        return 0.9 if 0 <= place < len(right) and right[place] == target else 0.1

    return FakeArm(tokenizer, probability, causal=causal)


@pytest.mark.parametrize("causal", [True, False])
def test_ranks_by_hand(causal: bool) -> None:
    arms = {"before": FakeArm(spelling(), causal=causal), "after": knows("4711", causal=causal)}
    others = ["4711", "0000", "4710", "1234"]
    found = ranks(arms, [asked("4711", "a", others[1:]), asked("0000", "b", ["4711", "1111", "4222"])])
    assert found["before"].numerator_G.tolist() == [0.5, 0.5], "who knows nothing is at chance"
    # a: the true value is first. b: 4711 (four digits right), 1111 (two), 4222 (one) are all likelier than 0000 (none).
    assert found["after"].numerator_G.tolist() == [0.0, 1.0]
    assert found["after"].groups == ("a", "b")
    assert found["after"].value == 0.5


def test_ties_count_half() -> None:
    found = ranks({"after": knows("4711", causal=False)}, [asked("4719", "a", ["4712", "4718", "4711", "0000"])])
    assert found["after"].numerator_G.tolist() == [(1 + 0.5 * 2) / 4]


def test_what_does_not_fit_is_left_out() -> None:
    arm = knows("4711", causal=False)
    arm.max_length = 16
    long = asked("1" * 30, "b", ["2" * 30])
    found = ranks({"after": arm}, [asked("4711", "a", ["0000"]), long])
    assert found["after"].groups == ("a",)


def test_one_value_a_group_and_never_a_shared_or_missing_one() -> None:
    texts = [
        EvalText("1", "a", "id 9001 x"),
        EvalText("2", "a", "id 9001 y"),
        EvalText("3", "b", "id 9002 x"),
        EvalText("4", "c", "id 9002 x"),
        EvalText("5", "d", "not there"),
        EvalText("6", "e", "nothing"),
    ]
    found = ask(texts, ["9001", "9001", "9002", "9002", "9005", None], POOL, 0)
    assert [(one.text.row_id, one.text.text[one.start : one.end]) for one in found] == [("1", "9001")]


def test_look_alikes_are_other_peoples_and_of_like_length() -> None:
    pool = {**POOL, "12": "x1", "123456789": "x2"}
    (found,) = ask([EvalText("1", "h7", "id 0007")], ["0007"], pool, 0)
    assert len(found.others) == 19
    assert "0007" not in found.others
    assert {len(one) for one in found.others} == {4}
    assert ask([EvalText("1", "h7", "id 0007")], ["0007"], pool, 0)[0].others == found.others
    few = dict(list(POOL.items())[: FEWEST - 1])
    assert ask([EvalText("1", "z", "id 9000")], ["9000"], few, 0) == []


def test_a_real_model_at_random_is_near_chance() -> None:
    from tests.evaluate.arms import TorchArm

    texts = [EvalText(f"{number}", f"g{number}", f"n {9973 * number % 10_000:04d}") for number in range(1, 25)]
    values = [one.text[2:] for one in texts]
    pool = {value: text_.group for value, text_ in zip(values, texts, strict=True)}
    for kind in ("bert", "gpt2"):
        found = ranks({"after": TorchArm(spelling(), kind)}, ask(texts, values, pool, 0))["after"]
        assert found.n == 24
        assert np.all((found.numerator_G >= 0) & (found.numerator_G <= 1))
        assert 0.25 < found.value < 0.75
