import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.pipeline import tiny

Command = Callable[..., Any]


def test_show_prints_the_row_with_what_is_hidden(acclimate: Command, recipe: str, tmp_path: Path) -> None:
    before = tiny.everything(tmp_path)
    said = acclimate("show", recipe, "--row", "0")
    assert said.code == 0
    assert re.match(r"row rows\.jsonl:\d+, 1 window\(s\), \d+\.\d% of the tokens hidden", said.out)
    shown = said.out.splitlines()[1]
    assert shown == "[CLS] the hospi·tal 0 [was] seen at the artery in [the] [stent] of it [SEP]"
    assert tiny.everything(tmp_path) == before


def test_another_epoch_hides_something_else_and_the_same_one_the_same(acclimate: Command, recipe: str) -> None:
    shown = [acclimate("show", recipe, "--epoch", str(epoch)).out for epoch in (0, 0, 1, 2, 3)]
    assert shown[0] == shown[1]
    assert len(set(shown)) > 2


def test_a_row_that_is_not_there(acclimate: Command, recipe: str) -> None:
    for row in ("999", "-1"):
        said = acclimate("show", recipe, "--row", row)
        assert said.code == 2
        assert f"--row: found {row}" in said.err
        assert "allowed: 0 to " in said.err


def test_tags_are_shown_as_tags(acclimate: Command, encoder: Path, tmp_path: Path) -> None:
    events = tiny.write_rows(tmp_path / "events.jsonl", tiny.events())
    tagged = {
        "name": "tagged",
        "group_by": "patient",
        "body": {"tag": "visits", "each": {"tag": "event", "fields": ["code"]}},
    }
    recipe = tiny.write_recipe(
        tmp_path, tiny.recipe(encoder, events, tmp_path / "out", prepare=[tagged], tokens={"max_length": 64})
    )
    said = acclimate("show", recipe)
    assert "<visits>" in said.out
    assert "</event>" in said.out


def test_of_conversations_what_is_learnt_stands_in_brackets_and_token_by_token(
    acclimate: Command, tmp_path: Path
) -> None:
    asked = tiny.write_rows(tmp_path / "asked.jsonl", [{"question": "the stent?", "answer": "was open"}])
    data = tiny.recipe(
        tiny.decoder(tmp_path / "model"),
        asked,
        tmp_path / "out",
        objective="sft",
        prepare=[],
        tokens={"max_length": 64},
    )
    recipe = tiny.write_recipe(tmp_path, data)
    said = acclimate("show", recipe).out
    assert "rows are read as question_answer: question -> user, answer -> assistant" in said
    assert " [open]" in said
    assert "[</s>]" in said
    assert "[stent]" not in said
    lines = [line.split(maxsplit=3) for line in acclimate("show", recipe, "--tokens").out.splitlines()[2:]]
    assert [int(place) for place, *_ in lines] == list(range(len(lines)))
    assert "".join(text_of(text) for _, _, kind, text in lines if kind == "learnt") == "was open</s>"
    assert {kind for _, _, kind, _ in lines} == {"seen", "learnt"}


def text_of(shown: str) -> str:
    """The text of a line, which is written as Python writes it."""
    return str(ast.literal_eval(shown))
