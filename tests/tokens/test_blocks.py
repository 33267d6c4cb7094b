from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.core.examples import Examples
from acclimate.core.seeds import hash64, mix
from acclimate.masking.word import Word
from acclimate.objective.clm import Clm
from acclimate.objective.mlm import Mlm
from acclimate.tokens.blocks import cut_into_blocks
from acclimate.tokens.encode import Encoded, encode
from acclimate.tokens.section import Tokens
from tests.tokenizers_made import SENTENCES, byte_bpe, wordpiece


def texts(*units: list[int]) -> Examples:
    """Make texts of made-up ids with these units."""
    lengths = [len(one) for one in units]
    keys = np.array([hash64(f"a:{number}", 0) for number in range(len(units))], dtype=np.uint64)
    return Examples(
        np.arange(sum(lengths), dtype=np.int32),
        np.array(list(chain(*units)), dtype=np.int32),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.arange(len(units), dtype=np.int32) * 10,
        keys,
    )


def test_units_are_counted_anew_in_each_block_and_never_join_two_texts() -> None:
    made = texts([-1, 0, 0, -1], [-1, 0, 1, 1, -1], [0, 0, 1])
    found = cut_into_blocks(made, 5, causal=False, where="tokens.batch")
    assert found.examples.ids_T.tolist() == list(range(10))
    assert found.examples.units_T.tolist() == [-1, 0, 0, -1, -1, 0, 1, 1, -1, 2]
    assert found.examples.offsets_N1.tolist() == [0, 5, 10]
    assert found.examples.row_N.tolist() == [0, 10], "the row of its first token"
    assert found.examples.key_N.tolist() == mix(made.key_N[[0, 1]], [0, 1]).tolist()
    assert (found.left_tokens, found.left_texts, found.unlearnt) == (2, 0, 0)


def test_a_border_in_a_unit_makes_two() -> None:
    found = cut_into_blocks(texts([0, 1, 1, 1]), 2, causal=False, where="")
    assert found.examples.units_T.tolist() == [0, 1, 0, 0]


def test_the_first_token_of_a_causal_block_is_not_learnt() -> None:
    found = cut_into_blocks(texts([0, 1, 1], [0, 1, 1, 1]), 3, causal=True, where="")
    assert found.examples.units_T.tolist() == [0, 1, 1, 0, 1, 1]
    assert (found.left_tokens, found.left_texts) == (1, 0)


def test_a_block_without_anything_to_learn_is_left_out_and_texts_behind_the_last_are_counted() -> None:
    found = cut_into_blocks(texts([0, 0], [-1, -1], [0, 0], [0]), 2, causal=False, where="")
    assert (len(found.examples), found.unlearnt, found.left_tokens, found.left_texts) == (2, 1, 1, 1)
    assert found.examples.ids_T.tolist() == [0, 1, 4, 5]


def test_less_than_a_block_is_an_error_and_nothing_is_nothing() -> None:
    with pytest.raises(
        UserError, match=r"adapt\.tokens\.batch: 2 texts of 5 tokens together, less than one block of 6"
    ):
        cut_into_blocks(texts([0, 1], [0, 1, 2]), 6, causal=False, where="adapt.tokens.batch")
    assert len(cut_into_blocks(texts(), 6, causal=False, where="").examples) == 0


units = st.lists(st.integers(-1, 1), min_size=1, max_size=9)


@given(st.lists(units, min_size=1, max_size=8), st.integers(1, 7))
def test_units_are_those_of_the_texts(some: list[list[int]], length: int) -> None:
    rising = [np.where(np.array(one) >= 0, np.cumsum(np.abs(one)), -1).tolist() for one in some]
    made = texts(*rising)
    if len(made.ids_T) < length:
        return
    found = cut_into_blocks(made, length, causal=False, where="").examples
    names = [(number, unit) for number, one in enumerate(rising) for unit in one]
    for block in range(len(found)):
        own = found.units_T[block * length : (block + 1) * length].tolist()
        seen = [names[place] for place in found.ids_T[block * length : (block + 1) * length].tolist()]
        order = list(dict.fromkeys(name for name in seen if name[1] >= 0))
        assert own == [order.index(name) if name[1] >= 0 else -1 for name in seen]


