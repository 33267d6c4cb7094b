"""A decoder that learnt to answer is asked: from Python, from the command line, turn by turn; what can't be asked is a message."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

import acclimate
from acclimate.cli.main import call
from acclimate.core.decoding import Decoding
from acclimate.core.errors import UserError
from acclimate.core.rendered import Rendered
from acclimate.pipeline.predict import Loaded
from acclimate.pipeline.run import Run, run
from tests.pipeline import tiny

QUESTIONS = ["病人7?", "病人8?"]


@pytest.fixture(scope="module")
def answerer(decoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A decoder that was taught two answers."""
    place = tmp_path_factory.mktemp("answerer")
    answers = ("没有问题。", "住院。")
    data = tiny.write_rows(
        place / "rows.jsonl",
        [{"question": f"病人{number}?", "answer": answers[number % 2]} for number in range(60)],
    )
    train = {"max_steps": 40, "per_device_train_batch_size": 8, "learning_rate": 2e-2, "lr_scheduler_type": "constant"}
    recipe = tiny.recipe(decoder, data, place / "run", objective="sft", train=train)
    return run({**recipe, "leaks": "off", "evaluate": {"retention": None, "terms": None, "resamples": 100}})


@pytest.fixture(scope="module")
def loaded(answerer: Run) -> Loaded:
    return acclimate.load(str(answerer.folder))


def test_it_is_asked_as_it_was_trained_to_be(answerer: Run, loaded: Loaded) -> None:
    model = AutoModelForCausalLM.from_pretrained(answerer.folder / "model")
    tokenizer = AutoTokenizer.from_pretrained(answerer.folder / "model")
    theirs = []
    for question in QUESTIONS:
        asked = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt"
        )
        new = model.generate(**asked, max_new_tokens=20, do_sample=False, pad_token_id=0)[
            0, asked["input_ids"].shape[1] :
        ]
        theirs.append(tokenizer.decode(new, skip_special_tokens=True))
    found = loaded.generate(QUESTIONS, {"max_new_tokens": 20})
    assert [one["generated"] for one in found] == theirs
    assert set(theirs) <= {"没有问题。", "住院。"}
    assert not any(one["generated_cut"] for one in found)
    assert "".join(loaded.stream(QUESTIONS[0], {"max_new_tokens": 20})) == theirs[0]
    conversation = [{"role": "user", "content": QUESTIONS[0]}]
    assert loaded.generate(conversation, {"max_new_tokens": 20}) == found[:1]
    assert loaded.generate([conversation], {"max_new_tokens": 20}) == found[:1]
    assert loaded.generate([]) == []


def test_a_plain_pipeline_answers_the_same(answerer: Run, loaded: Loaded) -> None:
    write = pipeline("text-generation", str(answerer.folder / "model"), device="cpu")
    asked = [[{"role": "user", "content": question}] for question in QUESTIONS]
    told = write(asked, max_new_tokens=20, do_sample=False)
    theirs = [one[0]["generated_text"][-1]["content"] for one in told]
    assert [one["generated"] for one in loaded.generate(QUESTIONS, {"max_new_tokens": 20})] == theirs


def test_a_special_token_of_the_recipe_is_one_in_a_question_too(decoder: Path, tmp_path: Path) -> None:
    rows = [{"question": f"[LAB] 病人{number}?", "answer": "没有问题。"} for number in range(30)]
    data = tiny.write_rows(tmp_path / "rows.jsonl", rows)
    recipe = tiny.recipe(decoder, data, tmp_path / "run", objective="sft", train={"max_steps": 2})
    recipe |= {"leaks": "off", "evaluate": {"retention": None, "terms": None, "resamples": 100}}
    made = run({**recipe, "tokens": {**recipe.get("tokens", {}), "additional_special_tokens": ["[LAB]"]}})
    (encoded,) = made.folder.glob("*-tokens/train/ids_T.npy")
    speaking = acclimate.load(str(made.folder))._speaking
    assert speaking is not None
    prompts = [speaking.prompt(row["question"], "one", raw=False) for row in rows]
    asked = speaking.generator._tokens(prompts)
    lab = speaking.lm.tokenizer.convert_tokens_to_ids("[LAB]")
    assert {ids.count(lab) for ids in asked} == {1}
    learnt = " ".join(map(str, np.load(encoded).tolist()))
    found = [" ".join(map(str, ids)) in learnt for ids in asked]
    assert sum(found) > 10, "prompts of the training rows, as training wrote them"


