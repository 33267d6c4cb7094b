"""An sft run from rows to proof: bits of the right answers, what each model writes, the answers file, a review of it."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from rouge_score.rouge_scorer import RougeScorer
from transformers import AutoModelForCausalLM, AutoTokenizer

import acclimate
from acclimate.core.errors import UserError
from acclimate.core.rows import ROW_ID
from acclimate.core.scores import Score
from acclimate.evaluate.rows import EvalText
from acclimate.evaluate.section import Evaluate
from acclimate.pipeline.check import check
from acclimate.pipeline.generated import prompts_of_rows
from acclimate.pipeline.prepare import of_role, rows_in
from acclimate.pipeline.run import Run, run
from tests.pipeline import tiny

ANSWERS = ("ulcer", "dose")
NEW = 8


def recipe(decoder: Path, place: Path, **changes: Any) -> dict[str, Any]:
    data = tiny.write_rows(
        place / "rows.jsonl",
        [{"question": f"event {number}?", "answer": ANSWERS[number % 2]} for number in range(80)],
    )
    suite = [
        {"prompt": "event 7?", "reference": "dose", "use": "events"},
        {"prompt": "the patient", "reference": "", "use": "openings"},
    ]
    with (place / "suite.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, suite[0])
        writer.writeheader()
        writer.writerows(suite)
    train = {"max_steps": 40, "per_device_train_batch_size": 8, "learning_rate": 2e-2, "lr_scheduler_type": "constant",
             "logging_steps": 10}  # fmt: skip
    evaluate = {"retention": None, "terms": None, "resamples": 100, "prompts": str(place / "suite.csv"),
                "generation": {"rows": 24, "shots": 1, "decoding": {"max_new_tokens": NEW}}}  # fmt: skip
    made = tiny.recipe(decoder, data, place / "run", objective="sft", train=train, evaluate=evaluate)
    return {**made, "tokens": {"max_length": 64}, **changes}


@pytest.fixture(scope="module")
def done(decoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(recipe(decoder, tmp_path_factory.mktemp("sft")))


def one(done: Run, when: str, name: str, data: str = "test", part: str | None = None) -> Score:
    (found,) = [
        score for score in done.scores if (score.when, score.name, score.data, score.slice) == (when, name, data, part)
    ]
    return found


def asked_of(done: Run, number: int) -> str:
    return f"User:\nevent {number}?\nAssistant:\n"


def test_base_and_adapted_are_measured_on_the_right_answers(done: Run, decoder: Path) -> None:
    """The same by plain transformers: -log2 p of the answers' tokens, given the prompt that the template writes."""
    test = of_role(rows_in(done.folder / "02-adapt-prepare"), "test")
    for when, place in (("before", decoder), ("after", done.folder / "model")):
        model, tokenizer = AutoModelForCausalLM.from_pretrained(place), AutoTokenizer.from_pretrained(place)
        bits, size = 0.0, 0
        for question, answer in zip(
            test.column("question").to_pylist(), test.column("answer").to_pylist(), strict=True
        ):
            prompt = tokenizer(f"User:\n{question}\nAssistant:\n", add_special_tokens=False)["input_ids"]
            said = tokenizer(answer, add_special_tokens=False)["input_ids"]
            with torch.no_grad():
                told = torch.log_softmax(model(torch.tensor([[*prompt, *said]])).logits[0].float(), -1)
            bits -= sum(float(told[len(prompt) - 1 + at, token]) for at, token in enumerate(said)) / math.log(2)
            size += len(answer.encode())
        assert one(done, when, "bits_per_byte").value == pytest.approx(bits / size, rel=1e-4)
        assert one(done, when, "bits_per_byte").n == size
    assert one(done, "change", "bits_per_byte").primary
    assert done.verdict.verdict == "better"
    assert "bits per byte of the right answers less" in done.verdict.sentence


