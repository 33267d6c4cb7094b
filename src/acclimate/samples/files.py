"""Writes a sample to a folder, as the files a recipe reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from acclimate.samples import claims, finance, general, hospital, leaflets, ner, qa, reviews, triage

DEFAULT_SIZE: Mapping[str, int] = {
    "hospital": 1000,
    "finance": 300,
    "general": len(general.passages()),
    "ner": 300,
    "qa": 1200,
    "reviews": 1000,
    "triage": 1000,
    "leaflets": 1000,
    "claims": 1000,
}
"""The samples, and how large each is unless said otherwise: see `write_sample`."""

Writer = Callable[[Path], None]


def write_sample(name: str, folder: Path, *, seed: int = 0, size: int | None = None) -> list[Path]:
    """Make up a sample and write it.

    Takes: `name`: `hospital` (tables patients, hospitals, events and, joined, records; each as .parquet and .csv; `size` in
    patients), `finance` (one .txt a document), `general` (.jsonl; passages), `ner` (words and tags as .conll, and .jsonl;
    documents), `qa` (a .csv a language, as people write them: Question, Answer; questions of both), `reviews` (.csv;
    reviews), `triage` (.jsonl; patients), `leaflets` (.jsonl as SQuAD's rows; questions), `claims` (.csv; pairs); `folder`, made where it is missing; `size`, 1 or more (default:
    `DEFAULT_SIZE`). Gives: the files written, in order of their names.
    Raises: ValueError for an unknown name or a size below 1; FileExistsError, before anything is written, if a file of
    the sample is there already.
    """
    if name not in DEFAULT_SIZE:
        raise ValueError(f"no sample {name!r}; there are: {', '.join(DEFAULT_SIZE)}")
    count = DEFAULT_SIZE[name] if size is None else size
    if count < 1:
        raise ValueError(f"a sample of size {count}: at least 1 is needed")
    writers = _WRITERS[name](count, seed)
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


def _general(passages: int, seed: int) -> dict[str, Writer]:
    return {"general.jsonl": _jsonl_writer(general.passages()[:passages])}


def _ner(documents: int, seed: int) -> dict[str, Writer]:
    sentences = ner.generate(documents, seed)
    blocks = ["".join(f"{word} {tag}\n" for word, tag in zip(one.tokens, one.tags, strict=True)) for one in sentences]
    rows = ({"tokens": one.tokens, "ner_tags": one.tags, "document": one.document} for one in sentences)
    return {"ner.conll": _text_writer("\n".join(blocks)), "ner.jsonl": _jsonl_writer(rows)}


def _qa(questions: int, seed: int) -> dict[str, Writer]:
    files = {"en": "medical_qa_english.csv", "zh": "medical_qa_chinese.csv"}
    pairs = qa.generate(questions, seed)
    tables = {
        language: pa.table({
            "Question": [one.question for one in pairs if one.language == language],
            "Answer": [one.answer for one in pairs if one.language == language],
        })
        for language in files
    }  # fmt: skip
    return {files[language]: _csv_writer(table) for language, table in tables.items() if table.num_rows}


def _reviews(count: int, seed: int) -> dict[str, Writer]:
    rows = [one._asdict() for one in reviews.generate(count, seed)]
    return {"reviews.csv": _csv_writer(pa.Table.from_pylist(rows))}


def _triage(patients: int, seed: int) -> dict[str, Writer]:
    return {"triage.jsonl": _jsonl_writer(one._asdict() for one in triage.generate(patients, seed))}


def _leaflets(questions: int, seed: int) -> dict[str, Writer]:
    return {"leaflets.jsonl": _jsonl_writer(one._asdict() for one in leaflets.generate(questions, seed))}


def _claims(pairs: int, seed: int) -> dict[str, Writer]:
    rows = [one._asdict() for one in claims.generate(pairs, seed)]
    return {"claims.csv": _csv_writer(pa.Table.from_pylist(rows))}


_WRITERS: Mapping[str, Callable[[int, int], dict[str, Writer]]] = {
    "hospital": _hospital,
    "finance": _finance,
    "general": _general,
    "ner": _ner,
    "qa": _qa,
    "reviews": _reviews,
    "triage": _triage,
    "leaflets": _leaflets,
    "claims": _claims,
}


def _jsonl_writer(rows: Iterable[Mapping[str, Any]]) -> Writer:
    return _text_writer("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


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
