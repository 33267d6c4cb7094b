"""How a decoder writes on from a prompt."""

from __future__ import annotations

from typing import Any

from pydantic import field_validator

from acclimate.core.method import Section, option


class Decoding(Section):
    """Greedy (the most probable token each time) at temperature 0, else sampled.

    Sampling draws from p(v) ~ exp(logit_v / temperature), cut to `top_k` and then to `top_p`. What is drawn for a prompt
    depends on the seed, its tokens and how often it came before in the same call: never on the prompts beside it.
    """

    max_new_tokens: int = option(256, "most tokens that are written", unit="tokens", ge=1, le=1_000_000)
    temperature: float = option(0.0, "0: the most probable token; above: sampled, flatter the higher", ge=0, le=100)
    top_p: float = option(1.0, "sample among the most probable tokens that hold this share", unit="share of probability",
                          gt=0, le=1)  # fmt: skip
    top_k: int = option(0, "sample among so many most probable tokens (0: all)", unit="tokens", ge=0)
    repetition_penalty: float = option(
        1.0, "logits of tokens that prompt or answer hold are divided (negative ones multiplied) by it", ge=0.01, le=100
    )
    seed: int = option(0, "of sampling", unit="a number", ge=0)
    stop: tuple[str, ...] = option((), "texts at which an answer ends; they are not part of it")

    @field_validator("stop", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("stop")
    @classmethod
    def _not_empty(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(value):
            raise ValueError("texts of at least one character")
        return value
