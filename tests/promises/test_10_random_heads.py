"""A randomly initialised head is never measured as "before": the report says "not measurable", and gives no verdict."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import AutoModelForMaskedLM, DebertaConfig

from acclimate.core.language_model import LanguageModel
from acclimate.model.load import load
from acclimate.model.rows import add_rows
from acclimate.model.section import Model
from acclimate.pipeline.run import run
from tests.made import SIZES, VOCABULARY, language_model, tokenizer
from tests.pipeline import tiny


def headless(place: Path) -> Path:
    """An encoder as many are published: the body alone."""
    model = AutoModelForMaskedLM.from_pretrained(tiny.encoder(place))
    model.bert.save_pretrained(place)
    return place


def deberta(place: Path) -> LanguageModel:
    """DeBERTa as it lies on the Hub: the head is `lm_predictions`, and the config does not say `legacy: false`."""
    lm = language_model("deberta", legacy=False)
    lm.model.save_pretrained(place)
    tokenizer().save_pretrained(place)
    hub = DebertaConfig(**{**SIZES, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}).to_dict()
    assert hub.pop("legacy") is True
    (place / "config.json").write_text(json.dumps(hub), encoding="utf-8")
    return lm


def test_a_base_without_a_trained_head_has_no_before(tmp_path: Path) -> None:
    rows = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts())
    done = run(tiny.recipe(headless(tmp_path / "base"), rows, tmp_path / "out"))
    assert {score.when for score in done.scores if score.when in ("before", "start", "change")} == set()
    assert {score.when for score in done.scores} >= {"after"}
    assert done.verdict.verdict == "not measurable"
    assert "no trained head" in done.verdict.sentence
    assert done.change is None
    assert "not measurable" in done.report.read_text(encoding="utf-8")


def test_with_its_head_the_same_base_has_one(tmp_path: Path) -> None:
    rows = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts())
    done = run(tiny.recipe(tiny.encoder(tmp_path / "base"), rows, tmp_path / "out"))
    assert {score.when for score in done.scores} >= {"before", "after", "change"}


def test_deberta_keeps_its_trained_head_when_loaded_and_when_it_grows(tmp_path: Path) -> None:
    original = deberta(tmp_path)
    lm = load(Model(path=str(tmp_path)), "masked")
    assert lm.trained_head
    ids = torch.randint(5, VOCABULARY, (2, 20), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        wanted = original.model.eval()(input_ids=ids).logits
        assert torch.equal(lm.model.eval()(input_ids=ids).logits, wanted)
        add_rows(lm, [VOCABULARY, VOCABULARY + 1], [[5, 6], []])
        assert torch.allclose(lm.model(input_ids=ids).logits[..., :VOCABULARY], wanted, atol=1e-6)


def test_a_head_that_fills_words_in_is_no_trained_decoder(tmp_path: Path) -> None:
    """The weights of BERT's head fit both ways; going on with a text it has never learnt."""
    base = tiny.encoder(tmp_path / "base")
    assert load(Model(path=str(base)), "masked").trained_head
    lm = load(Model(path=str(base)), "causal")
    assert not lm.trained_head
    lm.model.save_pretrained(base)
    assert load(Model(path=str(base)), "causal").trained_head, "as a decoder it was saved"
