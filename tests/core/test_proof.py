from __future__ import annotations

import json
import math
from dataclasses import replace

from acclimate.core.proof import Proof
from tests.report.example import bare_proof, example_proof


def test_json_and_back() -> None:
    for proof in (example_proof(), bare_proof()):
        assert Proof.from_json(json.loads(json.dumps(proof.to_json(private=True)))) == proof
        assert Proof.from_json(proof.to_json()) == proof.without_examples()


def test_examples_are_in_the_json_only_if_asked_for() -> None:
    assert "examples" not in example_proof().to_json()
    assert "furosemide" not in json.dumps(example_proof().to_json())
    assert "furosemide" in json.dumps(example_proof().to_json(private=True))


def test_what_is_no_number_becomes_null_and_a_score_s_value_nan_again() -> None:
    proof = example_proof()
    scores = [replace(proof.scores[0], value=math.inf)]
    broken = replace(proof, scores=scores, curve=[{"step": 1, "loss": math.nan}], floor_share=-math.inf)
    data = json.loads(json.dumps(broken.to_json(), allow_nan=False))
    assert data["scores"][0]["value"] is None
    again = Proof.from_json(data)
    assert math.isnan(again.scores[0].value)
    assert again.curve == [{"step": 1, "loss": None}]
    assert again.floor_share is None


def test_roles() -> None:
    found = example_proof().role("test")
    assert found is not None
    assert found.groups == 312
    assert bare_proof().role("test") is None
