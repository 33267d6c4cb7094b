from acclimate.core.answers import Span, SpanAnswers
from acclimate.evaluate.entity_floors import dictionary, looked_up
from acclimate.evaluate.metrics.entity_f1 import EntityF1
from acclimate.evaluate.metrics.entity_recall import EntityRecall


def marked(text: str, *named: tuple[str, str]) -> tuple[str, tuple[Span, ...]]:
    """A text with entities: each the first place of its words, and its label."""
    return text, tuple(Span(text.index(words), text.index(words) + len(words), label) for words, label in named)


TRAINING = [
    marked("Breast cancer runs in families", ("Breast cancer", "Disease")),
    marked("a cold wind and a cold", ("a cold wind", "Weather")),
    marked("cold, cold and cancer", ("cancer", "Disease")),
    marked("a cold", ("cold", "Disease")),
    marked("iron was low", ("iron", "Drug")),
    marked("iron was given", ("iron", "Lab")),
]


def test_a_phrase_is_what_it_mostly_was_in_training() -> None:
    # cold: once an entity, three times none (inside "a cold wind" it says nothing). iron: a tie of two labels, in order
    # of the alphabet. cancer: once by itself; as a part of "breast cancer" it says nothing.
    assert dictionary(TRAINING) == {
        ("breast", "cancer"): "Disease",
        ("a", "cold", "wind"): "Weather",
        ("cancer",): "Disease",
        ("iron",): "Drug",
    }


def test_a_tie_with_none_is_the_label() -> None:
    assert dictionary([marked("flu and flu", ("flu", "Disease"))]) == {("flu",): "Disease"}
    assert dictionary([marked("flu and flu", ("flu", "Disease")), marked("no flu")]) == {}


def test_an_entity_inside_a_word_is_known_as_the_word() -> None:
    assert dictionary([marked("interleukin2a rose", ("interleukin", "Gene"))]) == {("interleukin2a",): "Gene"}
    assert dictionary([marked(""), marked("nothing")]) == {}


def test_the_longest_phrase_is_said_from_left_to_right_and_scored() -> None:
    texts = ["No BREAST Cancer, but cancer. Iron is cold", "病人"]
    gold = ((Span(3, 16, "Disease"), Span(30, 34, "Lab")), (Span(0, 1, "Disease"),))
    asked = SpanAnswers(("1", "2"), ("a", "b"), ("Disease", "Lab", "Drug"), gold, ((), ()))
    found = looked_up(TRAINING, texts, asked)
    assert found.said == ((Span(3, 16, "Disease"), Span(22, 28, "Disease"), Span(30, 34, "Drug")), ())
    assert (found.gold, found.groups) == (gold, ("a", "b"))
    (f1,) = (one for one in EntityF1().sums(found) if one.slice is None)
    assert f1.value == 2 * 1 / (3 + 3)
    assert EntityRecall().sums(found)[0].value == 1 / 3


def test_chinese_phrases_are_characters() -> None:
    asked = SpanAnswers(("1",), ("a",), ("D",), ((),), ((),))
    assert looked_up([marked("他得了糖尿病", ("糖尿病", "D"))], ["糖尿病重"], asked).said == ((Span(0, 3, "D"),),)
