"""An adapter that PEFT has written, here or elsewhere, on its base -> a plain model in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from acclimate.core.artifact import file_hash, fingerprint
from acclimate.core.errors import Fault, UserError
from acclimate.core.language_model import LanguageModel
from acclimate.model.load import load, load_tokenizer, need_head
from acclimate.model.rows import add_rows
from acclimate.model.save import probe, save
from acclimate.model.section import Model

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_PICKLED = "adapter_model.bin"


def is_adapter(path: str) -> bool:
    """Say whether a path is the folder of an adapter without the weights of its base."""
    place = Path(path).expanduser()
    return (place / CONFIG).is_file() and not any(place.glob("model*.safetensors"))


def adapter_identity(folder: Path) -> str:
    """Give a fingerprint of an adapter's own files."""
    names = (CONFIG, WEIGHTS, "tokenizer.json")
    return fingerprint({name: file_hash(folder / name) for name in names if (folder / name).is_file()})


def base_of(folder: Path) -> Model:
    """Give the base that an adapter says it was trained on.

    Raises: UserError if it says none, or if its weights are not safetensors.
    """
    if not (folder / WEIGHTS).is_file():
        found = f"holds {_PICKLED}, which is pickled" if (folder / _PICKLED).is_file() else f"holds no {WEIGHTS}"
        raise UserError(Fault(str(folder), found, WEIGHTS, "save the adapter again as safetensors"))
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        base, revision = config["base_model_name_or_path"], config.get("revision")
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UserError(
            Fault(f"{folder / CONFIG}", f"can't be read: {error!r}", "PEFT's settings", "save it again")
        ) from None
    if not base:
        do = "write its name into base_model_name_or_path"
        raise UserError(Fault(f"{folder / CONFIG}", "names no base model", "a Hub id or a folder", do))
    return Model(path=str(base), revision=revision or "main")


def need_base(folder: Path, base: Model, head: str) -> None:
    """Raise UserError unless an adapter's base can be had, and has the head. Only its config is looked at."""
    try:
        need_head(base, head)
    except UserError as error:
        do = f"bring the base to where {folder / CONFIG} says it is, or mend base_model_name_or_path there"
        faults = (Fault(f"{folder}, its base", fault.found, fault.allowed, do) for fault in error.faults)
        raise UserError(*faults) from None


def merge_folder(folder: Path, base: Model, head: str, to: Path) -> None:
    """Write the adapter's model, merged, with its tokenizer, into the folder `to`.

    Its own tokenizer is taken where the adapter's folder has one; rows for tokens that the base does not have are added
    first. Raises: UserError if the two don't fit; AcclimateError if merging changes the logits.
    """
    from acclimate.compat.peft import merged, with_adapter

    lm = load(base, head)
    lm.tokenizer = _tokenizer(folder, lm)
    wrapped = with_adapter(lm.model, str(folder))
    before = probe(lm, wrapped)
    save(lm, merged(wrapped), to, before)


def _tokenizer(folder: Path, lm: LanguageModel) -> Any:
    """Give the adapter's tokenizer, with room made in the model for tokens that are new in it."""
    if not (folder / "tokenizer.json").is_file():
        return lm.tokenizer
    own = load_tokenizer(Model(tokenizer_name=str(folder)))
    known = lm.tokenizer.get_vocab()
    new = sorted(number for token, number in own.get_vocab().items() if token not in known)
    add_rows(lm, new, [[] for _ in new])
    return own
