import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.examples import Batch, Ints, Supervised
from acclimate.core.protocols import Batching
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree

Triples = list[tuple[list[int], list[tuple[int, int]]]]


def documents(lengths: list[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Give borders and ids of documents, and which of their tokens are learnt."""
    borders = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    random = np.random.default_rng(sum(lengths))
    ids = random.integers(1, 1000, borders[-1]).astype(np.int32)
    return borders, ids, np.flatnonzero(random.random(borders[-1]) < 0.3)


def chosen(places: Ints, borders: npt.NDArray[np.int64], ids: npt.NDArray[np.int32], learnt: Ints) -> Supervised:
    """Lay some documents end to end, as `Examples.gather` and an objective do; labels are ids + 1000."""
    tokens = np.concatenate([np.arange(borders[place], borders[place + 1]) for place in places])
    positions = np.flatnonzero(np.isin(tokens, learnt))
    return Supervised(
        ids[tokens],
        np.concatenate([[0], np.cumsum(np.diff(borders)[places])]),
        positions,
        ids[tokens][positions].astype(np.int64) + 1000,
    )


def carried(batch: Batch) -> Triples:
    """Give each document's ids and its (place, label) pairs, read off the batch alone."""
    flat = batch.ids_BT.ravel()
    if batch.offsets_N1 is not None:
        spans = list(zip(batch.offsets_N1[:-1].tolist(), batch.offsets_N1[1:].tolist(), strict=True))
    else:
        assert batch.attention_BT is not None
        width = batch.ids_BT.shape[1]
        spans = [(row * width, row * width + int(n)) for row, n in enumerate(batch.attention_BT.sum(axis=1))]
    labels = list(zip(batch.positions_L.tolist(), batch.labels_L.tolist(), strict=True))
    return [
        (flat[begin:end].tolist(), [(place - begin, label) for place, label in labels if begin <= place < end])
        for begin, end in spans
    ]


def all_of(method: Pad | PaddingFree, lengths: list[int], micro_batches: int, pad_id: int) -> Triples:
    borders, ids, learnt = documents(lengths)
    found: list[tuple[int, tuple[list[int], list[tuple[int, int]]]]] = []
    for passes in method.layout(np.diff(borders), micro_batches):
        for places in passes:
            batch = method.collate(chosen(places, borders, ids, learnt), pad_id)
            assert len(batch.labels_L) == sum(len(labels) for _, labels in carried(batch)), "no label falls on padding"
            found += zip(places.tolist(), carried(batch), strict=True)
    return [document for _, document in sorted(found, key=lambda pair: pair[0])]


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=20),
    st.integers(1, 4),
    st.integers(16, 100),
    st.sampled_from([1, 8]),
)
def test_flat_and_padded_rows_carry_the_same_documents_tokens_and_labels(
    lengths: list[int], micro_batches: int, cap: int, multiple: int
) -> None:
    flat = all_of(PaddingFree(batch_tokens=cap), lengths, micro_batches, 0)
    padded = all_of(Pad(max_padded_tokens=cap, pad_to_multiple_of=multiple), lengths, micro_batches, 5)
    assert flat == padded
    assert [len(ids) for ids, _ in flat] == lengths


@given(
    st.lists(st.integers(1, 60), max_size=30),
    st.integers(1, 6),
    st.integers(16, 120),
    st.sampled_from([1, 8]),
    st.integers(0, 60),
)
def test_every_document_has_one_place_among_others_of_like_length(
    lengths: list[int], micro_batches: int, cap: int, multiple: int, padding: int
) -> None:
    method = Pad(max_padded_tokens=cap, pad_to_multiple_of=multiple, max_padding=padding)
    laid = method.layout(np.array(lengths, dtype=np.int64), micro_batches)
    assert len(laid) == micro_batches
    order = [int(place) for batches in laid for batch in batches for place in batch]
    assert sorted(order) == list(range(len(lengths)))
    assert [lengths[place] for place in order] == sorted(lengths)
    for batches in laid:
        for batch in batches:
            width = -(-max(lengths[place] for place in batch) // multiple) * multiple
            filled_up = len(batch) * width - sum(lengths[place] for place in batch)
            assert len(batch) == 1 or (len(batch) * width <= cap and filled_up <= padding)


def test_what_is_filled_up_is_limited_on_a_cpu_and_not_on_a_gpu() -> None:
    lengths_N = np.array([512, 10, 12, 500])
    assert [list(batch) for batch in Pad().on("cpu").layout(lengths_N, 1)[0]] == [[1, 2], [3, 0]]
    assert [list(batch) for batch in Pad().on("cuda").layout(lengths_N, 1)[0]] == [[1, 2, 3, 0]]
    assert Pad(max_padding=7).on("cuda") == Pad(max_padding=7)


def test_a_padded_batch_by_hand() -> None:
    supervised = Supervised(
        np.array([7, 8, 9, 4, 5], dtype=np.int32), np.array([0, 3, 5]), np.array([0, 2, 4]), np.array([1, 2, 3])
    )
    batch = Pad(pad_to_multiple_of=4).collate(supervised, pad_id=99)
    assert batch.ids_BT.tolist() == [[7, 8, 9, 99], [4, 5, 99, 99]]
    assert batch.attention_BT is not None
    assert batch.attention_BT.tolist() == [[1, 1, 1, 0], [1, 1, 0, 0]]
    assert batch.positions_L.tolist() == [0, 2, 5]
    assert batch.labels_L.tolist() == [1, 2, 3]
    assert batch.offsets_N1 is None
    assert (batch.documents, batch.tokens) == (2, 5)
    assert batch.ids_BT.dtype == batch.attention_BT.dtype == np.int64


def test_a_token_equal_to_the_padding_is_still_attended_and_learnt() -> None:
    batch = Pad().collate(
        Supervised(np.array([9, 9, 1], dtype=np.int32), np.array([0, 2, 3]), np.array([1]), np.array([9])), 9
    )
    assert batch.attention_BT is not None
    assert batch.attention_BT.tolist() == [[1, 1], [1, 0]]
    assert batch.positions_L.tolist() == [1]


def test_it_is_a_batching() -> None:
    assert isinstance(Pad(), Batching)
    assert not Pad().flat
