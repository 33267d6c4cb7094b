"""New tokens and new words change how no other text is tokenised, and what they change is said before training."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acclimate.compat.tokenizers import enter_words, entry_of, pieces_of_entry
from acclimate.core.artifact import read_json
from acclimate.core.events import Event
from acclimate.pipeline.run import run
from acclimate.tokens.vocabulary import add_tags
from tests.pipeline import tiny
from tests.tokenizers_made import ALL, metaspace_bpe

KINDS: dict[str, Callable[[], Any]] = {
    **ALL,
    "metaspace_bpe": metaspace_bpe,
    "whole_text_bpe": lambda: metaspace_bpe(split=False),
}
WORDS = ["graft", "stents", "hospitals", "artery2"]
TAGS = ["<patient>", "</patient>", "<event>", "</event>"]


@pytest.mark.parametrize("kind", sorted(ALL))
def test_tags_are_one_token_each_and_the_rest_is_as_before(kind: str) -> None:
    before, after = ALL[kind](), copy.deepcopy(ALL[kind]())
    new = add_tags(after, TAGS)
    assert len(new) == len(TAGS)

    @given(st.text(st.characters(exclude_characters="<>", exclude_categories=["Cs"]), max_size=40))
    def same(text: str) -> None:
        ids = before(text, add_special_tokens=False)["input_ids"]
        assert after(text, add_special_tokens=False)["input_ids"] == ids
        wrapped = after(f"<patient>{text}</patient>", add_special_tokens=False)["input_ids"]
        assert (wrapped[0], wrapped[-1]) == (new[0], new[1])

    same()


PIECES = [*WORDS, "hospital", "stent", *"asxt Ä病9'-_,.(<>\n\t ", "   ", "▁", "™", "\u00a0", "\u200d", "the ", "</s>"]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(st.characters(exclude_categories=["Cs"]))


def _without_signs(text: str) -> str:
    """To BERT `graft™` and `graft²` are one word each; an added token takes all but letters and digits for borders."""
    return "".join(one for one in text if one.isascii() or category(one)[0] in "LPZ")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_words_are_one_token_each_and_all_else_is_as_before(kind: str) -> None:
    before = KINDS[kind]()
    entries = [entry for word in WORDS if (entry := entry_of(before, word))]
    assert len(entries) == len(WORDS) - (kind == "byte_bpe")
    after, new = enter_words(before, entries, "tokens")
    pieces = {number: pieces_of_entry(before, after.convert_ids_to_tokens(number)) for number in new}

    @given(texts)
    def same(text: str) -> None:
        text = _without_signs(text) if kind == "wordpiece" else text
        old = before(text, add_special_tokens=False)["input_ids"]
        now = after(text, add_special_tokens=False)["input_ids"]
        assert [part for number in now for part in pieces.get(number) or [number]] == old
        assert after.decode(now) == before.decode(old)
        whole = re.findall(r"[^\s▁]+", text)
        if not set(whole) & set(WORDS) and kind in ("unigram", "metaspace_bpe", "whole_text_bpe"):
            assert now == old, "a word inside a longer one is none"

    same()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_entry_of_the_vocabulary_is_tokenised_as_before(kind: str) -> None:
    before = KINDS[kind]()
    entries = [entry for word in WORDS if (entry := entry_of(before, word))]
    after, new = enter_words(before, entries, "tokens")
    vocabulary = [before.decode([number]) for number in range(len(before))]
    for form in ("{}", "x {}", "{} x", "{}z", "({})"):
        texts = [form.format(text) for text in vocabulary]
        assert after(texts)["input_ids"] == before(texts)["input_ids"]
    assert not {number for text in vocabulary for number in after(f"x {text}x")["input_ids"]} & set(new)


def test_the_change_in_tokens_a_word_is_told_before_training_and_stands_in_the_report(tmp_path: Path) -> None:
    rows = [{**row, "text": f"{row['text']} graft graft"} for row in tiny.texts(60)]
    data = tiny.recipe(
        tiny.encoder(tmp_path / "model"),
        tiny.write_rows(tmp_path / "rows.jsonl", rows),
        tmp_path / "out",
        tokens={"max_length": 32, "domain_words": 1},
    )
    told: list[Event] = []
    run(data, tell=told.append)
    said = [event.text for event in told]
    (sentence,) = [text for text in said if "tokens a word" in text]
    assert said.index(sentence) < said.index("adapt: training")
    assert re.fullmatch(
        r"adapt: new words: 1 of 1 asked for; tokens a word: (\d\.\d{3}) -> (\d\.\d{3}) \(train\), (\d\.\d{3}) -> (\d\.\d{3}) \(validation\)",
        sentence,
    )
    facts = read_json(tmp_path / "out" / "04-adapt-train" / "facts.json")
    train = facts["data"]["train"]
    assert train["text_tokens_before"] - train["text_tokens"] == 2 * 4 * train["rows"], "graft was five tokens"
    assert sentence.removeprefix("adapt: ") in facts["notes"]
    assert "new words: 1 of 1 asked for; tokens a word: " in (tmp_path / "out" / "report.md").read_text(
        encoding="utf-8"
    )
