"""Held-out text is looked for in the training text of every phase: taken out, or only reported, or not looked for."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

import acclimate
from acclimate.core.errors import UserError
from acclimate.core.events import silent
from acclimate.core.ledger import Ledger
from acclimate.core.rows import ROLE, ROW_ID
from acclimate.pipeline.leaks import FILE, Looked, look, settled
from acclimate.pipeline.prepare import make_rows
from acclimate.pipeline.recipe import read_recipe
from acclimate.samples.general import passages
from tests.pipeline import tiny


def sentence(number: int, length: int = 40) -> str:
    draw = random.Random(number)
    return " ".join(f"w{draw.randrange(10_000)}" for _ in range(length))


def write(place: Path, texts: list[str]) -> str:
    return str(tiny.write_rows(place, [{"text": text} for text in texts]))


def phase(place: Path, name: str, train: list[str], **held: list[str]) -> dict[str, Any]:
    roles = {"train": train, **held}
    sources = {role: write(place / name / f"{role}.jsonl", texts) for role, texts in roles.items()}
    return {"name": name, "sources": sources, "objective": "mlm"}


def looked(
    place: Path, phases: list[dict[str, Any]], retention: str | None = None, leaks: Any = "remove"
) -> tuple[Looked, Any]:
    recipe, _ = read_recipe({"model": "m", "phases": phases, "leaks": leaks, "evaluate": {"retention": retention},
                             "output_dir": str(place / "out")})  # fmt: skip
    rows = [make_rows(recipe, one, number, Ledger()) for number, one in enumerate(recipe.phases)]
    return look(recipe, rows), (recipe, rows)


def found(one: Looked, name: str) -> list[tuple[str, str]]:
    return [(entry["row"], entry["held"]) for entry in one.rows[name]]


def test_training_text_of_a_phase_against_its_own_and_later_held_out_text(tmp_path: Path) -> None:
    own, later, earlier, general = (sentence(number) for number in range(4))
    first = phase(tmp_path, "first", [sentence(10), own, later, general], test=[own], validation=[earlier])
    second = phase(tmp_path, "second", [sentence(20), earlier, f"{general} {sentence(21, 9)}"], validation=[later])
    text = tmp_path / "general.txt"
    text.write_text(general, encoding="utf-8")
    one, _ = looked(tmp_path, [first, second], str(text))
    assert found(one, "first") == [
        ("train.jsonl:2", "overlaps a test text"),
        ("train.jsonl:3", "overlaps a validation text of second"),
        ("train.jsonl:4", "overlaps the general text"),
    ]
    assert found(one, "second") == [("train.jsonl:3", "overlaps the general text")], "the first phase is over"
    lines = {
        (line.phase, line.held, line.of): (line.texts, line.covered, line.rows, line.removed)
        for line in one.lines
        if line.looked_through == "train"
    }
    assert lines == {
        ("first", "test", ""): (1, 1, 1, 1),
        ("first", "validation", ""): (1, 0, 0, 0),
        ("first", "validation", "second"): (1, 1, 1, 1),
        ("first", "general", ""): (1, 1, 1, 1),
        ("second", "validation", ""): (1, 0, 0, 0),
        ("second", "general", ""): (1, 1, 1, 1),
    }


def test_validation_text_that_stands_in_test_text_is_told_of_and_stays(tmp_path: Path) -> None:
    own, later, free = sentence(0), sentence(1), sentence(2)
    first = phase(tmp_path, "first", [sentence(10)], test=[own], validation=[free, own, f"{later} w1"])
    second = phase(tmp_path, "second", [sentence(20)], test=[later], validation=[own])
    one, (recipe, rows) = looked(tmp_path, [first, second])
    assert one.rows == {"first": [], "second": []}
    assert {name: [(entry["row"], entry["held"]) for entry in rows] for name, rows in one.validation.items()} == {
        "first": [
            ("validation/validation.jsonl:2", "overlaps a test text"),
            ("validation/validation.jsonl:3", "overlaps a test text of second"),
        ],
        "second": [],  # the first phase's test is over: nothing of the second decides about it
    }
    lines = [line for line in one.lines if line.looked_through == "validation"]
    assert [(line.phase, line.held, line.of, line.rows, line.removed) for line in lines] == [
        ("first", "test", "", 1, 0),
        ("first", "test", "second", 1, 0),
        ("second", "test", "", 0, 0),
    ]
    after = settled(recipe, rows, one.rows, Ledger(), silent)
    assert [part.num_rows for part in after] == [part.num_rows for part in rows]


def test_replayed_rows_are_training_rows(tmp_path: Path) -> None:
    test = sentence(0)
    replay = {"name": "replay", "source": write(tmp_path / "replay.jsonl", [test]), "share": 0.5, "repeat": True}
    one, (recipe, rows) = looked(
        tmp_path, [phase(tmp_path, "a", [sentence(1), sentence(2)], test=[test]) | {"prepare": [replay]}]
    )
    assert [row for row, _ in found(one, "a")] == ["replay/replay.jsonl:1", "replay/replay.jsonl:1#2"]
    ledger = Ledger()
    kept = settled(recipe, rows, one.rows, ledger, lambda event: None)
    assert kept[0].column(ROW_ID).to_pylist() == ["train.jsonl:1", "train.jsonl:2", "test/test.jsonl:1"]
    assert ledger.entries[0]["removed"] == {"overlaps a test text": 2}
    assert (ledger.entries[0]["rows_in"], ledger.entries[0]["rows_out"]) == (4, 2)


def test_the_sample_of_general_text_in_the_training_text(tmp_path: Path) -> None:
    passage = next(row["text"] for row in passages() if row["language"] == "zh")
    one, _ = looked(tmp_path, [phase(tmp_path, "a", [sentence(1), passage])], "sample:general")
    assert found(one, "a") == [("train.jsonl:2", "overlaps the general text")]


def test_the_prompts_of_the_recipe_in_the_training_text(tmp_path: Path) -> None:
    """With their right answers, as rows of questions are texts; what only begins alike is no copy."""
    asked, right = sentence(1, 20), sentence(2, 20)
    suite = tiny.write_rows(
        tmp_path / "suite.jsonl", [{"prompt": asked, "reference": right}, {"prompt": "short?", "reference": ""}]
    )
    rows = [{"question": sentence(3), "answer": sentence(4)}, {"question": asked, "answer": right}]
    data = {"name": "a", "sources": {"train": str(tiny.write_rows(tmp_path / "rows.jsonl", rows))}, "objective": "sft"}
    recipe, _ = read_recipe({"model": "m", "phases": [data], "evaluate": {"retention": None, "prompts": str(suite)},
                             "output_dir": str(tmp_path / "out")})  # fmt: skip
    one = look(recipe, [make_rows(recipe, recipe.phases[0], 0, Ledger())])
    assert found(one, "a") == [("rows.jsonl:2", "overlaps a prompt of the recipe")]
    assert [(line.held, line.texts, line.too_short, line.removed) for line in one.lines] == [("prompts", 2, 1, 1)]


def test_records_of_strangers_are_no_leak(root: Path) -> None:
    """The hospital sample's patients are drawn one by one; the one row that goes has the course of another, value by value."""
    recipe, _ = read_recipe(root / "recipes" / "demo.yaml")
    one = look(recipe, [make_rows(recipe, recipe.phases[0], 0, Ledger())])
    assert len(one.rows["adapt"]) <= 1
    assert [(line.held, line.too_short) for line in one.lines] == [
        ("test", 0),
        ("validation", 0),
        ("general", 0),
        ("test", 0),
    ]


