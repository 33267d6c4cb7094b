import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.examples import Document, Flat
from acclimate.objective.clm import Clm
from tests.made import tokenizer

TOKENIZER = tokenizer()


def document(length: int, repeated: int = 0) -> Document:
    ids_T = np.arange(10, 10 + length, dtype=np.int32)
    nothing = np.zeros(length, dtype=np.int32)
    return Document("", ids_T, nothing, nothing, nothing.astype(bool), np.arange(length) < repeated)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), min_size=1, max_size=6))
def test_each_token_is_learnt_from_the_one_before_it_in_its_own_document(made: list[tuple[int, int]]) -> None:
    documents = [document(length, min(repeated, length)) for length, repeated in made]
    ids_T = np.concatenate([one.ids_T for one in documents])
    units_T = np.concatenate([Clm().units(one, TOKENIZER) for one in documents])
    offsets_N1 = np.concatenate([[0], np.cumsum([length for length, _ in made])])
    flat = Flat(ids_T, units_T, offsets_N1, np.zeros(len(made), np.uint64))
    found = Clm().supervise(flat, TOKENIZER, 0, 0)
    expected = []
    for (length, repeated), begin in zip(made, offsets_N1.tolist(), strict=False):
        # The first token has none before it; repeated ones were learnt in another window.
        expected += [(begin + place - 1, 10 + place) for place in range(max(1, repeated), length)]
    assert list(zip(found.positions_L.tolist(), found.labels_L.tolist(), strict=True)) == expected
    assert found.ids_T.tolist() == ids_T.tolist()


def test_nothing_is_drawn() -> None:
    flat = Flat(document(9).ids_T, Clm().units(document(9), TOKENIZER), np.array([0, 9]), np.zeros(1, np.uint64))
    first, second = Clm().supervise(flat, TOKENIZER, 0, 0), Clm().supervise(flat, TOKENIZER, 5, 17)
    assert first.positions_L.tolist() == second.positions_L.tolist() == list(range(8))
    assert first.labels_L.tolist() == second.labels_L.tolist()
