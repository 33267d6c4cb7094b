"""A name -> a model with its tokenizer, its head's training known."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from acclimate.compat.hub import Access, cached, only_pickled, pickled_fault, reachable, weights_fault
from acclimate.compat.offline import offline
from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.labels import Labels
from acclimate.core.language_model import LanguageModel
from acclimate.model.scratch import build, make_tokenizer
from acclimate.model.section import Model

TASK_HEADS = ("classify", "tag", "extract")
STARTERS = ("starter:encoder", "starter:decoder")
_WHERE = "model"
_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "config.json")
# Of a config that a model from scratch is built by: what is the tokenizer's, and what is of the file alone.
_NOT_COPIED = {"vocab_size", "pad_token_id", "bos_token_id", "eos_token_id", "model_type", "architectures", "dtype",
               "torch_dtype", "transformers_version", "_name_or_path", "auto_map"}  # fmt: skip


def model_in(path: str) -> str:
    """Give the model's folder in the folder of a run; any other path as it is."""
    place = Path(path).expanduser()
    return str(place / "model") if (place / "model" / "config.json").is_file() else path


def folder_of(path: str, holds: tuple[str, ...] = ("config.json",)) -> str:
    """Give the folder of a starter, the folder itself (which has one of the files `holds`), or the Hub id unchanged.

    Raises: UserError for an unknown starter, or a path that was meant as a folder and isn't there.
    """
    if path.startswith("starter:"):
        if path not in STARTERS:
            raise UserError(Fault(_WHERE, f"unknown starter {path!r}{nearest(path, STARTERS)}", ", ".join(STARTERS)))
        return str(files("acclimate.starters") / path.removeprefix("starter:"))
    place = Path(path).expanduser()
    if place.is_dir():
        if not any((place / name).is_file() for name in holds):
            raise UserError(
                Fault(_WHERE, f"{path} holds no {holds[0]}", "a folder in Hugging Face layout", "check the path")
            )
        return str(place)
    if place.is_absolute() or path.startswith((".", "~")) or path.count("/") > 1:
        raise UserError(
            Fault(_WHERE, f"no folder {path}", "a folder, a Hub id, " + " or ".join(STARTERS), "check the path")
        )
    return path


def load_tokenizer(spec: Model, texts: Iterable[str] = (), groups: Sequence[object] | None = None) -> Any:
    """Give the fast tokenizer of a model spec; `texts` (and whose each is, `groups`) are read only where one is to be made.

    Raises: UserError if there is none, or if the model has no rows for what it may say.
    """
    from acclimate.compat.transformers.loading import tokenizer_from

    if spec.train_tokenizer is not None:
        return make_tokenizer(spec.train_tokenizer, texts, groups)
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
    tokenizer = tokenizer_from(*_place(name, spec))
    if spec.path is not None:
        rows = config_for(spec).get_text_config().vocab_size
        need_rows(tokenizer, rows, "model.tokenizer_name" if spec.tokenizer_name else _WHERE)
    return tokenizer


def need_rows(tokenizer: Any, rows: int, where: str) -> None:
    """Raise UserError if a text could become an id that the model has no embedding row for.

    Some tokenizers (Gemma 3's) have marks for images beyond the rows of a model for text: these never come from a text.
    """
    vocabulary = tokenizer.get_vocab()
    marks = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    named = {tokenizer.bos_token, tokenizer.eos_token, tokenizer.pad_token, tokenizer.unk_token, tokenizer.mask_token,
             tokenizer.cls_token, tokenizer.sep_token}  # fmt: skip
    last = max((number for token, number in vocabulary.items() if token not in marks - named), default=0)
    if last >= rows:
        raise UserError(
            Fault(where, f"the tokenizer's ids go to {last:,}, the model has rows for {rows:,} tokens", f"ids below {rows:,}",
                  "use the model's own tokenizer (leave tokenizer_name out)")
        )  # fmt: skip


def load(spec: Model, head: str, tokenizer: Any = None, seed: int = 0, labels: Labels | None = None) -> LanguageModel:
    """Give the model that a recipe names, with the head that its objective needs.

    Takes: `head`, as an objective names it; `tokenizer`, where it was loaded or made already; `seed` for fresh weights;
    `labels`, what a task's head answers (None: what the model's own config says).
    Raises: UserError for what can't be had or doesn't fit; never downloads where the Hub is off.
    """
    import torch

    from acclimate.compat.transformers.heads import looks_back_only, with_labels
    from acclimate.compat.transformers.loading import keep_attention, longest_sequence, pretrained

    tokenizer = tokenizer or load_tokenizer(spec)
    config = config_for(spec) if spec.config_name else None
    torch.manual_seed(seed)
    if spec.path is None:
        if head in TASK_HEADS:
            raise UserError(
                Fault(_WHERE, f"a model from scratch for objective: {head}", "a pretrained model, or mlm or clm from scratch",
                      "name one in model.path, or let an mlm phase come before")
            )  # fmt: skip
        model, trained = build(_built_from(spec, config), head, tokenizer, seed), True
    else:
        folder, revision, access = _place(spec.path, spec)
        config = config or (config_for(spec) if labels is not None else None)
        known = config is not None and labels is not None and dict(config.id2label) == labels.id2label
        config = with_labels(config, labels, _pad_id(tokenizer))
        model, trained = pretrained(folder, revision, head, access, config, spec.dtype)
        trained = trained and (labels is None or known)
    if spec.attn_implementation:
        keep_attention(model, spec.attn_implementation)
    model.config.use_cache = False
    longest = longest_sequence(model.config, tokenizer)
    causal = looks_back_only(model.config, head)
    lm = LanguageModel(model, tokenizer, spec.label, causal, longest, trained, head=head)
    if not spec.low_cpu_mem_usage:
        lm.notes.append("low_cpu_mem_usage: false changes nothing: weights always go straight to their place")
    return lm