def rows(*some: str | None) -> pa.Table:
    return pa.table({"row_id": [f"a:{number}" for number in range(len(some))], "text": pa.array(some, pa.string())})


def made(table: pa.Table, tokenizer: Any, objective: Any, **options: Any) -> Encoded:
    tokens = Tokens.model_validate({"batch": "concat", **options})
    return encode(table, tokenizer, objective, tokens, 512, "adapt.tokens")


def group_texts(examples: dict[str, list[list[int]]], max_seq_length: int) -> dict[str, list[list[int]]]:
    """transformers' run_mlm.py, word for word (but for its comments)."""
    concatenated_examples = {k: list(chain(*examples[k])) for k in examples}
    total_length = len(concatenated_examples[next(iter(examples.keys()))])
    total_length = (total_length // max_seq_length) * max_seq_length
    return {
        k: [t[i : i + max_seq_length] for i in range(0, total_length, max_seq_length)]
        for k, t in concatenated_examples.items()
    }


@pytest.mark.parametrize("length", [16, 24, 512])
def test_blocks_are_those_of_run_mlm(length: int) -> None:
    tokenizer = wordpiece()
    some = SENTENCES[:38]
    encoded = made(rows(*some), tokenizer, Mlm(masking=Word()), max_length=length)
    expected = group_texts(dict(tokenizer(some)), length)["input_ids"]
    assert encoded.examples.ids_T.reshape(-1, length).tolist() == expected
    assert set(encoded.examples.lengths_N.tolist()) == {length}
    counts, total = encoded.counts, sum(len(ids) for ids in tokenizer(some)["input_ids"])
    counts.check("tokens")
    assert (counts.rows_in, counts.rows_out) == (38, total // length)
    assert counts.values == {"tokens behind the last whole block": total % length}
    assert total % length
    assert sum(counts.removed.values()) == _wholly_behind(tokenizer, some, length)
    assert not counts.dropped, "it was asked for"
    said = encoded.statistics
    assert (said.documents, said.tokens, said.longest) == (total // length, total // length * length, length)


def _wholly_behind(tokenizer: Any, some: list[str], length: int) -> int:
    ends = np.cumsum([len(ids) for ids in tokenizer(some)["input_ids"]])
    return int((np.concatenate([[0], ends[:-1]]) >= ends[-1] // length * length).sum())


def test_ends_of_causal_texts_are_learnt_and_labels_never_look_into_another_block() -> None:
    tokenizer = byte_bpe(bos=True)
    encoded = made(rows(*SENTENCES[:10]), tokenizer, Clm(), max_length=20)
    encoded.counts.check("tokens")
    flat = encoded.examples.gather(np.arange(len(encoded.examples)))
    learnt = Clm().supervise(flat, tokenizer, 0, 0)
    assert (learnt.labels_L == flat.ids_T[learnt.positions_L + 1]).all()
    assert (learnt.positions_L // 20 == (learnt.positions_L + 1) // 20).all()
    assert tokenizer.eos_token_id in learnt.labels_L


def test_rows_without_anything_to_learn_are_named_or_left_out() -> None:
    table = rows(*SENTENCES[:5], "", None)
    with pytest.raises(UserError, match="nothing can be learnt in 2 rows: a:5, a:6"):
        made(table, wordpiece(), Mlm(), max_length=16)
    encoded = made(table, wordpiece(), Mlm(), max_length=16, unlabelled="drop")
    assert encoded.counts.dropped == {"no label": 2}
    encoded.counts.check("tokens")
    same = made(rows(*SENTENCES[:5]), wordpiece(), Mlm(), max_length=16)
    assert encoded.examples.ids_T.tolist() == same.examples.ids_T.tolist()


def test_one_short_text_is_no_block() -> None:
    with pytest.raises(UserError) as caught:
        made(rows("the patient"), wordpiece(), Mlm())
    message = str(caught.value)
    assert "adapt.tokens.batch: 1 texts of 4 tokens together, less than one block of 512" in message
    assert "lower tokens.max_length, or take batch: padding_free" in message
