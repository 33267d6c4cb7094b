from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from acclimate.core.rows import GROUP, ROLE, ROW_ID, with_about
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.report import claim
from tests.pipeline import tiny


@pytest.mark.parametrize(
    "group_by, resample_by, said",
    [
        ("source", None, []),
        ("source", "source", []),
        (
            "source",
            "url",
            ["The interval is over urls, but whole sources were kept together: the claim is about the sources"],
        ),
        (None, "url", []),
        (
            None,
            None,
            ["Each row counts as a document of its own: if several come from one document or person, the interval is"],
        ),
    ],
)
def test_about_whom_the_interval_speaks(
    tmp_path: Path, group_by: str | None, resample_by: str | None, said: list[str]
) -> None:
    columns: dict[str, Any] = {ROW_ID: ["1"], ROLE: ["test"], GROUP: ["a"]}
    rows = with_about(pa.table(columns), {"group_by": [group_by] if group_by else None})
    evaluate = {"retention": None, "resample_by": resample_by}
    recipe, _ = read_recipe(tiny.recipe("m", tmp_path / "rows.jsonl", tmp_path / "out", evaluate=evaluate))
    found = claim(recipe, rows)
    assert len(found) == len(said)
    assert all(sentence.startswith(begin) for sentence, begin in zip(found, said, strict=True))
