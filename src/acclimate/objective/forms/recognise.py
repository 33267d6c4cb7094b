"""Which form rows are written in, told from their columns and types."""

from __future__ import annotations

from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.registry import methods, name_of, resolve
from acclimate.core.rows import OWN_COLUMNS, Rows
from acclimate.objective.forms.turns import Shaped


def fitting(rows: Rows) -> list[Any]:
    """Give the forms that rows fit, in the order in which they are registered."""
    forms = [resolve("form", name)() for name in methods("form")]
    return [form for form in forms if form.fits(rows)]


def conversations(rows: Rows, form: Any, where: str) -> Shaped:
    """Give rows with `messages`, by a form or (None) by the one that fits them, and how they were read, in a sentence.

    Raises: UserError if no form fits, if several do, or for rows that do not keep to it.
    """
    if form is None:
        form = _only(rows, where)
    name = name_of("form", form)
    made, counts, said = form.shape(rows, f"{where}.form")
    return made, counts, f"rows are read as {name}: {said}"


def _only(rows: Rows, where: str) -> Any:
    found = fitting(rows)
    if len(found) == 1:
        return found[0]
    there = ", ".join(f"{field.name} ({field.type})" for field in rows.schema if field.name not in OWN_COLUMNS)
    if not found:
        raise UserError(
            Fault(f"{where}.form", f"no form fits the columns {there}", ", ".join(methods("form")),
                  "name a form with its columns, as in {name: question_answer, question: q, answer: a}")
        )  # fmt: skip
    names = [name_of("form", one) for one in found]
    raise UserError(
        Fault(f"{where}.form", f"{' and '.join(names)} fit the columns {there} equally well", "one form",
              f"choose one, as in form: {names[0]}")
    )  # fmt: skip
