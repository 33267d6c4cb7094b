"""Source `sample`: data that acclimate makes itself, so that recipes run with no network and no files."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from acclimate.core.artifact import file_hash, fingerprint
from acclimate.core.method import Method, option
from acclimate.core.rows import Counts, Rows
from acclimate.sources.assemble import numbered

Maker = Callable[[Any, int, int], Rows]


def _hospital(module: Any, size: int, seed: int) -> Rows:
    table: Rows = module.generate(size, seed).joined()
    return table


def _finance(module: Any, size: int, seed: int) -> Rows:
    documents = module.generate(size, seed)
    return pa.table({"text": [text for _, text in documents], "file": [name for name, _ in documents]})


def _general(module: Any, size: int, seed: int) -> Rows:
    return pa.Table.from_pylist(module.passages()[:size])


def _ner(module: Any, size: int, seed: int) -> Rows:
    sentences = module.generate(size, seed)
    columns = {"tokens": [one.tokens for one in sentences], "ner_tags": [one.tags for one in sentences]}
    return pa.table({**columns, "document": [one.document for one in sentences]})


def _named(module: Any, size: int, seed: int) -> Rows:
    """Give what a generator makes as named tuples: a column a field."""
    return pa.Table.from_pylist([one._asdict() for one in module.generate(size, seed)])


_SAMPLES: dict[str, tuple[str, Maker]] = {
    "hospital": ("acclimate.samples.hospital", _hospital),
    "finance": ("acclimate.samples.finance", _finance),
    "general": ("acclimate.samples.general", _general),
    "ner": ("acclimate.samples.ner", _ner),
    "reviews": ("acclimate.samples.reviews", _named),
    "qa": ("acclimate.samples.qa", _named),
    "triage": ("acclimate.samples.triage", _named),
    "leaflets": ("acclimate.samples.leaflets", _named),
    "claims": ("acclimate.samples.claims", _named),
}


class Sample(Method):
    """Makes up data: a function of `sample`, `size` and `seed` alone, the same on every machine.

    Takes: nothing from outside. Nobody in it exists.

    Gives: hospital: one row an event, the columns of patient and hospital beside it; finance: `text`, `file`; general:
    `text`, `id`, `language`; ner: one row a sentence, `tokens`, `ner_tags` (diseases), `document`; reviews: `text`, `label`
    (positive, negative), `film`; qa: `question`, `answer`, `language` (en, zh); triage: one row a note, `text`, `labels`
    (teams: several, one or none), `patient`, `sex`, `age_band`; leaflets: `question`, `context`, `answers` (none or one),
    `medicine`; claims: `text`, `text_pair` (reports of accidents), `score` (0 to 5: how alike they are). `row_id` is "sample-seed:row", counted from 1.

    Options: `size` counts patients (hospital, triage), documents (finance, ner), passages (general: at most all there are),
    reviews, questions (qa, leaflets) or pairs (claims).

    When to use: to try a recipe, in the demo, in tests. A model adapted to it knows nothing about real records.

    Source: acclimate.samples says how each is made.

    Raises: nothing beyond what reading a recipe raises.
    """

    sample: Literal["hospital", "finance", "general", "ner", "reviews", "qa", "triage", "leaflets", "claims"] = option(
        ..., "which of the generators"
    )
    size: int = option(600, "how many to make", unit="patients, documents, passages, reviews, questions or pairs", ge=1)
    seed: int = option(0, "other seeds make other data", unit="whole number", ge=0)

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Make the rows; see the class."""
        name, make = _SAMPLES[self.sample]
        table = make(importlib.import_module(name), self.size, self.seed)
        rows = numbered(table, f"{self.sample}-{self.seed}", range(1, table.num_rows + 1))
        return rows, Counts(rows.num_rows, rows.num_rows)

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give a fingerprint of the options and of the generators' files."""
        found = find_spec("acclimate.samples")
        folders = [Path(one) for one in (found.submodule_search_locations or [])] if found else []
        files = sorted(
            path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"
        )
        made_of = [file_hash(path) for path in files]
        return {f"sample:{self.sample}": fingerprint(self.sample, self.size, self.seed, made_of)}
