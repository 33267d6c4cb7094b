"""What a phase takes of another one's rows, and several sources as one table."""

import pyarrow as pa
import pytest

from acclimate.core.errors import UserError
from acclimate.core.rows import with_about
from acclimate.sources.phase import Phase, one_below_another

ROWS = pa.table(
    {
        "row_id": ["a:1", "a:2", "a:3", "a:4"],
        "text": ["one", "two", "three", "four"],
        "label": ["x", "y", "x", "y"],
        "patient": ["p", "q", "r", "s"],
        "_role": ["train", "test", "validation", "train"],
        "_group": ["p", "q", "r", "s"],
    }
)


def test_the_text_of_training_rows_is_taken_and_no_label() -> None:
    rows, counts = Phase(from_phase="task").taken(with_about(ROWS, {"group_by": ["patient"]}), "here")
    assert rows.to_pydict() == {
        "row_id": ["a:1", "a:4"], "text": ["one", "four"], "_group": ["p", "s"], "patient": ["p", "s"]
    }  # fmt: skip
    assert (counts.rows_in, counts.rows_out, counts.removed) == (4, 2, {"held out by its phase": 2})
    counts.check("taken")


def test_with_labels_every_column_comes_along() -> None:
    rows, _ = Phase(from_phase="task", labels=True).taken(ROWS, "here")
    assert rows.column("label").to_pylist() == ["x", "y"]
    assert "_role" not in rows.column_names


def test_alone_it_reads_nothing() -> None:
    with pytest.raises(UserError, match="from_phase: task can't be read here"):
        Phase(from_phase="task").read("phases.0.prepare.1.source")


def test_a_list_of_sources_is_one_table_in_which_every_row_has_a_group() -> None:
    corpus = pa.table({"row_id": ["b:1"], "text": ["five"], "file": ["b"]})
    taken, _ = Phase(from_phase="task").taken(ROWS, "here")
    rows, _ = one_below_another({"part1": corpus, "part2": taken}, "here")
    assert rows.column("text").to_pylist() == ["five", "one", "four"]
    assert rows.column("_group").to_pylist() == ["b:1", "p", "s"]
    assert rows.column("file").to_pylist() == ["b", None, None]


def test_the_same_row_twice_and_columns_of_two_types_are_faults() -> None:
    with pytest.raises(UserError, match="2 rows stand in two of the sources, the first is a:1"):
        one_below_another({"part1": ROWS.slice(0, 3), "part2": ROWS.slice(0, 2)}, "here")
    other = pa.table({"row_id": ["b:1"], "text": [5]})
    with pytest.raises(UserError, match="differ in type"):
        one_below_another({"part1": ROWS, "part2": other}, "here")
