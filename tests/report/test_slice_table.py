from dataclasses import replace

from acclimate.core.scores import Score
from acclimate.report.score_table import comparisons, score_rows
from acclimate.report.slice_table import gap_sentences, slice_floors, slice_rows
from tests.report.example import bare_proof, example_proof

NARROW = "\u202f"


def line(when: str, value: float, part: str | None = "sex=F", **more: object) -> Score:
    one = Score("adapt", when, "test", "bits_per_byte", value, "bits/byte", "lower", 40, groups=25, slice=part)
    return replace(one, **more)  # type: ignore[arg-type]


def test_a_row_for_each_subgroup() -> None:
    scores = [line("before", 2.0), line("after", 1.5), line("change", -0.5, low=-0.7, high=-0.3, against="base")]
    general = [replace(line("after", 1.0, "language=en"), data="general")]
    other = [replace(line("after", 0.2), name="masked_accuracy", unit="share")]
    proof = replace(bare_proof(), scores=[*scores, *general, *other], verdict=example_proof().verdict)
    first, second = slice_rows(proof)
    assert first == ["sex: F", "Bits per byte", "25", "2.00", "1.50", "−0.500", "−0.700 to −0.300"]
    assert second[:2] == ["language: en (general text)", "Bits per byte"]
    assert second[3] == second[5] == ""


def test_new_and_repeated_values_show_every_score_and_their_floors() -> None:
    scores = [
        line(when, 0.25, "value=new", name="masked_accuracy", unit="share of hidden values that are the last one")
        for when in ("after", "floor")
    ]
    proof = replace(bare_proof(), scores=scores, verdict=example_proof().verdict)
    assert slice_rows(proof)[0][:2] == ["new values", "Exactly restored"]
    assert slice_floors(proof)[0].startswith("Exactly restored, new values, without a neural network: 25")
    assert comparisons(proof) == [], "a slice's floor is not the whole's"
    assert score_rows(proof, "test") == []


def test_gaps_are_said() -> None:
    gaps = [line("gap", 0.4, "sex: F - M", low=0.1, high=0.7), line("gap", 0.2, "sex: M - F", against="base")]
    proof = replace(bare_proof(), scores=gaps, verdict=example_proof().verdict)
    assert gap_sentences(proof) == [
        "Largest gap between subgroups of sex in bits per byte, the adapted model: 0.400 (interval 0.100 to 0.700), F - M.",
        "Largest gap between subgroups of sex in bits per byte, the change: 0.200 (no interval), M - F.",
    ]
    assert slice_rows(proof) == []