def test_the_answers_are_those_of_plain_transformers_and_so_are_their_scores(done: Run, decoder: Path) -> None:
    pairs = [
        json.loads(line) for line in (done.folder / "05-evaluate" / "answers_private.jsonl").read_text().splitlines()
    ]
    tested = [pair for pair in pairs if not pair["row_id"].startswith("prompts/")]
    assert len(tested) == 24
    assert set(tested[0]) == {"row_id", "group", "prompt", "reference", "base", "adapted"}
    for arm, place, when in (("base", decoder, "before"), ("adapted", done.folder / "model", "after")):
        model, tokenizer = AutoModelForCausalLM.from_pretrained(place), AutoTokenizer.from_pretrained(place)
        lengths = []
        for pair in tested:
            ids = tokenizer(f"User:\n{pair['prompt']}\nAssistant:\n", add_special_tokens=False, return_tensors="pt")
            new = model.generate(**ids, max_new_tokens=NEW, do_sample=False, pad_token_id=0, eos_token_id=2)
            said = new[0, ids["input_ids"].shape[1] :].tolist()
            assert pair[arm] == tokenizer.decode(said, skip_special_tokens=True).strip()
            lengths.append(len(said) - (said[-1] == 2))
        assert one(done, when, "answer_length").value == pytest.approx(sum(lengths) / len(lengths))
        scorer = RougeScorer(["rougeL"])
        theirs = [scorer.score(pair["reference"], pair[arm])["rougeL"].fmeasure for pair in tested]
        assert one(done, when, "rougeL").value == pytest.approx(sum(theirs) / len(theirs))
    assert {pair["adapted"] for pair in tested} <= set(ANSWERS)
    exact = sum(pair["adapted"] == pair["reference"] for pair in tested)
    assert one(done, "after", "exact_match").value == pytest.approx(exact / 24)
    assert one(done, "change", "rougeL").low is not None


def test_the_base_is_shown_worked_examples_of_training_rows(done: Run) -> None:
    shown = [score for score in done.scores if score.slice == "shots=1"]
    assert {score.when for score in shown} == {"before", "change"}
    assert {score.name for score in shown} >= {"rougeL", "rougeL_precision", "bleu", "chrf", "token_f1", "answers_cut"}
    assert not any(score.primary for score in shown)
    change, base, adapted = (
        one(done, "change", "rougeL", part="shots=1"),
        one(done, "before", "rougeL", part="shots=1"),
        one(done, "after", "rougeL"),
    )
    assert change.value == pytest.approx(adapted.value - base.value)


def test_the_base_answers_the_suite_with_worked_examples_too(done: Run) -> None:
    shown = [score for score in done.scores if (score.slice, score.data) == ("shots=1", "prompts")]
    assert {score.when for score in shown} == {"before", "change"}
    proof = json.loads((done.folder / "05-evaluate" / "measured.json").read_text())["generation"]
    answers = {one["row_id"]: one["shots"] for one in proof["answers"]}
    assert all(answers[f"prompts/suite.csv:{row}"] for row in (1, 2))
    assert any(
        "openings: 1), the base also with 1 worked example of training rows: " in one for one in proof["sentences"]
    )


def test_check_says_how_many_prompts_there_are(decoder: Path, tmp_path: Path) -> None:
    (phase,) = check(recipe(decoder, tmp_path)).phases
    assert (
        f"prompts of {tmp_path / 'suite.csv'}: 2, 1 of them with a right answer; events: 1, openings: 1" in phase.notes
    )


def test_a_suite_of_prompts_is_answered_by_use(done: Run) -> None:
    assert one(done, "after", "exact_match", "prompts", "use=events").n == 1
    assert one(done, "after", "exact_match", "prompts").n == 1, "of prompts with a right answer"
    assert not [score for score in done.scores if score.slice == "use=openings"]
    pairs = [
        json.loads(line) for line in (done.folder / "05-evaluate" / "answers_private.jsonl").read_text().splitlines()
    ]
    assert [pair["prompt"] for pair in pairs if pair["row_id"].startswith("prompts/")] == ["event 7?", "the patient"]


def test_reports_say_how_and_the_shared_ones_hold_no_answer(done: Run) -> None:
    public = {
        name: (done.folder / name).read_text(encoding="utf-8") for name in ("report.html", "report.md", "report.json")
    }
    public["card"] = (done.folder / "model" / "README.md").read_text(encoding="utf-8")
    for name, content in public.items():
        assert "24 of the" in content, name
        assert "1 worked example of" in content, name
        assert ANSWERS[0] not in content, name
    assert "Base with examples" in public["report.html"]
    private = (done.folder / "report_private.html").read_text(encoding="utf-8")
    assert "Answers side by side" in private
    assert "the patient" in private
    assert "token accuracy" in private