def test_a_record_copied_into_training_is_found(tmp_path: Path, root: Path) -> None:
    recipe, _ = read_recipe(root / "recipes" / "demo.yaml")
    rows = make_rows(recipe, recipe.phases[0], 0, Ledger())
    text, role = (rows.column(name).to_pylist() for name in ("text", ROLE))
    test, train = role.index("test"), role.index("train")
    text[train] = text[test].replace("sex:M", "sex:X").replace("sex:F", "sex:X")
    changed = rows.set_column(rows.column_names.index("text"), "text", [text])
    gone = look(recipe, [changed]).rows["adapt"]
    assert (rows.column(ROW_ID)[train].as_py(), "overlaps a test text") in [(one["row"], one["held"]) for one in gone]


def test_nothing_left_to_train_on(tmp_path: Path) -> None:
    one, (recipe, rows) = looked(tmp_path, [phase(tmp_path, "a", [sentence(0)], test=[sentence(0)])])
    with pytest.raises(
        UserError, match=r"a, leaks: all 1 training rows overlap held-out text \(overlaps a test text: 1\)"
    ) as told:
        settled(recipe, rows, one.rows, Ledger(), lambda event: None)
    assert "leaks.action=report" in str(told.value)


@pytest.mark.parametrize("leaks", ["off", {"action": "off"}])
def test_off_looks_for_nothing(leaks: Any, tmp_path: Path) -> None:
    one, (recipe, rows) = looked(tmp_path, [phase(tmp_path, "a", [sentence(0)], test=[sentence(0)])], leaks=leaks)
    ledger = Ledger()
    assert one == Looked()
    assert settled(recipe, rows, one.rows, ledger, lambda event: None)[0].num_rows == 2
    assert ledger.entries == []


