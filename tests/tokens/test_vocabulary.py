import pytest

from acclimate.compat.tokenizers import enter_words, entry_of
from acclimate.tokens.vocabulary import add_tags, pieces_of
from tests.tokenizers_made import ALL, wordpiece

every_kind = pytest.mark.parametrize("kind", list(ALL))


@every_kind
def test_tags_become_special_tokens_with_new_ids(kind: str) -> None:
    tokenizer = ALL[kind]()
    before, own = len(tokenizer), tokenizer.all_special_tokens
    ids = add_tags(tokenizer, ["<event>", "</event>", "<event>"])
    assert ids == [before, before + 1] == tokenizer.convert_tokens_to_ids(["<event>", "</event>"])
    assert len(tokenizer) == before + 2
    assert set(own) <= set(tokenizer.all_special_tokens), "its own special tokens stay"
    assert (
        tokenizer("<event>patient</event>", add_special_tokens=False).input_ids[
            :: len(tokenizer.tokenize("<event>patient</event>")) - 1
        ]
        == ids
    )
    assert tokenizer.decode(ids, skip_special_tokens=True).strip() == ""


@every_kind
def test_what_is_there_is_not_added_again(kind: str) -> None:
    tokenizer = ALL[kind]()
    assert add_tags(tokenizer, ["<event>"]) != []
    size = len(tokenizer)
    assert add_tags(tokenizer, ["<event>", tokenizer.mask_token]) == []
    assert len(tokenizer) == size
    assert add_tags(tokenizer, []) == []


@every_kind
def test_ordinary_text_is_tokenised_as_before(kind: str) -> None:
    text = "The patient's event > 3 < 5, event. 病人"
    before = ALL[kind]()(text).input_ids
    tokenizer = ALL[kind]()
    add_tags(tokenizer, ["<event>", "</event>"])
    assert tokenizer(text).input_ids == before


def test_a_word_of_the_vocabulary_keeps_its_id() -> None:
    tokenizer = wordpiece()
    number = tokenizer.convert_tokens_to_ids("patient")
    assert add_tags(tokenizer, ["patient", "<a>"]) == [len(tokenizer) - 1]
    assert tokenizer.convert_tokens_to_ids("patient") == number


@every_kind
def test_a_new_token_starts_from_the_words_it_is_named_by(kind: str) -> None:
    tokenizer = ALL[kind]()
    opening, closing, two = pieces_of(tokenizer, ["<patient>", "</patient>", "<hospital_morning>"])
    assert opening == closing == tokenizer(" patient", add_special_tokens=False).input_ids
    assert two == tokenizer(" hospital morning", add_special_tokens=False).input_ids
    assert len(two) >= 2


@every_kind
def test_a_name_without_words_has_no_pieces(kind: str) -> None:
    assert pieces_of(ALL[kind](), ["<>", "</_>"]) == [[], []]


def test_unknown_pieces_are_left_out() -> None:
    (patient,) = wordpiece()("patient", add_special_tokens=False).input_ids
    assert pieces_of(wordpiece(), ["<☃>", "<Ωpatient>", "<Ω_patient>"]) == [[], [], [patient]]


@every_kind
def test_a_new_word_starts_from_the_pieces_it_had(kind: str) -> None:
    before = ALL[kind]()
    after, ids = enter_words(before, [str(entry_of(before, word)) for word in ("graft", "stents")], "tokens")
    names = [str(after.convert_ids_to_tokens(number)) for number in ids]
    text = dict(zip(ids, pieces_of(before, names), strict=True))
    spelled = [
        piece
        for number in after("the graft stents", add_special_tokens=False).input_ids
        for piece in text.get(number, [number])
    ]
    assert spelled == before("the graft stents", add_special_tokens=False).input_ids
