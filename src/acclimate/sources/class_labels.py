"""Class labels of Hub data sets: stored as numbers, with their names in the README or in the Parquet file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from acclimate.core.rows import Rows, replace_column


def named_labels(rows: Rows, readme: Path, config: str | None, files: Sequence[Path]) -> Rows:
    """Give `rows` with the numbers of class labels, alone or in lists, as names; -1 and whatever has no name is null."""
    for name, labels in {**_of_readme(readme, config), **_of_parquet(files[0])}.items():
        if name in rows.column_names:
            values = [_named(value, labels) for value in rows.column(name).to_pylist()]
            kind = rows.schema.field(name).type
            if pa.types.is_integer(kind):
                rows = replace_column(rows, name, pa.array(values, pa.string()))
            elif pa.types.is_list(kind) and pa.types.is_integer(kind.value_type):
                rows = replace_column(rows, name, pa.array(values, pa.list_(pa.string())))
    return rows


def _named(value: Any, labels: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_named(one, labels) for one in value]
    return labels[value] if isinstance(value, int) and 0 <= value < len(labels) else None


def _of_readme(readme: Path, config: str | None) -> dict[str, list[str]]:
    """Read `dataset_info: features:` of the README's YAML (one, or one a configuration)."""
    from huggingface_hub import DatasetCard

    if not readme.is_file():
        return {}
    infos = DatasetCard.load(readme).data.to_dict().get("dataset_info") or []
    infos = infos if isinstance(infos, list) else [infos]
    fitting = [one for one in infos if one.get("config_name", "default") in (config, "default") or len(infos) == 1]
    found = {}
    for feature in (fitting[0].get("features") or []) if fitting else []:
        dtype = feature.get("dtype") or feature.get("list") or feature.get("sequence")
        dtype = dtype.get("dtype", dtype) if isinstance(dtype, dict) else dtype
        names = dtype.get("class_label", {}).get("names") if isinstance(dtype, dict) else None
        if names:
            found[feature["name"]] = (
                [names[key] for key in sorted(names, key=int)] if isinstance(names, dict) else names
            )
    return found


def _of_parquet(file: Path) -> dict[str, list[str]]:
    """Read what `datasets` writes about the columns of a Parquet file."""
    import pyarrow.parquet

    if file.suffix != ".parquet":
        return {}
    written = (pyarrow.parquet.read_schema(file).metadata or {}).get(b"huggingface")
    features = json.loads(written).get("info", {}).get("features", {}) if written else {}
    found = {}
    for name, feature in features.items():
        inner = feature.get("feature", feature) if isinstance(feature, dict) else {}
        if isinstance(inner, dict) and inner.get("names") and inner.get("_type") == "ClassLabel":
            found[name] = inner["names"]
    return found
