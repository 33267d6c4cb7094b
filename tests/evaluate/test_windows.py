import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.evaluate.windows import Window, cut
from tests.evaluate.arms import FakeArm, one, record, text, with_tags, word_level
from tests.tokenizers_made import byte_bpe, unigram, wordpiece

PARTS = st.one_of(
    st.sampled_from(["the ", "patient", " ", "病人", "。", "E11:", ",", "\n\n", "hospital ", "🙂", "xqxqzv"]),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=4),
)
TEXTS = st.one_of(st.lists(PARTS, min_size=15, max_size=60), st.lists(PARTS, max_size=3)).map("".join)
TOKENIZERS = (wordpiece(), byte_bpe(), unigram())


def words_arm(max_length: int = 4) -> FakeArm:
    return FakeArm(word_level("a b c d e f g h"), max_length=max_length)


def spans(windows: list[Window]) -> list[tuple[int, int, int]]:
    return [(window.context_start, window.score_start, window.end) for window in windows]


def test_a_text_that_fits_is_one_window_and_an_empty_one_none() -> None:
    windows = cut([text("a b"), text(""), text("c")], [words_arm()], 0.0)
    assert [(window.row, window.text) for window in windows] == [(0, "a b"), (2, "c")]


def test_encoder_windows_follow_one_another_and_are_cut_before_white_space() -> None:
    windows = cut([text("a b c d e f g h")], [words_arm()], 0.0)
    assert [window.text for window in windows] == ["a b c d", " e f g h"]
    assert spans(windows) == [(0, 0, 7), (7, 7, 15)]
    assert windows[1].place(8) == 1


def test_decoder_windows_overlap_by_the_context() -> None:
    windows = cut([text("a b c d e f g h")], [words_arm()], 0.5)
    assert [window.text for window in windows] == ["a b c d", " c d e f", " e f g h"]
    assert spans(windows) == [(0, 0, 7), (3, 7, 11), (7, 11, 15)]


def test_the_arm_that_needs_most_tokens_decides() -> None:
    hungry = FakeArm(byte_bpe(), max_length=6)
    windows = cut([text("xqxq zvzv xqxq")], [words_arm(), hungry], 0.0)
    assert [window.text for window in windows] == ["xqxq", " zvzv", " xqxq"]
    assert all(len(window.encoded[1]) <= 6 for window in windows)


def test_a_record_repeats_its_header_and_keeps_events_whole() -> None:
    row = record()
    arm = FakeArm(with_tags(word_level("age 34 sex F code E11 drug new iron 5 mg : , ( )")), max_length=24)
    first, second = cut([row], [arm], 0.0)
    assert (first.header, first.text) == (0, row.text[: row.cuts[1]])
    assert second.text == row.text[: row.header_chars] + row.text[row.cuts[1] :]
    assert second.text[second.place(row.cuts[1])] == "<"
    assert (second.header, second.score_start) == (row.header_chars, row.cuts[1])


def test_a_header_that_fills_the_window_is_not_repeated() -> None:
    row = record()
    arm = FakeArm(with_tags(word_level("age 34 sex F code E11 drug new iron 5 mg : , ( )")), max_length=12)
    windows = cut([row], [arm], 0.0)
    assert {window.header for window in windows} == {0}
    assert "".join(window.text for window in windows) == row.text


def test_scripts_without_spaces_are_cut_between_characters() -> None:
    windows = cut([text("病人今天住院了")], [FakeArm(wordpiece(), max_length=6)], 0.0)
    assert [window.text for window in windows] == ["病人今天", "住院了"]


def test_a_window_too_short_for_one_character_is_said_so() -> None:
    with pytest.raises(UserError, match="raise max_length"):
        cut([text("🙂 a")], [FakeArm(byte_bpe(), max_length=3)], 0.0)


@settings(max_examples=80, deadline=None)
@given(content=TEXTS, longest=st.integers(8, 30), overlap=st.sampled_from([0.0, 0.5, 0.75]), tagged=st.booleans())
def test_every_character_is_measured_once_and_every_window_fits(
    content: str, longest: int, overlap: float, tagged: bool
) -> None:
    row = record(f"<p>age:3</p><e>{content}</e><e>a:b</e>") if tagged else text(content)
    arms = [FakeArm(tokenizer, max_length=longest) for tokenizer in TOKENIZERS]
    measured = 0
    for window in cut([row], arms, overlap):
        assert window.score_start == measured < window.end
        assert window.context_start <= window.score_start
        assert window.text == row.text[: window.header] + row.text[window.context_start : window.end]
        assert overlap or window.context_start == window.score_start
        for arm, encoded in zip(arms, window.encoded, strict=True):
            assert len(encoded) <= longest
            assert encoded.ids_S.tolist() == one(arm.tokenizer, window.text).ids_S.tolist()
        measured = window.end
    assert measured == len(row.text)


def test_context_has_its_share_of_a_long_text() -> None:
    arm = FakeArm(byte_bpe(), max_length=40)
    content = "the patient was seen at the hospital in the morning " * 20
    windows = cut([text(content)], [arm], 0.5)
    assert len(windows) > 5
    for window in windows[1:]:
        assert len(one(arm.tokenizer, content[window.context_start : window.score_start])) >= 20
        assert window.end - window.score_start >= 20 or window is windows[-1]
