import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from acclimate.core.examples import Supervised
from acclimate.core.protocols import Batching
from acclimate.tokens.padding_free import PaddingFree


def layout(lengths: list[int], micro_batches: int, batch_tokens: int) -> list[list[list[int]]]:
    laid = PaddingFree(batch_tokens=batch_tokens).layout(np.array(lengths, dtype=np.int64), micro_batches)
    return [[row.tolist() for row in rows] for rows in laid]


def test_what_exceeds_a_row_is_laid_into_more_rows_of_the_same_micro_batch() -> None:
    assert layout([10, 6, 1, 16, 40, 3, 3], 1, 16) == [[[0, 1], [2], [3], [4], [5, 6]]]
    assert layout([8, 8, 8, 8], 2, 16) == [[[0, 1]], [[2, 3]]]
    assert layout([8, 8, 8, 8], 2, 64) == [[[0, 1]], [[2, 3]]]


def test_an_update_with_fewer_documents_than_micro_batches_leaves_some_empty() -> None:
    assert layout([5, 5], 3, 16) == [[[0]], [[1]], []]


@given(st.lists(st.integers(1, 60), max_size=30), st.integers(1, 6), st.integers(16, 80))
def test_every_document_has_one_place_and_no_row_is_longer_than_allowed(
    lengths: list[int], micro_batches: int, batch_tokens: int
) -> None:
    laid = layout(lengths, micro_batches, batch_tokens)
    assert len(laid) == micro_batches
    assert [place for rows in laid for row in rows for place in row] == list(range(len(lengths)))
    sizes = [sum(map(len, rows)) for rows in laid]
    assert max(sizes) - min(sizes) <= 1, "micro-batches have as many documents each"
    for rows in laid:
        for row in rows:
            assert len(row) == 1 or sum(lengths[place] for place in row) <= batch_tokens


def test_the_row_is_the_documents_end_to_end() -> None:
    documents = Supervised(
        np.arange(7, dtype=np.int32), np.array([0, 3, 7]), np.array([1, 5]), np.array([9, 8], dtype=np.int64)
    )
    batch = PaddingFree().collate(documents, pad_id=0)
    assert batch.ids_BT.tolist() == [[0, 1, 2, 3, 4, 5, 6]]
    assert batch.ids_BT.dtype == np.int64
    assert batch.attention_BT is None
    assert batch.offsets_N1 is not None
    assert batch.offsets_N1.tolist() == [0, 3, 7]
    assert batch.positions_L.tolist() == [1, 5]
    assert batch.labels_L.tolist() == [9, 8]
    assert (batch.documents, batch.tokens) == (2, 7)


def test_a_row_holds_at_least_16_tokens() -> None:
    with pytest.raises(ValidationError):
        PaddingFree(batch_tokens=15)
    assert isinstance(PaddingFree(), Batching)
    assert PaddingFree().flat
