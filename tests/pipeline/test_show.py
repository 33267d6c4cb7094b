import json
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.errors import UserError
from acclimate.pipeline.show import show
from tests.pipeline import tiny
from tests.tokenizers_made import ALL

TEXTS = [
    "the patient was seen at the hospital in the morning; age 34, sex F.",
    "病人今天住院了。医生说没有问题。",
    "<event>code:E11.9</event> naïve 🏥 x",
]


def base_with(place: Path, kind: str, *, causal: bool = False) -> Path:
    """A model folder with another tokenizer (its weights are never read)."""
    folder = tiny.decoder(place / "model") if causal else tiny.encoder(place / "model")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    ALL[kind]().save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps({**config, "vocab_size": 600}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("objective", ["mlm", "clm"])
def test_the_pieces_are_the_text(kind: str, objective: str, tmp_path: Path) -> None:
    model = base_with(tmp_path, kind, causal=objective == "clm")
    rows = tiny.write_rows(tmp_path / "x.jsonl", [{"text": text} for text in TEXTS])
    data = tiny.recipe(model, rows, tmp_path / "out", objective=objective, prepare=[], tokens={"max_length": 64})
    for number in range(2):
        shown = show(data, number)
        assert shown.text == TEXTS[number]
        special = {"[CLS]", "[SEP]", "<s>", "</s>"}
        joined = "".join(
            piece.text for window in shown.windows for piece in window if piece.text.strip() not in special
        )
        letters = [one for one in joined.casefold() if one.isalnum()]
        assert letters == [one for one in TEXTS[number].casefold() if one.isalnum()]


def test_what_is_marked_is_what_is_learnt(encoder: Path, decoder: Path, rows: Path, tmp_path: Path) -> None:
    masked = show(tiny.recipe(encoder, rows, tmp_path / "out"), 0)
    kinds = [piece.kind for piece in masked.windows[0]]
    assert kinds[0] == kinds[-1] == "tag"
    assert set(kinds) == {"tag", "hidden", "seen"}
    assert masked.share == kinds.count("hidden") / len(kinds)
    causal = show(tiny.recipe(decoder, rows, tmp_path / "out", objective="clm", tokens={"max_length": 64}), 0)
    kinds = [piece.kind for piece in causal.windows[0]]
    assert kinds[0] == "seen", "nothing stands before the first token, so nothing learns it"
    assert set(kinds[1:]) == {"learnt"}


def test_a_long_row_is_shown_in_all_its_windows(encoder: Path, tmp_path: Path) -> None:
    rows = tiny.write_rows(tmp_path / "x.jsonl", [{"text": " ".join(["the dose"] * 40)}])
    shown = show(tiny.recipe(encoder, rows, tmp_path / "out", prepare=[], tokens={"max_length": 32}), 0)
    assert len(shown.windows) == 3
    assert max(len(window) for window in shown.windows) == 32


@pytest.mark.parametrize("row", [-1, 2, 10**9])
def test_a_row_that_is_not_there(row: int, encoder: Path, tmp_path: Path) -> None:
    rows = tiny.write_rows(tmp_path / "x.jsonl", tiny.texts(2))
    with pytest.raises(UserError, match="allowed: 0 to 1"):
        show(tiny.recipe(encoder, rows, tmp_path / "out", prepare=[]), row)


def test_nothing_is_written(encoder: Path, rows: Path, tmp_path: Path) -> None:
    data: dict[str, Any] = tiny.recipe(encoder, rows, tmp_path / "out")
    show(data, 0)
    assert not list(tmp_path.iterdir())
