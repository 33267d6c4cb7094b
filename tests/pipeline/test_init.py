"""A newcomer's path: from DATA to a recipe that is read, checked and run without an edit."""

from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.core.recipe import parse_yaml
from acclimate.pipeline.check import check
from acclimate.pipeline.init.propose import Choices, Plan, likely_groups, propose
from acclimate.pipeline.init.say import seen, sentences
from acclimate.pipeline.init.tables import look
from acclimate.pipeline.init.write import write_recipe
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.run import Run, run
from tests.pipeline import init_made, tiny

FAST = ["train.max_steps=2", "train.per_device_train_batch_size=4", "train.bf16=false", "evaluate.retention=",
        "evaluate.resamples=200", "report.examples=1", "tokens.max_length=48"]  # fmt: skip


def proposed(data: Path | str, model: Path | str = "starter:encoder", **choices: Any) -> Plan:
    return propose(look(str(data)), Choices(str(model), **choices))


def recipe_of(plan: Plan, place: Path) -> dict[str, Any]:
    write_recipe(plan, place, force=False)
    read_recipe(place)
    data: dict[str, Any] = parse_yaml(place.read_text(encoding="utf-8"), "recipe")
    return data


def steps(recipe: dict[str, Any]) -> list[str]:
    return [step if isinstance(step, str) else step["name"] for step in recipe["prepare"]]


def test_several_tables_are_joined_on_their_keys_checked_and_run(tmp_path: Path, encoder: Path) -> None:
    plan = proposed(init_made.clinic(tmp_path / "clinic"), encoder)
    recipe = recipe_of(plan, tmp_path / "clinic.yaml")
    assert list(recipe["sources"]["train"]) == ["prescriptions", "visits", "patients"]
    assert steps(recipe) == ["sql", "tagged", "split", "deduplicate"]
    tagged = recipe["prepare"][1]
    assert tagged["group_by"] == ["patient_id"]
    assert tagged["order_by"] == "day"
    assert tagged["header"] == [{"tag": "patient", "fields": ["born", "gender", "marital"]}]
    assert tagged["body"]["each"]["fields"] == ["day", "kind", "code", "description", "value"]
    assert recipe["objective"]["masking"]["name"] == "token_sep"
    assert recipe["objective"]["mask_replace_prob"] == 0.6
    facts = check(tmp_path / "clinic.yaml", ["tokens.max_length=48"]).phases[0]
    assert sum(facts.groups.values()) == 60
    assert facts.groups["test"] == plan.shares.test_groups
    done = run(tmp_path / "clinic.yaml", [*FAST, f"output_dir={tmp_path / 'run'}"])
    assert done.report.is_file()


def test_identifiers_are_named_and_stand_in_no_text(tmp_path: Path, encoder: Path) -> None:
    plan = proposed(init_made.clinic(tmp_path / "clinic"), encoder)
    write_recipe(plan, tmp_path / "clinic.yaml", force=False)
    text = (tmp_path / "clinic.yaml").read_text(encoding="utf-8")
    for name in ("SSN (patients)", "FIRST (patients)", "PATIENT (prescriptions, visits)", "Id (patients)"):
        assert f"#   {name}: " in text
    assert "HEALTHCARE_EXPENSES" in text.partition("prepare:")[0]
    from acclimate.core.ledger import Ledger
    from acclimate.pipeline.prepare import make_rows

    recipe, _ = read_recipe(tmp_path / "clinic.yaml")
    rows = make_rows(recipe, recipe.phases[0], 0, Ledger())
    texts = " ".join(rows.column("text").to_pylist())
    assert "born:1920s" in texts
    assert "+0d" in texts
    for told in ("999-", "Ann1", "1920-05", rows.column("patient_id")[0].as_py()):
        assert told not in texts


