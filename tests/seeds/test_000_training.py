"""Seed 000, steps 2 and 3: DeBERTa is trained on tagged records; what the run leaves is what the article saves and uses.

The run is recipes/hospital_mlm.yaml itself, on a tiny DeBERTa and a few records.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer, DebertaForMaskedLM, DebertaTokenizerFast, pipeline

from acclimate.pipeline.run import Run, run
from tests.seeds.tiny import LONGEST, small

STEPS, EVERY = 8, 4
TAGS = [f"<{slash}{name}>" for name in ("patient", "hospital", "visits", "event") for slash in ("", "/")]
RECORD = (
    "<patient>age:61, sex:M</patient><hospital>department:Pulmonology</hospital><visits>"
    "<event>timestamp:+0d, code:R06.02, description:Shortness of breath</event></visits>"
)


@pytest.fixture(scope="module")
def done(root: Path, deberta: Path, records: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The recipe's run: bigger steps, fewer of them, the data from a folder in place of the bucket."""
    overrides = [
        f"model.path={deberta}",
        f"adapt.sources.train.path={records}/*.parquet",
        f"adapt.tokens.max_length={LONGEST}",
        f"train.max_steps={STEPS}",
        f"train.eval_steps={EVERY}",
        "train.logging_steps=2",
        "train.learning_rate=1e-2",
        *small(tmp_path_factory.mktemp("runs") / "hospital"),
    ]
    return run(root / "recipes" / "hospital_mlm.yaml", overrides)


@pytest.fixture(scope="module")
def reloaded(done: Run) -> tuple[Any, Any]:
    """Model and tokenizer as plain transformers loads them."""
    place = done.folder / "model"
    return AutoModelForMaskedLM.from_pretrained(place), AutoTokenizer.from_pretrained(place)


