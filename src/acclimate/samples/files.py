"""Writes a sample to a folder, as the files a recipe reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from acclimate.samples import finance, hospital

DEFAULT_SIZE: Mapping[str, int] = {"hospital": 1000, "finance": 300}
"""The samples, and how large each is unless said otherwise: patients, documents."""

Writer = Callable[[Path], None]


def write_sample(name: str, folder: Path, *, seed: int = 0, size: int | None = None) -> list[Path]:
    """Make up a sample and write it.

    Takes: `name`, `hospital` (tables patients, hospitals, events and, joined, records; each as .parquet and .csv) or
    `finance` (one .txt a document); `folder`, made where it is missing; `size` in patients or documents, 1 or more
    (default: `DEFAULT_SIZE`). Gives: the files written, in order of their names.
    Raises: ValueError for an unknown name or a size below 1; FileExistsError, before anything is written, if a file of
    the sample is there already.
    """
    if name not in DEFAULT_SIZE:
        raise ValueError(f"no sample {name!r}; there are: {', '.join(DEFAULT_SIZE)}")
    count = DEFAULT_SIZE[name] if size is None else size
    writers = _hospital(count, seed) if name == "hospital" else _finance(count, seed)
    files = {folder / file: write for file, write in sorted(writers.items())}
    taken = [str(file) for file in files if file.exists()]
    if taken:
        raise FileExistsError(f"{len(taken)} files of the sample are there already: {', '.join(taken[:3])}")
    folder.mkdir(parents=True, exist_ok=True)
    for file, write in files.items():
        _write_whole(file, write)
    return list(files)


def _write_whole(file: Path, write: Writer) -> None:
    temporary = file.with_name(f".{file.name}.part")
    try:
        write(temporary)
        temporary.rename(file)
    finally:
        temporary.unlink(missing_ok=True)


def _hospital(patients: int, seed: int) -> dict[str, Writer]:
    made = hospital.generate(patients, seed)
    tables = {
        "patients": made.patients,
        "hospitals": made.hospitals,
        "events": made.events,
        "records": made.joined(),
    }
    parquet = {f"{name}.parquet": _parquet_writer(table) for name, table in tables.items()}
    return parquet | {f"{name}.csv": _csv_writer(table) for name, table in tables.items()}


def _finance(documents: int, seed: int) -> dict[str, Writer]:
    return {f"{name}.txt": _text_writer(text) for name, text in finance.generate(documents, seed)}


def _parquet_writer(table: pa.Table) -> Writer:
    return lambda path: pa.parquet.write_table(table, path)


def _csv_writer(table: pa.Table) -> Writer:
    # Quotes only where they are needed, as people's own files have them.
    options = pa.csv.WriteOptions(quoting_style="needed")
    return lambda path: pa.csv.write_csv(table, path, options)


def _text_writer(text: str) -> Writer:
    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8")

    return write
