"""General text among the training rows: how much, which, and never the text that forgetting is measured on."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.protocols import Source, Step
from acclimate.core.rows import Counts, about, with_about
from acclimate.core.seeds import hash64
from acclimate.pipeline.recipe import read_recipe
from acclimate.prepare.replay import Replay, without_replayed
from acclimate.prepare.split import Split
from acclimate.sources.sample import Sample
from tests.prepare.made import table


def general(folder: Path, texts: list[str | None]) -> dict[str, Any]:
    path = folder / "general.jsonl"
    path.write_text("".join(json.dumps({"text": text, "from": "web"}) + "\n" for text in texts), encoding="utf-8")
    return {"name": "jsonl", "path": str(path)}


def replay(rows: pa.Table, seed: int = 0, **options: Any) -> tuple[pa.Table, Counts]:
    made, counts = Replay.model_validate(options).apply(rows, "w", seed)
    counts.check("replay")
    return made, counts


def rows_of(train: int, test: int = 0) -> pa.Table:
    return table(role=["train"] * train + ["test"] * test, text=["own"] * (train + test))


@given(st.integers(1, 300), st.sampled_from([0.05, 0.1, 0.25, 0.5, 0.9]))
def test_the_added_rows_make_the_share(train: int, share: float) -> None:
    source = {"name": "sample", "sample": "finance", "size": 20}
    made, counts = replay(rows_of(train, 7), source=source, share=share, repeat=True)
    added = made.num_rows - train - 7
    assert counts == Counts(train + 7, train + 7 + added, added=added)
    assert abs(added - share * (train + added)) <= 1
    assert added >= 1
    assert len(set(made["row_id"].to_pylist())) == made.num_rows


def test_the_smallest_hashes_for_training_alone(tmp_path: Path) -> None:
    source = general(tmp_path, [f"text {number}" for number in range(40)] + [None, "  "])
    rows = rows_of(9, 4).append_column("_group", pa.array([f"p{number}" for number in range(13)]))
    made, counts = replay(with_about(rows, {"tags": ["<a>"]}), seed=5, source=source, share=0.25)
    added = made.slice(13).to_pylist()
    ids = [f"general.jsonl:{number}" for number in range(1, 41)]
    smallest = sorted(ids, key=lambda name: hash64("replay", 5, name))[:3]
    assert [row["row_id"] for row in added] == [f"replay/{name}" for name in ids if name in smallest]
    assert {row["_role"] for row in added} == {"train"}
    assert [row["_group"] for row in added] == [row["row_id"] for row in added]
    assert all(row["text"] == f"text {int(row['row_id'].rpartition(':')[2]) - 1}" for row in added)
    assert made.slice(0, 13).equals(rows)
    assert about(made) == {"tags": ["<a>"], "replayed": 3}
    assert counts.added == 3


def test_the_domains_own_rows_can_be_told_from_the_added_ones(tmp_path: Path) -> None:
    source = general(tmp_path, ["a", "b"])
    rows = rows_of(3, 1)
    assert without_replayed(rows) is rows
    made, _ = replay(rows, source=source, share=0.4)
    assert made.num_rows == 6
    assert without_replayed(made).column("row_id").equals(rows.column("row_id"))
    twice, _ = replay(made, source=source, share=0.1)
    assert without_replayed(twice).num_rows == 4


def test_a_row_of_the_domain_may_not_be_named_like_an_added_one(tmp_path: Path) -> None:
    source = general(tmp_path, ["a", "b"])
    rows = rows_of(3)
    names = pa.array(["replay/a.txt:1", "b", "c"])
    rows = rows.set_column(rows.column_names.index("row_id"), "row_id", names)
    with pytest.raises(UserError, match="1 rows of the domain have names that begin with replay/"):
        replay(rows, source=source, share=0.4)


def test_a_source_that_is_too_small_is_named_or_repeated(tmp_path: Path) -> None:
    source = general(tmp_path, ["a", "b"])
    with pytest.raises(UserError, match=r"w\.share: the source has 2 texts, .* takes 5\n  do: set share: 0\.285, "):
        replay(rows_of(5), source=source, share=0.5)
    assert replay(rows_of(5), source=source, share=0.285)[1].added == 2
    made, _ = replay(rows_of(5), source=source, share=0.5, repeat=True)
    names = sorted(name.rpartition(":")[2] for name in made["row_id"].to_pylist()[5:])
    assert names in (["1", "1#2", "1#3", "2", "2#2"], ["1", "1#2", "2", "2#2", "2#3"])


def test_what_else_the_rows_hold_is_empty_in_the_added_ones(tmp_path: Path) -> None:
    rows = table(text=["<a>x</a>"], header_chars=[3], cuts=[[3]], label=["l"])
    made, _ = replay(rows, source=general(tmp_path, ["a"]), share=0.5)
    assert made.select(["header_chars", "cuts", "label"]).to_pylist()[1] == dict.fromkeys(
        ["header_chars", "cuts", "label"]
    )


@pytest.mark.parametrize("source", ["sample:general", {"name": "sample", "sample": "general", "size": 3}])
def test_the_text_that_forgetting_is_measured_on_is_refused(source: object) -> None:
    recipe = {
        "model": "starter:encoder",
        "sources": {"train": {"name": "sample", "sample": "finance"}},
        "prepare": ["split", {"name": "replay", "source": source}],
        "objective": {"name": "mlm", "masking": "word"},
    }
    with pytest.raises(
        UserError, match=r"phases\.0\.prepare\.1\.source: .*\n.*on sample:general forgetting is measured"
    ):
        read_recipe(recipe)


def test_another_sample_by_its_short_name() -> None:
    step = Replay.model_validate({"source": "sample:finance"})
    assert step.source == Sample(sample="finance")
    assert isinstance(step, Step)
    assert isinstance(step.source, Source)
    assert Replay.model_validate(step.model_dump(mode="json")) == step


def test_split_may_not_stand_behind_it() -> None:
    made, _ = replay(rows_of(50), source="sample:finance")
    with pytest.raises(UserError, match="replay stands before split"):
        Split().apply(made, "w", 0)


def test_its_inputs_change_with_the_source(tmp_path: Path) -> None:
    step = Replay.model_validate({"source": general(tmp_path, ["a"])})
    before = dict(step.inputs("w"))
    general(tmp_path, ["b"])
    assert before.keys() == step.inputs("w").keys()
    assert before != step.inputs("w")


def test_sources_that_give_no_text(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"w\.source: there is no text in it"):
        replay(rows_of(5), source=general(tmp_path, [" "]), repeat=True)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"w\.source: no column 'text'"):
        replay(rows_of(5), source={"name": "csv", "path": str(tmp_path / "x.csv")})
    with pytest.raises(UserError, match=r"w\.source"):
        replay(rows_of(5), source={"name": "jsonl", "path": str(tmp_path / "none.jsonl")})
    with pytest.raises(UserError, match="no column 'text'"):
        replay(table(a=["x"]), source="sample:finance")


@pytest.mark.parametrize("options", [{}, {"source": "nothing"}, {"source": "sample:finance", "share": 1}])
def test_faults_of_the_recipe(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Replay.model_validate(options)
