import numpy as np
import pytest

from acclimate.core.errors import AcclimateError
from acclimate.core.events import Event
from acclimate.evaluate.measure import measure
from acclimate.evaluate.section import Evaluate
from tests.evaluate.arms import RECORD, FakeArm, record, spelling, text, with_tags, word_level, word_piece
from tests.tokenizers_made import byte_bpe, wordpiece

RECORDS = [record(RECORD.replace("34", str(number)), f"r{number}", f"p{number % 3}") for number in range(30, 39)]
ALL = Evaluate(passes=7)


def test_masked_arms_are_measured_on_the_same_bytes_of_the_same_groups() -> None:
    """0.5 a piece: the bits of an arm are the pieces that its tokenizer cuts the values into."""
    arms = {"before": FakeArm(byte_bpe()), "after": FakeArm(with_tags(spelling()))}
    found = measure(arms, RECORDS, ALL)
    assert [one.name for one in found.sums["before"]] == [one.name for one in found.sums["after"]]
    for before, after in zip(found.sums["before"], found.sums["after"], strict=True):
        assert before.groups == after.groups == ("p0", "p1", "p2")
        assert before.denominator_G.tolist() == after.denominator_G.tolist()
    bits, accuracy, repeated, new = found.sums["before"]
    assert (accuracy.n, repeated.n, new.n) == (9 * 7, 9 * 2, 9 * 5)
    assert bits.denominator_G.sum() == 9 * len("34FE11(new)E11iron5 mg")
    assert accuracy.value == 0
    assert found.refused == ""


def test_bits_are_the_pieces_at_a_half_each() -> None:
    arm = FakeArm(word_piece("pat ##ient iron"))
    (bits, accuracy) = measure(
        {"before": arm}, [text("patient iron iron", "a", "x"), text("iron", "b", "y")], ALL
    ).sums["before"]
    assert (bits.numerator_G.tolist(), bits.denominator_G.tolist()) == ([4.0, 1.0], [15.0, 4.0])
    assert bits.value == 5 / 19
    assert accuracy.denominator_G.tolist() == [3, 1]


def test_fewer_passes_hide_a_part_of_it() -> None:
    part = measure({"before": FakeArm(byte_bpe())}, RECORDS, Evaluate(passes=2)).sums["before"][0]
    assert 0 < part.n < 9 * 7


def test_causal_arms_with_one_tokenizer_have_a_perplexity_of_tokens() -> None:
    arms = {when: FakeArm(byte_bpe(), causal=True) for when in ("before", "after")}
    found = measure(arms, [text("the patient was seen"), text("iron", "s", "h")], Evaluate())
    assert [(one.name, one.unit) for one in found.sums["after"]] == [
        ("bits_per_byte", "bits/byte"),
        ("perplexity", "exp(nats/token)"),
    ]
    assert found.sums["after"][1].value == pytest.approx(2.0)
    assert found.hidden == []


def test_causal_arms_with_two_tokenizers_have_one_of_words_and_records_count_values() -> None:
    arms = {"before": FakeArm(byte_bpe(), causal=True), "after": FakeArm(with_tags(byte_bpe()), causal=True)}
    found = measure(arms, RECORDS, Evaluate())
    names = [(one.name, one.unit) for one in found.sums["before"]]
    assert names == [
        ("bits_per_byte", "bits/byte of values"),
        ("bits_per_byte_all", "bits/byte"),
        ("perplexity", "2^(bits/word)"),
    ]
    for before, after in zip(found.sums["before"], found.sums["after"], strict=True):
        assert before.denominator_G.tolist() == after.denominator_G.tolist()
    assert found.sums["after"][1].value < found.sums["before"][1].value


@pytest.mark.parametrize("causal", [False, True])
def test_literal_special_tokens_are_measured_as_text_in_both_arms(causal: bool) -> None:
    content = "the <s>dose</s> of a <mask> and <pad>"
    tokenizers = byte_bpe(bos=True), with_tags(byte_bpe(bos=True))
    arms = {when: FakeArm(one, causal=causal) for when, one in zip(("before", "after"), tokenizers, strict=True)}
    found = measure(arms, [text(content)], ALL)
    for name, arm in arms.items():
        targets = [target for _, _, wanted in arm.asked for target in wanted]
        assert not set(arm.tokenizer.all_special_ids) & set(targets)
        assert found.sums[name][0].denominator_G.sum() == len(content if causal else content.replace(" ", ""))
    assert arms["before"].asked == arms["after"].asked
    if causal:
        assert byte_bpe().decode(targets) == content


