"""The recipe's `model` section."""

from __future__ import annotations

from typing import Any

from pydantic import field_validator

from acclimate.core.method import Section, option
from acclimate.core.recipe import parse_yaml


class TrainTokenizer(Section):
    """How a tokenizer is made from the training text, for a model from scratch: byte-level BPE, any script comes back."""

    vocab_size: int = option(
        16384, "entries of the vocabulary, special tokens included", unit="tokens", ge=300, le=1_000_000
    )
    end: bool = option(True, "whether a sequence ends with the end token (encoders: yes; decoders: no)")


class Model(Section):
    """Which model to start from.

    A Hub id or a folder (`path`), a starter (`starter:encoder`, `starter:decoder`), or a model from scratch (`model_type`
    with `config_overrides` and a tokenizer). Raises nothing; see model/load.py.
    """

    path: str | None = option(None, "Hub id, folder, starter:encoder or starter:decoder")
    revision: str = option("main", "branch, tag or commit of a Hub model")
    model_type: str | None = option(None, "architecture of a model from scratch: bert, llama, ...")
    config_overrides: dict[str, Any] = option(
        {}, "settings of a model from scratch: hidden_size, num_hidden_layers, ..."
    )
    tokenizer_name: str | None = option(None, "Hub id, folder or starter whose tokenizer to use")
    train_tokenizer: TrainTokenizer | None = option(None, "make a tokenizer from the training text (from scratch only)")

    @field_validator("config_overrides", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """Seed 000 writes them as n_embd=10,resid_pdrop=0.2."""
        if not isinstance(value, str):
            return value
        pairs = (part.partition("=") for part in value.split(",") if part.strip())
        return {key.strip(): parse_yaml(text, "model.config_overrides") for key, _, text in pairs}

    @property
    def label(self) -> str:
        """What reports call the base."""
        return self.path or f"{self.model_type} from scratch"
