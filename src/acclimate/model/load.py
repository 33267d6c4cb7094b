"""A name -> a model with its tokenizer, in float32, its head's training known."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.language_model import LanguageModel
from acclimate.model.scratch import build, make_tokenizer
from acclimate.model.section import Model

STARTERS = ("starter:encoder", "starter:decoder")
_WHERE = "model"


def folder_of(path: str) -> str:
    """Give the folder of a starter, the folder itself, or the Hub id unchanged.

    Raises: UserError for an unknown starter, or a path that was meant as a folder and isn't there.
    """
    if path.startswith("starter:"):
        if path not in STARTERS:
            raise UserError(Fault(_WHERE, f"unknown starter {path!r}{nearest(path, STARTERS)}", ", ".join(STARTERS)))
        return str(files("acclimate.starters") / path.removeprefix("starter:"))
    place = Path(path).expanduser()
    if place.is_dir():
        if not (place / "config.json").is_file():
            raise UserError(
                Fault(_WHERE, f"{path} holds no config.json", "a folder in Hugging Face layout", "check the path")
            )
        return str(place)
    if place.is_absolute() or path.startswith((".", "~")) or path.count("/") > 1:
        raise UserError(
            Fault(_WHERE, f"no folder {path}", "a folder, a Hub id, " + " or ".join(STARTERS), "check the path")
        )
    return path


def load_tokenizer(spec: Model, texts: Iterable[str] = ()) -> Any:
    """Give the fast tokenizer of a model spec; `texts` are read only where one is to be made."""
    from acclimate.compat.transformers.loading import tokenizer_from

    if spec.train_tokenizer is not None:
        return make_tokenizer(spec.train_tokenizer, texts)
    name = spec.tokenizer_name or spec.path
    if name is None:
        raise UserError(
            Fault(
                _WHERE,
                "a model from scratch without a tokenizer",
                "tokenizer_name or train_tokenizer",
                "name one of the two",
            )
        )
    folder = folder_of(name)
    _reach(folder, spec.revision)
    return tokenizer_from(folder, spec.revision)


def load(spec: Model, head: str, tokenizer: Any = None, seed: int = 0) -> LanguageModel:
    """Give the model that a recipe names, with the head that its objective needs.

    Takes: `head`, "masked" or "causal"; `tokenizer`, where it was loaded or made already; `seed` for fresh weights.
    Raises: UserError for what can't be had or doesn't fit; never downloads where the Hub is off.
    """
    from acclimate.compat.transformers.loading import longest_sequence, pretrained

    tokenizer = tokenizer or load_tokenizer(spec)
    if spec.path is None:
        model, trained = build(spec, head, tokenizer, seed), True
    else:
        folder = folder_of(spec.path)
        _reach(folder, spec.revision)
        model, trained = pretrained(folder, spec.revision, head)
    model.config.use_cache = False
    name = spec.label
    return LanguageModel(model, tokenizer, name, head == "causal", longest_sequence(model.config, tokenizer), trained)


def need_head(spec: Model, head: str) -> None:
    """Raise UserError unless the base has the head that an objective needs. Only its config is read."""
    from acclimate.compat.transformers import loading

    if spec.path is None:
        return
    folder = folder_of(spec.path)
    _reach(folder, spec.revision)
    loading.need_head(loading.config_of(folder, spec.revision), head)


def is_hub_id(path: str | None) -> bool:
    """Say whether a path names a model on the Hub."""
    return path is not None and not path.startswith("starter:") and not Path(path).expanduser().is_dir()


def _reach(folder: str, revision: str) -> None:
    """For a Hub id: make sure within seconds that it can be had, from the network or from the local cache."""
    if not is_hub_id(folder):
        return
    from acclimate.compat.hub import cached, reachable

    if cached(folder, revision):
        return
    if os.environ.get("HF_HUB_OFFLINE", "") not in ("", "0"):
        raise UserError(
            Fault(_WHERE, f"{folder} is not in the local cache and HF_HUB_OFFLINE is set", "a folder or a cached model",
                  "fetch it where there is a network, or name a folder")
        )  # fmt: skip
    problem = reachable(folder, revision)
    if problem:
        raise UserError(
            Fault(_WHERE, f"{folder} can't be had: {problem}", "a Hub id, a folder, " + " or ".join(STARTERS),
                  "check the name and the network, or name a folder")
        )  # fmt: skip
