"""Seed 003: BLOOM is adapted with AdaLoRA to a company's texts by causal language modelling, and continues prompts.

Each test is one statement of the chapter. What AdaLoRA trains of BLOOM-1b1 (1,769,760 of 1,067,084,088, in PEFT's words)
and how it moves ranks is tested in tests/adapter/test_adalora.py and tests/promises/test_09_adalora.py.
The run is recipes/finance_clm.yaml itself, on a tiny BLOOM that has learnt a little general English and Chinese.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, BloomForCausalLM, PreTrainedTokenizerFast
from transformers.utils import logging

from acclimate.model.load import load
from acclimate.model.section import Model
from acclimate.objective.clm import Clm
from acclimate.pipeline.run import Run, run
from acclimate.sources.text import Text
from acclimate.tokens.encode import encode
from acclimate.tokens.section import Tokens
from tests.seeds.tiny import SPARE_ROWS, small

EPOCHS, RANK = 2, 12
ENGLISH = "Ferrand Trust reports a net interest margin of 2.9 % for the quarter; deposits rose to 4.1 billion."
CHINESE = "本行三季度净息差为二点九个百分点，不良贷款率下降，拨备覆盖率上升；存款总额达四十一亿元。"
PROMPT = "Revenue for the quarter"


@pytest.fixture(scope="module")
def base(bloom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny BLOOM after some updates on general text, so that there is something to adapt."""
    from tests.seeds.conftest import GENERAL

    place = tmp_path_factory.mktemp("models") / "base"
    model, tokenizer = BloomForCausalLM.from_pretrained(bloom), AutoTokenizer.from_pretrained(bloom)
    ids_BT = torch.tensor([row for text in GENERAL if len(row := tokenizer(text[:400]).input_ids[:64]) == 64])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(12):
        model(input_ids=ids_BT, labels=ids_BT).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    logging.disable_progress_bar()
    model.save_pretrained(place)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (place / name).write_bytes((bloom / name).read_bytes())
    return place


