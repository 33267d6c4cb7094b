"""Vectors of texts: alone as in company, equal to a plain loop, and what can't be loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from acclimate.compat.transformers.sentence_vectors import SentenceEncoder
from acclimate.core.errors import UserError
from tests.pipeline import tiny

TEXTS = ["the patient has a fever", "fever", "", "no " * 40]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.encoder(tmp_path_factory.mktemp("models") / "encoder")


def plain(folder: Path, text: str, longest: int) -> np.ndarray:
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        hidden = model(**tokenizer(text, return_tensors="pt", truncation=True, max_length=longest)).last_hidden_state[0]
    return torch.nn.functional.normalize(hidden.double().mean(0), dim=0).numpy()


def test_they_are_a_plain_loops_whatever_stands_beside_them(encoder: Path) -> None:
    made = SentenceEncoder(str(encoder), "main")
    wanted = np.stack([plain(encoder, text, made.longest) for text in TEXTS])
    assert made.vectors(TEXTS, 10_000) == pytest.approx(wanted, abs=1e-6)
    assert made.vectors(TEXTS, 16) == pytest.approx(wanted, abs=1e-6)
    assert np.linalg.norm(wanted, axis=1) == pytest.approx(1.0)
    assert made.vectors([], 16).shape[0] == 0


def test_what_is_no_encoder_is_said(tmp_path: Path, encoder: Path) -> None:
    with pytest.raises(UserError):
        SentenceEncoder(str(tmp_path / "no"), "main")
    for path in encoder.iterdir():
        if path.suffix != ".safetensors":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(UserError, match="a sentence encoder with safetensors"):
        SentenceEncoder(str(tmp_path), "main")
