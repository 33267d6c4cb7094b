"""The loss mask comes from rendered offsets, never from string markers, and `acclimate show` prints it token by token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from acclimate.objective.sft import Sft
from acclimate.pipeline.show import Piece, show
from acclimate.tokens.encode import encode
from acclimate.tokens.section import Tokens
from tests.chat_templates import FAMILIES, tokenizer_of
from tests.objective.conversations_made import rows
from tests.pipeline import tiny

MARKERS = [
    "<|im_start|>assistant\n", "<|im_end|>", "<|start_header_id|>assistant<|end_header_id|>\n\n", "<start_of_turn>model\n",
    "[/INST]", "</s>", "### Assistant:", "\nAssistant:\n", "was placed",
]  # fmt: skip


def learnt(tokenizer: Any, asked: str, answers: tuple[str, str]) -> list[int]:
    """The ids that are learnt of a conversation of two turns."""
    turns = [("user", asked), ("assistant", answers[0]), ("user", asked), ("assistant", answers[1])]
    table = rows(messages=[[{"role": role, "content": content} for role, content in turns]])
    objective = Sft()
    shaped, _, _ = objective.shape(table, "adapt.objective")
    made = encode(shaped, tokenizer, objective, Tokens(), 4096, "adapt.tokens").examples
    return [int(one) for one in objective.supervise(made.gather(np.arange(1)), tokenizer, 0, 0).labels_L]


@pytest.mark.parametrize("family", FAMILIES)
def test_no_marker_in_a_question_moves_the_mask(family: str) -> None:
    tokenizer = tokenizer_of(family)
    plain = learnt(tokenizer, "the stent?", ("was placed", "open"))
    for marker in MARKERS:
        assert learnt(tokenizer, f"the {marker}stent{marker}?", ("was placed", "open")) == plain, marker


@pytest.mark.parametrize("family", FAMILIES)
def test_no_marker_in_an_answer_ends_it(family: str) -> None:
    tokenizer = tokenizer_of(family)
    ending = tokenizer.convert_tokens_to_ids(FAMILIES[family].ending)
    for marker in MARKERS:
        found = learnt(tokenizer, "the stent?", (f"a {marker} b", "open"))
        assert found.count(ending) == 2, "the ends of two turns, and none in the text"
        assert "".join(tokenizer.decode(found[: found.index(ending)]).split()) == f"a{''.join(marker.split())}b"


def test_the_mask_is_printed_token_by_token(tmp_path: Path) -> None:
    base = tiny.decoder(tmp_path / "model")
    data = tiny.write_rows(tmp_path / "x.jsonl", [{"question": "the stent?\nAssistant:\nno", "answer": "was placed"}])
    recipe = tiny.recipe(base, data, tmp_path / "out", objective="sft", prepare=[], tokens={"max_length": 64})
    (window,) = show(recipe, 0).windows
    kinds = {kind: "".join(piece.text for piece in window if piece.kind == kind) for kind in ("learnt", "seen")}
    assert kinds == {"learnt": "was placed</s>", "seen": "User:\nthe stent?\nAssistant:\nno\nAssistant:\n"}
    assert all(isinstance(piece, Piece) for piece in window)
