"""A classifier from its recipe to its answers: scores, the saved folder, plain transformers, files."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from transformers import pipeline

import acclimate
from acclimate.cli.main import call
from acclimate.core.artifact import amend
from acclimate.core.errors import UserError
from acclimate.pipeline.predict import Loaded
from acclimate.pipeline.prepare import of_role, rows_in
from acclimate.pipeline.run import Run, run
from tests.pipeline import tiny

TEXTS = ["the patient was seen in the aspirin of it", "the hospital was seen in the stent of it"]


def labelled() -> list[dict[str, str]]:
    """Texts whose label is said by one word."""
    rows = tiny.texts(120)
    return [
        {
            **row,
            "label": "drug" if "aspirin" in row["text"] or "dose" in row["text"] else "other",
            "ward": f"w{number % 2}",
        }
        for number, row in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def classifier(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("classifier")
    data = tiny.write_rows(place / "rows.jsonl", labelled())
    train = {"max_steps": 60, "per_device_train_batch_size": 16, "learning_rate": 1e-2, "bf16": False}
    evaluate = {"retention": None, "terms": None, "resamples": 200, "slices": ["ward"]}
    recipe = tiny.recipe(encoder, data, place / "run", objective="classify", train=train, evaluate=evaluate)
    return run(recipe)


@pytest.fixture(scope="module")
def loaded(classifier: Run) -> Loaded:
    return acclimate.load(str(classifier.folder))


def test_it_learns_and_says_how_well(classifier: Run) -> None:
    (accuracy,) = (one for one in classifier.scores if (one.when, one.name, one.slice) == ("after", "accuracy", None))
    assert accuracy.value == 1.0
    assert accuracy.n > 20
    assert classifier.verdict.verdict == "not measurable"
    assert classifier.verdict.sentence.startswith("The model's accuracy is 1 (95 % interval 1 to 1) on ")
    assert "nothing to compare it with" in classifier.verdict.sentence
    config = json.loads((classifier.folder / "model" / "config.json").read_text())
    assert config["id2label"] == {"0": "drug", "1": "other"}
    assert config["problem_type"] == "single_label_classification"


def test_subgroups_are_measured_by_themselves(classifier: Run) -> None:
    parts = {one.slice: one.n for one in classifier.scores if (one.when, one.name) == ("after", "accuracy")}
    assert parts.keys() == {None, "ward=w0", "ward=w1"}
    assert parts["ward=w0"] + parts["ward=w1"] == parts[None]


def test_the_same_call_again_does_nothing(classifier: Run) -> None:
    stamp = (classifier.folder / "model" / "model.safetensors").stat().st_mtime_ns
    assert run(classifier.recipe).verdict == classifier.verdict
    assert (classifier.folder / "model" / "model.safetensors").stat().st_mtime_ns == stamp


def test_plain_transformers_gives_the_same_answers(classifier: Run, loaded: Loaded) -> None:
    theirs = pipeline("text-classification", str(classifier.folder / "model"), top_k=None)(TEXTS)
    for ours, scores in zip(loaded.predict(TEXTS), theirs, strict=True):
        assert ours["scores"] == pytest.approx({one["label"]: one["score"] for one in scores}, abs=1e-5)
        assert ours["label"] == scores[0]["label"]
    assert [one["label"] for one in loaded.predict(TEXTS)] == ["drug", "other"]


def test_one_text_rows_and_nothing(loaded: Loaded) -> None:
    assert loaded.predict(TEXTS[0]) == loaded.predict([{"text": TEXTS[0], "who": "x"}])
    assert loaded.predict([]) == []
    assert loaded.predict(["x " * 500])[0]["label"] in ("drug", "other"), "a text longer than a window is cut"
    with pytest.raises(UserError, match="no column is called"):
        loaded.predict([{"what": "a", "other": "b"}])


def test_a_row_without_a_text_has_an_answer_that_says_nothing(loaded: Loaded) -> None:
    nothing = {"label": None, "score": None, "scores": {"drug": None, "other": None}}
    assert loaded.predict([{"text": ""}, {"text": " \n\u00a0"}, {"text": None}]) == [nothing] * 3
    assert loaded.predict([{"text": None}]) == [nothing], "a column of nothing"
    assert [line["label"] for line in loaded.predict(["", *TEXTS, " "])] == [None, "drug", "other", None]


def test_one_text_model_reads_no_second_text(classifier: Run, loaded: Loaded, tmp_path: Path) -> None:
    alone = loaded.predict(TEXTS)
    beside = [{"text": text, "text_pair": "the dose of it " * 9, "hypothesis": "x"} for text in TEXTS]
    assert loaded.predict(beside) == alone
    (chunk,) = loaded.predict_file(str(tiny.write_rows(tmp_path / "in.jsonl", beside)))
    assert chunk[1] == alone
    assert chunk[0].column("text_pair").to_pylist() == [row["text_pair"] for row in beside], "it stays in the file"


def test_every_row_s_columns_are_read(loaded: Loaded) -> None:
    mixed = loaded.predict([{"who": "x", "text": TEXTS[0]}, TEXTS[1], {"text": float("nan")}])
    assert [line["label"] for line in mixed] == ["drug", "other", None]
    assert loaded.predict({"text": TEXTS[1]}) == loaded.predict(TEXTS[1]), "one row"


@pytest.mark.parametrize(
    "given,said",
    [
        ([None], r"no text in number 1 \(None\)"),
        (["a", None, 1], r"no text in number 2 \(None\), 3 \(1\)"),
        (None, r"no text in number 1 \(None\)"),
        ([{}], r"no text in number 1 \(\{\}\)"),
        ([{"text": 1}], "column 'text' holds int64"),
        ([{"text": "a"}, {"text": 1}], "'text' holds values that are not alike"),
        (["a\ud83d"], "half of a surrogate pair"),
        ([{"what": "a", "other": "b"}], "rename the column of the texts to text"),
    ],
)
def test_what_is_no_text_is_named(given: Any, said: str, loaded: Loaded) -> None:
    with pytest.raises(UserError, match=said):
        loaded.predict(given)


def trained_on(encoder: Path, place: Path, rows: list[dict[str, str]], **options: Any) -> Loaded:
    data = tiny.write_rows(place / "rows.jsonl", rows)
    evaluate = {"retention": None, "terms": None, "resamples": 100}
    objective = {"name": "classify", **options}
    recipe = tiny.recipe(
        encoder, data, place / "run", objective=objective, train={"max_steps": 2, "bf16": False}, evaluate=evaluate
    )
    return acclimate.load(str(run(recipe).folder))


def test_a_model_of_pairs_is_asked_with_pairs(encoder: Path, tmp_path: Path) -> None:
    rows = [{"premise": row["text"], "hypothesis": "it was", "label": row["label"]} for row in labelled()]
    loaded = trained_on(encoder, tmp_path, rows)
    pair = {"premise": TEXTS[0], "hypothesis": TEXTS[1]}
    assert loaded.predict(pair) == loaded.predict({"text": TEXTS[0], "text_pair": TEXTS[1]})
    with pytest.raises(UserError, match=r"no second text, and .* was trained on pairs"):
        loaded.predict(TEXTS[0])
    mixed = loaded.predict([{"premise": TEXTS[0]}, pair])
    assert mixed[1] == loaded.predict(pair)[0] != mixed[0], "a column that only some rows have is read"


def test_a_plain_text_is_what_training_called_the_text(encoder: Path, tmp_path: Path) -> None:
    rows = [{"note": row["text"], "label": row["label"]} for row in labelled()]
    loaded = trained_on(encoder, tmp_path, rows, text_column="note")
    assert loaded.predict(TEXTS[0]) == loaded.predict({"note": TEXTS[0], "who": "x"})
    with pytest.raises(UserError, match=r"no column 'note'(.|\n)*rename the column to what it was called in training"):
        loaded.predict({"text": TEXTS[0]})


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_file_keeps_its_order_and_columns(
    ending: str, classifier: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"text": row["text"], "who": f"p{number}", "label": "?"} for number, row in enumerate(labelled()[:30])]
    tiny.write_rows(tmp_path / "in.jsonl", rows)
    out = tmp_path / f"out.{ending}"
    assert call(["predict", str(classifier.folder), str(tmp_path / "in.jsonl"), "--output", str(out)]) == 0
    assert "30 rows" in capsys.readouterr().out
    found = _read(out)
    assert [row["who"] for row in found] == [row["who"] for row in rows]
    assert [row["predicted_label"] for row in found] == [row["label"] for row in labelled()[:30]]
    assert found[0]["label"] == "?"


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_texts_and_answers_go_into_a_file(
    ending: str, classifier: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / f"out.{ending}"
    asked = ["predict", str(classifier.folder), "-", "--output", str(out)]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n\n".join(TEXTS).encode()), encoding="utf-8"))
    assert call(asked) == 0
    found = [(row["text"], row["label"] or None) for row in _read(out)]
    assert found == [(TEXTS[0], "drug"), ("", None), (TEXTS[1], "other")]
    asked[2] = TEXTS[1]
    assert call(asked) == 0
    assert [(row["text"], row["label"]) for row in _read(out)] == [(TEXTS[1], "other")]


def test_what_rows_hold_beside_a_text_is_not_read(loaded: Loaded) -> None:
    alone = loaded.predict(TEXTS)
    assert loaded.predict([{"text": text, "labels": 3, "score": "x"} for text in TEXTS]) == alone


def test_a_table_s_columns_may_be_empty_at_first(
    classifier: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acclimate.pipeline.predict._CHUNK", 2)
    there, out = tmp_path / "in.jsonl", tmp_path / "out.parquet"
    there.write_text("".join(json.dumps(row) + "\n" for row in [*[{"text": TEXTS[0], "who": None, "never": None}] * 3,
                                                                {"text": TEXTS[1], "who": "p3", "never": None}]))  # fmt: skip
    assert call(["predict", str(classifier.folder), str(there), "--output", str(out)]) == 0
    found = _read(out)
    assert [row["who"] for row in found] == [None, None, None, "p3"]
    assert [row["label"] for row in found] == ["drug", "drug", "drug", "other"]


def _read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "what, more, said",
    [
        ("there.csv", [], "no file there.csv"),
        ("there.docx", [], "no file there.docx"),
        ("FILE", ["--output", "x.xlsx"], "x.xlsx"),
        ("FILE", ["--output", "/nowhere/x.csv"], "No such file"),
    ],
)
def test_bad_input_is_a_message(
    what: str, more: list[str], said: str, classifier: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tiny.write_rows(tmp_path / "in.jsonl", [{"text": "a"}])
    assert call(["predict", str(classifier.folder), what.replace("FILE", str(there)), *more]) == 2
    assert said in capsys.readouterr().err


def test_a_text_longer_than_a_file_name_may_be_is_a_text(classifier: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["predict", str(classifier.folder), TEXTS[0].replace(" ", "_") * 20]) == 0
    assert '"label"' in capsys.readouterr().out


def test_a_language_model_answers_no_task(encoder: Path) -> None:
    with pytest.raises(UserError, match="answers no task"):
        acclimate.load(str(encoder))


def test_floors_stand_beside_its_score(classifier: Run) -> None:
    floors = {one.unit: one.value for one in classifier.scores if (one.when, one.name) == ("floor", "accuracy")}
    assert floors["share of texts whose label is right, by TF-IDF + logistic regression"] == 1.0, (
        "one word says the label"
    )
    assert 0.4 < floors["share of texts whose label is right, by the most frequent label"] < 0.8


def test_a_threshold_is_chosen_on_validation_and_predicting_keeps_to_it(classifier: Run, tmp_path: Path) -> None:
    settings = {
        "retention": None,
        "terms": None,
        "resamples": 100,
        "threshold": {"recall": 1.0},
        "abstain_below": 0.99999,
    }
    recipe = classifier.recipe.model_dump(mode="json")
    again = run({**recipe, "evaluate": settings})
    kept = json.loads((again.folder / "model" / "config.json").read_text())["acclimate"]
    assert len(kept["thresholds"]) == 2
    assert any(
        "a recall of at least 1" in note for note in json.loads((again.folder / "report.json").read_text())["notes"]
    )
    with acclimate.load(str(again.folder)) as model:
        said = model.predict(TEXTS)
    for one in said:
        label = "other" if one["scores"]["other"] >= kept["thresholds"][1] else "drug"
        assert one["label"] == (label if max(one["scores"].values()) >= 0.99999 else None)


def test_abstention_is_measured_as_predicting_does_it(classifier: Run, tmp_path: Path) -> None:
    with acclimate.load(str(classifier.folder)) as model:
        sure = sorted(max(one["scores"].values()) for one in model.predict([row["text"] for row in labelled()]))
    below = sure[len(sure) // 2]
    recipe = classifier.recipe.model_dump(mode="json")
    settings = {"retention": None, "terms": None, "resamples": 100, "abstain_below": below}
    again = run({**recipe, "output_dir": str(tmp_path / "run"), "evaluate": settings})
    test = of_role(rows_in(again.folder / "02-adapt-prepare"), "test").to_pylist()
    with acclimate.load(str(again.folder)) as model:
        said = model.predict([row["text"] for row in test])
    answered = [(row["label"], one["label"]) for row, one in zip(test, said, strict=True) if one["label"] is not None]
    assert 0 < len(answered) < len(test)
    found = {one.name: one for one in again.scores if one.when == "after" and one.slice is None}
    assert found["coverage"].value == pytest.approx(len(answered) / len(test))
    assert found["accuracy_answered"].value == pytest.approx(sum(a == b for a, b in answered) / len(answered))
    assert (found["coverage"].n, found["accuracy_answered"].n) == (len(test), len(answered))
    assert found["coverage"].low < found["coverage"].value < found["coverage"].high
    report = (again.folder / "report.html").read_text()
    assert "Accuracy, answered" in report
    assert "coverage" not in {one.name for one in classifier.scores}


def test_a_primary_score_without_a_value_is_no_fault_and_predicting_follows_the_recipe(
    classifier: Run, tmp_path: Path
) -> None:
    recipe = {**classifier.recipe.model_dump(mode="json"), "output_dir": str(tmp_path / "run")}
    settings = {"retention": None, "terms": None, "resamples": 100}
    none = {**settings, "primary": "accuracy_answered", "abstain_below": 0.9999999}
    done = run({**recipe, "evaluate": none})
    assert done.verdict.verdict == "not measurable"
    assert "accuracy answered has no value for the model" in done.verdict.sentence
    assert "No verdict is given" in done.report.read_text()
    again = run({**recipe, "evaluate": settings})
    config = again.folder / "model" / "config.json"
    kept = json.loads(config.read_text())
    assert kept["acclimate"]["abstain_below"] is None
    stale = {**kept, "acclimate": {**kept["acclimate"], "abstain_below": 0.99}}
    amend(again.folder / "04-adapt-train" / "model", "config.json", stale)
    run({**recipe, "evaluate": settings})
    assert json.loads(config.read_text()) == kept, "what was measured already is what predicting follows"


def test_two_classifiers_are_compared_on_the_same_rows(classifier: Run, tmp_path: Path) -> None:
    recipe = {**classifier.recipe.model_dump(mode="json"), "output_dir": str(tmp_path / "less")}
    less = run(recipe, ["train.max_steps=1"])
    made = acclimate.compare([str(classifier.folder), str(less.folder)], to=tmp_path / "both")
    change = next(
        one for one in made.scores if one.when == "change" and one.name == "accuracy" and one.against != "base"
    )
    own = {one.run: one.value for one in made.scores if one.when == "after" and one.name == "accuracy"}
    assert change.value == pytest.approx(own[made.runs[1].name] - own[made.runs[0].name])


@pytest.mark.parametrize(
    "evaluate, said",
    [
        ({"primary": "acuracy"}, "did you mean accuracy"),
        ({"primary": "bits_per_byte"}, "is not measured for this task"),
    ],
)
def test_a_score_that_labels_have_not_is_named_before_training(
    evaluate: dict[str, Any], said: str, encoder: Path, tmp_path: Path
) -> None:
    data = tiny.write_rows(tmp_path / "rows.jsonl", labelled())
    with pytest.raises(UserError, match=said):
        run(
            tiny.recipe(encoder, data, tmp_path / "run", objective="classify", evaluate={"retention": None, **evaluate})
        )
    assert not (tmp_path / "run").exists()


def test_the_card_of_a_classifier_says_so_and_its_code_runs(
    classifier: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    card = (classifier.folder / "model" / "README.md").read_text(encoding="utf-8")
    assert "pipeline_tag: text-classification" in card
    (code,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    exec(code.replace("path/to/this/folder", str(classifier.folder / "model")), {})  # noqa: S102 - the card's own code
    (said,) = ast.literal_eval(capsys.readouterr().out.strip().splitlines()[-1])
    assert set(said["scores"]) == {"drug", "other"}
