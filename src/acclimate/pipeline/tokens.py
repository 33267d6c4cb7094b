"""Tokenising a phase's rows: tags into the vocabulary, rows into examples, kept in the run folder."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from acclimate.compat.processes import main_first
from acclimate.core.artifact import fingerprint, folder, is_complete
from acclimate.core.events import Event, Tell
from acclimate.core.examples import Examples
from acclimate.core.language_model import LanguageModel
from acclimate.core.ledger import Ledger
from acclimate.core.rows import GROUP, Rows
from acclimate.pipeline.prepare import of_role
from acclimate.pipeline.recipe import Phase
from acclimate.pipeline.workplace import Workplace
from acclimate.tokens.cache import code_version, rows_hash, tokenizer_hash
from acclimate.tokens.encode import Encoded, encode
from acclimate.tokens.vocabulary import add_tags, pieces_of


@dataclass(frozen=True)
class Tokenised:
    """A phase's examples. `new_ids` are tokens that the base does not have, `pieces` what their rows start from;
    `facts` counts documents, windows and tokens for the report.
    """

    train: Examples
    validation: Examples | None
    new_ids: list[int]
    pieces: list[list[int]]
    made_from: str
    facts: dict[str, Any]


def tokenised(
    workplace: Workplace, phase: Phase, lm: LanguageModel, rows: Rows, ledger: Ledger, tell: Tell
) -> Tokenised:
    """Add a phase's new tokens to the tokenizer of `lm` and make its examples (or find them in the run folder)."""
    new_ids, pieces = add_new_tokens(phase, lm, rows)
    place = workplace.stage("tokens", phase.name)
    dump = phase.tokens.model_dump(mode="json", exclude={"batch"})
    objective = phase.model_dump(mode="json", include={"objective"})
    made_from = fingerprint(
        "tokens", rows_hash(rows), tokenizer_hash(lm.tokenizer), dump, objective, lm.max_length, code_version()
    )
    with main_first():
        if not is_complete(place, made_from):
            tell(Event("stage", f"{phase.name}: tokenising"))
            with folder(place, made_from=made_from) as new:
                for role in ("train", "validation"):
                    part = of_role(rows, role)
                    if part.num_rows:
                        _encode(phase, lm, part, new / role)
    found = {role: Encoded.load(place / role) for role in ("train", "validation") if (place / role).is_dir()}
    for role, encoded in found.items():
        ledger.add(phase.name, "tokens", role, encoded.counts, max_dropped=workplace.recipe.max_dropped)
    facts = {f"{role}_windows": len(encoded.examples) for role, encoded in found.items()} | {
        role: {**asdict(encoded.statistics), "rows": encoded.counts.rows_in, "groups": _groups(rows, role)}
        for role, encoded in found.items()
    }
    validation = found["validation"].examples if "validation" in found else None
    return Tokenised(found["train"].examples, validation, new_ids, pieces, made_from, facts)


def add_new_tokens(phase: Phase, lm: LanguageModel, rows: Rows) -> tuple[list[int], list[list[int]]]:
    """Add tags and listed tokens to the tokenizer; give the ids of the new ones and the pieces they had before."""
    before = copy.deepcopy(lm.tokenizer)
    ids = add_tags(lm.tokenizer, phase.tokens.new_tokens(rows, f"{phase.name}.tokens"))
    return ids, pieces_of(before, [str(lm.tokenizer.convert_ids_to_tokens(number)) for number in ids])


def _encode(phase: Phase, lm: LanguageModel, rows: Rows, place: Path) -> None:
    place.mkdir()
    encode(rows, lm.tokenizer, phase.objective, phase.tokens, lm.max_length, f"{phase.name}.tokens").save(place)


def _groups(rows: Rows, role: str) -> int:
    return len(set(of_role(rows, role).column(GROUP).to_pylist()))