def _pad_id(tokenizer: Any) -> int:
    ids = (tokenizer.pad_token_id, tokenizer.eos_token_id, 0)
    return next(int(number) for number in ids if number is not None)


def outline(spec: Model, head: str, tokenizer: Any, labels: Labels | None = None) -> LanguageModel:
    """Give what `load` would give, without weights (they are on the meta device): nothing but the config is read."""
    import torch

    from acclimate.compat.transformers.heads import auto_class, looks_back_only, with_labels
    from acclimate.compat.transformers.loading import keep_attention, longest_sequence, look_back_only

    config = config_for(spec) if spec.path or spec.config_name else None
    with torch.device("meta"):
        if spec.path is None:
            model = build(_built_from(spec, config), head, tokenizer, 0)
        else:
            look_back_only(config, head)
            with_labels(config, labels, _pad_id(tokenizer))
            model = auto_class(head).from_config(config, dtype=getattr(torch, spec.dtype))
    if spec.attn_implementation:
        keep_attention(model, spec.attn_implementation)
    model.config.use_cache = False
    causal, longest = looks_back_only(model.config, head), longest_sequence(model.config, tokenizer)
    return LanguageModel(model, tokenizer, spec.label, causal, longest, head=head)


def need_head(spec: Model, head: str) -> None:
    """Raise UserError unless the base has the head that an objective needs, and weights that may be read.

    Only its config and the names of its files are looked at.
    """
    from acclimate.compat.transformers import heads

    if spec.path is None:
        return
    folder, revision, access = _place(spec.path, spec)
    fault = (
        weights_fault(folder, revision, access, offline=offline())
        if is_hub_id(folder)
        else _pickled_in(Path(folder), spec.path)
    )
    if fault is not None:
        raise UserError(fault)
    heads.need_head(config_for(spec), head)


def need_dtype(spec: Model, *, frozen: bool) -> None:
    """Raise UserError if weights in bfloat16 are to be trained themselves: most updates are too small to be seen there.

    Takes: `frozen`, whether the adapter leaves the base as it is.
    """
    if spec.dtype != "float32" and not frozen:
        raise UserError(
            Fault("model.dtype", f"found {spec.dtype}, but the adapter trains the base's own weights", "float32",
                  "leave dtype out (train.bf16 computes in bfloat16 over float32 weights), or use adapter: lora")
        )  # fmt: skip


def is_hub_id(path: str | None) -> bool:
    """Say whether a path names a model on the Hub."""
    return path is not None and not path.startswith("starter:") and not Path(path).expanduser().is_dir()


def access_of(spec: Model) -> Access:
    """Give how the Hub is reached for a model. Raises: UserError if its token is in no environment variable."""
    cache = str(Path(spec.cache_dir).expanduser()) if spec.cache_dir else None
    if not isinstance(spec.token, str):
        return Access(cache, spec.token)
    if not os.environ.get(spec.token):
        raise UserError(
            Fault("model.token", f"there is no environment variable {spec.token}", "one that holds a token, or true",
                  f"export {spec.token}=..., or log in with `hf auth login` and set token: true")
        )  # fmt: skip
    return Access(cache, os.environ[spec.token])


def config_for(spec: Model) -> Any:
    """Give the config that a spec names, by `config_name` or `path`; None for a model from scratch without one."""
    from acclimate.compat.transformers.loading import config_of

    name = spec.config_name or spec.path
    return config_of(*_place(name, spec)) if name else None


def _built_from(spec: Model, config: Any) -> Model:
    """Give a spec from scratch that says what `config` (of `config_name`) says; its own overrides win, its tokenizer's ids too."""
    if config is None:
        return spec
    from acclimate.compat.transformers.loading import has_setting

    kind = config.model_type
    settings = {
        key: value
        for key, value in config.to_diff_dict().items()
        if key not in _NOT_COPIED and has_setting(kind, key)  # configs of the Hub hold much that nothing reads
    }
    return spec.model_copy(
        update={"model_type": config.model_type, "config_overrides": {**settings, **spec.config_overrides}}
    )


def _place(name: str, spec: Model) -> tuple[str, str, Access]:
    """Give folder or Hub id, revision and access of one of a spec's names; `revision` is that of `path`."""
    folder = folder_of(name, _TOKENIZER if name == spec.tokenizer_name else ("config.json",))
    access = access_of(spec)
    revision = spec.revision if name == spec.path else "main"
    _reach(folder, revision, access)
    return folder, revision, access


def _pickled_in(folder: Path, name: str) -> Fault | None:
    found = only_pickled(path.name for path in folder.iterdir() if path.is_file())
    return pickled_fault(name, found) if found else None


def _reach(folder: str, revision: str, access: Access) -> None:
    """For a Hub id: make sure within seconds that it can be had, from the network or from the local cache."""
    if not is_hub_id(folder) or cached(folder, revision, access):
        return
    if offline():
        raise UserError(
            Fault(_WHERE, f"{folder} is not in the local cache and HF_HUB_OFFLINE is set", "a folder or a cached model",
                  "fetch it where there is a network, or name a folder")
        )  # fmt: skip
    problem = reachable(folder, revision, access)
    if problem:
        raise UserError(
            Fault(_WHERE, f"{folder} can't be had: {problem}", "a Hub id, a folder, " + " or ".join(STARTERS),
                  "check the name and the network (and model.token, if it is private), or name a folder")
        )  # fmt: skip
