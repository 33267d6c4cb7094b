from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.core.examples import Document, Examples, Flat, Supervised
from acclimate.objective.mlm import Mlm
from acclimate.tokens.encode import encode
from acclimate.tokens.section import Tokens
from acclimate.tokens.vocabulary import add_tags
from tests.made import tokenizer
from tests.tokenizers_made import byte_bpe, wordpiece

TOKENIZER = tokenizer()
MASK = TOKENIZER.mask_token_id
FIRST_WORD = 5
EIGHTY_TEN_TEN = {"mask_replace_prob": 0.8, "random_replace_prob": 0.1}


def flat(lengths: list[int], units: str = "token", seed: int = 0) -> Flat:
    """Documents of random words between two special tokens that are never hidden; `word`: two tokens are one unit."""
    draw = np.random.Generator(np.random.PCG64(seed))
    ids, unit = [], []
    for length in lengths:
        ids += [1, *draw.integers(FIRST_WORD, len(TOKENIZER), length), 2]
        unit += [-1, *(np.arange(length) // (2 if units == "word" else 1)), -1]
    offsets = np.concatenate([[0], np.cumsum([length + 2 for length in lengths])])
    keys = np.arange(7, 7 + len(lengths)).astype(np.uint64)
    return Flat(np.array(ids, np.int32), np.array(unit, np.int32), offsets, keys)


def one(documents: Flat, number: int) -> Flat:
    place = slice(documents.offsets_N1[number], documents.offsets_N1[number + 1])
    ids, units = documents.ids_T[place], documents.units_T[place]
    return Flat(ids, units, np.array([0, len(ids)]), documents.key_N[number : number + 1])


def supervise(objective: Mlm, documents: Flat, epoch: int = 0, seed: int = 0) -> Supervised:
    return objective.supervise(documents, TOKENIZER, epoch, seed)


@pytest.mark.parametrize("options", [{}, EIGHTY_TEN_TEN], ids=["masks only", "80/10/10"])
def test_labels_stand_exactly_where_something_is_hidden_and_all_else_is_untouched(options: dict[str, float]) -> None:
    documents = flat([1, 40, 3, 200], "word")
    before = documents.ids_T.copy()
    found = supervise(Mlm(masking="word", **options), documents)
    assert (np.diff(found.positions_L) > 0).all()
    assert found.labels_L.tolist() == before[found.positions_L].tolist()
    others = np.setdiff1d(np.arange(len(before)), found.positions_L)
    assert (found.ids_T[others] == before[others]).all()
    assert (documents.units_T[found.positions_L] >= 0).all()
    assert (documents.ids_T == before).all(), "the documents themselves are not written to"
    assert found.offsets_N1.tolist() == documents.offsets_N1.tolist()
    if not options:
        assert set(found.ids_T[found.positions_L].tolist()) == {MASK}


def test_a_unit_is_hidden_whole_and_every_document_learns_something() -> None:
    documents = flat([2, 8, 30, 4] * 20, "word")
    hidden_T = np.zeros(len(documents.ids_T), dtype=bool)
    hidden_T[supervise(Mlm(masking="word"), documents).positions_L] = True
    for begin, end in zip(documents.offsets_N1[:-1], documents.offsets_N1[1:], strict=True):
        pairs = hidden_T[begin + 1 : end - 1].reshape(-1, 2)
        assert (pairs[:, 0] == pairs[:, 1]).all()
        assert pairs.any()


def test_shares_of_masked_random_and_kept_tokens() -> None:
    documents = flat([500] * 40)
    found = supervise(Mlm(mlm_probability=0.5, masking="token", **EIGHTY_TEN_TEN), documents)
    now, count, words = found.ids_T[found.positions_L], len(found.positions_L), TOKENIZER.vocab_size
    by_chance = 0.1 / words
    expected = {"masked": 0.8 + by_chance, "kept": 0.1 + by_chance, "another": 0.1 * (1 - 2 / words)}
    masked, kept = now == MASK, now == found.labels_L
    counted = {"masked": masked.sum(), "kept": kept.sum(), "another": (~masked & ~kept).sum()}
    for name, share in expected.items():
        spread = (count * share * (1 - share)) ** 0.5
        assert abs(counted[name] - count * share) < 4 * spread, name
    drawn = np.bincount(now[~masked & ~kept], minlength=words)
    each = count * 0.1 / words
    assert (drawn[:MASK] > 0).all()
    assert abs(drawn - each)[np.arange(words) != MASK].max() < 5 * each**0.5


@pytest.mark.parametrize("probability", [0.15, 0.4])
def test_the_share_of_units_hidden_is_the_one_asked_for(probability: float) -> None:
    documents = flat([1000] * 30)
    found = supervise(Mlm(mlm_probability=probability, masking="token"), documents)
    units = 30_000
    assert abs(len(found.positions_L) - probability * units) < 4 * (units * probability * (1 - probability)) ** 0.5


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.integers(0, 50), st.integers(0, 2**40), st.randoms())
def test_masks_depend_on_seed_epoch_and_row_alone(lengths: list[int], epoch: int, seed: int, random: Any) -> None:
    objective = Mlm(masking="token", **EIGHTY_TEN_TEN)
    documents = flat(lengths)
    whole = supervise(objective, documents, epoch, seed)
    for number in random.sample(range(len(lengths)), len(lengths)):
        alone = supervise(objective, one(documents, number), epoch, seed)
        begin, end = documents.offsets_N1[number : number + 2]
        assert alone.ids_T.tolist() == whole.ids_T[begin:end].tolist()
        inside = (whole.positions_L >= begin) & (whole.positions_L < end)
        assert alone.positions_L.tolist() == (whole.positions_L[inside] - begin).tolist()


def test_another_epoch_seed_or_row_gives_other_masks() -> None:
    documents = flat([200] * 5)
    objective = Mlm(masking="token")
    other_rows = Flat(documents.ids_T, documents.units_T, documents.offsets_N1, documents.key_N + np.uint64(100))
    found = [supervise(objective, documents), supervise(objective, documents, epoch=1)]
    found += [supervise(objective, documents, seed=1), supervise(objective, other_rows)]
    hidden = [set(one.positions_L.tolist()) for one in found]
    for number, these in enumerate(hidden):
        for those in hidden[number + 1 :]:
            assert len(these & those) < 0.3 * len(these)


@pytest.mark.parametrize("masking", ["word", "token", "span", {"name": "token_sep", "masking_sep_token": ":"}])
def test_special_tokens_and_tags_are_never_hidden(masking: Any) -> None:
    made = wordpiece()
    add_tags(made, ["<event>", "</event>"])
    texts = ["<event>code:E11.9, description:diabetes</event> <event>code:I10</event>"] * 30
    table = pa.table({"row_id": [f"a:{number}" for number in range(30)], "text": texts})
    objective = Mlm(mlm_probability=0.6, masking=masking)
    tags = Tokens(additional_special_tokens=("<event>", "</event>"))
    documents = encode(table, made, objective, tags, 512, "tokens").examples.gather(np.arange(30))
    never = {*made.all_special_ids, *made.convert_tokens_to_ids(["<event>", "</event>"])}
    hidden = [objective.supervise(documents, made, epoch, 0).labels_L for epoch in range(20)]
    assert not never & set(np.concatenate(hidden).tolist())
    assert len(set(np.concatenate(hidden).tolist())) > 5


def document(ids: list[int], special: set[int]) -> Document:
    places = np.arange(len(ids), dtype=np.int32)
    special_T = np.isin(ids, list(special))
    return Document("x" * len(ids), np.array(ids, np.int32), places, places + 1, special_T, np.zeros(len(ids), bool))


def test_an_entity_is_hidden_whole() -> None:
    objective = Mlm(masking="token", masking_prefix_flag=True, entity_sep="w10,w11,w12,w13,<unheard-of>,<of>")
    assert objective.entity_pairs(TOKENIZER, "objective") == [(10, 11), (12, 13)]
    text = [1, 20, 10, 21, 22, 23, 11, 24, 12, 25, 26, 13, 2]
    units_T = objective.units(document(text, {1, 2, 10, 11, 12, 13}), TOKENIZER)
    assert units_T.tolist() == [-1, 0, -1, 1, 1, 1, -1, 2, -1, 3, 3, -1, -1]
    one_document = Flat(np.array(text, np.int32), units_T, np.array([0, 13]), np.ones(1, np.uint64))
    seen = set()
    for epoch in range(60):
        hidden = set(supervise(objective, one_document, epoch).positions_L.tolist())
        assert {3, 4, 5} <= hidden or not {3, 4, 5} & hidden
        assert {9, 10} <= hidden or not {9, 10} & hidden
        seen |= hidden
    assert seen == {1, 3, 4, 5, 7, 9, 10}


def test_pairs_of_which_the_vocabulary_knows_none_are_named() -> None:
    with pytest.raises(UserError, match="no pair of <datasource>,</datasource>") as caught:
        Mlm(masking_prefix_flag=True).units(document([1, 20, 2], {1, 2}), TOKENIZER)
    assert caught.value.faults[0].where == "objective.entity_sep"


@pytest.mark.parametrize(
    "ids, expected",
    [
        ([[10, 21, 11, 22], [20, 10, 21, 11, 10, 22, 11], [20, 21, 22]], "3 entities in 2 of 3 windows"),
        ([[20, 21, 22], [22, 23]], "0 entities in 0 of 2 windows"),
    ],
)
def test_the_entities_that_were_found_are_told(ids: list[list[int]], expected: str) -> None:
    objective = Mlm(masking="token", masking_prefix_flag=True, entity_sep="w10,w11")
    (told,) = objective.notes(examples_of(ids, [list(range(len(one))) for one in ids]), TOKENIZER)
    assert expected in told
    assert "w10, w11" in told
    assert Mlm(masking="token").notes(examples_of(ids, [list(range(len(one))) for one in ids]), TOKENIZER) == []


@pytest.mark.parametrize("single, told", [(2, 1), (1, 0)])
def test_that_most_windows_are_one_unit_is_told(single: int, told: int) -> None:
    units = [[-1, 0, 0, -1]] * single + [[-1, 0, 1, -1]]
    notes = Mlm(masking="token_sep").notes(examples_of([[1, 20, 21, 2]] * (single + 1), units), TOKENIZER)
    assert len(notes) == told
    assert all(f"masking token_sep: {single} of {single + 1} windows are one unit" in note for note in notes)


def examples_of(ids: list[list[int]], units: list[list[int]]) -> Examples:
    """Windows with these tokens and units."""
    offsets_N1 = np.cumsum([0, *map(len, ids)])
    numbers = np.arange(len(ids))
    return Examples(np.concatenate(ids).astype(np.int32), np.concatenate(units).astype(np.int32), offsets_N1,
                    numbers.astype(np.int32), numbers.astype(np.uint64))  # fmt: skip


def test_without_the_flag_entities_are_as_other_text() -> None:
    units_T = Mlm(masking="token", entity_sep="w10,w11").units(document([10, 21, 22, 11], {10, 11}), TOKENIZER)
    assert units_T.tolist() == [-1, 0, 1, -1]


@pytest.mark.parametrize(
    "options, where, found",
    [
        ({"mask_replace_prob": 0.9, "random_replace_prob": 0.2}, "adapt.objective", "1.1"),
        ({"masking_prefix_flag": True, "entity_sep": "<a>,</a>,<b>"}, "adapt.objective.entity_sep", "3 tokens"),
        ({"masking_prefix_flag": True, "entity_sep": "<a>,"}, "adapt.objective.entity_sep", "2 tokens"),
        ({"masking": "white_space"}, "adapt.objective.masking", ""),
    ],
)
def test_settings_that_can_not_be_are_named(options: dict[str, Any], where: str, found: str) -> None:
    with pytest.raises(UserError) as caught:
        Mlm(**options).check(wordpiece(), "adapt.objective")
    assert caught.value.faults[0].where == where
    assert found in caught.value.faults[0].found


def test_a_tokenizer_without_mask_token_is_named() -> None:
    made = byte_bpe()
    Mlm().check(made, "objective")
    made.mask_token = None
    with pytest.raises(UserError, match="no mask token") as caught:
        Mlm().check(made, "objective")
    assert "clm" in caught.value.faults[0].do
