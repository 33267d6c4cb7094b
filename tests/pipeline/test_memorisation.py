from pathlib import Path

import pytest

from acclimate.core.artifact import read_json
from acclimate.core.errors import UserError
from acclimate.pipeline.check import check
from acclimate.pipeline.run import run
from tests.pipeline import tiny

EVALUATE = {"retention": None, "resamples": 200, "passes": 2, "terms": None}


def with_numbers(place: Path) -> Path:
    """Texts, each with a number of its own that stands in it."""
    rows = []
    for count, row in enumerate(tiny.texts()):
        number = "".join("01234"[(37 * count + 200) // 5**power % 5] for power in range(6))
        rows.append({**row, "number": number, "text": f"{row['text']} {number}"})
    return tiny.write_rows(place / "rows.jsonl", rows)


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_training_groups_are_set_against_held_out_ones(kind: str, encoder: Path, decoder: Path, tmp_path: Path) -> None:
    model, objective = (encoder, "mlm") if kind == "encoder" else (decoder, "clm")
    evaluate = {**EVALUATE, "memorisation": ["number"]}
    data = tiny.recipe(model, with_numbers(tmp_path), tmp_path / "out", evaluate=evaluate, objective=objective)
    done = run(data)
    text, number = read_json(done.folder / "report.json")["memorised"]
    assert (text["what"], number["what"]) == ("text", "number")
    assert text["held_out"] == pytest.approx(
        next(one.value for one in done.scores if (one.when, one.name) == ("after", "bits_per_byte"))
    )
    assert text["difference"] == pytest.approx(
        (text["training"] - text["held_out"]) - (text["base_training"] - text["base_held_out"])
    )
    assert text["low"] <= text["difference"] <= text["high"]
    assert all(0 <= number[side] <= 1 for side in ("training", "held_out", "base_training", "base_held_out"))
    report = (done.folder / "report.html").read_text()
    assert "Privacy" in report
    assert text["sentence"].split(";")[0] in report


def test_it_is_off_unless_asked_for(encoder: Path, rows: Path, tmp_path: Path) -> None:
    done = run(tiny.recipe(encoder, rows, tmp_path / "out", evaluate=EVALUATE))
    assert read_json(done.folder / "report.json")["memorised"] == []


def test_a_column_that_is_not_there_is_found_before_training(encoder: Path, rows: Path, tmp_path: Path) -> None:
    data = tiny.recipe(encoder, rows, tmp_path / "out", evaluate={**EVALUATE, "memorisation": "sourc"})
    with pytest.raises(UserError, match=r"evaluate\.memorisation: no column 'sourc'; did you mean source"):
        check(data)
