from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from acclimate.core.scores import Verdict
from acclimate.report.card import render_card
from tests.report.example import bare_proof, example_proof, with_every_text
from tests.report.test_html import HOSTILE
from tests.report.test_markdown import outside_code


def front_matter(card: str) -> dict[str, Any]:
    _, text, _ = card.split("---\n", 2)
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def with_base(base: str, hub_id: str = "", kind: str = "encoder") -> str:
    proof = example_proof()
    return render_card(replace(proof, model=replace(proof.model, base=base, hub_id=hub_id, kind=kind)))


def test_the_front_matter_is_what_the_hub_reads() -> None:
    head = front_matter(with_base("google-bert/bert-base-cased", "google-bert/bert-base-cased"))
    assert head["library_name"] == "transformers"
    assert head["base_model"] == "google-bert/bert-base-cased"
    assert head["pipeline_tag"] == "fill-mask"
    assert "acclimate" in head["tags"]
    assert front_matter(with_base("gpt2", "gpt2", "decoder"))["pipeline_tag"] == "text-generation"
    assert "base_model" not in front_matter(render_card(example_proof()))


@pytest.mark.parametrize("base", ["/mnt/share/models/clinic-bert/", "../clinic-bert", r"D:\models\clinic-bert"])
def test_a_folder_is_named_by_its_last_part(base: str) -> None:
    card = with_base(base)
    assert "clinic-bert, adapted" in card
    assert "mnt" not in card
    assert "models" not in card
    assert "base_model" not in front_matter(card)


def test_nothing_of_the_machine_gets_in() -> None:
    proof = example_proof()
    card = render_card(replace(proof, cost=replace(proof.cost, device="gpu-node-17.hospital.local")))
    for part in ("gpu-node", "3 min", "GB", "acclimate run", "runs/demo", "sample:hospital", "threads"):
        assert part not in card
    card = render_card(with_every_text(proof, "/home/ann/x"))
    assert "/home" not in card


def test_examples_are_not_in_the_card() -> None:
    assert "furosemide" not in render_card(example_proof())


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if "<" in text])
def test_no_text_of_the_data_becomes_html(hostile: str) -> None:
    card = render_card(with_every_text(example_proof(), hostile))
    assert "<" not in outside_code(card.split("---\n", 2)[2])


def test_what_is_no_hub_id_cannot_break_the_front_matter() -> None:
    assert "base_model" not in front_matter(with_base("x", "x: y\n---\nlicense: mit"))


@pytest.mark.parametrize("kind,auto_class", [("encoder", "AutoModelForMaskedLM"), ("decoder", "AutoModelForCausalLM")])
def test_the_code_to_load_it_is_code(kind: str, auto_class: str) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", with_base("x", kind=kind), re.DOTALL)
    ast.parse(code)
    assert f"{auto_class}.from_pretrained(" in code
    assert "pipeline(" in code


@pytest.mark.parametrize(
    "objective, tag, said",
    [
        ("classify", "text-classification", "says which label a text has"),
        ("tag", "token-classification", "finds entities"),
        ("extract", "question-answering", "finds the answer to a question"),
        ("sft", "text-generation", "chat template"),
    ],
)
def test_a_model_of_a_task_is_offered_as_that(objective: str, tag: str, said: str) -> None:
    proof = example_proof()
    recipe = proof.recipe.replace("name: mlm", f"name: {objective}")
    assert recipe != proof.recipe
    card = render_card(replace(proof, recipe=recipe))
    assert front_matter(card)["pipeline_tag"] == tag
    assert "continued-pretraining" not in front_matter(card)["tags"]
    assert said in card
    (code,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    ast.parse(code)
    assert "MaskedLM" not in card
    assert "fill(" not in card


def test_what_is_redacted_does_not_change_what_the_model_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_SECRET", "/srv/bucket")
    proof = example_proof()
    recipe = proof.recipe.replace("name: mlm", "name: classify").replace("what: hospital", "path: /srv/bucket/x.csv")
    card = render_card(replace(proof, recipe=recipe))
    assert front_matter(card)["pipeline_tag"] == "text-classification"


def test_results_and_limits_are_told() -> None:
    card = render_card(example_proof()).replace("\u00a0", " ")
    assert "| 3.90 | 1.80 | −2.10 (−53.8 %) | −2.30 to −1.90 |" in card
    assert "Measured on 312 groups held out" in card
    assert "training set: 2,541 groups (patient_id), 2,541 rows, 1,021,377 tokens" in card
    assert "The patient records are made up." in card
    assert "does not say that it is better" not in card


@pytest.mark.parametrize("verdict", ["worse", "no difference shown", "not measurable"])
def test_what_is_not_better_is_not_sold_as_better(verdict: str) -> None:
    card = render_card(replace(example_proof(), verdict=Verdict(verdict, "bits_per_byte", "So it is.")))
    assert f"The proof does not say that it is better than its base: {verdict}." in card


def test_little_is_known() -> None:
    card = render_card(replace(bare_proof(), model=replace(bare_proof().model, kind="other")))
    assert "pipeline" not in card
    assert not re.search(r"\b(None|nan)\b|\n\n\n", card)
