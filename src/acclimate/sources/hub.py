"""Source `hub`: data sets of the Hugging Face Hub, and local folders laid out like them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import field_validator

from acclimate.compat.hub_data import HubData, HubDataError, fetch_files, find_data
from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.extras import need_package
from acclimate.core.method import Method, option
from acclimate.core.registry import resolve
from acclimate.core.rows import ROW_ID, Counts, Rows
from acclimate.sources.assemble import need_chosen
from acclimate.sources.class_labels import named_labels
from acclimate.sources.ending import name_for
from acclimate.sources.files import content_hashes, find
from acclimate.sources.hub_layout import (
    CONVERTED,
    Splits,
    is_script,
    splits_of_conversion,
    splits_of_folder,
    splits_of_names,
)

_SPLIT = re.compile(r"[\w.-]+(\[[^\[\]]*\])?(\([\w ]+\))?(\+[\w.-]+(\[[^\[\]]*\])?(\([\w ]+\))?)*")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Found:
    """A data set: the files of each split, and where they come from (`data` is None for a local folder).

    `notes` are for the log and the ledger.
    """

    splits: Splits
    folder: Path
    data: HubData | None
    notes: tuple[str, ...] = ()


class Hub(Method):
    """Reads a split of a data set: Parquet, CSV, JSON, JSON Lines, text or CoNLL files in the Hub's layout.

    Takes: `path`, owner/name on the Hub or a local folder laid out like a data set there (with or without a README that
    names configurations). Only files are fetched, into the Hub's own cache, and no code of a data set is ever run: of one
    that is a script, the Hub's conversion to Parquet (`revision: refs/convert/parquet`) is read; log and ledger say so.

    Gives: rows as the source of the files' format gives them (CSV as text, a line of .txt a row); class labels become
    their names, -1 null; `row_id` is "split/file:row".

    Options: `split` may be a slice, `train[:10%]`, `train[100:200]`, or a sum, `train+validation`.

    When to use: public data sets, and private ones after `hf auth login`. With HF_HUB_OFFLINE=1 only what the cache has.

    Source: datasets.load_dataset, whose rules say which file is which split; huggingface_hub.

    Raises: UserError if the data set, its revision, configuration or split is not there (naming those that are), if it
    is gated, if the Hub can't be reached within some seconds and the cache does not hold it, and for broken files.
    """

    path: str = option(..., "owner/name of a data set on the Hub, or a local folder laid out like one")
    dataset_config_name: str | None = option(None, "the configuration (subset); needed if there are several")
    split: str = option("train", "the split: train, test[:10%], train+validation")
    revision: str | None = option(None, "branch, tag or commit on the Hub; by default main")
    columns: tuple[str, ...] = option((), "the columns to keep; empty: all")
    cache_dir: str | None = option(None, "where fetched files are kept; by default the Hub's cache")

    @field_validator("split")
    @classmethod
    def _a_split(cls, value: str) -> str:
        value = re.sub(r"\s*\+\s*", "+", value)
        if not _SPLIT.fullmatch(value):
            raise ValueError("a split such as train, train[:10%], train[100:200], train+validation")
        return value

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read the split; see the class."""
        found = self._find(where)
        names = list(dict.fromkeys(part.partition("[")[0] for part in self.split.split("+")))
        for name in names:
            if name not in found.splits:
                hint = nearest(name, found.splits)
                raise UserError(
                    Fault(f"{where}.split", f"no split {name!r}{hint}", ", ".join(found.splits), "mend split")
                )
        tables, all_counts = {}, []
        for name in names:
            tables[name], counts = self._read_split(name, found, where)
            all_counts.append(counts)
        rows = self._sliced(tables, where)
        counts = _sum(all_counts, sum(table.num_rows for table in tables.values()), rows.num_rows, self.split)
        return rows, replace(counts, notes=list(found.notes))

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give the commit of the data set, or the hash of each file of a local folder."""
        found = self._find(where)
        if found.data:
            return {f"hub:{self.path}": found.data.commit}
        paths = [str(found.folder / name) for names in found.splits.values() for name in names]
        readme = found.folder / "README.md"
        hashes = content_hashes(find(paths, (), where))
        return {**hashes, **(content_hashes(find(str(readme), (), where)) if readme.is_file() else {})}

    def _find(self, where: str) -> _Found:
        need_package("datasets", "hub", where)
        place = f"{where}.path"
        folder = Path(self.path).expanduser()
        if folder.is_dir():
            return _Found(splits_of_folder(folder, self.dataset_config_name, place), folder.resolve(), None)
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", self.path):
            found = f"{self.path!r} is no folder here and no name on the Hub"
            raise UserError(Fault(place, found, "owner/name, or a folder", "mend path"))
        try:
            return self._find_on_the_hub(place)
        except HubDataError as error:
            raise UserError(Fault(place, str(error), "", error.do)) from None

    def _find_on_the_hub(self, place: str) -> _Found:
        revision = self.revision or "main"
        data = find_data(self.path, revision, self.cache_dir)
        if is_script(self.path, data.names):
            if self.revision:
                found = f"revision {self.revision!r} of {self.path} is a script, and no code of a data set is run"
                raise UserError(Fault(place, found, CONVERTED, f"leave revision out, or set it to {CONVERTED}"))
            note = f"{self.path} is a script, which is not run: its Parquet conversion ({CONVERTED}) is read"
            _log.warning(note)
            data = find_data(self.path, CONVERTED, self.cache_dir)
            splits = splits_of_conversion(data.names, self.dataset_config_name, place)
            return _Found(splits, data.folder, data, (note,))
        if revision == CONVERTED:
            return _Found(splits_of_conversion(data.names, self.dataset_config_name, place), data.folder, data)
        splits = splits_of_names(data.names, data.folder / "README.md", self.dataset_config_name, place)
        return _Found(splits, data.folder, data)

    def _read_split(self, split: str, found: _Found, where: str) -> tuple[Rows, Counts]:
        names = found.splits[split]
        try:
            files = (
                fetch_files(found.data, names, self.cache_dir)
                if found.data
                else [found.folder / name for name in names]
            )
        except HubDataError as error:
            raise UserError(Fault(f"{where}.path", str(error), "", error.do)) from None
        paths = tuple(str(file) for file in files)
        format_name = name_for(paths, where)
        options: dict[str, Any] = {"path": paths}
        if format_name == "text":
            options["sample_by"] = "line"
        elif format_name in ("csv", "jsonl", "json", "parquet"):
            options["columns"] = self.columns
        rows, counts = resolve("sources", format_name)(**options).read(where)
        if self.columns:
            need_chosen(self.columns, rows.column_names, where)
            rows = rows.select([ROW_ID, *self.columns])
        rows = named_labels(rows, found.folder / "README.md", self.dataset_config_name, files)
        ids = pa.array([f"{split}/{row_id}" for row_id in rows.column(ROW_ID).to_pylist()])
        return rows.set_column(0, ROW_ID, ids), counts

    def _sliced(self, tables: Mapping[str, Rows], where: str) -> Rows:
        """Take what `split` asks for, in its order."""
        import datasets

        try:
            asked = datasets.ReadInstruction.from_spec(self.split).to_absolute(
                {name: table.num_rows for name, table in tables.items()}
            )
        except (ValueError, AssertionError) as error:
            raise UserError(Fault(f"{where}.split", str(error).splitlines()[0], "train[:10%]", "mend split")) from None
        parts = [tables[one.splitname].slice(one.from_ or 0, _length(one, tables)) for one in asked]
        try:
            rows = pa.concat_tables(parts, promote_options="default").combine_chunks()
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            found = f"the splits have different columns: {str(error).splitlines()[0]}"
            raise UserError(Fault(f"{where}.split", found, "", "read one, or choose columns")) from None
        if len(rows.column(ROW_ID).unique()) < rows.num_rows:
            raise UserError(Fault(f"{where}.split", f"{self.split} takes a row twice", "each row once", "mend split"))
        if not rows.num_rows:
            raise UserError(Fault(f"{where}.split", f"{self.split} is empty", "at least one row", "take more"))
        return rows


def _length(asked: Any, tables: Mapping[str, Rows]) -> int:
    end = tables[asked.splitname].num_rows if asked.to is None else asked.to
    return int(end) - int(asked.from_ or 0)


def _sum(all_counts: Sequence[Counts], read: int, kept: int, split: str) -> Counts:
    """Add up the counts of the splits; what lies outside the slice was asked to be left out."""
    sums: dict[str, dict[str, int]] = {"dropped": {}, "removed": {}, "values": {}}
    for counts in all_counts:
        for kind, total in sums.items():
            for reason, number in getattr(counts, kind).items():
                total[reason] = total.get(reason, 0) + number
    if kept < read:
        sums["removed"][f"outside {split}"] = read - kept
    rows_in = sum(counts.rows_in for counts in all_counts)
    return Counts(rows_in, kept, dropped=sums["dropped"], removed=sums["removed"], values=sums["values"])
