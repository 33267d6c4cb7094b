"""`init --task`: from a file of labelled rows to a recipe that `check` accepts without an edit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.recipe import parse_yaml
from acclimate.pipeline.check import check
from acclimate.pipeline.init.propose import Choices, Plan, base_for, propose
from acclimate.pipeline.init.say import sentences
from acclimate.pipeline.init.tables import look
from acclimate.pipeline.init.write import write_recipe
from acclimate.pipeline.run import run
from tests.pipeline import init_made, tiny

WARDS = ("surgery", "cardiology", "oncology")


def note(number: int) -> str:
    return f"note {number}: the patient was seen at the hospital in ward {number % 7} and went home"


def table(**cells: Any) -> list[dict[str, Any]]:
    """120 rows with a patient for every two, whose cells are functions of the number or values."""
    rows = []
    for number in range(120):
        row = {name: cell(number) if callable(cell) else cell for name, cell in cells.items()}
        rows.append({"patient_id": f"p{number // 2}", **row})
    return rows


def turns(number: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": f"what of {number}?"}, {"role": "assistant", "content": note(number)}]


def span(number: int) -> list[dict[str, Any]]:
    text = note(number)
    start = text.index("patient")
    return [{"start": start, "end": start + 7, "label": "WHO"}]


def tags(number: int) -> list[str]:
    return ["B-WHO" if word == "patient" else "O" for word in note(number).split()]


CASES: dict[str, tuple[str, list[dict[str, Any]], Any, list[Any]]] = {
    "classify": (
        "classify", table(text=note, label=lambda n: WARDS[n % 3]), "classify",
        [{"name": "clean", "required": ["text", "label"]}, {"name": "deduplicate", "columns": ["text"]}],
    ),
    "unusual names": (
        "classify:outcome", table(befund=note, outcome=lambda n: WARDS[n % 3] if n % 10 else ""),
        {"name": "classify", "text_column": "befund", "label_column": "outcome"},
        [{"name": "clean", "required": ["befund", "outcome"]}, {"name": "deduplicate", "columns": ["befund"]}],
    ),
    "a label by its look": (
        "classification", table(text=note, department=lambda n: WARDS[n % 3]),
        {"name": "classify", "label_column": "department"},
        [{"name": "clean", "required": ["text", "department"]}, {"name": "deduplicate", "columns": ["text"]}],
    ),
    "a pair with a score": (
        "classify", table(sentence1=note, sentence2=note, score=lambda n: n % 9 / 2),
        {"name": "classify", "label_column": "score", "kind": "score"},
        [{"name": "clean", "required": ["sentence1", "sentence2", "score"]},
         {"name": "deduplicate", "columns": ["sentence1", "sentence2"]}],
    ),
    "a question and a sentence": (
        "classify", table(question=note, sentence=note, label=lambda n: n % 2), "classify",
        [{"name": "clean", "required": ["question", "sentence", "label"]},
         {"name": "deduplicate", "columns": ["question", "sentence"]}],
    ),
    "one column a label": (
        "classify", table(text=note, x=lambda n: n % 2, y=lambda n: int(n % 3 == 0)),
        {"name": "classify", "label_column": ["x", "y"]},
        [{"name": "clean", "required": ["text", "x", "y"]}, {"name": "deduplicate", "columns": ["text"]}],
    ),
    "spans": ("ner", table(text=note, entities=lambda n: json.dumps(span(n))), "tag", ["deduplicate"]),
    "extract": (
        "extract", table(question=lambda n: f"who was seen in {n}?", context=lambda n: note(n // 2 * 2), answer="the patient"), "extract",
        [{"name": "deduplicate", "columns": ["question", "context"]}],
    ),
    "sft": (
        "sft", table(Question=lambda n: f"what of {n}?", Answer=note), "sft",
        [{"name": "clean", "required": ["Question", "Answer"]}, {"name": "deduplicate", "columns": ["Question", "Answer"]}],
    ),
    "two forms": (
        "sft", table(prompt=lambda n: f"say {n}", completion=note, question=lambda n: f"what of {n}?", answer=note),
        {"name": "sft", "form": "prompt_completion"},
        [{"name": "clean", "required": ["prompt", "completion"]}, {"name": "deduplicate", "columns": ["prompt", "completion"]}],
    ),
    "messages": ("chat", table(messages=lambda n: json.dumps(turns(n))), "sft", []),
}  # fmt: skip


def proposed(data: Path, task: str, **choices: Any) -> Plan:
    return propose(look(str(data)), Choices(base_for(task), task, **choices))


def written(plan: Plan, place: Path) -> dict[str, Any]:
    write_recipe(plan, place, force=False)
    data: dict[str, Any] = parse_yaml(place.read_text(encoding="utf-8"), "recipe")
    return data


@pytest.mark.parametrize("name", CASES)
def test_its_recipe_is_accepted(name: str, tmp_path: Path) -> None:
    task, rows, objective, steps = CASES[name]
    plan = proposed(init_made.write_csv(tmp_path / "rows.csv", rows), task)
    recipe = written(plan, tmp_path / "r.yaml")
    assert recipe["objective"] == objective
    split = {"name": "split", "group_by": "patient_id", "validation": plan.shares.validation, "test": plan.shares.test}
    assert [step for step in recipe["prepare"] if step != split] == steps
    assert split in recipe["prepare"]
    facts = check(tmp_path / "r.yaml").phases[0]
    assert facts.groups["test"] == plan.shares.test_groups >= 20
    assert not [one for one in sentences(plan) if "refuse" in one]


def test_words_with_tags(tmp_path: Path) -> None:
    rows = [{"tokens": note(number).split(), "tags": tags(number)} for number in range(120)]
    plan = proposed(tiny.write_rows(tmp_path / "rows.jsonl", rows), "tag")
    recipe = written(plan, tmp_path / "r.yaml")
    assert recipe["objective"] == "tag"
    assert check(tmp_path / "r.yaml").phases[0].notes[0] == "words: tokens; tags: tags, read as BIO"


def test_it_runs(tmp_path: Path, encoder: Path) -> None:
    rows = table(text=note, label=lambda n: WARDS[n % 3])
    data = init_made.write_csv(tmp_path / "rows.csv", rows)
    written(propose(look(str(data)), Choices(str(encoder), "classify")), tmp_path / "r.yaml")
    fast = ["train.max_steps=2", "train.bf16=false", "evaluate.resamples=100", "tokens.max_length=48"]
    done = run(tmp_path / "r.yaml", [*fast, f"output_dir={tmp_path / 'run'}"])
    assert {"accuracy", "macro_f1"} <= {one.name for one in done.scores}


def test_values_that_repeat_stay_in_one_role(tmp_path: Path) -> None:
    rows = [{"question": f"what of {number // 2}?", "answer": note(number)} for number in range(120)]
    recipe = written(proposed(init_made.write_csv(tmp_path / "a.csv", rows), "sft"), tmp_path / "a.yaml")
    assert next(step for step in recipe["prepare"] if step["name"] == "split")["group_by"] == "question"
    rows = [
        {"question": f"who of {number}?", "context": note(number // 2), "answer": "patient"} for number in range(120)
    ]
    recipe = written(proposed(init_made.write_csv(tmp_path / "b.csv", rows), "extract"), tmp_path / "b.yaml")
    assert recipe["prepare"][0]["group_by"] == "context"


def test_own_roles_need_no_split(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for role, first in (("train", 0), ("validation", 100), ("test", 200)):
        rows = [{"messages": turns(first + number)} for number in range(40)]
        tiny.write_rows(tmp_path / "data" / f"{role}.jsonl", rows)
    recipe = written(proposed(tmp_path / "data", "sft"), tmp_path / "r.yaml")
    assert recipe["prepare"] == []
    assert check(tmp_path / "r.yaml").phases[0].rows == {"train": 40, "validation": 40, "test": 40}


def test_rows_that_a_run_would_refuse_are_told(tmp_path: Path) -> None:
    rows = table(question="who?", context=note, answer=lambda n: "the patient" if n % 20 else "a nurse")
    plan = proposed(init_made.write_csv(tmp_path / "rows.csv", rows), "extract")
    (said,) = [one for one in plan.layout.said if "refuse" in one]
    assert "the answer 'a nurse' is not in its context" in said
    rows = table(text=note, label=lambda n: WARDS[n % 3] if n else "rare")
    plan = proposed(init_made.write_csv(tmp_path / "rare.csv", rows), "classify")
    assert "1 of 4 labels have fewer than 5 rows" in plan.layout.said[0]


@pytest.mark.parametrize(
    "task, said",
    [
        ("classify:outcom", "no column 'outcom'; did you mean outcome?"),
        ("tag:outcome", "tag reads no column of labels"),
        ("classify", "no column of rows looks like a label"),
        ("tag", "words with tags (tokens, tags) or a text with spans (text, entities)"),
        ("extract", "no column for the question"),
        ("sft", "no form fits the columns"),
        ("pairs", "no task 'pairs'"),
    ],
)
def test_what_can_not_be_read_names_the_columns(task: str, said: str, tmp_path: Path) -> None:
    data = init_made.write_csv(tmp_path / "rows.csv", table(befund=note, outcome=lambda n: f"o{n % 2}"))
    with pytest.raises(UserError) as error:
        proposed(data, task)
    assert said in str(error.value)
