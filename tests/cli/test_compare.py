from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]


def test_runs_are_made_compared_and_the_page_is_named_last(acclimate: Command, recipe: str, tmp_path: Path) -> None:
    for name, steps in (("one", 1), ("two", 2)):
        done = acclimate("run", recipe, f"output_dir={tmp_path / name}", f"train.max_steps={steps}")
        assert done.code == 0
    said = acclimate("compare", str(tmp_path / "one"), str(tmp_path / "two"))
    assert said.code == 0
    assert said.out.rstrip().splitlines()[-1] == f"comparison: {tmp_path / 'compare.html'}"
    assert (tmp_path / "compare.json").is_file()
    assert "two against one: bits per byte" in said.out
    table = [row for row in said.out.splitlines() if "Bits per byte, against one" in row]
    assert len(table) == 1
    wrong = acclimate("compare", str(tmp_path / "one"), str(tmp_path / "no"), "--to", str(tmp_path / "to"))
    assert wrong.code == 2
    assert "no such folder" in wrong.err
    assert "Traceback" not in wrong.err
    evaluated = acclimate("evaluate", str(tmp_path / "two" / "model"), recipe, "--to", str(tmp_path / "mine"))
    assert evaluated.code == 0
    assert evaluated.out.rstrip().splitlines()[-1] == f"report: {tmp_path / 'mine' / 'report.html'}"
    again = acclimate("evaluate", str(tmp_path / "one" / "model"), recipe, "--to", str(tmp_path / "mine"))
    assert again.code == 2
    assert "name another with --to" in again.err


def test_several_bases_end_with_the_comparison(acclimate: Command, encoder: Path, recipe: str, tmp_path: Path) -> None:
    (tmp_path / "same2").mkdir()
    for path in encoder.iterdir():
        (tmp_path / "same2" / path.name).symlink_to(path)
    said = acclimate("run", recipe, f"model.path=[{encoder},{tmp_path / 'same2'}]", "train.max_steps=1")
    assert said.code == 0
    assert said.out.rstrip().splitlines()[-1] == f"comparison: {tmp_path / 'out' / 'compare.html'}"
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"encoder", "same2"}