def test_the_same_model_twice_gives_the_same_numbers() -> None:
    for causal in (False, True):
        arms = {when: FakeArm(byte_bpe(), causal=causal) for when in ("before", "after")}
        sums = measure(arms, RECORDS, ALL).sums
        for before, after in zip(sums["before"], sums["after"], strict=True):
            assert np.array_equal(before.numerator_G, after.numerator_G)


@pytest.mark.parametrize("causal", [False, True])
def test_a_tokenizer_that_does_not_know_the_text_is_refused(causal: bool) -> None:
    arms = {"before": FakeArm(word_level("a b", bos=True), causal=causal), "after": FakeArm(byte_bpe(), causal=causal)}
    assert "`before`" in measure(arms, [text("a b zzz")], ALL).refused
    assert measure(arms, [text("a b a b")], ALL).refused == ""


def test_a_floor_is_asked_about_the_same_values() -> None:
    class Two:
        def bits(self, text, hidden):
            return np.full(len(hidden), 2.0)

    arms = {"before": FakeArm(byte_bpe(), lambda *_: 0.25), "after": FakeArm(byte_bpe())}
    found = measure(arms, RECORDS, ALL, floor=Two()).gain
    assert found is not None
    assert found.covered == 1
    assert found.floor.numerator_G.sum() == 2 * 9 * 7
    before, after, floor = found.arms["before"].value, found.arms["after"].value, found.floor.value
    assert found.share == pytest.approx((before - after) / (before - floor))


def test_progress_is_told_for_each_arm() -> None:
    told: list[Event] = []
    measure({"before": FakeArm(byte_bpe()), "after": FakeArm(byte_bpe())}, RECORDS, ALL, tell=told.append)
    assert [event.text for event in told] == ["measuring before", "measuring after"]
    assert told[0].data["done"] == told[0].data["of"] > 0


def test_nothing_to_measure_gives_no_scores() -> None:
    for causal in (False, True):
        for texts in ([], [text("")], [text("  \n")]):
            found = measure({"before": FakeArm(wordpiece(), causal=causal)}, texts, ALL)
            assert [one.name for one in found.sums["before"]] == (
                ["bits_per_byte"] if causal and texts and texts[0].text else []
            )


def test_different_heads_are_not_compared() -> None:
    arms = {"before": FakeArm(byte_bpe()), "after": FakeArm(byte_bpe(), causal=True)}
    with pytest.raises(AcclimateError, match="heads"):
        measure(arms, RECORDS, ALL)


def test_new_and_repeated_values_are_scored_apart() -> None:
    """A byte is a bit: encoders see both sides of E11, decoders only what stood before it."""
    masked = measure({"before": FakeArm(with_tags(spelling()))}, RECORDS, ALL)
    for name, below in (("value=new", 9 * len("34F(new)iron5 mg")), ("value=repeated", 9 * 2 * len("E11"))):
        bits, accuracy = masked.slices[name]["before"]
        assert (bits.name, accuracy.name) == ("bits_per_byte", "masked_accuracy")
        assert bits.denominator_G.sum() == below
    causal = measure({"before": FakeArm(with_tags(byte_bpe()), causal=True)}, RECORDS, ALL)
    parts = {name: causal.slices[name]["before"][0] for name in ("value=new", "value=repeated")}
    assert parts["value=repeated"].denominator_G.sum() == 9 * len("E11")
    whole = causal.sums["before"][0]
    assert sum(one.denominator_G.sum() for one in parts.values()) == whole.denominator_G.sum()
    assert sum(one.numerator_G.sum() for one in parts.values()) == pytest.approx(whole.numerator_G.sum())


def test_text_has_no_values_to_repeat() -> None:
    assert measure({"before": FakeArm(byte_bpe())}, [text("iron iron")], ALL).slices == {}
