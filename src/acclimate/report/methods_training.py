"""The first sentences of the methods: which model, and how it was trained."""

from __future__ import annotations

from typing import Any

from acclimate.core.proof import Proof
from acclimate.report.facts import data_sentence
from acclimate.report.formats import count, number, percent
from acclimate.report.settings import Settings

_OBJECTIVES = {
    "mlm": "masked-language modelling (Devlin et al. 2019)",
    "clm": "causal language modelling",
}
_HIDDEN = {
    "word": "whole words (Cui et al. 2021)",
    "token": "tokens",
    "span": "spans (Joshi et al. 2020)",
    "white_space": "stretches between white space (Ghashami 2023)",
    "token_sep": "stretches between separators (Ghashami 2023)",
}
_ADAPTERS = {
    "full": "Every weight was trained.",
    "freeze": "Only the last layers were trained (Howard and Ruder 2018).",
    "lora": "Low-rank changes of the weights were trained (LoRA; Hu et al. 2022).",
    "adalora": "Low-rank changes of the weights were trained, their ranks allocated while training (AdaLoRA; Zhang et al. 2023).",
}
_OPTIMISERS = {
    "adamw": "AdamW (Loshchilov and Hutter 2019)",
    "adamw_8bit": "AdamW (Loshchilov and Hutter 2019) in 8 bits",
}


def model_sentences(proof: Proof, settings: Settings) -> list[str]:
    """Say what was adapted, by what, on what."""
    model = proof.model
    kind = {"encoder": "an encoder", "decoder": "a decoder"}.get(model.kind, f"a model ({model.kind})")
    weights = f" of {count(model.parameters)} weights" if model.parameters else ""
    if model.elsewhere:
        return [
            f"{model.adapter} It was measured against {model.base}, {kind}{weights}; how it was trained is not known here."
        ]
    return [
        f"{model.base}, {kind}{weights}, was adapted by {_objective(settings)}{_in_phases(settings)}.",
        *_trained_on(proof),
        *_adapter(proof, settings),
        *_optimised(proof, settings),
    ]


def _objective(settings: Settings) -> str:
    name = str(settings.objective.get("name", ""))
    said = _OBJECTIVES.get(name, f"the objective {name}" if name else "further training")
    masking, share = settings.objective.get("masking"), settings.objective.get("mlm_probability")
    hidden = _HIDDEN.get(str(masking.get("name")) if isinstance(masking, dict) else str(masking))
    return f"{said}, {percent(share, whole=True)} of {hidden} chosen" if hidden and isinstance(share, float) else said


def _in_phases(settings: Settings) -> str:
    """Only the last phase is described; a chain of them is named."""
    names = [str(phase.get("name", "")) for phase in settings.phases]
    return f", the last of {len(names)} phases ({', '.join(names)})" if len(names) > 1 else ""


def _trained_on(proof: Proof) -> list[str]:
    train, validation = proof.role("train"), proof.role("validation")
    updates = f"{count(proof.cost.updates, 'update')} were made" if proof.cost.updates is not None else "It was trained"
    beside = f"; the validation set has {data_sentence(validation)}" if validation else ""
    return [f"{updates} on {data_sentence(train)}{beside}."] if train else []


def _adapter(proof: Proof, settings: Settings) -> list[str]:
    name = str(settings.adapter.get("name", ""))
    said = [_ADAPTERS[name]] if name in _ADAPTERS else [proof.model.adapter] if proof.model.adapter else []
    if settings.adapter.get("use_dora") is True:
        said.append("The length of each column was learnt apart from its direction (DoRA; Liu et al. 2024).")
    if settings.adapter.get("use_rslora") is True:
        said.append("The scale was stabilised over ranks (Kalajdzievski 2023).")
    if proof.model.new_tokens:
        said.append(f"{count(proof.model.new_tokens, 'token')} were added to the vocabulary.")
    if "replay" in settings.steps:
        said.append("General text was replayed among the domain's.")
    return said


def _optimised(proof: Proof, settings: Settings) -> list[str]:
    train = settings.train
    optimiser, rate = _named(train.get("optim")), train.get("learning_rate")
    if not optimiser or not isinstance(rate, float):
        return []
    schedule = _named(train.get("lr_scheduler_type"))
    shape = f", schedule {schedule}" if schedule else ""
    return [f"The optimiser was {_OPTIMISERS.get(optimiser, optimiser)}, the peak learning rate {number(rate)}{shape}."]


def _named(value: Any) -> str:
    return str(value.get("name", "")) if isinstance(value, dict) else str(value or "")
