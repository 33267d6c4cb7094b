from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.ledger import Ledger
from acclimate.core.rows import GROUP, ROLE, ROW_ID
from acclimate.pipeline.prepare import make_rows, of_role, role_counts
from acclimate.pipeline.recipe import read_recipe
from tests.pipeline import tiny


def rows_of(place: Path, **changes: Any) -> Any:
    rows = tiny.write_rows(place / "rows.jsonl", tiny.texts(20))
    parsed, _ = read_recipe(tiny.recipe("m", rows, place / "out", **changes))
    return make_rows(parsed, parsed.phases[0], 0, Ledger())


def test_every_row_has_an_id_a_role_and_a_group(tmp_path: Path) -> None:
    made = rows_of(tmp_path, prepare=[])
    assert made.column(ROW_ID).to_pylist() == [f"rows.jsonl:{number}" for number in range(1, 21)]
    assert role_counts(made) == {"train": 20, "validation": 0, "test": 0}
    assert made.column(GROUP).to_pylist() == made.column(ROW_ID).to_pylist()


def test_each_source_gives_its_role(tmp_path: Path) -> None:
    train = tiny.write_rows(tmp_path / "train.jsonl", tiny.texts(5))
    test = tiny.write_rows(tmp_path / "test.jsonl", tiny.texts(3))
    sources = {"train": str(train), "test": str(test)}
    made = rows_of(tmp_path, sources=sources, prepare=[])
    assert role_counts(made) == {"train": 5, "validation": 0, "test": 3}
    assert set(of_role(made, "test").column(ROLE).to_pylist()) == {"test"}


def test_roles_may_differ_in_columns_but_not_in_types(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a", "age": 3}\n', encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "b"}\n', encoding="utf-8")
    (tmp_path / "c.jsonl").write_text('{"text": "c", "age": "old"}\n', encoding="utf-8")
    made = rows_of(
        tmp_path, sources={"train": str(tmp_path / "a.jsonl"), "test": str(tmp_path / "b.jsonl")}, prepare=[]
    )
    assert made.column("age").to_pylist() == [3, None]
    with pytest.raises(UserError, match="differ in type"):
        rows_of(tmp_path, sources={"train": str(tmp_path / "a.jsonl"), "test": str(tmp_path / "c.jsonl")}, prepare=[])


def test_nothing_to_train_on(tmp_path: Path) -> None:
    split = {
        "name": "split",
        "column": "source",
        "test_values": [f"source{number}" for number in range(20)],
        "validation": 0,
    }
    with pytest.raises(UserError, match=r"left for training|no rows to train on"):
        rows_of(tmp_path, prepare=[split])


@pytest.mark.parametrize(
    "train",
    [{"eval_steps": 1}, {"eval_strategy": "epoch"}, {"early_stopping_patience": 1}, {"load_best_model_at_end": True}],
)
def test_validation_rows_are_needed_before_anything_is_trained(train: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there are no validation rows"):
        rows_of(tmp_path, prepare=[], train=train)
    rows_of(tmp_path, prepare=[], train={**train, "eval_strategy": "no"})
