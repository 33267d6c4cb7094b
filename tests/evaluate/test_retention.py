import numpy as np
import pytest

from acclimate.core.scores import GroupSums
from acclimate.evaluate.retention import MINIMAL_PAIRS, by_language, retention
from acclimate.evaluate.section import Evaluate
from tests.evaluate.arms import sums

SETTINGS = Evaluate(resamples=500)


def arms(share: float, documents: int = 60, noise: float = 0.003) -> tuple[list[GroupSums], list[GroupSums]]:
    """Bits per byte of about 1.5, and `share` more of it on every document, with noise."""
    random = np.random.Generator(np.random.PCG64(2))
    below = random.integers(100, 300, documents).astype(np.float64)
    above = below * (1.5 + 0.1 * random.standard_normal(documents))
    drawn = random.standard_normal(documents)
    drawn -= (drawn * above).sum() / above.sum()
    return [sums(above, below)], [sums(above * (1 + share + noise * drawn), below)]


@pytest.mark.parametrize(
    "share, kept, says",
    [
        (0.005, True, "needs 0.5 % more bits per byte than the base, on 60 documents (95 % interval +0."),
        (-0.03, True, "needs 3 % fewer bits per byte"),
        (0.0, True, "): kept (below 2 %)."),
        (0.0199, False, "not shown to be kept (the interval does not end below 2 %)"),
        (0.05, False, "some of it was forgotten (above 2 %)"),
    ],
)
def test_kept_if_the_interval_ends_below_the_margin(share: float, kept: bool, says: str) -> None:
    found = retention(*arms(share), SETTINGS)
    assert found.kept is kept
    assert says in found.sentence
    assert found.change is not None
    assert found.change.value == pytest.approx(share, abs=1e-12)


def test_the_margin_is_the_recipes() -> None:
    assert retention(*arms(0.05), Evaluate(resamples=500, retention_margin=0.1)).kept is True


def test_the_same_model_has_forgotten_nothing() -> None:
    before, _ = arms(0.0)
    found = retention(before, before, SETTINGS)
    assert found.kept is True
    assert found.sentence == (
        "On general text the adapted model needs as many bits per byte as the base, on 60 documents "
        "(95 % interval 0 % to 0 %): kept (below 2 %)."
    )


def test_too_few_documents_and_no_base_say_so() -> None:
    few = retention(*arms(0.1, documents=12), SETTINGS)
    assert few.kept is None
    assert few.sentence.endswith("on 12 documents: too few to say whether it was kept.")
    assert "no trained head" in retention(None, arms(0.1)[1], SETTINGS).sentence
    assert "empty" in retention([], [], SETTINGS).sentence
    assert "unknown bytes" in retention(*arms(0.1), SETTINGS, refused="unknown bytes").sentence


def test_each_language_is_judged_by_itself() -> None:
    before, after = arms(0.0)
    worse = [sums(after[0].numerator_G * np.repeat([1.0, 1.1], 30), after[0].denominator_G)]
    found = by_language(before, worse, SETTINGS, ["en"] * 30 + ["zh"] * 30)
    assert {language: one.kept for language, one in found.items()} == {"en": True, "zh": False}
    assert found["zh"].change is not None
    assert found["zh"].change.value == pytest.approx(
        worse[0].numerator_G[30:].sum() / before[0].numerator_G[30:].sum() - 1
    )
    assert found["zh"].sentence.startswith("Chinese: +")
    assert found["zh"].sentence.endswith("some of it was forgotten (above 2 %).")
    few = by_language(before, after, SETTINGS, ["xx"] * 12 + [""] * 48)
    assert list(few) == ["xx"]
    assert few["xx"].kept is None
    assert few["xx"].sentence.endswith("(12 documents), too few to say whether it was kept.")


def test_of_minimal_pairs_the_loss_is_of_accuracy() -> None:
    """80 % right before, 72 % after, in each of 25 paradigms: a tenth of the base's accuracy is lost."""
    ten = [10.0] * 25
    before, after = ([sums([10 * share] * 25, ten, MINIMAL_PAIRS, "higher")] for share in (0.8, 0.72))
    found = retention(before, after, SETTINGS)
    assert found.change is not None
    assert found.change.value == pytest.approx(0.1)
    assert found.kept is False
    assert found.sentence.startswith(
        "The adapted model tells good sentences from bad ones 10 % less often than the base, on 25 paradigms"
    )
    assert retention(after, before, SETTINGS).kept is True
    assert "as often as the base" in retention(before, before, SETTINGS).sentence