def test_raw_writes_on_from_the_text_itself(loaded: Loaded) -> None:
    written = "User:\n病人7?\nAssistant:\n"
    assert loaded.generate(written, {"max_new_tokens": 20}, raw=True) == loaded.generate(
        "病人7?", {"max_new_tokens": 20}
    )
    begun = written + "没有"
    speaking = loaded._speaking
    assert speaking is not None
    assert speaking.prompt(begun, "one", raw=True) == begun
    asked = speaking.prompt(begun, "one", raw=False)
    assert isinstance(asked, Rendered)
    assert asked.text == f"User:\n{begun}\nAssistant:\n", "asked as a question, it is wrapped once more"


def test_a_base_without_a_template_writes_on(decoder: Path) -> None:
    with acclimate.load(str(decoder)) as base:
        assert base.generate("the", {"max_new_tokens": 3}) == base.generate("the", {"max_new_tokens": 3}, raw=True)
        with pytest.raises(UserError, match="no chat template"):
            base.generate([{"role": "user", "content": "the"}])
        with pytest.raises(UserError, match="use acclimate generate"):
            base.predict("the")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_file_keeps_its_order_and_columns(
    ending: str, answerer: Run, loaded: Loaded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"Question": f"病人{number}?", "who": f"p{number}"} for number in range(6)]
    given = tiny.write_rows(tmp_path / "in.jsonl", rows)
    out = tmp_path / f"out.{ending}"
    assert call(["generate", str(answerer.folder), str(given), "max_new_tokens=20", "--output", str(out)]) == 0
    assert "6 rows" in capsys.readouterr().out
    found = tiny_read(out)
    assert [row["who"] for row in found] == [row["who"] for row in rows]
    expected = loaded.generate([row["Question"] for row in rows], {"max_new_tokens": 20})
    assert [row["generated"] for row in found] == [one["generated"] for one in expected]


ASKED: list[tuple[dict[str, Any], Any]] = [
    ({"instruction": "病人7?", "input": "病"}, "病人7?\n\n病"),
    ({"instruction": "病人7?", "input": ""}, "病人7?"),
    ({"question": "病人7?", "context": "病"}, "病\n\n病人7?"),
    ({"Prompt": "病人7?"}, "病人7?"),
    ({"text": "病人7?"}, "病人7?"),
    ({"prompt": "病人7?", "system": "病"}, [("system", "病"), ("user", "病人7?")]),
    ({"messages": [{"role": "user", "content": "病人7?"}]}, "病人7?"),
    (
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "病人7?"}]},
        [("user", "a"), ("assistant", "b"), ("user", "病人7?")],
    ),
    ({"messages": [{"role": "user", "content": "病人7?"}, {"role": "assistant", "content": "住院。"}]}, "病人7?"),
    ({"conversations": [{"from": "human", "value": "病人7?"}, {"from": "gpt", "value": "住院。"}]}, "病人7?"),
]  # fmt: skip


@pytest.mark.parametrize("row, asked", ASKED)
def test_a_files_rows_are_asked_as_training_asks_them(
    row: dict[str, Any], asked: Any, loaded: Loaded, tmp_path: Path
) -> None:
    given = tiny.write_rows(tmp_path / "in.jsonl", [row])
    if not isinstance(asked, str):
        asked = [{"role": role, "content": content} for role, content in asked]
    decoding = Decoding(max_new_tokens=6)
    ((own, lines),) = loaded.generate_file(str(given), decoding)
    assert own.to_pylist() == [row]
    assert lines == loaded.generate([asked], decoding)


