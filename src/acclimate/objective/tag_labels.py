"""Which columns rows with entities have, and the label set that training rows give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.rows import OWN_COLUMNS, ROLE, ROW_ID, Rows, called, need_text
from acclimate.core.tags import OUTSIDE, parts
from acclimate.objective.tag_rows import ENTITIES, TagColumns

_TEXTS = ("text", "sentence", "content", "document", "abstract")
_TOKENS = ("tokens", "words")
_TAGS = ("tags", "ner_tags", "labels", "ner")
_SPANS = ("entities", "spans")
_SHOWN = 5


def found_columns(rows: Rows, asked: TagColumns) -> TagColumns:
    """Find the columns by what was asked for, or by their usual names (None: there is none).

    Beside words only `text` is taken for their text: a `document` may be its name.
    """
    there = [name for name in rows.column_names if name not in OWN_COLUMNS]
    usual = (_TEXTS, _TOKENS, _TAGS, _SPANS)
    found = TagColumns(*(one or called(there, names) for one, names in zip(asked, usual, strict=True)))
    words = found.tokens is not None and (found.tags is not None or found.entities is None)
    return found._replace(text=asked.text or called(there, ("text",))) if words else found


def need_columns(rows: Rows, asked: TagColumns, where: str) -> TagColumns:
    """The same. Raises: UserError for a column that is not there, or where neither words and tags nor text and spans are."""
    there = [name for name in rows.column_names if name not in OWN_COLUMNS]
    faults = [
        Fault(
            f"{where}.{key}_column", f"no column {name!r}{nearest(name, there)}", ", ".join(there), "name one of them"
        )
        for key, name in asked._asdict().items()
        if name is not None and name not in there
    ]
    found = found_columns(rows, asked)
    if not faults and not complete(found):
        faults = [
            Fault(where, f"columns {', '.join(there)}", "words with tags (tokens, tags) or a text with spans (text, entities)",
                  "name them: tokens_column, tags_column, text_column, entities_column")
        ]  # fmt: skip
    if faults:
        raise UserError(*faults)
    need_text(rows, [found.text] if found.text else [], where)
    return found


def complete(found: TagColumns) -> bool:
    """Say whether rows can be read."""
    return bool((found.tokens and found.tags) or (found.text and found.entities))


def tag_set(types: Iterable[str], given: Sequence[str]) -> tuple[str, ...]:
    """Give the model's labels, BIO: O, then B-X and I-X of each label of an entity.

    Takes: the labels of the training rows, and the names that the recipe gives: if these are BIO already they stay as they
    are, else they say which labels there are and in which order.
    """
    named = dict.fromkeys(label for name in given if (label := parts(name)[1]))
    ordered = list(named) or sorted(set(types))
    wanted = (OUTSIDE, *(f"{mark}-{label}" for label in ordered for mark in "BI"))
    return tuple(given) if set(given) == set(wanted) and len(given) == len(wanted) else wanted


def balanced(rows: Rows, names: Sequence[str]) -> dict[str, float]:
    """Give w = characters / (labels x characters of the label) for O and each label of an entity, of the training rows.

    Characters, for how many tokens a word has depends on the tokenizer; of those outside an entity white space does not count.
    """
    counts: Counter[str] = Counter()
    columns = [rows.column(name).to_pylist() for name in (ROLE, "text", ENTITIES)]
    for role, text, some in zip(*columns, strict=True):
        if role != "train":
            continue
        inside = 0
        for one in some:
            length = len("".join(text[one["start"] : one["end"]].split()))
            counts[one["label"]] += length
            inside += length
        counts[OUTSIDE] += len("".join(text.split())) - inside
    labels = weighable(names)
    total = sum(counts.values())
    return {label: round(total / (len(labels) * max(counts[label], 1)), 6) for label in labels}


def weighable(names: Sequence[str]) -> list[str]:
    """Give what a weight may be of: O, and each label of an entity."""
    return [OUTSIDE, *dict.fromkeys(label for name in names if (label := parts(name)[1]))]


def need_known(rows: Rows, names: Sequence[str], *, given: bool, where: str) -> None:
    """Raise UserError if training rows have no entity, or rows have one whose label is not among `names`.

    Takes: `given`, whether the recipe named the labels (else they are training's).
    """
    known = {label for name in names if (label := parts(name)[1])}
    columns = [rows.column(name).to_pylist() for name in (ROLE, ROW_ID, ENTITIES)]
    cells = [(role, row, [one["label"] for one in some]) for role, row, some in zip(*columns, strict=True)]
    if not any(some for role, _, some in cells if role == "train"):
        raise UserError(
            Fault(where, "no entity in any training row", "rows with entities", "look at the column of tags or spans")
        )
    what, do = "no training row has", "give more training rows, or mend the split"
    if given:
        what, do = "objective.labels does not name", "add them to objective.labels, or mend the rows"
    faults = []
    for role in ("train", "validation", "test"):
        unknown = {name: row for of, row, some in cells if of == role for name in some if name not in known}
        if unknown:
            shown = ", ".join(f"{name!r} ({row})" for name, row in list(unknown.items())[:_SHOWN])
            faults.append(
                Fault(where, f"{role} rows have labels that {what}: {shown}", ", ".join(sorted(known)[:20]), do)
            )
    if faults:
        raise UserError(*faults)
