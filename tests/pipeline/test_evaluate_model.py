"""A model that was trained elsewhere is measured as a run's own would be."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForMaskedLM, BertConfig, BertModel

from acclimate.core.errors import UserError
from acclimate.core.events import Event
from acclimate.pipeline.evaluate_model import evaluate_model
from acclimate.pipeline.run import Run, run
from tests.pipeline import tiny
from tests.tokenizers_made import wordpiece


@pytest.fixture(scope="module")
def adapted(encoder: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with an adapter and new words."""
    place = tmp_path_factory.mktemp("runs") / "adapted"
    tokens = {"max_length": 32, "additional_tokens": ["ulcerative"]}
    return run(tiny.recipe(encoder, rows, place, adapter="lora", tokens=tokens))


def main_scores(done: Run) -> list[tuple[Any, ...]]:
    return [(line.when, line.name, line.value, line.low, line.high) for line in done.scores if line.when != "start"]


def test_a_runs_own_model_gets_the_runs_own_scores(done: Run, tmp_path: Path) -> None:
    again = evaluate_model(str(done.folder / "model"), done.recipe, to=tmp_path / "to")
    assert main_scores(again) == main_scores(done)
    assert again.verdict == done.verdict
    names = {path.name for path in (tmp_path / "to").iterdir()}
    assert names >= {"report.html", "scores.json", "verdict.json", "recipe.yaml", "ledger.json", "report.json"}
    assert not names & {"model", "checkpoint-4", "trainer_state.json", "train_results.json"}
    report = (tmp_path / "to" / "report.html").read_text(encoding="utf-8")
    assert "Trained elsewhere" in report
    assert "of the weights were trained" not in report
    assert again.recipe.output_dir == str(tmp_path / "to")


def test_the_recipe_s_training_rows_are_looked_through_and_the_model_s_are_not_known(
    encoder: Path, tmp_path: Path
) -> None:
    data = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts())
    evaluate = {"retention": None, "terms": None, "resamples": 100}
    recipe = tiny.recipe(encoder, data, tmp_path / "unused", leaks="remove", evaluate=evaluate)
    done = evaluate_model(str(encoder), recipe, to=tmp_path / "to")
    found = json.loads((tmp_path / "to" / "report.json").read_text(encoding="utf-8"))
    (test,) = [line for line in found["leaks"]["lines"] if (line["looked_through"], line["held"]) == ("train", "test")]
    assert test["rows"] > 0
    assert (test["phase"], test["removed"]) == ("adapt", 0)
    assert found["model"]["elsewhere"] is True
    html = done.report.read_text(encoding="utf-8")
    assert "whether it has seen the test rows was not checked" in html
    assert "were taken out before training" not in html
    off = evaluate_model(str(encoder), recipe, ["leaks=off"], to=tmp_path / "off")
    assert "not looked for in the training text (leaks: off)" in off.report.read_text(encoding="utf-8")


def test_the_same_call_again_does_nothing(done: Run, tmp_path: Path) -> None:
    told: list[Event] = []
    for tell in (lambda event: None, told.append):
        evaluate_model(str(done.folder / "model"), done.recipe, to=tmp_path / "to", tell=tell)
    assert [event for event in told if event.kind in ("stage", "progress")] == []


def test_an_adapter_is_measured_on_its_base_as_its_merged_model_is(adapted: Run, tmp_path: Path) -> None:
    assert len(adapted.tokenizer) > len(wordpiece())
    merged = evaluate_model(str(adapted.folder / "model"), adapted.recipe, to=tmp_path / "merged")
    alone = evaluate_model(str(adapted.folder / "adapter"), adapted.recipe, to=tmp_path / "alone")
    assert [line[:2] for line in main_scores(alone)] == [line[:2] for line in main_scores(merged)]
    for one, other in zip(main_scores(alone), main_scores(merged), strict=True):
        assert one[2:] == pytest.approx(other[2:], rel=1e-4, abs=1e-6)
    assert (tmp_path / "alone" / "model" / "README.md").is_file()


