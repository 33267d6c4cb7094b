"""The methods paragraphs say what is true for a run, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from acclimate.core.proof import ModelFacts, Proof
from acclimate.core.scores import Verdict
from acclimate.report.methods import methods
from acclimate.report.references import references
from tests.report.example import bare_proof, example_proof


def said(proof: Proof) -> str:
    return " ".join(methods(proof)).replace("\u00a0", " ")


def with_recipe(phase: dict[str, Any], proof: Proof | None = None, **evaluate: Any) -> Proof:
    recipe = {"phases": [phase], "evaluate": evaluate}
    return replace(proof or example_proof(), recipe=yaml.safe_dump(recipe))


def without(proof: Proof, **fields: str) -> Proof:
    """Leave the scores out whose fields have these values."""
    kept = [one for one in proof.scores if all(getattr(one, key) != value for key, value in fields.items())]
    return replace(proof, scores=kept)


def test_the_example_in_full() -> None:
    text = said(example_proof())
    for part in (
        "starter:encoder, an encoder of 8,812,544 weights, was adapted by masked-language modelling (Devlin et al. 2019), "
        "15 % of stretches between separators (Ghashami 2023) chosen.",
        "150 updates were made on 2,541 groups (patient_id), 2,541 rows, 1,021,377 tokens; the validation set has 147 groups",
        "Every weight was trained. 8 tokens were added to the vocabulary.",
        "The test set has 312 groups (patient_id), 312 rows, 124,665 tokens.",
        "shared 50 % or more of their runs of 13 words (in tagged records 30 values) with it (Brown et al. 2020) were removed "
        "from it before training: 2 in all.",
        "A control was trained alike on as many tokens of general text",
        "Floors (bits per byte: the best possible; exactly restored: the row's last value of the field; exactly restored: the "
        "field's most frequent value)",
        "fixed in characters beforehand, independently of tokenizers and training: values of the records.",
        "from left to right, those to the right hidden as well (Kauf and Ivanova 2023)",
        "Forgetting is the change of bits per byte of general text, over 120 groups (document), in percent of the base's.",
        "Intervals (95 %) are studentised bootstrap intervals of the paired change: Weightings of the 312 groups (patient_id)",
        "bits per byte on the test set, named beforehand: better if the whole interval lies on the good side, worse",
        "Seeds: run 0, evaluation 0. Software: acclimate 0.1.0, python 3.11.7, torch 2.13.0",
        "fingerprint is 9f31c04be2d87a55.",
    ):
        assert part in text


def test_numbers_of_the_recipe() -> None:
    options = {"resamples": 5000, "min_effect": 0.02, "retention_margin": 0.03, "passes": 2, "terms": "mined"}
    text = said(with_recipe({"prepare": ["split"]}, **options))
    for part in (
        "5,000 weightings of the 312 groups",
        "at least 2.0 % of the base's score",
        "counts as kept if the interval ends below 3.0 %",
        "whole words (Chinese and Japanese: characters); 2 of 7 parts of them",
        "by log-odds against general text with a Dirichlet prior; Monroe et al. 2008",
    ):
        assert part in text


@pytest.mark.parametrize(
    "adapter,paper",
    [
        ({"name": "lora"}, "Hu et al. 2022"),
        ({"name": "lora", "use_dora": True}, "Liu et al. 2024"),
        ({"name": "lora", "use_rslora": True}, "Kalajdzievski 2023"),
        ({"name": "adalora"}, "Zhang et al. 2023"),
        ({"name": "freeze"}, "Howard and Ruder 2018"),
    ],
)
def test_adapters_papers_only_when_used(adapter: dict[str, Any], paper: str) -> None:
    assert paper in said(with_recipe({"adapter": adapter}))
    assert paper not in said(example_proof())


def test_the_optimiser_and_the_schedule() -> None:
    train = {"optim": {"name": "adamw"}, "learning_rate": 0.001, "lr_scheduler_type": {"name": "linear"}}
    text = "AdamW (Loshchilov and Hutter 2019), the peak learning rate 0.00100, schedule linear."
    assert text in said(with_recipe({"train": train}))
    assert "The optimiser was lion, the" in said(with_recipe({"train": {**train, "optim": {"name": "lion"}}}))


def test_a_decoder_hides_nothing() -> None:
    proof = example_proof()
    text = said(with_recipe({"objective": {"name": "clm"}}, replace(proof, model=replace(proof.model, kind="decoder"))))
    assert "a decoder of 8,812,544 weights, was adapted by causal language modelling." in text
    assert "each byte is scored once" in text
    for other in ("Kauf", "Devlin", "mask token", "hidden"):
        assert other not in text


def test_without_a_control_it_says_so() -> None:
    text = said(without(without(example_proof(), when="control"), against="control"))
    assert "No control was trained on general text" in text
    assert "A control was trained" not in text


def test_terms_memorisation_and_forgetting_only_where_measured() -> None:
    proof = replace(without(without(example_proof(), data="terms"), data="general"), memorised=[])
    text = said(proof)
    for word in ("Terms of", "Memorisation", "Forgetting is", "Carlini", "Subgroups ("):
        assert word not in text
    assert "Forgetting was not measured." in text


def test_minimal_pairs_are_blimp_s() -> None:
    scores = [replace(one, name="minimal_pairs") if (one.data, one.name) == ("general", "bits_per_byte") else one
              for one in example_proof().scores]  # fmt: skip
    assert "the accuracy on minimal pairs (Warstadt et al. 2020)" in said(replace(example_proof(), scores=scores))


def test_subgroups_with_their_gap() -> None:
    gap = replace(example_proof().scores[0], when="gap", slice="sex: F - M")
    assert "Subgroups (sex) were measured apart" in said(
        replace(example_proof(), scores=[*example_proof().scores, gap])
    )


def test_too_few_groups_have_no_interval() -> None:
    proof = example_proof()
    scores = [replace(one, low=None, high=None) for one in proof.scores]
    text = said(replace(proof, scores=scores, verdict=Verdict("not measurable", "bits_per_byte", "Too few.")))
    assert "No interval is given" in text
    assert "No verdict is given." in text
    assert "Davison" not in text


def test_a_model_from_elsewhere_was_not_trained_here() -> None:
    model = ModelFacts("bert-base-cased", "encoder", 100, 0, "Trained elsewhere: ours.", elsewhere=True)
    text = said(replace(example_proof(), model=model))
    assert text.startswith(
        "Trained elsewhere: ours. It was measured against bert-base-cased, an encoder of 100 weights; how it was trained is "
        "not known here."
    )
    assert "150 updates" not in text
    assert "what the model itself was trained on could not be looked through" in text


def test_a_task_s_objective_is_named_and_its_phases() -> None:
    proof = without(example_proof(), name="bits_per_byte")
    recipe = {"phases": [{"name": "adapt"}, {"name": "task", "objective": {"name": "classify"}}]}
    text = said(replace(proof, recipe=yaml.safe_dump(recipe), verdict=Verdict("better", "macro_f1", "So.")))
    assert "was adapted by the objective classify, the last of 2 phases (adapt, task)." in text
    assert "Macro F1" not in text
    assert "macro F1 on the test set" in text
    assert "UTF-8" not in text


def test_next_to_nothing_is_still_true() -> None:
    assert said(bare_proof()) == (
        "tiny, an encoder, was adapted by further training. Held-out text was not looked for in training text. Forgetting was "
        "not measured. No verdict is given. Software: acclimate; models through Transformers (Wolf et al. 2020)."
    )
    assert len(references(said(bare_proof()))) == 1
