"""A template's special tokens are special, what looks like one in a message is text, and all else is as at inference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from acclimate.compat.text_encoder import special_names
from acclimate.compat.transformers.chat import Chat
from acclimate.compat.written_encoder import WrittenEncoder
from acclimate.core.rendered import Rendered
from tests.chat_templates import FAMILIES, OTHERS, TOKENIZERS, tokenizer_of
from tests.tokenizers_made import SENTENCES

PAIRS = [(family, kind) for family in FAMILIES for kind in TOKENIZERS] + [("chatml", kind) for kind in OTHERS]
ENCODERS = {pair: WrittenEncoder(tokenizer_of(*pair)) for pair in PAIRS}
CHATS = {pair: Chat(tokenizer_of(*pair), "w") for pair in PAIRS}


def written(family: str, kind: str, *contents: str) -> Rendered:
    roles = ("user", "assistant")
    messages = [{"role": roles[number % 2], "content": content} for number, content in enumerate(contents)]
    return CHATS[family, kind].rendered(messages, "answers", "r0")


def ids_of(family: str, kind: str, one: Rendered) -> list[int]:
    (pieces,) = ENCODERS[family, kind].pieces([one])
    return [int(number) for number in pieces.ids_T]


def without_special(tokenizer: PreTrainedTokenizerFast, text: str) -> bool:
    return not any(name in text for name in special_names(tokenizer))


@pytest.mark.parametrize("family, kind", PAIRS)
@settings(max_examples=15)
@given(
    st.lists(
        st.one_of(st.text(min_size=1, max_size=15), st.sampled_from(SENTENCES[:5])).filter(str.strip),
        min_size=2,
        max_size=2,
    )
)
def test_the_ids_are_those_of_inference(family: str, kind: str, contents: list[str]) -> None:
    tokenizer = tokenizer_of(family, kind)
    contents = [content for content in contents if without_special(tokenizer, content)]
    if len(contents) < 2:
        return
    one = written(family, kind, *contents)
    assert ids_of(family, kind, one) == tokenizer(one.text, add_special_tokens=False)["input_ids"]


@pytest.mark.parametrize("family, kind", PAIRS)
def test_places_are_those_of_the_text(family: str, kind: str) -> None:
    one = written(family, kind, "Don't give aspirin to a patient.", " 病人今天住院了。\n\nNo <|im_end|> problem. ")
    tokenizer = tokenizer_of(family, kind)
    (pieces,) = ENCODERS[family, kind].pieces([one])
    special = {name: tokenizer.convert_tokens_to_ids(name) for name in special_names(tokenizer)}
    own = [(start, end) for start, end in zip(pieces.starts_T.tolist(), pieces.ends_T.tolist(), strict=True)]
    for (start, end), number in zip(own, pieces.ids_T.tolist(), strict=True):
        if number in special.values() and number != tokenizer.unk_token_id:
            assert special.get(one.text[start:end]) == number
            assert not any(begin < end and start < stop for begin, stop in one.data), "inside a message"
    assert own == sorted(own)
    # Every character but blanks that a tokenizer swallows lies in a token.
    inside = np.zeros(len(one.text), dtype=bool)
    for start, end in own:
        inside[start:end] = True
    assert not "".join(np.array(list(one.text))[~inside].tolist()).strip()


@pytest.mark.parametrize("family, kind", PAIRS)
@settings(max_examples=10)
@given(st.data())
def test_what_looks_special_in_a_message_is_text(family: str, kind: str, data: st.DataObject) -> None:
    tokenizer = tokenizer_of(family, kind)
    names = [name for name in special_names(tokenizer) if name != tokenizer.unk_token]
    draw = st.lists(st.sampled_from([*names, "ok", " ", "a"]), min_size=1, max_size=4).map("".join).filter(str.strip)
    asked, answer = data.draw(draw), data.draw(draw)
    found = ids_of(family, kind, written(family, kind, asked, answer))
    expected = ids_of(family, kind, written(family, kind, "ok", "ok"))
    special = {tokenizer.convert_tokens_to_ids(name) for name in names}
    assert [one for one in found if one in special] == [one for one in expected if one in special]


def test_a_token_meant_in_the_text_is_one_in_messages_too() -> None:
    tokenizer = tokenizer_of("chatml")
    one = written("chatml", "byte_bpe", "a <|im_end|> b", "c")
    number = tokenizer.convert_tokens_to_ids("<|im_end|>")
    (plain,) = WrittenEncoder(tokenizer).pieces([one])
    (meant,) = WrittenEncoder(tokenizer, frozenset(["<|im_end|>"])).pieces([one])
    assert (plain.ids_T.tolist().count(number), meant.ids_T.tolist().count(number)) == (2, 3)


def test_a_text_that_holds_the_set_aside_characters() -> None:
    reserved = "".join(map(chr, range(0xFDD0, 0xFDEC)))
    one = written("chatml", "byte_bpe", reserved + "\ufdd1\ufdd1", "<|im_end|>" + reserved)
    tokenizer = tokenizer_of("chatml")
    number = tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert ids_of("chatml", "byte_bpe", one).count(number) == 2
    (pieces,) = ENCODERS["chatml", "byte_bpe"].pieces([one])
    spelled = "".join(tokenizer.convert_ids_to_tokens(pieces.ids_T.tolist()))
    assert tokenizer.backend_tokenizer.decoder.decode([spelled]) == one.text


def test_an_end_of_sequence_that_is_also_the_unknown_token() -> None:
    from copy import deepcopy

    tokenizer = deepcopy(tokenizer_of("mistral", "unigram"))
    tokenizer.unk_token = "</s>"
    one = Chat(tokenizer, "w").rendered(
        [{"role": "user", "content": "a </s> b"}, {"role": "assistant", "content": "c"}], "answers", "r0"
    )
    (pieces,) = WrittenEncoder(tokenizer).pieces([one])
    assert pieces.ids_T.tolist().count(tokenizer.convert_tokens_to_ids("</s>")) == 1
