"""One key of a peer's file after the other: carried over to an option of ours, or left out with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from acclimate.core.errors import Fault, UserError
from acclimate.core.recipe import Data, set_dotted
from acclimate.pipeline.aliases import ARGUMENTS, NO_EFFECT, VALUE_ALIASES

TRAINING = {name: argument.key for name, argument in ARGUMENTS.items() if argument.key.startswith("train.")}
"""What transformers' TrainingArguments and its like call the options of `train`."""
DEFAULT = "its default"
"""Where an option comes from that the file does not name, as the peer's default is another than ours."""
_OFF: tuple[Any, ...] = (False, "", "none", "None", 0, [], {})
_LATER = "tasks (instructions, preferences, rewards) come with a later version"


@dataclass(frozen=True)
class LeftOut:
    """A key of the peer's file that the recipe does not have, and what that means."""

    key: str
    found: Any
    why: str

    def __str__(self) -> str:
        return f"{self.key}: {self.found} ({self.why})"


class Converted(NamedTuple):
    """A recipe (its sections at the top), what is missing in it, and which key of the peer's each option comes from."""

    recipe: Data
    left_out: list[LeftOut]
    origins: dict[str, str]


class Carrier:
    """A peer's file on its way into a recipe."""

    def __init__(self, data: Data) -> None:
        self.rest = {key: value for key, value in data.items() if value is not None}
        self.recipe: Data = {}
        self.left: list[LeftOut] = []
        self.origins: dict[str, str] = {}

    def take(self, key: str, otherwise: Any = None) -> Any:
        """Give the value of a key and count it as looked after."""
        return self.rest.pop(key, otherwise)

    def put(self, option: str, value: Any, key: str = "") -> None:
        """Set an option of the recipe; `key` says where it comes from, none that it is the default there."""
        set_dotted(self.recipe, option, value, method=False)
        self.origins[option] = key or DEFAULT

    def carry(self, table: Mapping[str, str]) -> None:
        """Carry the keys over that mean the same under another name; of two that mean one thing the second is left out."""
        for key, option in table.items():
            if key in self.rest and option in self.origins:
                self.leave(key, f"{self.origins[option]} says it")
            elif key in self.rest:
                self.put(option, self.take(key), key)

    def leave(self, key: str, why: str) -> None:
        """Leave a key out; nothing is said of one that is off, since what it would switch on isn't there."""
        if key in self.rest:
            value = self.take(key)
            if value not in _OFF:
                self.left.append(LeftOut(key, value, why))

    def leave_all(self, table: Mapping[str, str]) -> None:
        """Leave keys out, each with its reason; a key that ends in * stands for all that begin so."""
        for pattern, why in table.items():
            for key in list(self.rest):
                if key == pattern or (pattern.endswith("*") and key.startswith(pattern[:-1])):
                    self.leave(key, why)

    def training(self) -> None:
        """Carry over what transformers' TrainingArguments have in common with `train`."""
        if self.rest.get("max_steps") == -1:
            self.take("max_steps")
        self.carry(
            {
                **TRAINING,
                "seed": "train.seed",
                "output_dir": "output_dir",
                "overwrite_output_dir": "overwrite_output_dir",
            }
        )
        for option, names in VALUE_ALIASES.items():
            train = self.recipe.get("train", {})
            if isinstance(train.get(option), str):
                train[option] = names.get(train[option], train[option])
        for name, what in NO_EFFECT.items():
            refused = what.only and self.rest.get(name) not in what.only
            self.leave(name, f"{what.reason}: {what.do}" if refused else f"no effect: {what.reason}")

    def done(self) -> Converted:
        """Give the recipe; what nobody looked after is left out by name."""
        for key in list(self.rest):
            self.leave(key, "not known here: see whether it matters")
        return Converted(self.recipe, self.left, self.origins)


def refuse_task(where: str, found: Any, allowed: str, do: str) -> UserError:
    """Give the error for a file that trains for a task rather than on a domain's text."""
    return UserError(Fault(where, f"found {found!r}; {_LATER}", allowed, do))


def select_texts(columns: Mapping[str, str]) -> Data | None:
    """Give the step that makes one column `text` of several tables, or of one whose column is called otherwise.

    Takes: `columns`, the name of each table's column of texts. Gives: None where nothing is to be done.
    """
    if list(columns.values()) == ["text"]:
        return None
    # The query runs in a locked database in memory, over these tables alone.
    parts = [f"select {_quoted(column)} as text from {table}" for table, column in columns.items()]  # noqa: S608
    return {"name": "sql", "query": " union all ".join(parts)}


def _quoted(column: str) -> str:
    doubled = column.replace('"', '""')
    return f'"{doubled}"'
