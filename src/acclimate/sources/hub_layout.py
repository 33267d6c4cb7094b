"""Which files of a data set are which configuration and split, by the Hub's rules (as `datasets` knows them)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.sources.ending import FORMATS
from acclimate.sources.files import without_compression

Splits = dict[str, list[str]]
"""Split -> names of its files."""

CONVERTED = "refs/convert/parquet"
"""Where the Hub keeps its own conversion of every data set to Parquet, also of those that were scripts."""


def is_script(name: str, files: Sequence[str]) -> bool:
    """Say whether a data set named `name` (owner/name) is a program that makes the data."""
    return f"{name.rstrip('/').rpartition('/')[2]}.py" in files


def splits_of_folder(folder: Path, config: str | None, where: str) -> Splits:
    """Give the splits of a local folder laid out like a data set of the Hub, by its README's YAML or by its names."""
    import datasets

    _refuse_links(folder / "README.md", where)
    with tempfile.TemporaryDirectory() as cache:
        try:
            builder = datasets.load_dataset_builder(str(folder), config, cache_dir=cache)
        except (ValueError, OSError, RuntimeError) as error:
            said = re.sub(r"\s+", " ", str(error)).partition(" Example of usage")[0]
            said = said.partition(" with any supported extension")[0].replace(str(folder), "the data set")
            do = "mend dataset_config_name, or name the files themselves with name: parquet, csv or jsonl"
            raise UserError(Fault(where, f"its layout is not understood: {said}", "", do)) from None
    root = folder.resolve()
    return {
        str(split): [_inside(Path(file), root, where) for file in files]
        for split, files in (builder.config.data_files or {}).items()
    }


def splits_of_names(names: Sequence[str], readme: Path, config: str | None, where: str) -> Splits:
    """Give the splits of a data set of which only the names of the files are known, and its README."""
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise UserError(Fault(where, "it holds files whose names lead out of it", "plain names", "take another"))
    known = [name for name in names if without_compression(name).lower().endswith(tuple(FORMATS))]
    if not any(name for name in known if not name.endswith(".md")):
        endings = ", ".join(sorted({Path(name).suffix for name in names if Path(name).suffix})[:8])
        raise UserError(
            Fault(where, f"no file that can be read; it holds {endings}", ", ".join(FORMATS), "take another")
        )
    with tempfile.TemporaryDirectory() as made:
        for name in known:
            place = Path(made, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        if readme.is_file():
            Path(made, "README.md").write_bytes(readme.read_bytes())
        return splits_of_folder(Path(made), config, where)


def splits_of_conversion(names: Sequence[str], config: str | None, where: str) -> Splits:
    """Give the splits of `refs/convert/parquet`, whose files are called config/split/0000.parquet.

    The Hub converts the first gigabytes of large data sets alone; it calls such a split `partial-train`.
    """
    found: dict[str, Splits] = {}
    for name in names:
        match = re.fullmatch(r"(.+)/([^/]+)/\d+\.parquet", name)
        if match:
            found.setdefault(match[1], {}).setdefault(match[2], []).append(name)
    chosen = config or ("default" if "default" in found else next(iter(found)) if len(found) == 1 else None)
    if chosen not in found:
        what = f"no configuration {config!r}{nearest(config, found)}" if config else "several configurations"
        raise UserError(Fault(where, what, ", ".join(sorted(found)), "set dataset_config_name"))
    return found[chosen]


def _inside(file: Path, root: Path, where: str) -> str:
    """A README may name any path of this machine as data."""
    if not file.resolve().is_relative_to(root):
        raise UserError(
            Fault(where, f"its README names {file}, which lies outside", "files of the data set", "mend it")
        )
    return str(file.resolve().relative_to(root))


def _refuse_links(readme: Path, where: str) -> None:
    """A README may name addresses as data, which would be asked for without anybody having named them."""
    from huggingface_hub import DatasetCard

    if not readme.is_file():
        return
    try:
        configs: Any = DatasetCard.load(readme).data.to_dict().get("configs") or []
    except Exception as error:  # noqa: BLE001  YAML by strangers fails in many ways
        found = f"the YAML of its README can't be read: {str(error).splitlines()[0]}"
        raise UserError(Fault(where, found, "", "mend it, or name the files themselves")) from None
    if "://" in str(configs):
        found = "its README names addresses on the network as data"
        raise UserError(Fault(where, found, "files of the data set", "download them, and give path a folder"))
