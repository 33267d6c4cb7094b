"""Rows of an earlier run: of which role, phase and columns, and what is said where there are none."""

from pathlib import Path

import pyarrow as pa
import pytest

from acclimate.core.artifact import folder, write_json
from acclimate.core.errors import UserError
from acclimate.sources.run import Run

ROWS = {"row_id": ["a:1", "a:2", "a:3"], "text": ["x", "y", "z"], "label": ["p", "n", "p"],
        "_role": ["train", "train", "test"], "_group": ["a:1", "a:2", "a:3"]}  # fmt: skip


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    for name in ("02-adapt-prepare", "06-task-prepare"):
        with folder(tmp_path / name, made_from="x") as new:
            rows = pa.table({**ROWS, "text": [f"{name[3:7]} {text}" for text in ROWS["text"]]})
            with pa.OSFile(str(new / "rows.arrow"), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
                writer.write_table(rows)
    write_json(tmp_path / "leaks.json", {"rows": {"adapt": [], "task": [{"row": "a:2"}]}})
    return tmp_path


def test_the_last_phases_training_rows_without_what_it_took_out(earlier: Path) -> None:
    rows, counts = Run(path=str(earlier)).read("here")
    counts.check("run")
    assert rows.to_pydict() == {"row_id": ["a:1"], "text": ["task x"], "label": ["p"]}
    assert counts.removed == {"of another role": 1, "overlapped held-out text in its run": 1}


def test_another_phase_role_and_columns(earlier: Path) -> None:
    assert Run(path=str(earlier), phase="adapt").read("here")[0].column("text").to_pylist() == ["adap x", "adap y"]
    rows, _ = Run(path=str(earlier), role="test", columns=("label",)).read("here")
    assert rows.to_pydict() == {"row_id": ["a:3"], "label": ["p"]}


def test_other_rows_have_another_fingerprint(earlier: Path) -> None:
    before = Run(path=str(earlier)).inputs("here")
    write_json(earlier / "leaks.json", {"rows": {}})
    assert Run(path=str(earlier)).inputs("here") != before


@pytest.mark.parametrize(
    "options, says",
    [
        ({"phase": "tsk"}, "no phase 'tsk'.*did you mean task"),
        ({"role": "validation"}, "no validation rows"),
        ({"columns": ("lable",)}, "no column 'lable'.*did you mean label"),
    ],
)
def test_what_is_not_there_is_said(options: dict[str, object], says: str, earlier: Path) -> None:
    with pytest.raises(UserError, match=says):
        Run(path=str(earlier), **options).read("here")


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no rows of a run"):
        Run(path=str(tmp_path)).read("here")
