"""Tokenising a phase's rows: tags into the vocabulary, rows into examples, kept in the run folder."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from acclimate.compat.processes import main_first
from acclimate.compat.tokenizers import enter_words, mend_longest
from acclimate.compat.transformers.saved_tokenizer import keep_as_written
from acclimate.core.artifact import fingerprint, folder, is_complete
from acclimate.core.events import Event, Tell, note
from acclimate.core.examples import Examples
from acclimate.core.language_model import LanguageModel
from acclimate.core.ledger import Ledger
from acclimate.core.rendered import Writes
from acclimate.core.rows import GROUP, Rows, columns_read
from acclimate.core.tasks import Task
from acclimate.model.load import load_tokenizer
from acclimate.model.section import Model
from acclimate.pipeline.prepare import of_domain, of_role
from acclimate.pipeline.recipe import Phase
from acclimate.pipeline.tasks import has_answers, how_read
from acclimate.pipeline.workplace import Workplace
from acclimate.tokens.cache import code_version, rows_hash, tokenizer_hash
from acclimate.tokens.cutter import PAIR
from acclimate.tokens.encode import Encoded, encode
from acclimate.tokens.vocabulary import add_tags, pieces_of
from acclimate.tokens.words import FEWEST_GROUPS, count_tokens, listed_words, mined_words


@dataclass(frozen=True)
class Tokenised:
    """A phase's examples. `new_ids` are tokens that the base does not have, `pieces` what their rows start from; `in_text`
    the special tokens that are meant where they stand in a text; `read` the columns that a task read, by its options; `facts` counts documents, windows and tokens for the report.
    """

    train: Examples
    validation: Examples | None
    new_ids: list[int]
    pieces: list[list[int]]
    in_text: list[str]
    read: dict[str, str]
    made_from: str
    facts: dict[str, Any]


def tokenised(
    workplace: Workplace, phase: Phase, lm: LanguageModel, rows: Rows, ledger: Ledger, tell: Tell
) -> Tokenised:
    """Add a phase's new tokens to the tokenizer of `lm` and make its examples (or find them in the run folder)."""
    before = _with_tags(lm.tokenizer, _tags(phase, rows))
    new_ids, pieces, said = add_new_tokens(phase, lm, rows)
    place = workplace.stage("tokens", phase.name)
    dump = {**phase.tokens.model_dump(mode="json", exclude={"batch"}), "joins": phase.tokens.joins}
    objective = phase.model_dump(mode="json", include={"objective"})
    hashes = rows_hash(rows), tokenizer_hash(before), tokenizer_hash(lm.tokenizer)
    made_from = fingerprint("tokens", *hashes, dump, objective, lm.max_length, code_version())
    with main_first():
        if not is_complete(place, made_from):
            tell(Event("stage", f"{phase.name}: tokenising"))
            if phase.name == workplace.recipe.phases[-1].name:
                need_room(phase, lm, rows, ("test",))
            with folder(place, made_from=made_from) as new:
                for role in ("train", "validation"):
                    part = of_role(rows, role)
                    if part.num_rows:
                        _encode(phase, lm, part, before, new / role)
    found = {role: Encoded.load(place / role) for role in ("train", "validation") if (place / role).is_dir()}
    for role, encoded in found.items():
        ledger.add(phase.name, "tokens", role, encoded.counts, max_dropped=workplace.recipe.max_dropped)
    if how_read(rows):
        note(tell, f"{phase.name}: {how_read(rows)}")
        if not has_answers(phase.objective):  # else the measuring of answers says it in the report
            lm.notes.append(how_read(rows))
    for sentence in [*said, *_sentences(phase, lm, before, found)]:
        note(tell, f"{phase.name}: {sentence}")
        lm.notes.append(sentence)
    facts = {f"{role}_windows": len(encoded.examples) for role, encoded in found.items()} | {
        role: {**asdict(encoded.statistics), "rows": encoded.counts.rows_in, "groups": _groups(rows, role)}
        for role, encoded in found.items()
    }
    validation = found["validation"].examples if "validation" in found else None
    return Tokenised(
        found["train"].examples, validation, new_ids, pieces, _tags(phase, rows), columns_read(rows), made_from, facts
    )


