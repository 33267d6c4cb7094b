import pyarrow as pa
import pytest

from acclimate.compat.tokenizers import enter_words
from acclimate.core.errors import UserError
from acclimate.core.rows import Rows
from acclimate.tokens.vocabulary import add_tags
from acclimate.tokens.words import count_tokens, listed_words, mined_words
from tests.tokenizers_made import ALL, byte_bpe, metaspace_bpe, unigram, wordpiece

KINDS = {**ALL, "metaspace_bpe": metaspace_bpe}
every_kind = pytest.mark.parametrize("kind", list(KINDS))
ENTRY = {"wordpiece": "{}", "byte_bpe": "Ġ{}", "unigram": "▁{}", "metaspace_bpe": "▁{}"}


def rows(*texts: str | None, groups: list[str] | None = None) -> Rows:
    numbers = range(len(texts))
    names = groups or [f"p{number}" for number in numbers]
    ids = [f"a:{number}" for number in numbers]
    return pa.table({"row_id": ids, "_group": names, "text": pa.array(texts, pa.string())})


@every_kind
def test_words_are_ranked_by_the_tokens_that_they_save(kind: str) -> None:
    """Each of ten texts has graft (g, r, a, f, t or less) once and stents (stent, s) three times or once."""
    tokenizer, entry = KINDS[kind](), ENTRY[kind]
    table = rows(*["the graft the stents"] * 10)
    pieces = {
        word: len(tokenizer.tokenize(f"the {word}")) - len(tokenizer.tokenize("the")) for word in ("graft", "stents")
    }
    first, second = sorted(pieces, key=lambda word: (-pieces[word], word))
    assert mined_words(table, tokenizer, [], 5) == [entry.format(first), entry.format(second)]
    assert mined_words(table, tokenizer, [], 1) == [entry.format(first)]
    often = rows(*[f"the {first} {f'{second} ' * 9}x"] * 10)
    assert mined_words(often, tokenizer, [], 1) == [entry.format(second)], "9 x (2 - 1) at the least, over 1 x 5"
    assert mined_words(table, tokenizer, [], 0) == []


@every_kind
def test_a_word_of_nine_groups_is_nobodys_business(kind: str) -> None:
    """Promise 23."""
    tokenizer = KINDS[kind]()
    nine = [f"p{number % 9}" for number in range(40)]
    assert mined_words(rows(*["the graft"] * 40, groups=nine), tokenizer, [], 5) == []
    ten = [*nine, "p9"]
    assert mined_words(rows(*["the graft"] * 41, groups=ten), tokenizer, [], 5) == [ENTRY[kind].format("graft")]


@every_kind
def test_only_letters_digits_and_hyphens_and_no_numbers(kind: str) -> None:
    tokenizer = KINDS[kind]()
    text = "34987 12-34 graft's ☃☃ <visit>engraft</visit> a_b http://xyz.example"
    found = mined_words(rows(*[text] * 10), tokenizer, [], 50)
    bare = {entry.strip("Ġ▁") for entry in found}
    assert not {word for word in bare if not any(character.isalpha() for character in word)}
    assert not {word for word in bare if set(word) - set("abcdefghijklmnopqrstuvwxyz0123456789-")}


@every_kind
def test_words_beside_tags_are_found_and_tags_are_not(kind: str) -> None:
    tokenizer = KINDS[kind]()
    add_tags(tokenizer, ["<visit>", "</visit>"])
    (word,) = mined_words(rows(*["<visit> graft </visit>"] * 10), tokenizer, ["<visit>", "</visit>"], 5)
    assert word == ENTRY[kind].format("graft")


@every_kind
def test_what_is_mined_saves_what_was_counted(kind: str) -> None:
    tokenizer = KINDS[kind]()
    table = rows(*["the graft of the stents, grafts", None] * 10)
    before = count_tokens(table, tokenizer, [])
    entries = mined_words(table, tokenizer, [], 2)
    after, ids = enter_words(tokenizer, entries, "tokens")
    saved = before - count_tokens(table, after, [])
    pieces = [len(tokenizer.backend_tokenizer.model.tokenize(entry)) for entry in entries]
    assert saved == 10 * (sum(pieces) - len(ids)) > 0
    assert not set(entries) & set(mined_words(table, after, [], 5)), "they are one token now"


def test_the_order_of_rows_changes_nothing() -> None:
    texts = [f"the graft{letter} stents{letter} seen" for letter in "abcdefghij" for _ in range(10)]
    one, other = rows(*texts), rows(*texts[::-1])
    assert mined_words(one, byte_bpe(), [], 7) == mined_words(other, byte_bpe(), [], 7)


def test_capitals_are_one_word_where_the_tokenizer_knows_none() -> None:
    table = rows(*["the Graft"] * 5, *["the graft"] * 5)
    assert mined_words(table, wordpiece(), [], 5) == ["graft"]
    assert mined_words(table, byte_bpe(), [], 5) == []


def test_the_form_without_a_space_before_it_is_not_counted() -> None:
    assert mined_words(rows(*["graft (graft)"] * 10), byte_bpe(), [], 5) == []
    assert mined_words(rows(*["graft (graft)"] * 10), wordpiece(), [], 5) == ["graft"]


def test_without_groups_each_row_is_one() -> None:
    assert mined_words(rows(*["the graft"] * 10).drop_columns(["_group"]), unigram(), [], 5) == ["▁graft"]


def test_listed_words_become_entries_or_are_named() -> None:
    assert listed_words(byte_bpe(), ["graft", "stents"], "tokens") == ["Ġgraft", "Ġstents"]
    with pytest.raises(UserError) as caught:
        listed_words(byte_bpe(), ["graft", "E11.9", "heart failure"], "adapt.tokens.additional_tokens")
    message = str(caught.value)
    assert "adapt.tokens.additional_tokens: this tokenizer cuts 'E11.9', 'heart failure'" in message
    assert "additional_special_tokens" in message
