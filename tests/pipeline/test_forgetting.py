import json
from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.core.events import silent
from acclimate.core.scores import Score
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.section import Evaluate
from acclimate.model.load import load
from acclimate.model.section import Model
from acclimate.pipeline.arms import arm_of
from acclimate.pipeline.forgetting import forgotten
from acclimate.pipeline.general import every_general_text, minimal_pairs
from tests.evaluate.arms import FakeArm, word_level
from tests.pipeline import tiny
from tests.tokenizers_made import byte_bpe

DOMAIN = [EvalText("r", "g", "the patient was seen")]


def half_and_quarter(tokenizer: object) -> dict[str, FakeArm]:
    """A base that gives every token 1/2, and an adapted model that gives it 1/4: twice the bits."""
    return {
        "before": FakeArm(tokenizer, causal=True),
        "after": FakeArm(tokenizer, lambda ids, position, target: 0.25, causal=True),
    }


def named(lines: list[Score], name: str) -> dict[str | None, Score]:
    return {line.slice: line for line in lines if line.name == name and line.when == "change"}


def test_a_file_with_languages_is_measured_by_language(tmp_path: Path) -> None:
    rows = [{"text": f"the dose {number}", "language": "en" if number % 2 else "de"} for number in range(50)]
    rows += [{"text": "病人", "language": "zh"}] * 3
    path = tiny.write_rows(tmp_path / "general.jsonl", rows)
    found = forgotten(
        half_and_quarter(byte_bpe()), DOMAIN, Evaluate(retention=str(path), resamples=200), "adapt", silent
    )
    lost = named(found.lines, "forgetting")
    assert set(lost) == {None, "language=de", "language=en"}, "three documents are no language of their own"
    assert {line.value for line in lost.values()} == {100.0}
    assert lost["language=en"].groups == 25
    assert named(found.lines, "bits_per_byte")["language=en"].data == "general"
    assert "English: +100 % (25 documents, 95 % interval" in found.sentence
    assert "de: +100 %" in found.sentence
    assert set(found.kept) == {"general"}


def test_a_sample_in_one_language_says_it_once() -> None:
    found = forgotten(half_and_quarter(byte_bpe()), DOMAIN, Evaluate(resamples=100), "adapt", silent)
    assert set(named(found.lines, "forgetting")) == {None, "language=en"}
    assert "English" not in found.sentence
    assert forgotten(half_and_quarter(byte_bpe()), DOMAIN, Evaluate(retention=None), "adapt", silent).lines == []


def pairs_in(folder: Path, rows: list[dict[str, str]]) -> str:
    folder.mkdir()
    (folder / "SOURCE.txt").write_text("where it comes from")
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return f"blimp:{folder}"


def test_minimal_pairs_in_a_folder(tmp_path: Path) -> None:
    """The adapted model prefers the bad word in every pair of 25 paradigms."""
    rows = [{"uid": f"p{number}", "good": "the cat sleeps", "bad": "the cat sleep"} for number in range(25)]
    retention = pairs_in(tmp_path / "pairs", rows)
    tokenizer = word_level("the cat sleeps sleep", bos=True)
    good, bad = tokenizer.convert_tokens_to_ids(["sleeps", "sleep"])
    arms = {
        when: FakeArm(
            tokenizer, lambda ids, position, target, liked=liked: 0.5 if target == liked else 0.25, causal=True
        )
        for when, liked in (("before", good), ("after", bad))
    }
    found = forgotten(arms, DOMAIN, Evaluate(retention=retention, resamples=100), "adapt", silent)
    assert {line.when: line.value for line in found.lines if line.name == "minimal_pairs"} == {
        "before": 1.0, "after": 0.0, "change": -1.0,
    }  # fmt: skip
    assert named(found.lines, "forgetting")[None].value == 100.0
    assert found.lines[0].resampled_by == "paradigm"
    assert "on 25 paradigms" in found.sentence
    assert len(every_general_text(retention)) == 25


@pytest.mark.parametrize(
    "row, says",
    [
        ({"uid": "p", "good": "a"}, "no column 'bad'"),
        ({"uid": "p", "good": "", "bad": "b"}, r"pairs\.jsonl:1"),
        ({}, r"pairs\.jsonl|no pairs"),
    ],
)
def test_pairs_that_are_none(row: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=says):
        minimal_pairs(pairs_in(tmp_path / "pairs", [row] if row else []))


def test_blimps_own_column_names(tmp_path: Path) -> None:
    rows = [{"UID": "p", "sentence_good": "a b", "sentence_bad": "b a"}]
    (pair,) = minimal_pairs(pairs_in(tmp_path / "pairs", rows))
    assert (pair.paradigm, pair.good, pair.bad) == ("p", "a b", "b a")


@pytest.mark.shared_data
def test_the_starter_knows_some_grammar(shared_data: Path) -> None:
    lm = load(Model(path="starter:decoder"), "causal")
    arm = arm_of(lm, None, 4096, [])
    settings = Evaluate(retention=f"blimp:{shared_data / 'blimp'}", retention_pairs=134, resamples=100)
    found = forgotten({"before": arm, "after": arm}, DOMAIN, settings, "adapt", silent)
    arm.close()
    assert found.lines[0].n == 134
    assert found.lines[0].groups == 67
    assert found.lines[0].value > 0.5
    assert "as often as the base" in found.sentence
