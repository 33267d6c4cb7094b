import pyarrow as pa
import pytest

from acclimate.compat.text_encoder import text_encoder
from acclimate.core.examples import Document
from acclimate.tokens.cutter import Cutter, Record, records
from tests.tokenizers_made import byte_bpe, wordpiece

TEXT = "patient: age 34 ; code I10 ; code E11 ; code I10"
HEADER = TEXT.index(";")
CUTS = [place for place, mark in enumerate(TEXT) if mark == ";"]


def cut(text: str, room: int, *, header: int = 0, cuts: list[int] | None = None, stride: int = 0) -> list[Document]:
    encoder = text_encoder(wordpiece(), [], add_end=False)
    cutter = Cutter(encoder, room, stride, causal=False)
    (pieces,) = encoder.pieces([text])
    windows, _ = cutter.windows(Record("a:1", text, header, cuts or []), pieces)
    return [cutter.document(Record("", text, 0, []), pieces, window) for window in windows]


def shown(document: Document, *, repeated: bool) -> str:
    """Give the text of a window's own or repeated tokens."""
    marked = document.repeated_T == repeated
    spans = zip(document.starts_T[marked].tolist(), document.ends_T[marked].tolist(), strict=True)
    return "".join(document.text[begin:end] for begin, end in spans)


def test_each_window_of_a_record_begins_with_its_header_and_holds_whole_events() -> None:
    first, second, third = cut(TEXT, 9, header=HEADER, cuts=CUTS)
    assert [shown(one, repeated=True) for one in (first, second, third)] == ["", "patient:age34", "patient:age34"]
    assert [shown(one, repeated=False) for one in (first, second, third)] == [
        "patient:age34;codeI10",
        ";codeE11",
        ";codeI10",
    ]


def test_a_record_without_a_header_is_still_cut_between_events() -> None:
    text = TEXT[HEADER:]
    documents = cut(text, 8, cuts=[place for place, mark in enumerate(text) if mark == ";"])
    assert [shown(one, repeated=False) for one in documents] == [";codeI10;codeE11", ";codeI10"]
    assert not any(one.repeated_T.any() for one in documents)


def test_every_window_has_what_the_tokenizer_adds() -> None:
    for document in cut(TEXT, 9, header=HEADER, cuts=CUTS):
        assert (document.ids_T[0], document.ids_T[-1]) == (2, 3)
        assert document.special_T.nonzero()[0].tolist() == [0, len(document.ids_T) - 1]
        assert document.starts_T[0] == document.ends_T[0], "an added token stands nowhere in the text"
        assert not document.repeated_T[[0, -1]].any()


def test_a_record_that_fits_is_one_window() -> None:
    (whole,) = cut(TEXT, 60, header=HEADER, cuts=CUTS)
    assert shown(whole, repeated=False) == TEXT.replace(" ", "")


def test_a_header_over_half_a_window_is_not_repeated_and_that_is_said() -> None:
    encoder = text_encoder(wordpiece(), [], add_end=False)
    (pieces,) = encoder.pieces([TEXT])
    record = Record("a:1", TEXT, HEADER, CUTS)
    assert Cutter(encoder, 8, 0, causal=False).windows(record, pieces)[1] is False
    windows, long_header = Cutter(encoder, 7, 0, causal=False).windows(record, pieces)
    assert long_header is True
    assert all(window.context == window.context_end for window in windows)


def test_the_end_of_a_causal_text_is_learnt_once() -> None:
    tokenizer = byte_bpe(bos=True)
    encoder = text_encoder(tokenizer, [], add_end=True)
    cutter = Cutter(encoder, 4, 1, causal=True)
    (pieces,) = encoder.pieces(["the patient was seen at the hospital"])
    windows, _ = cutter.windows(Record("a:1", "", 0, []), pieces)
    documents = [
        cutter.document(Record("", "the patient was seen at the hospital", 0, []), pieces, window) for window in windows
    ]
    assert len(documents) > 1
    assert all(document.ids_T[0] == tokenizer.bos_token_id for document in documents)
    ends = [tokenizer.eos_token_id in document.ids_T for document in documents]
    assert ends == [False] * (len(documents) - 1) + [True]


@pytest.mark.parametrize("kind", ["string", "large_string"])
def test_records_come_in_chunks_with_the_number_of_their_first_row(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acclimate.tokens.cutter._ROWS", 2)
    table = pa.table({"text": pa.array(["a", None, "c"], kind), "row_id": ["f:1", "f:2", "f:3"]})
    chunks = list(records(table))
    assert [first for first, _ in chunks] == [0, 2]
    assert chunks[0][1] == [Record("f:1", "a", 0, []), Record("f:2", "", 0, [])]
    tagged = table.append_column("header_chars", pa.array([1, None, 0])).append_column(
        "cuts", pa.array([[1], None, []])
    )
    prose = Record("f:2", "", 0, [], prose=True)
    expected = [Record("f:1", "a", 1, [1]), prose, Record("f:3", "c", 0, [])]
    assert [record for _, chunk in records(tagged) for record in chunk] == expected
