"""The recipe's `tokens` section."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ValidationInfo, field_validator, model_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Family, Section, option
from acclimate.core.protocols import Batching
from acclimate.core.rows import Rows, about
from acclimate.tokens.concat import Concat


class Tokens(Section):
    """How rows become windows of tokens, and windows become batches."""

    max_length: int | None = option(
        None,
        "longest window, special tokens included (default: what the model takes)",
        unit="tokens",
        ge=8,
        le=1_000_000,
    )
    stride: int = option(
        0,
        "how many tokens of a long text's window begin the next one again, as context",
        unit="tokens",
        ge=0,
        le=1_000_000,
    )
    tags: bool | None = option(None, "make the tags of tagged records special tokens (default: if there are any)")
    additional_special_tokens: tuple[str, ...] = option((), "more texts that become special tokens where they stand")
    additional_tokens: tuple[str, ...] = option(
        (), "words that become one token each: a list, a text with commas, or a file (@path or path.txt), one a line"
    )
    domain_words: int = option(
        0,
        "how many words of the training rows become one token each, the most tokens saved first",
        unit="words",
        ge=0,
        le=100_000,
    )
    unlabelled: Literal["error", "drop"] = option("error", "what to do with a row that holds nothing to be learnt")
    batch: Annotated[Batching, Family("batch")] = option(
        "padding_free", "how windows lie in the rows that a model sees"
    )

    @field_validator("additional_special_tokens", "additional_tokens", mode="before")
    @classmethod
    def _from_text(cls, value: Any, info: ValidationInfo) -> Any:
        """They may be one text with commas; `additional_tokens` may be a file."""
        if not isinstance(value, str):
            return value
        if info.field_name == "additional_tokens" and (value.startswith("@") or value.endswith(".txt")):
            return _lines(Path(value.removeprefix("@")).expanduser())
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("additional_tokens")
    @classmethod
    def _some_letters(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(word.strip() for word in value):
            raise ValueError("words, none of them empty")
        return tuple(dict.fromkeys(word.strip() for word in value))

    @model_validator(mode="after")
    def _blocks_have_no_stride(self) -> Tokens:
        if self.joins and self.stride:
            raise ValueError("stride 0 with batch: concat, whose blocks follow each other without a gap")
        return self

    @property
    def joins(self) -> bool:
        """Whether texts are laid end to end and cut into blocks."""
        return isinstance(self.batch, Concat)

    def length(self, longest: int, where: str) -> int:
        """Give the longest window in tokens. `longest` is what the model takes.

        Raises: UserError if the recipe asks for more, or for a stride that leaves no room for anything new.
        """
        length = self.max_length or longest
        if length > longest:
            found = f"{length} tokens, but the model takes {longest}"
            raise UserError(Fault(f"{where}.max_length", found, f"8 to {longest}", "lower it or leave it out"))
        if self.stride > length // 2:
            found = f"{self.stride} tokens of a window of {length}"
            raise UserError(
                Fault(f"{where}.stride", found, f"at most half: {length // 2}", "lower stride or raise max_length")
            )
        return length

    def new_tokens(self, rows: Rows, where: str) -> list[str]:
        """Give the texts that stand as one special token wherever they occur: tags of tagged rows, and what was listed.

        Raises: UserError if tags are asked for and the rows have none.
        """
        tags = list(about(rows).get("tags", []))
        if self.tags and not tags:
            raise UserError(
                Fault(f"{where}.tags", "the rows have no tags", "", "add prepare: tagged, or remove tags: true")
            )
        return list(dict.fromkeys([*(tags if self.tags is not False else []), *self.additional_special_tokens]))


def _lines(path: Path) -> tuple[str, ...]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"a UTF-8 text file with one word a line ({path}: {error})") from None
    return tuple(line.strip() for line in text.splitlines() if line.strip())
