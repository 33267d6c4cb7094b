from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.examples import Examples


def examples() -> Examples:
    return Examples(
        ids_T=np.arange(10, 19, dtype=np.int32),
        units_T=np.array([-1, 0, 0, -1, 0, 1, 2, -1, 0], dtype=np.int32),
        offsets_N1=np.array([0, 3, 7, 9], dtype=np.int64),
        row_N=np.array([0, 0, 1], dtype=np.int32),
        key_N=np.array([7, 8, 2**64 - 1], dtype=np.uint64),
    )


def test_length_and_lengths() -> None:
    assert len(examples()) == 3
    assert examples().lengths_N.tolist() == [3, 4, 2]


def test_what_is_saved_is_mapped_back_read_only(tmp_path: Path) -> None:
    made = examples()
    made.save(tmp_path)
    again = Examples.load(tmp_path)
    for name in ("ids_T", "units_T", "offsets_N1", "row_N", "key_N"):
        before, after = getattr(made, name), getattr(again, name)
        assert isinstance(after, np.memmap)
        assert (after.dtype, after.tolist()) == (before.dtype, before.tolist())
    with pytest.raises(ValueError, match="read-only"):
        again.ids_T[0] = 1


def test_gathered_documents_may_be_written_to(tmp_path: Path) -> None:
    examples().save(tmp_path)
    flat = Examples.load(tmp_path).gather(np.array([2, 0]))
    assert flat.ids_T.tolist() == [17, 18, 10, 11, 12]
    assert flat.units_T.tolist() == [-1, 0, -1, 0, 0]
    assert flat.offsets_N1.tolist() == [0, 2, 5]
    assert flat.key_N.tolist() == [2**64 - 1, 7]
    flat.ids_T[0] = 99
    assert Examples.load(tmp_path).ids_T[7] == 17


@given(st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_gather_lays_documents_end_to_end_in_any_order(numbers: list[int]) -> None:
    made = examples()
    flat = made.gather(np.array(numbers))
    found = [flat.ids_T[start:end].tolist() for start, end in zip(flat.offsets_N1, flat.offsets_N1[1:], strict=False)]
    assert found == [made.ids_T[made.offsets_N1[n] : made.offsets_N1[n + 1]].tolist() for n in numbers]
