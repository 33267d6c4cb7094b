"""The recipe's `model` section."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from acclimate.core.method import Section, option
from acclimate.core.recipe import parse_yaml

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


class TrainTokenizer(Section):
    """How a tokenizer is made from the training text, for a model from scratch: byte-level BPE, any script comes back."""

    vocab_size: int = option(
        16384, "entries of the vocabulary, special tokens included", unit="tokens", ge=300, le=1_000_000
    )
    end: bool = option(True, "whether a sequence ends with the end token (encoders: yes; decoders: no)")


class Model(Section):
    """Which model to start from.

    A Hub id or a folder (`path`), a starter (`starter:encoder`, `starter:decoder`), or a model from scratch (`model_type`
    or `config_name`, with `config_overrides` and a tokenizer). Raises nothing; see model/load.py.
    """

    path: str | None = option(None, "Hub id, folder, starter:encoder or starter:decoder")
    revision: str = option("main", "branch, tag or commit of a Hub model")
    config_name: str | None = option(
        None, "Hub id or folder whose config to use: in place of the model's own, or for a model from scratch"
    )
    model_type: str | None = option(None, "architecture of a model from scratch: bert, llama, ...")
    config_overrides: dict[str, Any] = option(
        {}, "settings of a model from scratch: hidden_size, num_hidden_layers, ..."
    )
    tokenizer_name: str | None = option(None, "Hub id, folder or starter whose tokenizer to use")
    use_fast_tokenizer: bool = option(True, "always true: masks and windows need to know each token's characters")
    train_tokenizer: TrainTokenizer | None = option(None, "make a tokenizer from the training text (from scratch only)")
    cache_dir: str | None = option(None, "where models from the Hub are kept (default: Hugging Face's cache)")
    token: str | bool | None = option(
        None,
        "for a private Hub model: the name of the environment variable that holds the token, or true for `hf auth login`'s",
    )
    trust_remote_code: bool = option(
        False,
        "always false: no code that came with a model is run. Leave it out; if the base then does not load, look for it in a "
        "form that transformers loads by itself (a newer release of transformers, another revision, a converted copy)",
    )
    low_cpu_mem_usage: bool = option(True, "weights go straight to their place; false is accepted and changes nothing")
    dtype: Literal["float32", "bfloat16"] = option(
        "float32",
        "what the base's weights are held in while training; bfloat16 only where an adapter leaves them as they are",
    )
    attn_implementation: Literal["eager", "sdpa"] | None = option(
        None, "transformers' attention to keep (default: the fastest exact way; see architectures.md)"
    )

    @field_validator("path", mode="before")
    @classmethod
    def _one_base(cls, value: Any) -> Any:
        if isinstance(value, list):
            raise ValueError("one base here: only `acclimate run` (in Python: acclimate.run_several) takes a list")
        return value

    @field_validator("config_overrides", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """run_mlm.py takes them as n_embd=10,resid_pdrop=0.2."""
        if not isinstance(value, str):
            return value
        pairs = (part.partition("=") for part in value.split(",") if part.strip())
        return {key.strip(): parse_yaml(text, "model.config_overrides") for key, _, text in pairs}

    @field_validator("model_type", "config_overrides", "train_tokenizer")
    @classmethod
    def _from_scratch_only(cls, value: Any, info: ValidationInfo) -> Any:
        """A loaded model has an architecture and a tokenizer: what would change them is not passed over in silence."""
        if value and info.data.get("path") is not None:
            raise ValueError("nothing, beside model.path: only a model from scratch takes it")
        return value

    @field_validator("use_fast_tokenizer", "trust_remote_code")
    @classmethod
    def _one_value(cls, value: bool, info: ValidationInfo) -> bool:
        if info.field_name == "use_fast_tokenizer" and not value:
            raise ValueError("true: slow tokenizers do not say which characters a token stands for")
        if info.field_name == "trust_remote_code" and value:
            raise ValueError(
                "false: code that came with a model is never run (docs/decisions/0006-no-remote-code.md says why)"
            )
        return value

    @field_validator("token", mode="before")
    @classmethod
    def _no_secret(cls, value: Any) -> Any:
        """A recipe is written down and shared, so no token stands in it; nor is it repeated in the message."""
        if value is None or isinstance(value, bool) or (isinstance(value, str) and _VARIABLE.fullmatch(value)):
            return value
        raise PydanticCustomError(
            "withheld", "what may be a token itself (not shown)||true, or the name of an environment variable: HF_TOKEN"
        )

    @field_validator("attn_implementation", mode="before")
    @classmethod
    def _measurable(cls, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("flash_attention"):
            raise ValueError(
                "eager or sdpa (which uses flash kernels on a GPU): models are measured in float32, which it lacks"
            )
        return value

    @property
    def label(self) -> str:
        """What reports call the base."""
        return self.path or f"{self.model_type or self.config_name} from scratch"

    def at(self, folder: str) -> Model:
        """Give the spec of what training left in a folder: loaded as the base was, its weights in float32."""
        return Model(path=folder, attn_implementation=self.attn_implementation)
