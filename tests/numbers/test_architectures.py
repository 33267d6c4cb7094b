"""Every architecture that users bring: the way that the probe takes gives what each document alone gives."""

import pytest

from acclimate.compat.transformers.ways import PADDED
from tests.architectures import ARCHITECTURES, TOLERANCE, Found, measure, recorded

RECORDED = {found.architecture: found for found in recorded()}
# Its convolutions see the padding beside a document; the probe says so.
INEXACT = {"convbert"}


def test_the_record_lists_what_is_tested() -> None:
    assert list(RECORDED) == ARCHITECTURES
    assert len(ARCHITECTURES) >= 25
    assert {name for name, found in RECORDED.items() if not found.exact} == INEXACT


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_documents_say_what_they_say_alone(kind: str) -> None:
    found, sentence = measure(kind)
    if kind in INEXACT:
        assert found.way == PADDED.name
        assert "Its padding is not exact either" in sentence
        assert found.logits > TOLERANCE
    else:
        assert found.exact, found
        assert "not exact either" not in sentence
    written = RECORDED[kind]
    assert (found.head, found.way) == (written.head, written.way), "do: python -m tests.architectures, then make docs"
    assert ("padded" if found.way == PADDED.name else f"({found.way};") in sentence


def test_a_difference_counts_wherever_it_is() -> None:
    assert not Found("x", "masked", "way", 2e-5, 0.0).exact
    assert not Found("x", "masked", "way", 0.0, 2e-5).exact