def test_people_compare_the_answers_blindly(done: Run, tmp_path: Path) -> None:
    made = acclimate.review(done.folder, to=tmp_path / "review")
    assert made.items > 20
    with (made.folder / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["choice"] = "left" if row["left"] in ANSWERS else "right"
    with (tmp_path / "anna.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    back = acclimate.review(done.folder, [tmp_path / "anna.csv"], to=made.folder)
    assert back.outcome is not None
    assert back.outcome.win_rate > 0.9


def test_the_same_run_is_not_measured_again_unless_its_prompts_change(done: Run, tmp_path: Path) -> None:
    place = Path(shutil.copytree(done.folder, tmp_path / "run"))
    data = {**done.recipe.model_dump(mode="json"), "output_dir": str(place)}
    before = (place / "05-evaluate" / "manifest.json").read_text()
    run(data)
    assert (place / "05-evaluate" / "manifest.json").read_text() == before
    suite = tmp_path / "suite.jsonl"
    suite.write_text('{"prompt": "event 9?", "reference": "dose"}\n')
    data["evaluate"]["prompts"] = str(suite)
    data["evaluate"]["generation"]["rows"] = 0
    again = run(data)
    assert {score.data for score in again.scores if score.name == "rougeL"} == {"prompts"}


def test_a_model_of_texts_answers_prompts_too(decoder: Path, rows: Path, tmp_path: Path) -> None:
    suite = tiny.write_rows(tmp_path / "suite.jsonl", [{"prompt": "the patient", "use": "openings"}])
    made = tiny.recipe(decoder, rows, tmp_path / "run", objective="clm")
    made["evaluate"] |= {"prompts": str(suite), "generation": {"decoding": {"max_new_tokens": 4}}}
    done = run(made)
    (line,) = (done.folder / "05-evaluate" / "answers_private.jsonl").read_text().splitlines()
    with acclimate.load(str(done.folder)) as loaded:
        (alone,) = loaded.generate("the patient", {"max_new_tokens": 4})
    assert json.loads(line)["adapted"] == alone["generated"].strip()
    assert not [score for score in done.scores if score.data == "prompts"], "there is no right answer"
    assert "Both answered 1 prompt of the recipe (openings: 1)" in (done.folder / "report.md").read_text()


def test_several_turns_are_asked_up_to_the_last_answer() -> None:
    import pyarrow as pa

    from acclimate.objective.sft import Sft

    turns = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", " d ")]
    table = pa.table({
        ROW_ID: ["r"], "_role": ["test"], "messages": [[{"role": role, "content": content} for role, content in turns]]
    })  # fmt: skip
    (found,) = prompts_of_rows(table, [EvalText("r", "g", "")], Sft(), Evaluate())
    assert (found.group, found.reference, found.text) == ("g", "d", "user: a\n\nassistant: b\n\nuser: c")


def test_token_accuracy_is_that_of_the_learnt_tokens(decoder: Path, tmp_path: Path) -> None:
    """One update of all rows, without dropout: as plain transformers counts it on the base."""
    base = Path(shutil.copytree(decoder, tmp_path / "model"))
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(
        json.dumps(config | dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0))
    )
    data = recipe(base, tmp_path, prepare=[])
    data["train"] |= {"max_steps": 1, "per_device_train_batch_size": 80, "logging_steps": 1}
    done = run(data)
    history = json.loads((done.folder / "trainer_state.json").read_text())["log_history"]
    model, tokenizer = AutoModelForCausalLM.from_pretrained(base), AutoTokenizer.from_pretrained(base)
    right = learnt = 0
    for number in range(80):
        prompt = tokenizer(asked_of(done, number), add_special_tokens=False)["input_ids"]
        said = [*tokenizer(ANSWERS[number % 2], add_special_tokens=False)["input_ids"], 2]
        best = model(torch.tensor([[*prompt, *said]])).logits[0].argmax(-1).tolist()
        right += sum(best[len(prompt) - 1 + at] == token for at, token in enumerate(said))
        learnt += len(said)
    assert history[0]["token_accuracy"] == pytest.approx(right / learnt)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"primary": "rougeX"}, "not measured for this kind of model"),
        ({"prompts": "nowhere.csv"}, "nowhere.csv"),
        ({"prompts": "EMPTY"}, "1 prompts are empty"),
        ({"prompts": "OTHER"}, "messages, prompt, instruction, question or text"),
    ],
)
def test_bad_settings_are_told_before_anything_is_trained(
    changes: dict[str, Any], said: str, decoder: Path, tmp_path: Path
) -> None:
    files = {
        "EMPTY": tiny.write_rows(tmp_path / "empty.jsonl", [{"prompt": " "}, {"prompt": "a"}]),
        "OTHER": tiny.write_rows(tmp_path / "other.jsonl", [{"what": "a"}]),
    }
    data = recipe(decoder, tmp_path)
    data["evaluate"] |= {key: str(files.get(value, value)) for key, value in changes.items()}
    with pytest.raises(UserError, match=said):
        run(data)
    assert not (tmp_path / "run").exists()


def test_an_encoder_answers_no_prompts(encoder: Path, rows: Path, tmp_path: Path) -> None:
    suite = tiny.write_rows(tmp_path / "suite.jsonl", [{"prompt": "the patient"}])
    made = tiny.recipe(encoder, rows, tmp_path / "run")
    made["evaluate"]["prompts"] = str(suite)
    with pytest.raises(UserError, match="writes no answers"):
        run(made)