def tiny_read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return list(pq.read_table(path).to_pylist())
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_the_command_writes_to_the_screen(answerer: Run, loaded: Loaded, capsys: pytest.CaptureFixture[str],
                                          monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    said = [one["generated"] for one in loaded.generate(QUESTIONS, {"max_new_tokens": 20})]
    assert call(["generate", str(answerer.folder), QUESTIONS[0], "max_new_tokens=20"]) == 0
    assert capsys.readouterr().out == said[0] + "\n"
    pipe_in(monkeypatch, "\n\n".join(QUESTIONS))
    assert call(["generate", str(answerer.folder), "-", "max_new_tokens=20"]) == 0
    assert capsys.readouterr().out == "".join(f"{one}\n" for one in said)


def test_prompts_and_answers_go_into_a_file(
    answerer: Run, loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [one["generated"] for one in loaded.generate(QUESTIONS, {"max_new_tokens": 20})]
    asked, out = ["generate", str(answerer.folder), "-", "max_new_tokens=20", "--output"], tmp_path / "out.csv"
    pipe_in(monkeypatch, "\n\n".join(QUESTIONS))
    assert call([*asked, str(out)]) == 0
    assert [(row["prompt"], row["generated"]) for row in tiny_read(out)] == list(zip(QUESTIONS, said, strict=True))
    asked[2] = QUESTIONS[0]
    assert call([*asked, str(out)]) == 0
    assert [row["generated"] for row in tiny_read(out)] == said[:1]
    asked[2] = "-"
    for more in ([*asked, str(out)], asked[:-1]):
        pipe_in(monkeypatch, f"{QUESTIONS[0]}\n\n{'x' * 400}")
        assert call(more) == 2
        assert "generate: line 3" in capsys.readouterr().err


def pipe_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let a command read a text as what is piped in."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_a_conversation_keeps_its_turns_until_it_is_begun_anew(
    answerer: Run, loaded: Loaded, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = loaded.generate("病人7?", {"max_new_tokens": 8})
    turns = [{"role": "user", "content": "病人7?"}, {"role": "assistant", "content": first["generated"]},
             {"role": "user", "content": "病"}]  # fmt: skip
    (second,) = loaded.generate(turns, {"max_new_tokens": 8})
    typed = ["病人7?", "病", "", "/reset", "病人7?", "x" * 400, "/exit", "病人7?"]
    pipe_in(monkeypatch, "\n".join(typed))
    assert call(["chat", str(answerer.folder), "max_new_tokens=8"]) == 0
    said = capsys.readouterr()
    assert said.out == f"{first['generated']}\n{second['generated']}\n{first['generated']}\n"
    assert "fewer than 64" in said.err, "too long a turn is a message, and the conversation goes on"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["generate", "MODEL", " "], "is empty"),
        (["generate", "MODEL", "x" * 400], "fewer than 64"),
        (["generate", "MODEL", "there.jsonl"], "no file there.jsonl"),
        (["generate", "MODEL", "a b", "temprature=1"], "temperature"),
        (["generate", "MODEL", "a b", "top_p=0"], "top_p"),
        (["generate", "MODEL", "a b", "c"], "has no ="),
        (["generate", "MODEL", "a b", "--source", "delimiter=;"], "no file is read here"),
        (["generate", "MODEL", "FILE", "--source", "delimiter=;"], "generate: jsonl.delimiter"),
        (["generate", "ENCODER", "a b"], "wants a causal model"),
        (["chat", "DECODER"], "no chat template"),
        (["generate", "MODEL", "FILE"], "messages, prompt, instruction, question or text"),
    ],
)
def test_bad_input_is_a_message(
    arguments: list[str], said: str, answerer: Run, decoder: Path, encoder: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tiny.write_rows(tmp_path / "in.jsonl", [{"what": "a"}])
    names = {"MODEL": answerer.folder, "ENCODER": encoder, "DECODER": decoder, "FILE": file}
    assert call([str(names.get(one, one)) for one in arguments]) == 2
    assert said in capsys.readouterr().err
