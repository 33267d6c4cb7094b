import numpy as np

from acclimate.core.examples import Supervised
from acclimate.tokens.concat import Concat


def test_batches_hold_as_many_whole_blocks_as_fit() -> None:
    layout = Concat(max_padded_tokens=64).layout(np.full(10, 32), 2)
    assert [[places.tolist() for places in batch] for batch in layout] == [[[0, 1], [2, 3], [4]], [[5, 6], [7, 8], [9]]]
    assert [len(batch) for batch in Concat(max_padded_tokens=16).layout(np.full(3, 32), 1)] == [3], (
        "a block is never split"
    )


def test_a_batch_has_no_padding_and_its_labels_stand_where_they_stood() -> None:
    ids = np.arange(8, dtype=np.int32)
    batch = Concat().collate(Supervised(ids, np.array([0, 4, 8]), np.array([1, 6]), np.array([50, 60])), pad_id=9)
    assert batch.ids_BT.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert batch.attention_BT is not None
    assert batch.attention_BT.all()
    assert batch.offsets_N1 is None
    assert (batch.positions_L.tolist(), batch.labels_L.tolist()) == ([1, 6], [50, 60])
    assert (batch.documents, batch.tokens) == (2, 8)
