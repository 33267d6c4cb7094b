"""Each recommendation, and each threshold from both sides."""

import numpy as np
import pytest

from acclimate.core.scores import GroupSums
from acclimate.evaluate.change import Bootstrap, Change
from acclimate.pipeline.advise.recommend import CHOICES, CUT, FAR, FEWEST_TOKENS, KNOWN, LARGE, Signs, recommend

_BOOTSTRAP = Bootstrap(200)
_NEAR, _OFF = Change(0.0, -0.05, 0.05, 30), Change(0.5, 0.4, 0.6, 30)


def accuracy(value: float, groups: int = 40) -> GroupSums:
    """A balanced accuracy without spread."""
    names = tuple(map(str, range(groups)))
    return GroupSums("x", "balanced accuracy", "higher", names, np.full(groups, value), np.ones(groups), groups)


def scores(simple: float, features: float, shots: float | None = None) -> dict[str, GroupSums]:
    found = {"majority": 0.25, "tfidf_logistic": simple, "nearest_neighbour": simple - 0.1, "frozen_features": features}
    if shots is not None:
        found |= {"zero_shot": 0.3, "few_shot": shots}
    return {name: accuracy(value) for name, value in found.items()}


def said(bits: Change | None = _NEAR, cut: Change | None = _NEAR, tokens: int = 10**6, **more: object) -> str:
    signs = Signs(**{"causal": False, "weights": 10**8, "tokens": tokens, "bits": bits, "cut": cut, **more})  # type: ignore[arg-type]
    found = recommend(signs, _BOOTSTRAP)
    assert found.reasons
    assert found.choice in CHOICES
    return found.choice


def test_the_four_choices() -> None:
    assert said() == "leave it"
    assert said(_OFF) == "adapt first"
    assert said(cut=_OFF) == "adapt first"
    assert said(labels=scores(0.7, 0.8), kinds=4) == "fine-tune the task only"
    assert said(_OFF, labels=scores(0.7, 0.8), kinds=4) == "adapt first"
    assert said(_OFF, labels=scores(0.95, 0.8), kinds=4) == "leave it"
    assert said(_OFF, causal=True, labels=scores(0.7, 0.8, 0.85), kinds=4) == "prompt or retrieve"


def test_a_task_that_is_not_measured_is_fine_tuned_where_nothing_is_adapted() -> None:
    assert said(task=True) == "fine-tune the task only"
    assert said(_OFF, task=True) == "adapt first"
    assert said(_OFF, tokens=FEWEST_TOKENS - 1, causal=True, task=True) == "fine-tune the task only"
    mild = Change(0.2, 0.15, 0.25, 30)
    assert said(mild, weights=LARGE, causal=True) == "prompt or retrieve"
    assert said(mild, weights=LARGE, causal=True, task=True) == "adapt first"


@pytest.mark.parametrize("key, limit", [("bits", KNOWN), ("cut", CUT)])
def test_only_an_interval_wholly_above_the_limit_counts(key: str, limit: float) -> None:
    assert said(**{key: Change(limit + 0.2, limit + 0.01, limit + 0.4, 30)}) == "adapt first"  # type: ignore[arg-type]
    assert said(**{key: Change(limit + 0.2, limit - 0.01, limit + 0.4, 30)}) == "leave it"  # type: ignore[arg-type]
    assert said(**{key: Change(limit + 0.01, None, None, 9)}) == "adapt first"  # type: ignore[arg-type]
    assert said(**{key: Change(limit - 0.01, None, None, 9)}) == "leave it"  # type: ignore[arg-type]


def test_too_little_text_is_not_adapted_to() -> None:
    assert said(_OFF, tokens=FEWEST_TOKENS) == "adapt first"
    assert said(_OFF, tokens=FEWEST_TOKENS - 1) == "leave it"
    assert said(_OFF, tokens=FEWEST_TOKENS - 1, causal=True) == "prompt or retrieve"
    assert said(_OFF, tokens=FEWEST_TOKENS - 1, labels=scores(0.7, 0.8), kinds=4) == "fine-tune the task only"


def test_a_large_decoder_that_is_little_off_is_prompted() -> None:
    little, much = Change(FAR - 0.01, 0.2, 0.4, 30), Change(FAR + 0.01, 0.2, 0.4, 30)
    assert said(little, causal=True, weights=LARGE) == "prompt or retrieve"
    assert said(much, causal=True, weights=LARGE) == "adapt first"
    assert said(little, causal=True, weights=LARGE - 1) == "adapt first"
    assert said(little, weights=LARGE) == "adapt first"  # an encoder has no prompt


def test_labels_from_both_sides_of_their_limits() -> None:
    assert said(labels=scores(0.90, 0.5), kinds=4) == "leave it"
    assert said(labels=scores(0.89, 0.5), kinds=4) == "fine-tune the task only"
    assert said(causal=True, labels=scores(0.7, 0.8, 0.785), kinds=4) == "prompt or retrieve"
    assert said(causal=True, labels=scores(0.7, 0.8, 0.775), kinds=4) == "fine-tune the task only"
    assert said(causal=True, labels=scores(0.30, 0.30, 0.36), kinds=4) == "prompt or retrieve"
    assert (
        said(causal=True, labels=scores(0.30, 0.30, 0.34), kinds=4) == "fine-tune the task only"
    )  # hardly above chance


def test_nothing_measured_is_said() -> None:
    found = recommend(Signs(False, 1, 10**6, None, None), _BOOTSTRAP)
    assert found.choice == "leave it"
    assert "little could be measured" in found.reasons[0]


def test_features_that_miss_words_are_a_reason() -> None:
    found = recommend(Signs(False, 1, 10**6, _NEAR, _NEAR, scores(0.8, 0.6), 4), _BOOTSTRAP)
    assert any("misses words that matter" in reason for reason in found.reasons)