def test_what_was_seen_and_decided_is_said(tmp_path: Path) -> None:
    found = look(str(init_made.clinic(tmp_path / "clinic")))
    assert any(line.startswith("visits: 180 rows: START (time), PATIENT (identifier)") for line in seen(found))
    said = "\n".join(sentences(propose(found, Choices("starter:encoder"))))
    assert "texts: one for each patient_id, in order of day" in said
    assert "rooms: left out, no column says to which patient_id a row belongs" in said
    assert "patients: not used: HEALTHCARE_EXPENSES" in said
    assert "visits: not used: ROOM" in said
    assert likely_groups(found)[0] == "patient_id"


def test_one_table_of_events(tmp_path: Path, encoder: Path) -> None:
    data = tiny.write_rows(tmp_path / "events.jsonl", tiny.events(80))
    recipe = recipe_of(proposed(data, encoder), tmp_path / "r.yaml")
    assert steps(recipe) == ["tagged", "split", "deduplicate"], "nothing has to be renamed, so no query"
    assert recipe["prepare"][0]["header"] == [{"tag": "patient", "fields": ["sex"]}]
    assert recipe["prepare"][0]["body"]["each"]["fields"] == ["day", "code", "description"]
    assert recipe["prepare"][1]["group_by"] == "patient"
    run(tmp_path / "r.yaml", [*FAST, f"output_dir={tmp_path / 'run'}"])


def test_plain_texts_for_a_decoder(tmp_path: Path, decoder: Path) -> None:
    plan = proposed(init_made.documents(tmp_path / "papers"), decoder)
    recipe = recipe_of(plan, tmp_path / "r.yaml")
    assert recipe["objective"] == "clm"
    assert recipe["sources"]["train"] == {"name": "text", "path": str(tmp_path / "papers")}
    split = {"name": "split", "group_by": "file", "validation": plan.shares.validation, "test": plan.shares.test}
    assert recipe["prepare"] == ["clean", split, "deduplicate"]
    run(tmp_path / "r.yaml", [*FAST, f"output_dir={tmp_path / 'run'}"])


def test_one_file_of_text_is_read_by_paragraphs_or_lines(tmp_path: Path) -> None:
    lines = [row["text"] + f" {number}" for number, row in enumerate(tiny.texts(60))]
    for name, between in (("paragraph", "\n\n"), ("line", "\n")):
        (tmp_path / f"{name}.txt").write_text(between.join(lines), encoding="utf-8")
        recipe = recipe_of(proposed(tmp_path / f"{name}.txt"), tmp_path / f"{name}.yaml")
        assert recipe["sources"]["train"]["sample_by"] == name
        assert sum(check(tmp_path / f"{name}.yaml", ["leaks=off"]).phases[0].rows.values()) == 60


