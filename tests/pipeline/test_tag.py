"""A tagger from its recipe to its answers: planted entities are learnt, scored, and found by plain transformers."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from transformers import pipeline

import acclimate
from acclimate.cli.main import call
from acclimate.core.rows import ROLE
from acclimate.pipeline.run import Run, run
from acclimate.predict.files import write
from tests.pipeline import tiny

ENTITIES = {"Drug": [["aspirin"]], "Harm": [["bleeding", "ulcer"], ["ulcer"]], "Thing": [["stent"]]}
LEADS = [["the", "patient", "was", "seen", "in"], ["a", "dose", "of"], ["whatever", "the"], ["it", "was", "in"]]
TEXT = "whatever the bleeding ulcer , a dose of aspirin"


def tagged(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Sentences of two parts, each with an entity that its words alone tell."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        tokens: list[str] = []
        tags: list[str] = []
        for _ in range(2):
            label = draw.choice(sorted(ENTITIES))
            lead, words = draw.choice(LEADS), draw.choice(ENTITIES[label])
            tokens += [*lead, *words, ";"]
            tags += ["O"] * len(lead) + [f"B-{label}"] + [f"I-{label}"] * (len(words) - 1) + ["O"]
        rows.append({"tokens": tokens, "tags": tags, "source": f"source{number}"})
    return rows


def recipe(encoder: Path, place: Path, rows: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    data = tiny.write_rows(place / "rows.jsonl", rows)
    train = {"max_steps": 90, "per_device_train_batch_size": 16, "learning_rate": 1e-2, "bf16": False}
    evaluate = {"retention": None, "terms": None, "resamples": 200}
    return tiny.recipe(
        encoder, data, place / "run", **{"objective": "tag", "train": train, "evaluate": evaluate, **changes}
    )


@pytest.fixture(scope="module")
def tagger(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("tagger")
    return run(recipe(encoder, place, tagged(100)))


def test_f1_of_validation_is_told_while_it_trains_and_can_choose_the_state(encoder: Path, tmp_path: Path) -> None:
    train = {"max_steps": 30, "per_device_train_batch_size": 16, "learning_rate": 1e-2, "bf16": False, "eval_steps": 10}
    chosen = {"load_best_model_at_end": True, "metric_for_best_model": "entity_f1"}
    done = run(recipe(encoder, tmp_path, tagged(40), train={**train, **chosen}))
    state = json.loads((done.folder / "trainer_state.json").read_text())
    told = {line["step"]: line["eval_entity_f1"] for line in state["log_history"] if "eval_entity_f1" in line}
    assert list(told) == [10, 20, 30]
    assert state["best_metric"] == max(told.values()) > 0
    model, right, said = acclimate.load(str(done.folder)), [], []
    with pa.memory_map(str(next(done.folder.glob("02-*-prepare")) / "rows.arrow")) as source:
        rows = [row for row in pa.ipc.open_file(source).read_all().to_pylist() if row[ROLE] == "validation"]
    for row, answer in zip(rows, model.predict([row["text"] for row in rows]), strict=True):
        right += [(row["text"], one["start"], one["end"], one["label"]) for one in row["entities"]]
        said += [(row["text"], one["start"], one["end"], one["label"]) for one in answer["entities"]]
    assert json.loads((done.folder / "eval_results.json").read_text())["eval_entity_f1"] == pytest.approx(
        2 * len(set(right) & set(said)) / (len(set(right)) + len(set(said))), abs=0.02
    )


def test_it_learns_and_says_how_well(tagger: Run) -> None:
    found = {(one.name, one.slice): one for one in tagger.scores if one.when == "after"}
    assert found["entity_f1", None].value > 0.95
    assert {name for name, _ in found} == {"entity_precision", "entity_recall", "entity_f1"}
    assert found["entity_recall", "label=Harm"].value > 0.9
    assert tagger.verdict.verdict == "not measurable"
    config = json.loads((tagger.folder / "model" / "config.json").read_text())
    assert list(config["id2label"].values()) == ["O", "B-Drug", "I-Drug", "B-Harm", "I-Harm", "B-Thing", "I-Thing"]


def test_a_dictionary_of_the_training_rows_is_its_floor(tagger: Run) -> None:
    floors = {one.name: one for one in tagger.scores if one.when == "floor"}
    assert {name: one.value for name, one in floors.items()} == {
        "entity_precision": 1.0, "entity_recall": 1.0, "entity_f1": 1.0,
    }  # fmt: skip
    assert floors["entity_f1"].unit == "harmonic mean of precision and recall, by a dictionary of the training rows"
    assert "a dictionary of the training rows" in (tagger.folder / "report.html").read_text()


def test_plain_transformers_finds_the_same_spans(tagger: Run) -> None:
    theirs = pipeline("token-classification", str(tagger.folder / "model"), aggregation_strategy="simple")
    with acclimate.load(str(tagger.folder)) as loaded:
        for text in (TEXT, "Aspirin;   the STENT", "nothing here"):
            ours = loaded.predict(text)[0]["entities"]
            assert [(one["start"], one["end"], one["label"]) for one in ours] == [
                (one["start"], one["end"], one["entity_group"]) for one in theirs(text)
            ]
            assert [one["score"] for one in ours] == pytest.approx([float(one["score"]) for one in theirs(text)])
        found = loaded.predict(TEXT)[0]["entities"]
    assert [(one["text"], one["label"]) for one in found] == [("bleeding ulcer", "Harm"), ("aspirin", "Drug")]


def test_rows_of_words_and_long_texts(tagger: Run) -> None:
    words = TEXT.split()
    with acclimate.load(str(tagger.folder)) as loaded:
        (one,) = loaded.predict([{"tokens": words}])
        assert [(found["start"], found["end"]) for found in one["entities"]] == [(13, 27), (40, 47)]
        assert one["text"] == TEXT, "places are in a text that nobody has seen"
        (long,) = loaded.predict([" ; ".join([TEXT] * 12)])
    assert long["entities"][-1]["start"] > 500, "windows behind the first are read too"
    assert len(long["entities"]) >= 20


def test_rows_that_are_answered_already_may_be_asked_again(tagger: Run, tmp_path: Path) -> None:
    rows = [
        {"tokens": TEXT.split(), "entities": [{"start": 90, "end": 3, "label": "Nothing"}]},
        {"tokens": ["nothing"]},
    ]
    with acclimate.load(str(tagger.folder)) as loaded:
        said, _ = loaded.predict(rows)
        write(tmp_path / "once.csv", loaded.predict_file(str(tiny.write_rows(tmp_path / "rows.jsonl", rows))))
        ((own, again),) = loaded.predict_file(str(tmp_path / "once.csv"))
    assert (again[0]["entities"], own.column("text")[0].as_py()) == (said["entities"], TEXT)
    assert {*own.column_names} == {"tokens", "entities", "text", "predicted_entities"}


def test_only_first_pieces_are_learnt_if_asked(encoder: Path, tmp_path: Path) -> None:
    done = run(recipe(encoder, tmp_path, tagged(60), objective={"name": "tag", "align": "first"}))
    (f1,) = (one for one in done.scores if (one.when, one.name, one.slice) == ("after", "entity_f1", None))
    assert f1.value > 0.9


def test_what_cannot_be_learnt_is_said_before_training(
    encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tagged(20)
    rows[3]["tags"].append("O")
    path = tiny.write_recipe(tmp_path, recipe(encoder, tmp_path, rows))
    assert call(["run", path]) == 2
    said = capsys.readouterr().err
    assert "rows.jsonl:4" in said
    assert "tags for" in said
    assert not list((tmp_path / "run").glob("*-train"))


def test_texts_that_can_not_lack_room_are_not_tokenised_to_see_it(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from acclimate.pipeline import tokens

    seen = []
    encode = tokens.encode
    monkeypatch.setattr(tokens, "encode", lambda rows, *rest, **more: seen.append(rows) or encode(rows, *rest, **more))
    train = {"max_steps": 1, "bf16": False}
    run(recipe(encoder, tmp_path, tagged(30), train=train))
    assert [set(rows.column(ROLE).to_pylist()) for rows in seen] == [{"train"}, {"validation"}]