def results(done: Run, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((done.folder / f"{name}.json").read_text())
    return found


def test_the_model_and_its_tokenizer_can_be_loaded_again(reloaded: tuple[Any, Any], deberta: Path) -> None:
    """from_pretrained on the folder gives both, as it does on the base's: DeBERTa, adapted, and its tokens."""
    model, tokenizer = reloaded
    base, before = AutoModelForMaskedLM.from_pretrained(deberta), AutoTokenizer.from_pretrained(deberta)
    assert isinstance(model, DebertaForMaskedLM)
    assert isinstance(before, DebertaTokenizerFast)
    assert model.state_dict().keys() == base.state_dict().keys()
    layer = "deberta.encoder.layer.0.output.dense.weight"
    assert not torch.equal(model.state_dict()[layer], base.state_dict()[layer])
    text = "A walk by the river, 3.5 miles."
    assert tokenizer.tokenize(text) == before.tokenize(text)
    assert tokenizer.decode(tokenizer(text).input_ids, skip_special_tokens=True).strip() == text


def test_the_embedding_has_a_row_for_each_token_of_the_tokenizer(reloaded: tuple[Any, Any], deberta: Path) -> None:
    """Tags and the domain's words are new; the model has grown by exactly them, each of them one token."""
    model, tokenizer = reloaded
    base = AutoTokenizer.from_pretrained(deberta)
    assert model.get_input_embeddings().weight.shape[0] == len(tokenizer)
    new = [token for token in tokenizer.get_vocab() if token not in base.get_vocab()]
    words = [token.replace("Ġ", " ") for token in new if token not in TAGS]
    assert set(TAGS) <= set(new)
    assert words, "the domain has words that the base needs several tokens for"
    assert len(new) == len(tokenizer) - len(base)
    assert all(len(tokenizer.tokenize(word)) == 1 < len(base.tokenize(word)) for word in words)
    assert [token for token in tokenizer.tokenize(RECORD) if token in TAGS] == [
        "<patient>", "</patient>", "<hospital>", "</hospital>", "<visits>", "<event>", "</event>", "</visits>",
    ]  # fmt: skip


def test_the_tokenizer_knows_how_long_a_text_may_be(reloaded: tuple[Any, Any], deberta: Path) -> None:
    """Where the base's tokenizer has a number beyond all sense, the model's own length is written down."""
    assert AutoTokenizer.from_pretrained(deberta).model_max_length > 1e9
    assert reloaded[1].model_max_length == LONGEST


def test_training_has_the_articles_steps(done: Run) -> None:
    """max_steps updates, a line of the log every logging_steps, a validation every eval_steps."""
    state = results(done, "trainer_state")
    assert state["global_step"] == state["max_steps"] == STEPS
    history = state["log_history"]
    assert [line["step"] for line in history if "loss" in line] == [2, 4, 6, 8]
    assert [line["step"] for line in history if "eval_loss" in line] == [EVERY, STEPS]
    assert all(math.isfinite(line.get("loss", line.get("eval_loss"))) for line in history)


def test_train_results_have_the_trainers_keys(done: Run) -> None:
    """Runtime, speed, operations, loss, epoch and the number of samples, by the names that the Trainer writes."""
    found = results(done, "train_results")
    assert found.keys() >= {
        "train_runtime", "train_samples_per_second", "train_steps_per_second", "total_flos", "train_loss", "epoch",
        "train_samples",
    }  # fmt: skip
    tokens = next(line for line in json.loads((done.folder / "ledger.json").read_text())
                  if line["step"] == "tokens" and line["source"] == "train")  # fmt: skip
    assert found["train_samples"] == tokens["rows_out"]
    assert found["epoch"] == pytest.approx(STEPS * 4 / found["train_samples"], abs=1e-3)
    assert found["train_steps_per_second"] == pytest.approx(STEPS / found["train_runtime"], rel=0.01)
    losses = [line["loss"] for line in results(done, "trainer_state")["log_history"] if "loss" in line]
    assert found["train_loss"] == pytest.approx(sum(losses) / len(losses), rel=1e-6)


def test_eval_results_hold_the_perplexity(done: Run) -> None:
    """exp of the validation loss; all_results.json is both files together."""
    found = results(done, "eval_results")
    assert found["perplexity"] == pytest.approx(math.exp(found["eval_loss"]))
    last = [line["eval_loss"] for line in results(done, "trainer_state")["log_history"] if "eval_loss" in line][-1]
    assert found["eval_loss"] == pytest.approx(last, rel=1e-6)
    assert results(done, "all_results") == {**results(done, "train_results"), **found}


def test_accuracy_is_measured_on_masked_values_alone(done: Run) -> None:
    """The article's metric, before and after, on patients that training never saw."""
    scores = {score.when: score for score in done.scores if (score.data, score.name) == ("test", "masked_accuracy")}
    assert scores.keys() >= {"before", "after"}
    for when in ("before", "after"):
        assert 0 <= scores[when].value <= 1
        assert scores[when].n > 0


def test_a_plain_pipeline_fills_in_a_hidden_value(reloaded: tuple[Any, Any]) -> None:
    """The masked language model is used with transformers alone."""
    model, tokenizer = reloaded
    fill = pipeline("fill-mask", model=model, tokenizer=tokenizer, device="cpu")
    found = fill(RECORD.replace("sex:M", f"sex:{tokenizer.mask_token}"))
    assert len(found) == 5
    assert sum(one["score"] for one in found) <= 1
    assert all(one["sequence"].replace(" ", "").startswith("age:61,sex:") for one in found)


def test_a_tags_vector_stands_for_what_it_holds(reloaded: tuple[Any, Any]) -> None:
    """The hidden state of `<patient>` is a vector of the patient, that of `<visits>` one of the whole history."""
    model, tokenizer = reloaded

    def vectors(text: str) -> dict[str, torch.Tensor]:
        batch = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            hidden = model.eval()(**batch, output_hidden_states=True).hidden_states[-1][0]
        ids = batch.input_ids[0]
        return {tag: hidden[ids == tokenizer.convert_tokens_to_ids(tag)] for tag in ("<patient>", "<visits>")}

    one, again, other = (vectors(text) for text in (RECORD, RECORD, RECORD.replace("age:61", "age:19")))
    for tag, vector in one.items():
        assert vector.shape == (1, model.config.hidden_size), "each stands once in a record"
        assert torch.equal(vector, again[tag])
        assert not torch.allclose(vector, other[tag])
