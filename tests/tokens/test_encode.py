from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.core.examples import Document
from acclimate.core.rows import Rows, with_about
from acclimate.core.seeds import hash64
from acclimate.tokens.encode import Encoded, encode
from acclimate.tokens.section import Tokens
from acclimate.tokens.vocabulary import add_tags
from tests.tokenizers_made import ALL, byte_bpe, wordpiece

LONGEST = 512


class Whole:
    """An objective that learns every token but repeated ones and what the tokenizer adds, and keeps what it saw."""

    def __init__(self, head: str = "masked", never: str = "") -> None:
        self.head = head
        self.never = never
        self.seen: list[Document] = []

    def units(self, document: Document, tokenizer: Any) -> np.ndarray[Any, np.dtype[np.int32]]:
        self.seen.append(document)
        learnt = ~document.special_T & ~document.repeated_T
        if self.never:
            learnt &= np.array(
                [document.text[b:e] != self.never for b, e in zip(document.starts_T, document.ends_T, strict=True)]
            )
        nothing = 0 if self.head == "causal" else -1
        return np.where(learnt, 1, nothing).astype(np.int32)


def rows(*texts: str | None, **more: Any) -> Rows:
    ids = [f"notes.csv:{number}" for number in range(1, len(texts) + 1)]
    return pa.table({"row_id": ids, "text": pa.array(texts, pa.string()), **more})


def made(table: Rows, tokenizer: Any, objective: Any = None, **options: Any) -> tuple[Encoded, Whole]:
    objective = objective or Whole()
    return encode(table, tokenizer, objective, Tokens(**options), LONGEST, "adapt.tokens"), objective


def test_a_short_row_is_one_document_with_what_the_tokenizer_makes_of_it() -> None:
    tokenizer = wordpiece()
    encoded, _ = made(rows("The patient was seen.", "age 34"), tokenizer)
    examples = encoded.examples
    expected = [tokenizer(text).input_ids for text in ("The patient was seen.", "age 34")]
    assert examples.ids_T.tolist() == [*expected[0], *expected[1]]
    assert examples.lengths_N.tolist() == [len(ids) for ids in expected]
    assert examples.row_N.tolist() == [0, 1]
    assert examples.key_N.tolist() == [hash64("notes.csv:1", 0), hash64("notes.csv:2", 0)]
    assert examples.units_T[:7].tolist() == [-1, 1, 1, 1, 1, 1, -1]
    kinds = [
        array.dtype for array in (examples.ids_T, examples.units_T, examples.offsets_N1, examples.row_N, examples.key_N)
    ]
    assert kinds == [np.int32, np.int32, np.int64, np.int32, np.uint64]


def test_counts_and_statistics_say_what_became_of_the_rows() -> None:
    encoded, _ = made(rows("the patient was seen in the hospital", "the"), wordpiece(), max_length=8)
    encoded.counts.check("tokens")
    assert (encoded.counts.rows_in, encoded.counts.rows_out, encoded.counts.added, encoded.counts.dropped) == (
        2,
        3,
        1,
        {},
    )
    said = encoded.statistics
    assert (said.documents, said.tokens, said.longest, said.text_tokens, said.words) == (3, 15, 8, 9, 8)
    assert said.tokens_per_word == 9 / 8


def test_windows_of_a_long_row_overlap_by_the_stride() -> None:
    tokenizer = wordpiece()
    text = "the patient was seen with aspirin in the dose code"
    ids = tokenizer(text, add_special_tokens=False).input_ids
    assert len(ids) == 10
    encoded, _ = made(rows(text), tokenizer, max_length=8, stride=2)
    examples = encoded.examples.gather(np.arange(2))
    assert examples.ids_T.tolist() == [2, *ids[:6], 3, 2, *ids[4:10], 3]
    assert examples.units_T.tolist() == [-1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, -1]
    assert examples.key_N.tolist() == [hash64("notes.csv:1", 0), hash64("notes.csv:1", 1)]


pieces = st.sampled_from(
    [*"abz 9,.;:<>[]/'\n病人院😀é", "patient ", "<s>", "[MASK]", "<event>", "</event>", "hospital "]
)
texts = st.lists(pieces, min_size=1, max_size=80).map("".join)
TAGS = ("<event>", "</event>")


@pytest.mark.parametrize("kind", list(ALL))
@given(text=texts, length=st.integers(8, 24), stride=st.integers(0, 3), data=st.data())
def test_every_token_of_a_text_is_learnt_in_exactly_one_window(
    kind: str, text: str, length: int, stride: int, data: st.DataObject
) -> None:
    tokenizer = ALL[kind]()
    add_tags(tokenizer, TAGS)
    header = data.draw(st.integers(0, len(text)))
    cuts = sorted(data.draw(st.sets(st.integers(header, len(text)))))
    table = with_about(rows(text, header_chars=[header], cuts=[cuts]), {"tags": TAGS})
    encoded, cut = made(table, tokenizer, max_length=length, stride=stride, unlabelled="drop")
    encoded.counts.check("tokens")
    assert all(len(document.ids_T) <= length for document in cut.seen)
    (whole,) = made(table, tokenizer, max_length=LONGEST, unlabelled="drop")[1].seen
    own = [triple for document in cut.seen for triple in of_the_text(document, tokenizer)]
    assert own == of_the_text(whole, tokenizer)
    covered = {place for _, begin, end in own for place in range(begin, end)}
    assert {place for place, character in enumerate(text) if not character.isspace()} <= covered