def test_documents_of_several_formats(tmp_path: Path) -> None:
    for number in range(30):
        words = f"report {number} of the hospital on what was seen there"
        name, text = (f"{number}.html", f"<p>{words}</p>") if number % 2 else (f"{number}.txt", words)
        (tmp_path / "reports").mkdir(exist_ok=True)
        (tmp_path / "reports" / name).write_text(text, encoding="utf-8")
    (tmp_path / "reports" / "index.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    plan = proposed(tmp_path / "reports")
    recipe = recipe_of(plan, tmp_path / "r.yaml")
    assert recipe["sources"]["train"] == {"name": "documents", "path": str(tmp_path / "reports")}
    assert any("index.csv: left out" in line for line in plan.layout.unused)
    assert sum(check(tmp_path / "r.yaml").phases[0].rows.values()) == 30


def test_an_address_is_written_as_it_was_given(tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    for path in init_made.clinic(tmp_path / "clinic").iterdir():
        memory.pipe_file(f"/init/clinic/{path.name}", path.read_bytes())
    recipe = recipe_of(proposed("memory://init/clinic"), tmp_path / "r.yaml")
    assert recipe["sources"]["train"]["visits"] == "memory://init/clinic/visits.csv"
    check(tmp_path / "r.yaml")


def test_a_folder_like_the_hubs_keeps_its_splits(tmp_path: Path, encoder: Path) -> None:
    recipe = recipe_of(proposed(init_made.hub_folder(tmp_path / "reviews"), encoder), tmp_path / "r.yaml")
    assert recipe["sources"]["test"] == {"name": "hub", "path": str(tmp_path / "reviews"), "split": "test"}
    assert recipe["prepare"][0]["query"].split() == ["SELECT", "row_id,", "review", "AS", "text", "FROM", "rows"]
    assert recipe["prepare"][-2] == {"name": "split", "validation": 0.1}
    facts = check(tmp_path / "r.yaml", ["tokens.max_length=48"]).phases[0]
    assert facts.rows["test"] == 24
    run(tmp_path / "r.yaml", [*FAST, f"output_dir={tmp_path / 'run'}"])


def test_notes_of_patients_stay_together_and_are_joined_to_no_history(tmp_path: Path, encoder: Path) -> None:
    data = init_made.write_csv(tmp_path / "notes.csv", init_made.notes())
    plan = proposed(data, encoder)
    recipe = recipe_of(plan, tmp_path / "r.yaml")
    assert "phone" in plan.layout.identifying
    assert recipe["prepare"][0]["query"].split() == [
        "SELECT",
        "row_id,",
        "patient_id,",
        "note",
        "AS",
        "text",
        "FROM",
        "rows",
    ]
    assert recipe["prepare"][-2]["group_by"] == "patient_id"
    check(tmp_path / "r.yaml", ["tokens.max_length=48"])


def test_questions_and_answers_become_one_text(tmp_path: Path) -> None:
    rows = [{"question": f"what is thing number {n} in the list of things?", "answer": f"it is the {n}th thing of the whole list here"}
            for n in range(40)]  # fmt: skip
    plan = proposed(init_made.write_csv(tmp_path / "qa.csv", rows))
    recipe_of(plan, tmp_path / "r.yaml")
    assert any("`--task sft` learns to answer" in line for line in plan.layout.said)
    assert "concat_ws(chr(10), question, answer)" in plan.layout.query[0]
    check(tmp_path / "r.yaml")


def test_records_without_groups(tmp_path: Path) -> None:
    rows = [
        {"maker": f"firm {n % 7}", "colour: main": ("red", "blue", "green")[n % 3], "doors": str(n % 5)}
        for n in range(60)
    ]
    plan = proposed(init_made.write_csv(tmp_path / "cars.csv", rows))
    recipe = recipe_of(plan, tmp_path / "r.yaml")
    assert recipe["prepare"][1]["header"] == [{"tag": "record", "fields": ["maker", "colour_main", "doors"]}]
    recipe_of(proposed(tmp_path / "cars.csv", group="maker"), tmp_path / "grouped.yaml")
    check(tmp_path / "grouped.yaml", ["prepare.split.validation=0.2"])


@pytest.mark.parametrize("form, written", [("{2:02d}.{1:02d}.{0}", "%d.%m.%Y"), ("{1:02d}/{2:02d}/{0}", "%m/%d/%Y")])
def test_dates_that_are_no_iso_are_rewritten(form: str, written: str, tmp_path: Path) -> None:
    rows = [
        {
            "用户": f"u{n % 30}",
            "日期": form.format(2020, 1 + n % 12, 1 + n % 28),
            "事件": ("开户", "转账", "销户")[n % 3],
        }
        for n in range(90)
    ]
    plan = proposed(init_made.write_csv(tmp_path / "events.csv", rows, ";", "gb18030"))
    text = write_recipe(plan, tmp_path / "r.yaml", force=False)
    assert f"strptime(\"日期\", '{written}')" in text
    assert "gb18030" in text
    assert sum(check(tmp_path / "r.yaml").phases[0].rows.values()) <= 30


def test_a_group_that_is_not_there(tmp_path: Path) -> None:
    data = init_made.clinic(tmp_path / "clinic")
    with pytest.raises(UserError, match=r"--group: no column 'PATIENTS'; did you mean PATIENT\?"):
        proposed(data, group="PATIENTS")
    assert proposed(data, group="patient").layout.group == "patient_id"


@pytest.mark.parametrize(
    "choices, said",
    [
        ({"task": "classify"}, "has no column of texts"),
        ({"task": "mml"}, "no task 'mml'; did you mean mlm?"),
        ({"task": "clm", "model": "starter:encodr"}, "did you mean starter:encoder"),
        ({"model": "./nowhere"}, "no folder ./nowhere"),
        ({"model": "nobody/nothing"}, "HF_HUB_OFFLINE"),
        ({"tables": ("visit",)}, "--table: no table 'visit'; did you mean visits?"),
    ],
)
def test_choices_that_can_not_be(choices: dict[str, Any], said: str, tmp_path: Path) -> None:
    found = look(str(init_made.clinic(tmp_path / "clinic")))
    with pytest.raises(UserError) as error:
        propose(found, Choices(**{"model": "starter:encoder", **choices}))
    assert said in str(error.value)


def test_a_model_without_either_head_is_refused(tmp_path: Path) -> None:
    data = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts())
    with pytest.raises(UserError, match="sequence-to-sequence"):
        proposed(data, tiny.sequence_to_sequence(tmp_path / "t5"))


def test_chosen_tables_bring_what_describes_their_groups(tmp_path: Path) -> None:
    plan = proposed(init_made.clinic(tmp_path / "clinic"), tables=("visits",))
    assert list(plan.layout.sources["train"]) == ["visits", "patients"]
    recipe_of(plan, tmp_path / "r.yaml")
    check(tmp_path / "r.yaml")


def test_numbers_alone_are_refused(tmp_path: Path) -> None:
    rows = [{"a": str(n), "b": f"{n / 7:.3f}"} for n in range(30)]
    with pytest.raises(UserError, match="no column holds words to learn from") as error:
        proposed(init_made.write_csv(tmp_path / "numbers.csv", rows))
    assert "number: a, b" in str(error.value)


@pytest.mark.shared_data
@pytest.mark.parametrize("name, tables, groups", [("synthea-27", 12, 27), ("synthea-1k", 7, 1171)])
def test_synthea(name: str, tables: int, groups: int, shared_data: Path, tmp_path: Path) -> None:
    plan = proposed(shared_data / name)
    recipe = recipe_of(plan, tmp_path / "r.yaml")
    assert len(recipe["sources"]["train"]) == tables
    assert plan.layout.group == "patient_id"
    assert plan.shares.groups == groups
    assert plan.shares.enough == (groups > 100)
    assert recipe["prepare"][1]["header"][0]["fields"] == ["born", "marital", "race", "ethnicity", "gender"]
    assert {"SSN (patients)", "DRIVERS (patients)", "PASSPORT (patients)"} <= set(plan.layout.identifying)
    assert not {"CODE", "DESCRIPTION"} & {key.split(" ")[0] for key in plan.layout.identifying}
    if groups < 100:
        facts = check(tmp_path / "r.yaml").phases[0]
        assert sum(facts.groups.values()) == groups


def run_as_written(data: Path, place: Path, *overrides: str) -> Run:
    write_recipe(proposed(data), place / "r.yaml", force=False)
    short = ["train.max_steps=2", "evaluate.max_rows=24", "evaluate.retention=", f"output_dir={place / 'out'}"]
    done = run(place / "r.yaml", [*short, *overrides])
    assert done.report.is_file()
    return done


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.parametrize("name, patients, measurable", [("synthea-27", 27, False), ("synthea-1k", 160, True)])
def test_what_is_written_for_synthea_runs_without_an_edit(
    name: str, patients: int, measurable: bool, shared_data: Path, tmp_path: Path
) -> None:
    data = init_made.shortened(shared_data / name, tmp_path / name, patients, 1)
    done = run_as_written(data, tmp_path, "evaluate.max_terms=4", "evaluate.term_occurrences=2")
    assert (done.verdict.verdict != "not measurable") is measurable


@pytest.mark.long
@pytest.mark.shared_data
@pytest.mark.parametrize("name, measurable", [("synthea-27", False), ("synthea-1k", True)])
def test_what_is_written_for_all_of_synthea_runs_without_an_edit(
    name: str, measurable: bool, shared_data: Path, tmp_path: Path
) -> None:
    done = run_as_written(shared_data / name, tmp_path)
    assert (done.verdict.verdict != "not measurable") is measurable
