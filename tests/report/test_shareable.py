from __future__ import annotations

import json

from acclimate.report.shareable import redacted, shareable
from tests.report.example import example_proof, with_every_text

SECRET = "hf_AbCdEfGhIjKlMnOpQrStUvWx"


def test_no_secret_is_left_anywhere() -> None:
    proof = with_every_text(example_proof(), f"/home/ann/x password={SECRET}")
    text = json.dumps(shareable(proof).to_json(private=True))
    assert SECRET not in text
    assert "/home/ann" not in text
    assert not shareable(proof).examples


def test_what_holds_no_secret_stays_as_it_is() -> None:
    proof = example_proof()
    assert shareable(proof) == proof.without_examples()
    assert redacted(proof) == proof


def test_examples_stay_as_the_data_have_them() -> None:
    proof = with_every_text(example_proof(), SECRET)
    assert redacted(proof).examples == proof.examples
    assert SECRET not in json.dumps(redacted(proof).without_examples().to_json())
