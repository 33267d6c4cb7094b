from collections.abc import Callable
from pathlib import Path
from typing import Any

from acclimate.core.artifact import write_text

Command = Callable[..., Any]


def test_the_sheet_is_named_last_and_read_back(acclimate: Command, recipe: str, tmp_path: Path) -> None:
    assert acclimate("run", recipe, f"output_dir={tmp_path / 'one'}", "train.max_steps=1").code == 0
    nothing = acclimate("review", str(tmp_path / "one"))
    assert nothing.code == 2
    assert "have answered nothing" in nothing.err
    lines = [
        f'{{"row_id": "{n}", "group": "{n}", "prompt": "p", "reference": "", "base": "b", "adapted": "a"}}'
        for n in range(3)
    ]
    write_text(tmp_path / "one" / "05-evaluate" / "answers_private.jsonl", "\n".join(lines))
    made = acclimate("review", str(tmp_path / "one"), "--rows", "2")
    assert made.code == 0
    assert made.out.startswith("2 comparisons; ")
    sheet = tmp_path / "one" / "review"
    assert made.out.rstrip().splitlines()[-1] == f"sheet: {sheet / 'review.html'}"
    filled = (sheet / "review.csv").read_text(encoding="utf-8-sig").replace(",,,\n", ",tie,,\n")
    write_text(tmp_path / "anna.csv", filled)
    read = acclimate("review", str(tmp_path / "one"), str(tmp_path / "anna.csv"))
    assert read.code == 0
    assert "The adapted model won 50.0\u00a0% of the comparisons" in read.out
    assert "Too few groups to say which model is preferred." in read.out