def of_the_text(document: Document, tokenizer: Any) -> list[tuple[int, int, int]]:
    """Give (id, start, end) of tokens that are neither repeated nor added; all three kinds add as many after as before."""
    added = (len(tokenizer("a").input_ids) - len(tokenizer.tokenize("a"))) // 2
    chosen = ~document.repeated_T
    chosen[:added] = chosen[len(chosen) - added :] = False
    arrays = (document.ids_T, document.starts_T, document.ends_T)
    return list(zip(*(array[chosen].tolist() for array in arrays), strict=True))


def test_tags_are_never_learnt_and_a_text_that_spells_one_in_plain_rows_is_text() -> None:
    tokenizer = byte_bpe()
    (event,) = add_tags(tokenizer, ["<event>"])
    table = rows("<event>code</event>")
    tagged, _ = made(with_about(table, {"tags": ["<event>"]}), tokenizer)
    assert tagged.examples.units_T[tagged.examples.ids_T == event].tolist() == [-1]
    assert event not in made(table, tokenizer)[0].examples.ids_T
    assert event in made(table, tokenizer, additional_special_tokens=("<event>",))[0].examples.ids_T


def test_long_records_repeat_their_header_in_each_window() -> None:
    events = ["<event>the patient was seen</event>"] * 5
    head = "<patient>age 34</patient>"
    text = head + "".join(events)
    tags = ["<patient>", "</patient>", "<event>", "</event>"]
    cuts = [len(head) + number * len(events[0]) for number in range(5)]
    table = with_about(rows(text, header_chars=[len(head)], cuts=[cuts]), {"tags": tags})
    tokenizer = wordpiece()
    add_tags(tokenizer, tags)
    encoded, objective = made(table, tokenizer, max_length=18)
    tokens = [" ".join(tokenizer.convert_ids_to_tokens(document.ids_T.tolist())) for document in objective.seen]
    window = "[CLS] <patient> age 34 </patient> " + "<event> the patient was seen </event> " * 2 + "[SEP]"
    assert tokens == [window, window, window.replace("<event> the patient was seen </event> ", "", 1)]
    assert [document.repeated_T.sum() for document in objective.seen] == [0, 4, 4]
    assert encoded.counts.added == 2


def test_a_row_in_which_nothing_can_be_learnt_is_named() -> None:
    with pytest.raises(UserError) as caught:
        made(rows("the", "", None, "was"), wordpiece())
    message = str(caught.value)
    assert message.startswith("adapt.tokens: nothing can be learnt in 2 rows: notes.csv:2, notes.csv:3\n")
    assert "unlabelled: drop" in message


def test_or_it_is_dropped_and_counted_if_that_is_asked_for() -> None:
    encoded, _ = made(rows("the", "", None, "was"), wordpiece(), unlabelled="drop")
    assert encoded.counts.dropped == {"no label": 2}
    encoded.counts.check("tokens")
    assert encoded.examples.row_N.tolist() == [0, 3]


def test_no_rows_at_all_give_no_examples() -> None:
    encoded, _ = made(rows(), wordpiece())
    assert len(encoded.examples) == 0
    assert encoded.examples.offsets_N1.tolist() == [0]
    encoded.counts.check("tokens")


def test_a_window_without_labels_is_left_out_if_its_row_has_others() -> None:
    text = "the patient was seen at of " + ", " * 6 + "hospital"
    encoded, _ = made(rows(text), wordpiece(), Whole(never=","), max_length=8)
    assert encoded.statistics.unlearnt_windows == 1
    assert encoded.examples.key_N.tolist() == [hash64("notes.csv:1", 0), hash64("notes.csv:1", 2)]
    encoded.counts.check("tokens")


def test_for_causal_models_zero_means_not_learnt() -> None:
    with pytest.raises(UserError, match="nothing can be learnt in 1 rows"):
        made(rows("the patient", ""), byte_bpe(), Whole("causal"))
    encoded, _ = made(rows("the patient"), byte_bpe(), Whole("causal"))
    assert encoded.examples.ids_T[-1] == byte_bpe().eos_token_id


@pytest.mark.parametrize(
    "table, message",
    [
        (pa.table({"row_id": ["a:1"], "note": ["x"]}), "no column 'text'"),
        (pa.table({"row_id": ["a:1"], "text": [3]}), "column 'text' holds int64"),
    ],
    ids=["no text", "numbers"],
)
def test_rows_without_text_are_refused(table: Rows, message: str) -> None:
    with pytest.raises(UserError, match=message):
        made(table, wordpiece())


def test_a_stride_that_leaves_nothing_beside_added_tokens_is_refused() -> None:
    from tokenizers import processors

    tokenizer = wordpiece()
    many = "[CLS] [CLS] [CLS] $A [SEP] [SEP]"
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=many, special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    with pytest.raises(UserError, match=r"stride: 4 tokens, where 3 are left beside the 5"):
        made(rows("the patient was seen at the hospital"), tokenizer, max_length=8, stride=4)


def test_it_is_saved_and_loaded_whole(tmp_path: Path) -> None:
    encoded, _ = made(rows("the patient was seen at the hospital", ""), wordpiece(), max_length=8, unlabelled="drop")
    encoded.save(tmp_path)
    loaded = Encoded.load(tmp_path)
    assert loaded.counts == encoded.counts
    assert loaded.statistics == encoded.statistics
    for name in ("ids_T", "units_T", "offsets_N1", "row_N", "key_N"):
        assert getattr(loaded.examples, name).tolist() == getattr(encoded.examples, name).tolist()
        assert isinstance(getattr(loaded.examples, name), np.memmap)