def need_room(phase: Phase, lm: LanguageModel, rows: Rows, roles: Sequence[str]) -> None:
    """Raise UserError for held-out rows too long to be asked about: their question leaves no room, or an answer is cut away.

    Before anything is trained: they are only measured at the end. Texts that stand alone are cut or read in windows, and
    need not be looked at.
    """
    task = phase.objective
    may_fail = isinstance(task, Writes) or PAIR in rows.column_names
    if not isinstance(task, Task) or task.too_long not in _MAY_FAIL or not may_fail:
        return
    tokens, where = phase.tokens.model_copy(update={"unlabelled": "drop"}), f"{phase.name}.tokens"
    for role in roles:
        part = of_role(rows, role)
        if part.num_rows:
            encode(part, lm.tokenizer, phase.objective, tokens, lm.max_length, where, places=True)


_MAY_FAIL = ("windows", "error", "left", "drop")
"""Ways with long texts that may leave no room for what is learnt."""


def tokenizer_for(spec: Model, rows: Rows) -> Any:
    """Give the tokenizer of a model spec; one that is to be made is made from the training rows."""
    if spec.train_tokenizer is None:
        return load_tokenizer(spec)
    train = of_role(rows, "train")
    return load_tokenizer(spec, train.column("text").to_pylist(), train.column(GROUP).to_pylist())


def add_new_tokens(phase: Phase, lm: LanguageModel, rows: Rows) -> tuple[list[int], list[list[int]], list[str]]:
    """Add words and tags to the tokenizer of `lm`; give the ids of the new ones, the pieces they had before, and what to tell.

    A tokenizer that knows no longest window is told the model's.
    """
    where, settings, base = f"{phase.name}.tokens", phase.tokens, lm.tokenizer
    place = f"{where}.additional_tokens"
    after, word_ids = enter_words(base, listed_words(base, settings.additional_tokens, place), place)
    if settings.domain_words:
        tags = _tags(phase, rows)
        mined = mined_words(of_domain(rows, "train"), _with_tags(after, tags), tags, settings.domain_words)
        after, more = enter_words(after, mined, f"{where}.domain_words")
        word_ids += more
    lm.tokenizer = after if word_ids else copy.deepcopy(base)
    mend_longest(lm.tokenizer, lm.max_length)
    if isinstance(phase.objective, Writes):
        phase.objective.with_template(lm.tokenizer, f"{phase.name}.objective")
    ids = [*word_ids, *add_tags(lm.tokenizer, _tags(phase, rows))]
    said = keep_as_written(lm.tokenizer, lm.model.config, where)
    pieces = pieces_of(base, [str(lm.tokenizer.convert_ids_to_tokens(number)) for number in ids])
    return ids, pieces, [said] if said else []


def _tags(phase: Phase, rows: Rows) -> list[str]:
    return phase.tokens.new_tokens(rows, f"{phase.name}.tokens")


def _with_tags(tokenizer: Any, tags: list[str]) -> Any:
    """Give a copy of a tokenizer that has all new tokens but words."""
    tokenizer = copy.deepcopy(tokenizer)
    add_tags(tokenizer, tags)
    return tokenizer


def _encode(phase: Phase, lm: LanguageModel, rows: Rows, before: Any, place: Path) -> None:
    place.mkdir()
    encoded = encode(rows, lm.tokenizer, phase.objective, phase.tokens, lm.max_length, f"{phase.name}.tokens")
    if len(before) != len(lm.tokenizer):
        encoded.statistics.text_tokens_before = count_tokens(rows, before, _tags(phase, rows))
    encoded.save(place)


def _sentences(phase: Phase, lm: LanguageModel, before: Any, found: dict[str, Encoded]) -> Iterator[str]:
    """Say what was decided about tokens that a reader of the log or the report will want to know."""
    if phase.tokens.joins:
        yield (
            f"texts lie end to end in blocks of {found['train'].statistics.longest} tokens, and each token sees the other "
            "texts of its block (batch: concat)"
        )
    new, asked = len(lm.tokenizer) - len(before), len(phase.tokens.additional_tokens) + phase.tokens.domain_words
    if asked:
        said = {role: one.statistics for role, one in found.items()}
        change = (
            f"{one.tokens_per_word_before:.3f} -> {one.tokens_per_word:.3f} ({role})" for role, one in said.items()
        )
        yield f"new words: {new} of {asked} asked for{_WHY_LESS if new < asked else ''}; tokens a word: {', '.join(change)}"


_WHY_LESS = f" (others are one token already, or stand in fewer than {FEWEST_GROUPS} groups of the training rows)"


def _groups(rows: Rows, role: str) -> int:
    return len(set(of_domain(rows, role).column(GROUP).to_pylist()))
