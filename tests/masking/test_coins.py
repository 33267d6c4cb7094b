from itertools import chain

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.seeds import uniform
from acclimate.masking.coins import hide_by_coins, lowest, unit_table
from tests.documents_made import keys, offsets

Units = list[list[int]]


def flat(units: Units) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    return np.array(list(chain(*units)), dtype=np.int32), offsets([len(one) for one in units])


batches = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=12).map(
        lambda steps: [
            int(unit) if seen else -1
            for unit, (_, seen) in zip(np.cumsum([step for step, _ in steps], dtype=int), steps, strict=True)
        ]
    ),
    min_size=1,
    max_size=5,
)


def test_the_table_lists_units_of_each_document_from_0() -> None:
    table = unit_table(*flat([[-1, 0, 0, -1, 0, 1], [-1], [0, 5, 5, -1]]))
    assert table.tokens.tolist() == [1, 2, 4, 5, 7, 8, 9]
    assert table.row.tolist() == [0, 0, 0, 1, 2, 3, 3]
    assert table.document_U.tolist() == [0, 0, 2, 2]
    assert table.number_U.tolist() == [0, 1, 0, 1]
    assert table.mark(np.array([True, False, False, True]), 11).nonzero()[0].tolist() == [1, 2, 4, 8, 9]


def test_a_unit_is_hidden_where_its_coin_falls_below_the_probability() -> None:
    key = keys(2)
    coin = uniform(key[1], np.arange(3))
    middle = float(np.sort(coin)[2])
    hidden = hide_by_coins(*flat([[0], [0, 1, 1, -1, 2]]), key, middle)
    assert hidden[1:].tolist() == [*(coin < middle)[[0, 1, 1, 0, 2]].tolist()[:3], False, bool(coin[2] < middle)]
    assert (coin < middle).sum() == 2


def test_where_no_coin_falls_the_smallest_decides() -> None:
    units, borders = flat([[0, 1, 2, 3], [-1, -1], [0]])
    key = keys(3)
    smallest = int(np.argmin(uniform(key[0], np.arange(4))))
    expected = [number == smallest for number in range(4)] + [False, False, True]
    assert hide_by_coins(units, borders, key, 0.0).tolist() == expected


def test_nothing_and_documents_without_units_are_no_fault() -> None:
    assert hide_by_coins(*flat([[], [-1, -1]]), keys(2), 0.5).tolist() == [False, False]
    assert lowest(np.zeros(0), np.zeros(0, dtype=np.int64)).tolist() == []


@given(batches, st.floats(0, 1), st.integers(0, 99))
def test_units_are_hidden_whole_and_at_least_one(units: Units, probability: float, seed: int) -> None:
    all_units, borders = flat(units)
    hidden = hide_by_coins(all_units, borders, keys(len(units), seed), probability)
    assert not hidden[all_units < 0].any()
    for begin, end, one in zip(borders[:-1], borders[1:], units, strict=True):
        part, unit = hidden[begin:end], np.array(one)
        for number in set(one) - {-1}:
            assert len(set(part[unit == number].tolist())) == 1
        assert part.any() == any(number >= 0 for number in one)


@given(batches, st.floats(0, 1), st.integers(0, 99))
def test_a_mask_does_not_depend_on_the_neighbours(units: Units, probability: float, seed: int) -> None:
    all_units, borders = flat(units)
    key = keys(len(units), seed)
    together = hide_by_coins(all_units, borders, key, probability)
    for number, one in enumerate(units):
        alone = hide_by_coins(*flat([one]), key[number : number + 1], probability)
        assert together[borders[number] : borders[number + 1]].tolist() == alone.tolist()


def test_the_same_keys_give_the_same_mask_and_others_another() -> None:
    units, borders = flat([list(range(200))] * 2)
    first = hide_by_coins(units, borders, keys(2), 0.5)
    assert (first == hide_by_coins(units, borders, keys(2), 0.5)).all()
    assert (first[:200] != first[200:]).any()
    assert (first != hide_by_coins(units, borders, keys(2, seed=1), 0.5)).any()
