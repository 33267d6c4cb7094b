"""The notebooks: stored without results, and run as they are, from their first cell to their last, with no network."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
# Runs before the first cell. The kernel itself is spoken to by a library in C, whose sockets Python doesn't tell of.
NO_NETWORK = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise RuntimeError(f"the network was asked for: {event} {arguments}")

sys.addaudithook(refuse)
"""


def read(name: str) -> Any:
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    nbformat.validate(notebook)
    return notebook


def results(notebook: Any) -> list[str]:
    """Give the ids of the cells that hold an output or a count."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [cell.id for cell in code if cell.outputs or cell.execution_count is not None]


def value(notebook: Any, cell: str) -> Any:
    """Give what a cell's last line gave, where that is plain data."""
    (found,) = (one for one in notebook.cells if one.id == cell)
    (text,) = (one.data["text/plain"] for one in found.outputs if one.output_type == "execute_result")
    return ast.literal_eval(text)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebook")


@pytest.fixture(scope="module")
def done(place: Path) -> Iterator[Any]:
    """Give the notebook with the results of all its cells, run in an empty folder."""
    notebook = read("from_csv_to_prediction.ipynb")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(NO_NETWORK))
    folders = {"TMPDIR": "temporary", "IPYTHONDIR": "ipython", "JUPYTER_CONFIG_DIR": "jupyter", "HF_HOME": "hub"}
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in folders.items():
            (place / folder).mkdir()
            patch.setenv(name, str(place / folder))
        (place / "here").mkdir()
        there = {"metadata": {"path": str(place / "here")}}
        NotebookClient(notebook, timeout=500, kernel_name="python3", resources=there).execute()
    return notebook


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.iterdir()), ids=lambda path: path.stem)
def test_it_is_stored_without_results(path: Path) -> None:
    assert results(read(path.name)) == []


@pytest.mark.slow
def test_it_runs_to_its_end_and_writes_into_one_temporary_folder(done: Any, place: Path) -> None:
    code = [cell.id for cell in done.cells if cell.cell_type == "code"]
    assert results(done) == code, "every cell ran, and results are found where there are some"
    assert list((place / "here").iterdir()) == []
    (made,) = (place / "temporary").glob("acclimate-*")
    assert {path.name for path in made.iterdir()} == {"triage.jsonl", "notes.csv", "run"}
    assert (made / "run" / "report.html").is_file()


@pytest.mark.slow
def test_it_shows_the_scores_and_the_verdict_of_its_run(done: Any, place: Path) -> None:
    (folder,) = (place / "temporary").glob("acclimate-*/run")
    assert value(done, "verdict") == json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    shown = next(cell for cell in done.cells if cell.id == "scores").outputs[-1].data["text/plain"]
    found = [one for one in json.loads((folder / "scores.json").read_text()) if one["name"] == "accuracy"]
    (after,) = (one["value"] for one in found if one["when"] == "after" and "slice" not in one)
    (floor,) = (one["value"] for one in found if one["when"] == "floor" and "most frequent" in one["unit"])
    assert str(round(after, 3)) in shown
    assert "most frequent label" in shown
    assert "sex=F" in shown
    assert after > floor + 0.05


@pytest.mark.slow
def test_its_answers_are_right_and_those_of_plain_transformers(done: Any) -> None:
    ours, theirs = value(done, "predict"), value(done, "transformers")
    # The fourth is said to be hard: whatever is answered may stand there.
    assert [one["label"] for one in ours[:3]] == ["trauma", "other", "other"]
    assert len(ours) == len(theirs) == 4
    for one, scores in zip(ours, theirs, strict=True):
        assert one["scores"] == pytest.approx(scores, abs=1e-5)
        assert one["label"] == max(scores, key=scores.__getitem__)
    assert value(done, "same") is True