@pytest.fixture(scope="module")
def done(root: Path, base: Path, filings: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The recipe's run: fewer epochs, shorter windows, and one text among the others that is Chinese."""
    texts = tmp_path_factory.mktemp("texts")
    for file in filings.iterdir():
        (texts / file.name).write_bytes(file.read_bytes())
    (texts / "report_zh.txt").write_text(CHINESE, encoding="utf-8")
    overrides = [
        f"model.path={base}",
        f"adapt.sources.train.path={texts}",
        "adapt.tokens.max_length=64",
        f"train.num_train_epochs={EPOCHS}",
        "train.learning_rate=2e-2",
        *small(tmp_path_factory.mktemp("runs") / "finance"),
    ]
    return run(root / "recipes" / "finance_clm.yaml", overrides)


@pytest.fixture(scope="module")
def adapted(done: Run) -> tuple[Any, Any]:
    """Model and tokenizer as plain transformers loads them."""
    place = done.folder / "model"
    return AutoModelForCausalLM.from_pretrained(place).eval(), AutoTokenizer.from_pretrained(place)


def results(done: Run, name: str) -> Any:
    return json.loads((done.folder / f"{name}.json").read_text())


# --- model and data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_blooms_tokenizer_gives_any_text_back(text: str, base: Path) -> None:
    """Its files name BloomTokenizerFast, a class that transformers 5 has folded into its general one; ids are the same."""
    assert json.loads((base / "tokenizer_config.json").read_text())["tokenizer_class"] == "BloomTokenizerFast"
    lm = load(Model(path=str(base)), "causal")
    assert isinstance(lm.model, BloomForCausalLM)
    assert isinstance(lm.tokenizer, PreTrainedTokenizerFast)
    ids = lm.tokenizer(text).input_ids
    assert ids == lm.tokenizer.backend_tokenizer.encode(text).ids
    assert lm.tokenizer.decode(ids) == text


def test_a_text_file_is_read_line_by_line_as_the_data_sets_library_does(tmp_path: Path) -> None:
    """load_dataset("text") gives a row a line; so does sample_by: line, but for empty lines, which are counted."""
    file = tmp_path / "train.txt"
    file.write_text(f"{ENGLISH}\n\n{CHINESE}\n  indented, with 12 % \n", encoding="utf-8")
    theirs = datasets.load_dataset("text", data_files=str(file), split="train", cache_dir=str(tmp_path / "cache"))
    rows, counts = Text(path=str(file), sample_by="line").read("sources.train")
    assert rows.column("text").to_pylist() == [text for text in theirs["text"] if text.strip()]
    assert counts.removed == {"empty line": 1}


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_labels_are_the_inputs_and_the_loss_is_transformers(text: str, base: Path) -> None:
    """The chapter copies input_ids to labels; every token but the first is learnt from those before it."""
    lm = load(Model(path=str(base)), "causal")
    rows = pa.table({"row_id": ["r:1"], "text": [text]})
    examples = encode(rows, lm.tokenizer, Clm(), Tokens(), 512, "tokens").examples
    found = Clm().supervise(examples.gather(np.array([0])), lm.tokenizer, 0, 0)
    ids = [*lm.tokenizer(text).input_ids, lm.tokenizer.eos_token_id]
    assert found.ids_T.tolist() == ids, "the end of a text is learnt, too"
    assert found.positions_L.tolist() == list(range(len(ids) - 1))
    assert found.labels_L.tolist() == ids[1:]
    with torch.no_grad():
        out = lm.model.eval()(input_ids=torch.tensor([ids]), labels=torch.tensor([ids]))
    ours = torch.nn.functional.cross_entropy(out.logits[0, found.positions_L], torch.tensor(found.labels_L))
    assert float(ours) == pytest.approx(float(out.loss), rel=1e-6)


def test_a_prediction_depends_on_what_stands_before_alone(adapted: tuple[Any, Any]) -> None:
    """Causal language modelling looks one way only."""
    model, tokenizer = adapted
    ids = torch.tensor([tokenizer(ENGLISH).input_ids])
    other = ids.clone()
    other[:, 10:] = ids[:, 10:].flip(1)
    with torch.no_grad():
        one, two = model(input_ids=ids).logits, model(input_ids=other).logits
    assert torch.allclose(one[:, :10], two[:, :10], atol=1e-6)
    assert not torch.allclose(one[:, 10:], two[:, 10:], atol=1e-3)


@pytest.mark.parametrize("batch", ["padding_free", "concat"])
def test_long_texts_are_split_into_pieces_of_the_models_length(batch: str, base: Path) -> None:
    """No more tokens than asked for stand in one sequence; nothing is cut off but, in blocks, a remainder at the end."""
    longest, tokenizer = 24, load(Model(path=str(base)), "causal").tokenizer
    texts = [ENGLISH * 3, CHINESE * 2, ENGLISH]
    rows = pa.table({"row_id": ["a", "b", "c"], "text": texts})
    tokens = Tokens.model_validate({"batch": batch, "max_length": longest})
    examples = encode(rows, tokenizer, Clm(), tokens, 512, "tokens").examples
    joined = [number for text in texts for number in [*tokenizer(text).input_ids, tokenizer.eos_token_id]]
    assert examples.lengths_N.max() <= longest
    if batch == "concat":
        assert set(examples.lengths_N.tolist()) == {longest}
        assert examples.ids_T.tolist() == joined[: len(joined) // longest * longest]
    else:
        assert examples.ids_T.tolist() == joined


# --- training ---------------------------------------------------------------------------------------------------------


def test_only_adalora_is_trained_and_the_share_is_said_in_pefts_words(done: Run, base: Path) -> None:
    """By hand, for each layer: A [12, h], E [12, 1], B [3 h, 12] on query_key_value; no other weight moves."""
    before = AutoModelForCausalLM.from_pretrained(base)
    h, layers = before.config.hidden_size, before.config.n_layer
    trained, held = layers * (RANK * h + RANK + 3 * h * RANK), sum(one.numel() for one in before.parameters())
    # PEFT counts with them a divisor for each matrix, which is not trained.
    whole = held + trained + layers
    share = f"trainable params: {trained:,} || all params: {whole:,} || trainable%: {100 * trained / whole:.4f}"
    report = (done.folder / "report.html").read_text(encoding="utf-8")
    assert share in report
    assert "nothing to allocate" in report
    after = done.model.state_dict()
    moved = {name for name, weight in before.state_dict().items() if not torch.equal(weight, after[name])}
    assert moved == {f"transformer.h.{layer}.self_attention.query_key_value.weight" for layer in range(layers)}


def test_rows_that_no_token_has_are_left_where_they_are(done: Run, base: Path) -> None:
    """BLOOM has more rows than its tokenizer has tokens; neither loading nor saving changes that."""
    rows = AutoModelForCausalLM.from_pretrained(base).get_input_embeddings().weight.shape[0]
    assert rows == len(AutoTokenizer.from_pretrained(base)) + SPARE_ROWS
    assert done.model.get_input_embeddings().weight.shape[0] == rows


def test_epochs_and_log_are_those_of_the_training_arguments(done: Run) -> None:
    """Updates of two texts, as many as the epochs hold; a log line every 10, a validation after every epoch."""
    state, windows = results(done, "trainer_state"), results(done, "train_results")["train_samples"]
    updates = EPOCHS * math.ceil(windows / 2)
    assert state["max_steps"] == updates
    history = state["log_history"]
    logged = [line["step"] for line in history if "loss" in line]
    assert logged == sorted({*range(10, updates + 1, 10), *([updates] if updates <= logged[-1] else [])})
    assert [line["step"] for line in history if "eval_loss" in line] == [updates // 2, updates]


def test_the_loss_falls(done: Run) -> None:
    """Training brings the prediction of the next token nearer, epoch by epoch, on what it sees and on what it does not."""
    history = results(done, "trainer_state")["log_history"]
    losses, unseen = ([line[key] for line in history if key in line] for key in ("loss", "eval_loss"))
    half = len(losses) // 2
    assert sum(losses[-half:]) < sum(losses[:half])
    assert unseen[-1] < unseen[0]


def test_the_best_model_is_the_one_that_is_kept(done: Run) -> None:
    """load_best_model_at_end: the saved state has the lowest validation loss of the log."""
    history = results(done, "trainer_state")["log_history"]
    best = min(line["eval_loss"] for line in history if "eval_loss" in line)
    assert results(done, "eval_results")["eval_loss"] == pytest.approx(best, rel=1e-5)
    assert results(done, "eval_results")["perplexity"] == pytest.approx(math.exp(best), rel=1e-4)


def test_the_adapted_model_is_compared_with_the_original(done: Run) -> None:
    """Perplexity of both on the test texts, which training never saw: lower afterwards."""
    found = {score.when: score.value for score in done.scores if (score.data, score.name) == ("test", "perplexity")}
    assert found["after"] < found["before"]


# --- use --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prompt", [PROMPT, CHINESE[:9]])
def test_prompts_are_continued_with_plain_transformers(prompt: str, adapted: tuple[Any, Any]) -> None:
    """generate with at most 50 tokens, decoded without special tokens: the prompt stands first, the rest is new."""
    model, tokenizer = adapted
    inputs = tokenizer(prompt, return_tensors="pt")
    output = model.generate(**inputs, max_length=50, do_sample=False)
    assert inputs.input_ids.shape[1] < output.shape[1] <= 50
    text = tokenizer.decode(output[0], skip_special_tokens=True)
    assert text.startswith(prompt)
    assert len(text) > len(prompt)


def test_the_adapter_alone_continues_in_the_same_words(done: Run, base: Path, adapted: tuple[Any, Any]) -> None:
    """adapter/ on the base, loaded by PEFT, is the model in model/."""
    model, tokenizer = adapted
    peft = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), str(done.folder / "adapter")).eval()
    inputs = tokenizer(PROMPT, return_tensors="pt")
    with torch.no_grad():
        assert torch.allclose(peft(**inputs).logits, model(**inputs).logits, atol=1e-4)
    one, two = (m.generate(**inputs, max_length=30, do_sample=False) for m in (peft, model))
    assert torch.equal(one, two)