def test_the_base_itself_is_no_difference(encoder: Path, done: Run, tmp_path: Path) -> None:
    same = evaluate_model(str(encoder), done.recipe, to=tmp_path / "to")
    assert same.verdict.verdict == "no difference shown"
    assert (same.change.value, same.change.low, same.change.high) == (0.0, 0.0, 0.0)


def test_it_goes_to_a_folder_beside_the_runs(done: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert evaluate_model(str(done.folder / "model"), done.recipe).folder == Path("runs/tiny-evaluate")


def fault(model: Path | str, done: Run, to: Path) -> str:
    before = tiny.everything(to) if to.exists() else None
    with pytest.raises(UserError) as caught:
        evaluate_model(str(model), done.recipe, to=to)
    assert (tiny.everything(to) if to.exists() else None) == before
    return str(caught.value)


def test_what_is_no_model_is_refused(done: Run, decoder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    to = tmp_path / "to"
    assert "holds no config.json" in fault(empty, done, to)
    assert "no folder" in fault(tmp_path / "absent", done, to)
    assert "gpt2 has no masked language model head" in fault(decoder, done, to)


def test_a_head_that_was_never_trained_is_not_measured(done: Run, tmp_path: Path) -> None:
    tokenizer = wordpiece()
    config = BertConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=64, max_position_embeddings=64)  # fmt: skip
    BertModel(config).save_pretrained(tmp_path / "headless")
    tokenizer.save_pretrained(tmp_path / "headless")
    assert "no trained masked head" in fault(tmp_path / "headless", done, tmp_path / "to")


def with_config(adapted: Run, place: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    copy = Path(shutil.copytree(adapted.folder / "adapter", place))
    config = json.loads((copy / "adapter_config.json").read_text(encoding="utf-8"))
    change(config)
    (copy / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    return copy


def test_an_adapter_whose_base_cant_be_had_says_so(adapted: Run, tmp_path: Path) -> None:
    gone = with_config(
        adapted, tmp_path / "gone", lambda config: config.update(base_model_name_or_path="/no/such/base")
    )
    said = fault(gone, adapted, tmp_path / "to")
    assert f"{gone}, its base: no folder /no/such/base" in said
    assert "adapter_config.json" in said
    none = with_config(adapted, tmp_path / "none", lambda config: config.update(base_model_name_or_path=None))
    assert "names no base model" in fault(none, adapted, tmp_path / "to")


def test_an_adapter_of_another_size_is_refused(adapted: Run, tmp_path: Path) -> None:
    config = BertConfig(vocab_size=len(wordpiece()), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=32, max_position_embeddings=64)  # fmt: skip
    AutoModelForMaskedLM.from_config(config).save_pretrained(tmp_path / "small")
    wordpiece().save_pretrained(tmp_path / "small")
    small = str(tmp_path / "small")
    other = with_config(adapted, tmp_path / "other", lambda config: config.update(base_model_name_or_path=small))
    assert "the adapter does not fit its base" in fault(other, adapted, tmp_path / "to")


def test_pickled_adapters_are_never_read(adapted: Run, tmp_path: Path) -> None:
    place = with_config(adapted, tmp_path / "pickled", lambda config: None)
    (place / "adapter_model.safetensors").rename(place / "adapter_model.bin")
    assert "adapter_model.bin, which is pickled" in fault(place, adapted, tmp_path / "to")


def test_a_folder_that_holds_something_is_left_alone(done: Run, encoder: Path, tmp_path: Path) -> None:
    assert "holds something else" in fault(encoder, done, done.folder)
    evaluate_model(str(encoder), done.recipe, to=tmp_path / "to")
    assert f"holds the evaluation of {encoder}" in fault(done.folder / "model", done, tmp_path / "to")
