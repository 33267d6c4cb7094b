from acclimate.evaluate.unknown import dropped_bytes, refusal, unknown_id
from acclimate.evaluate.windows import cut
from tests.evaluate.arms import FakeArm, text, without_unknown, word_level
from tests.tokenizers_made import byte_bpe


def test_a_character_that_only_one_arm_drops_costs_its_bytes() -> None:
    arms = [FakeArm(without_unknown("a b")), FakeArm(without_unknown("a b é"))]
    (window,) = cut([text("a éx b")], arms, 0.0)
    assert dropped_bytes(window, 0).tolist() == [0, 0, 2, 0, 0, 0]
    assert dropped_bytes(window, 1).tolist() == [0] * 6


def test_the_end_of_text_of_gpt2_is_not_unknown() -> None:
    assert unknown_id(word_level("a")) == 0
    assert unknown_id(without_unknown("a")) == -1
    tokenizer = byte_bpe()
    tokenizer.unk_token = "</s>"
    assert unknown_id(tokenizer) == -1


def test_over_a_thousandth_is_refused_and_the_arm_named() -> None:
    assert refusal({"before": 1, "after": 0}, 1000) == ""
    found = refusal({"before": 1, "after": 3}, 1000)
    assert "`after`" in found
    assert "0.3%" in found
    assert refusal({"before": 0.0}, 0.0) == ""
