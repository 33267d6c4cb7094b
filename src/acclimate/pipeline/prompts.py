"""A suite of prompts by use: `evaluate.prompts`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from acclimate.core.errors import Fault, UserError
from acclimate.core.rendered import Message
from acclimate.core.rows import Rows
from acclimate.pipeline.asked import rows_of, source_of
from acclimate.pipeline.generate import asked_in

WHERE = "evaluate.prompts"
_SAVE = "here nothing can be set: save the file as UTF-8, with commas between fields and a name for each column"
_REFERENCE, _USE = ("reference", "answer", "completion"), ("use", "group")


@dataclass(frozen=True)
class Prompt:
    """What is asked: a text or a conversation; its right answer and its use may be empty. `group` is what is resampled."""

    row_id: str
    group: str
    asked: str | Sequence[Message]
    reference: str = ""
    use: str = ""

    @property
    def text(self) -> str:
        """What is asked, for people to read."""
        if isinstance(self.asked, str):
            return self.asked
        if len(self.asked) == 1:
            return self.asked[0]["content"]
        return "\n\n".join(f"{one['role']}: {one['content']}" for one in self.asked)

    @property
    def with_answer(self) -> str:
        """All that is said, the right answer last: what such a row has for its text."""
        asked = [self.asked] if isinstance(self.asked, str) else [one["content"] for one in self.asked]
        return "\n".join([*asked, self.reference] if self.reference else asked)


def prompt_inputs(path: str | None) -> dict[str, str]:
    """Give what changes when the suite does. Raises: UserError if it is not there."""
    return {} if path is None else dict(source_of(path, WHERE).inputs(WHERE))


def prompts_of(path: str | None) -> list[Prompt]:
    """Read the suite: prompts (columns as `acclimate generate` reads them; of plain text, each line), and if they are there
    `reference` and `use`.

    Raises: UserError for a file or a column that is not there, a suite without prompts, and an empty prompt.
    """
    if path is None:
        return []
    rows = rows_of(source_of(path, WHERE), WHERE, how=_SAVE)
    asked, names = asked_in(rows, WHERE)
    references, uses = (_column(rows, some) for some in (_REFERENCE, _USE))
    found = [
        Prompt(f"prompts/{name}", f"prompts/{name}", one, reference, use)
        for name, one, reference, use in zip(names, asked, references, uses, strict=True)
    ]
    empty = [prompt.row_id for prompt in found if not prompt.text.strip()]
    if empty or not found:
        said = f"{len(empty)} prompts are empty: {', '.join(empty[:5])}" if empty else f"{path} holds no prompts"
        raise UserError(Fault(WHERE, said, "a question or a beginning in every row", "fill them in, or take them out"))
    return found


def count_prompts(path: str | None) -> list[str]:
    """Say how many prompts there are, how many with a right answer, and for which uses."""
    found = prompts_of(path)
    uses = Counter(one.use for one in found if one.use)
    named = f"; {', '.join(f'{use}: {count}' for use, count in uses.items())}" if uses else ""
    known = sum(bool(one.reference) for one in found)
    return [f"prompts of {path}: {len(found)}, {known} of them with a right answer{named}"] if found else []


def need_prompts(path: str | None, head: str) -> None:
    """Raise UserError, before anything is trained, for a suite that can't be read, or that no model can answer."""
    if path is not None and head != "causal":
        raise UserError(Fault(WHERE, "this kind of model writes no answers", "clm or sft", "leave it out"))
    prompts_of(path)


def _column(rows: Rows, names: Sequence[str]) -> list[str]:
    there = {name.strip().casefold(): name for name in reversed(rows.column_names)}
    column = next((there[name] for name in names if name in there), None)
    if column is None:
        return [""] * rows.num_rows
    return ["" if value is None else str(value).strip() for value in rows.column(column).to_pylist()]
