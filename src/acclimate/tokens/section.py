"""The recipe's `tokens` section."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import field_validator

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Family, Section, option
from acclimate.core.protocols import Batching
from acclimate.core.rows import Rows, about


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
    unlabelled: Literal["error", "drop"] = option("error", "what to do with a row that holds nothing to be learnt")
    batch: Annotated[Batching, Family("batch")] = option(
        "padding_free", "how windows lie in the rows that a model sees"
    )

    @field_validator("additional_special_tokens", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """Seed 000 writes them as one text with commas."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

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
