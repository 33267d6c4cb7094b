"""What a review reads: the models' answers, and sheets that people filled in with whatever they had at hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from acclimate.core.artifact import write_text
from acclimate.core.errors import Fault, UserError
from acclimate.core.review import CHOICES, AnswerPair, Filled, Key

ANSWERS = "answers_private.jsonl"
"""What the models answered, in a run's evaluate folder: one pair a line."""
_DELIMITERS = ",;\t"


def write_pairs(path: Path, pairs: Sequence[AnswerPair]) -> None:
    """Write answers_private.jsonl, if there is anything to write."""
    if pairs:
        write_text(path, "".join(json.dumps(vars(pair), ensure_ascii=False) + "\n" for pair in pairs))


def read_pairs(path: Path) -> list[AnswerPair]:
    """Read answers_private.jsonl. Raises: UserError naming the line that can't be read."""
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            try:
                pairs.append(AnswerPair(**json.loads(line)))
            except (ValueError, TypeError) as error:
                allowed = "row_id, group, prompt, reference, base, adapted"
                raise UserError(Fault(f"{path}, line {number}", str(error), allowed, "run the recipe again")) from None
    return pairs


def read_filled(paths: Sequence[Path], key: Key) -> list[Filled]:
    """Read filled sheets, one a reviewer: CSV with the columns item and choice, from the page or from a spreadsheet.

    Separators , ; and tab are known. A reviewer is called as the column `reviewer` says, else as the file.
    Raises: UserError with all that is wrong, by file and line.
    """
    items = {row.item for row in key.rows if row.item}
    found: list[Filled] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            one = _filled(path, key.sheet, items)
        except UserError as error:
            faults += error.faults
            continue
        if one.reviewer in {other.reviewer for other in found}:
            do = "write who filled it in into its column `reviewer`, or rename the file; leave out a sheet that is there twice"
            faults.append(Fault(str(path), f"a second sheet of reviewer {one.reviewer!r}", "one each", do))
        found.append(one)
    if faults:
        raise UserError(*faults)
    return found


def _filled(path: Path, sheet: str, items: set[str]) -> Filled:
    lines = csv.DictReader(io.StringIO(text := _text(path), newline=""), delimiter=_delimiter(text))
    columns = {(name or "").strip().lower(): name for name in lines.fieldnames or ()}
    if not {"item", "choice"} <= columns.keys():
        named = ", ".join(column for column in columns if column) or "none"
        raise UserError(Fault(str(path), f"columns: {named}", "item and choice among them", "fill in review.csv"))
    choices, faults, reviewer, comments = {}, [], "", 0
    for line in lines:
        where = f"{path}, line {lines.line_num}"
        item, choice, name, comment = (
            (line.get(columns.get(column, "")) or "").strip() for column in ("item", "choice", "reviewer", "comment")
        )
        reviewer, comments = reviewer or name, comments + bool(comment)
        if not choice:
            continue
        if item not in items:
            do = "name the run that the sheet was made from"
            faults.append(Fault(where, f"item {item!r} is not of this review ({sheet})", f"{sheet}-001 and so on", do))
        elif item in choices:
            faults.append(Fault(where, f"item {item!r} stands a second time", "each once", "keep one of the lines"))
        elif choice.lower() not in CHOICES:
            faults.append(Fault(where, f"choice {choice!r}", f"{', '.join(CHOICES)}, or empty", "mend the line"))
        else:
            choices[item] = next(one for one in CHOICES if one == choice.lower())
    if faults:
        raise UserError(*faults)
    return Filled(reviewer or path.stem, choices, comments)


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"is not UTF-8 text (byte {error.start})"
    except OSError as error:
        found = f"can't be read ({error.strerror})"
    raise UserError(Fault(str(path), found, "a filled review.csv", "save it as CSV, UTF-8"))
