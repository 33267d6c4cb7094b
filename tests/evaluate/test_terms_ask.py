import numpy as np
import pytest

from acclimate.evaluate.terms import Finder, Occurrence, Term, choose_occurrences, words_of
from acclimate.evaluate.terms_ask import Shared, answer, as_written, candidates, questions, shared
from acclimate.evaluate.windows import cut
from tests.evaluate.arms import FakeArm, TorchArm, spelling, text, word_level, word_piece
from tests.tokenizers_made import byte_bpe

TERMS = [Term(name, words_of(name), "k") for name in ("stent", "iron", "heart failure", "ulcer")]
TERMS.append(Term("other", ("other",), "o"))
ROWS = [text("We saw a stent today", "a", "x"), text("Heart failure and an ulcer came", "b", "y")]


def silent(done: int) -> None:
    return None


def asked_of(arms: list, rows: list = ROWS, most: int = 9) -> tuple:
    windows = cut(rows, arms, 0.0)
    chosen = choose_occurrences(rows, windows, Finder(TERMS), 0, 9, causal=arms[0].causal)
    return chosen, questions(TERMS, chosen, windows, arms, most, 0)


def said(asked: list) -> list[tuple[int, str, str]]:
    return [(one.of, one.window.text[one.start : one.end].strip(), one.window.text) for one in asked]


def test_a_candidate_takes_the_terms_place() -> None:
    _chosen, asked = asked_of([FakeArm(spelling())])
    assert [one.of for one in asked] == [0] * 4 + [1] * 4 + [2] * 4
    first = said(asked)[:4]
    assert first[0] == (0, "stent", "We saw a stent today")
    assert {text for _, _, text in first[1:]} == {
        f"We saw a {name} today" for name in ("iron", "heart failure", "ulcer")
    }
    assert said(asked)[4][1] == "Heart failure"
    assert {one for _, one, _ in said(asked)[5:8]} == {"Stent", "Iron", "Ulcer"}, "at the head of the sentence"


def test_a_causal_model_sees_what_stands_before() -> None:
    _, asked = asked_of([FakeArm(spelling(), causal=True)])
    assert {text for _, _, text in said(asked)[:4]} == {
        f"We saw a {name}" for name in ("stent", "iron", "heart failure", "ulcer")
    }
    assert said(asked)[4][2] == "Heart failure and an ulcer", "nothing stands before the first words"


def test_candidates_are_of_the_kind_bounded_and_the_same_for_a_seed() -> None:
    one = Occurrence(0, 0, 0, 1, "g", 0, 77)
    assert candidates(TERMS, one, 3, 0)[0] == 0
    assert len(candidates(TERMS, one, 3, 0)) == 3
    assert sorted(candidates(TERMS, one, 9, 0)) == [0, 1, 2, 3]
    assert candidates(TERMS, one, 3, 5) == candidates(TERMS, one, 3, 5)
    drawn = {tuple(sorted(candidates(TERMS, one, 2, seed))) for seed in range(40)}
    assert drawn == {(0, 1), (0, 2), (0, 3)}
    assert candidates(TERMS, Occurrence(4, 0, 0, 1, "g", 0, 7), 9, 0) == [4]


def test_as_written() -> None:
    assert [as_written("iron", "Stent"), as_written("iron", "stent"), as_written("MRI", "stent")] == [
        "Iron",
        "iron",
        "MRI",
    ]


def test_ranks_and_bits_by_hand() -> None:
    tokenizer = word_level("We saw a stent today iron ulcer heart failure")
    ids = {name: tokenizer.convert_tokens_to_ids(name) for name in ("stent", "iron", "ulcer")}
    chances = {ids["stent"]: 0.25, ids["iron"]: 0.5, ids["ulcer"]: 0.25}
    arm = FakeArm(tokenizer, lambda _, __, target: chances.get(target, 0.125))
    _, asked = asked_of([arm], ROWS[:1])
    result = answer(arm, 0, asked, silent)
    assert result.bits_O.tolist() == [2.0]
    assert result.rank_O.tolist() == [3], "iron is better, and an equal one counts against the term"


def test_what_is_no_number_is_ranked_last() -> None:
    arm = FakeArm(spelling(), lambda _, __, ___: float("nan"))
    _, asked = asked_of([arm])
    assert answer(arm, 0, asked, silent).rank_O.tolist() == [4, 4, 4]


@pytest.mark.parametrize("kind", ["bert", "gpt2"])
def test_sharing_changes_no_number(kind: str) -> None:
    arm = TorchArm(byte_bpe() if kind == "gpt2" else spelling(), kind, 128)
    _, asked = asked_of([arm])
    alone, together = answer(arm, 0, asked, silent), answer(Shared(arm, 128), 0, asked, silent)
    assert together.bits_O == pytest.approx(alone.bits_O, rel=1e-5)  # float32, other shapes
    assert together.rank_O.tolist() == alone.rank_O.tolist()


def test_equal_documents_run_once() -> None:
    arm = FakeArm(word_level("a stent iron"), lambda _, __, target: 1 / (2 + target), causal=True)
    documents = [np.array([3, 4]), np.array([3, 5]), np.array([4, 4])]
    answers = Shared(arm, 9).score(documents, [np.array([0])] * 3, [np.array([4]), np.array([5]), np.array([4])])
    assert [one[0] for one in arm.asked] == [[3], [4]]
    assert [np.exp(one.log_probability_N[0]) for one in answers] == pytest.approx([1 / 6, 1 / 7, 1 / 6])


def test_what_no_arm_has_a_token_for_or_cant_read_whole_is_left_out() -> None:
    short = FakeArm(spelling(), max_length=20)
    windows = cut(ROWS[:1], [short], 0.0)
    chosen = choose_occurrences(ROWS[:1], windows, Finder(TERMS), 0, 9, causal=False)
    asked = questions(TERMS, chosen, windows, [short], 9, 0)
    assert {one for _, one, _ in said(asked)} == {"stent", "iron", "ulcer"}, "heart failure is too long"


def test_room_is_kept_for_longer_candidates() -> None:
    arms = shared(
        {"before": FakeArm(spelling(), max_length=99), "after": FakeArm(word_piece("a"), max_length=10)}, TERMS
    )
    longest = len("heart failure".replace(" ", ""))
    assert [arm.max_length for arm in arms.values()] == [64 - longest - 2, 5]