@pytest.mark.parametrize(
    "leaks, said",
    [("keep", "leaks.action"), ({"ngrams": 3}, "leaks.ngrams"), ({"containment": 0}, "leaks.containment")],
)
def test_what_is_wrong_is_named(leaks: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said):
        looked(tmp_path, [phase(tmp_path, "a", [sentence(0)])], leaks=leaks)


def run_of(place: Path, model: Path, *overrides: str) -> acclimate.Run:
    texts = [row["text"] for row in tiny.texts(30)]
    long = [f"{text} {sentence(number, 30)}" for number, text in enumerate(texts[:27])]
    one = phase(place, "adapt", [*long[:20], long[26]], test=long[20:])
    data = tiny.recipe(model, "unused", place / "out") | {"leaks": "remove", "sources": one["sources"], "prepare": []}
    return acclimate.run(data, overrides)


def test_a_run(tmp_path: Path) -> None:
    model = tiny.encoder(tmp_path / "model")
    done = run_of(tmp_path, model)
    entries = json.loads((done.folder / "ledger.json").read_text())
    leaks, tokens = [entry for entry in entries if entry["step"] in {"leaks", "tokens"} and entry["source"] == "train"]
    assert leaks["removed"] == {"overlaps a test text": 1}
    assert tokens["rows_in"] == leaks["rows_out"] == 20
    report = (done.folder / "report.md").read_text()
    assert "## Leaks" in report
    assert "not checked" in report
    assert "w1" not in (done.folder / FILE).read_text(), "it holds no text"
    before = tiny.everything(done.folder / "04-adapt-train")

    learnt = (tmp_path / "adapt" / "train.jsonl").read_text().splitlines()[:2]
    general = write(tmp_path / "general.jsonl", [json.loads(line)["text"] for line in learnt])
    again = run_of(tmp_path, model, f"evaluate.retention={general}")
    assert tiny.everything(done.folder / "04-adapt-train") == before, "what is trained is not trained again"
    late = json.loads((again.folder / FILE).read_text())
    assert [one["row"] for one in late["late"]["adapt"]] == ["train.jsonl:1", "train.jsonl:2"]
    assert [(line["held"], line["rows"], line["removed"]) for line in late["lines"]] == [
        ("test", 1, 1),
        ("general", 2, 0),
    ]

    with pytest.raises(UserError, match=r"leaks\.containment"):
        run_of(tmp_path, model, "leaks.containment=0.7")
