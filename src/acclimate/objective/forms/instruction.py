"""Rows with an instruction, perhaps an input, and an output."""

from __future__ import annotations

from acclimate.core.method import Method, option
from acclimate.core.rows import Rows
from acclimate.objective.forms.history import history_column
from acclimate.objective.forms.turns import Shaped, find, from_columns, system_column, the_column

INSTRUCTION, INPUT, OUTPUT = ("instruction",), ("input", "context"), ("output", "response")


class Instruction(Method):
    """Read an instruction, with its input under it where there is one, as what the user says, the output as the answer.

    Takes: columns of text. An input may be empty.

    Gives: `messages`: instruction, an empty line, input; then the output. `text`, the contents joined by line ends, where
    there is none.

    Options: the columns (default: instruction; input or context; output or response, in any capitalisation), and those of
    what stands before: `system`, and `history`, earlier questions with their answers, which are learnt as well.

    When to use: data in the form of Alpaca, Dolly or LLaMA-Factory. `prompt_completion` where the question is one text.

    Source: Taori et al. 2023, Stanford Alpaca.

    Raises: UserError naming rows without an instruction or with an empty answer.
    """

    instruction: str | None = option(None, "column of the task")
    input: str | None = option(None, "column of what the task is to be done with")
    output: str | None = option(None, "column of the answer")
    system: str | None = option(None, "column of a system prompt (default: system, if there)")
    history: str | None = option(
        None, "column of earlier turns, [[question, answer], ...] (default: history, if there)"
    )

    def fits(self, rows: Rows) -> bool:
        return bool(find(rows, self.instruction, INSTRUCTION) and find(rows, self.output, OUTPUT))

    def shape(self, rows: Rows, where: str) -> Shaped:
        instruction = the_column(rows, self.instruction, INSTRUCTION, f"{where}.instruction")
        output = the_column(rows, self.output, OUTPUT, f"{where}.output")
        there = bool(self.input or find(rows, None, INPUT))
        more = [the_column(rows, self.input, INPUT, f"{where}.input")] if there else []
        system = system_column(rows, self.system, where)
        history = history_column(rows, self.history, f"{where}.history")
        return from_columns(rows, where, [instruction, *more], output, optional=more, system=system, history=history)
