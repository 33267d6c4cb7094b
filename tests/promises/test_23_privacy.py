"""Nobody's data is in what is meant to be shared: examples go to report_private.html and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from acclimate.core.proof import Example, Piece
from acclimate.model.load import load_tokenizer
from acclimate.model.section import Model, TrainTokenizer
from acclimate.report.write import write_card, write_reports
from tests.report.example import example_proof

PATIENT = "Ann Example, born 1931, ward 7"


def test_rows_of_the_data_stand_in_the_private_report_alone(tmp_path: Path) -> None:
    pieces = [Piece(f"{PATIENT} text"), Piece(f"{PATIENT} hidden", True, f"{PATIENT} base", f"{PATIENT} adapted")]
    proof = replace(example_proof(), examples=[Example(f"{PATIENT} row", pieces)])
    written = [*write_reports(proof, tmp_path), write_card(proof, tmp_path)]
    assert {path.name for path in written} == {path.name for path in tmp_path.iterdir()}
    holding = [path.name for path in written if PATIENT in path.read_text(encoding="utf-8")]
    assert holding == ["report_private.html"]


def test_the_private_report_says_so_first(tmp_path: Path) -> None:
    write_reports(example_proof(), tmp_path)
    page = (tmp_path / "report_private.html").read_text(encoding="utf-8")
    assert page.index("Private.") < page.index("<main>")


NAME = "Przybyszewska"
FROM_SCRATCH = Model(model_type="bert", train_tokenizer=TrainTokenizer(vocab_size=400))


def longest_part(patients: int) -> int:
    """Letters of the longest piece of the name in a tokenizer made from rows of which so many patients' hold it."""
    texts = [f"{NAME} was seen; {NAME} is well." for _ in range(patients * 5)] + ["He was seen and is well."] * 100
    groups = [*(number % patients for number in range(patients * 5)), *range(100, 200)]
    tokenizer = load_tokenizer(FROM_SCRATCH, texts, groups)
    pieces = tokenizer.tokenize(f"{NAME} and {NAME}")
    assert "".join(pieces) == f"{NAME}Ġand{'Ġ'}{NAME}"
    assert any(NAME in token for token in tokenizer.get_vocab()) is (max(map(len, pieces)) >= len(NAME))
    return max(len(piece.removeprefix("Ġ")) for piece in pieces if piece != "Ġand")


@pytest.mark.parametrize("patients, longest", [(9, 1), (10, len(NAME))])
def test_a_name_of_fewer_than_ten_patients_is_not_in_a_tokenizer_that_was_made(patients: int, longest: int) -> None:
    assert longest_part(patients) == longest


def test_without_groups_each_row_is_one() -> None:
    for rows, known in ((9, False), (10, True)):
        vocabulary = load_tokenizer(FROM_SCRATCH, [f"{NAME} {NAME}"] * rows).get_vocab()
        assert (NAME in vocabulary) is known
