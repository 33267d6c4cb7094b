"""From messages to text: every family's template, any content, and what is learnt to the character."""

import re
from copy import deepcopy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from acclimate.compat.transformers.chat import Chat, plain_template
from acclimate.core.errors import UserError
from acclimate.core.rendered import Learn, Message, Rendered
from tests.chat_templates import BARE, FAMILIES, TOKENIZERS, tokenizer_of

CHATS = {name: Chat(tokenizer_of(name), "adapt.tokens") for name in FAMILIES}
# Any text, and texts that look like what templates write.
CONTENT = st.one_of(
    st.text(min_size=1, max_size=12),
    st.lists(
        st.sampled_from(
            [
                "<|im_end|>",
                "<|im_start|>",
                "assistant\n",
                "</s>",
                "[/INST]",
                "<end_of_turn>",
                "\n\n",
                " ",
                "ok",
                "否",
                "<|eot_id|>",
            ]
        ),
        min_size=1,
        max_size=5,
    ).map("".join),
).filter(lambda text: bool(text.strip()))


def told(system: str | None, pairs: list[tuple[str, str]]) -> list[Message]:
    first = [] if system is None else [{"role": "system", "content": system}]
    return first + [
        {"role": role, "content": content}
        for pair in pairs
        for role, content in zip(("user", "assistant"), pair, strict=True)
    ]


def learnt(one: Rendered) -> list[str]:
    return [one.text[start:end] for start, end in one.learnt]


def written_by(family: str, answer: str, *, last: bool) -> str:
    """The answer as the family's template is to have it learnt: all that the model writes after its prompt."""
    ending = FAMILIES[family].ending
    if family in ("llama3", "gemma"):
        return answer.strip() + ending
    if family == "mistral":
        return f" {answer}{ending}"
    if family == "qwen3" and last:
        return "<think>\n\n</think>\n\n" + answer.lstrip("\n") + ending
    return answer + ending


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=40)
@given(system=st.none() | CONTENT, pairs=st.lists(st.tuples(CONTENT, CONTENT), min_size=1, max_size=3))
def test_learnt_are_the_answers_and_what_ends_them(
    family: str, system: str | None, pairs: list[tuple[str, str]]
) -> None:
    assume(FAMILIES[family].system or system is None)
    messages = told(system, pairs)
    found = CHATS[family].rendered(messages, "answers", "r0")
    tokenizer = CHATS[family].tokenizer
    assert found.text == tokenizer.apply_chat_template(messages, tokenize=False)
    expected = [
        written_by(family, answer, last=number == len(pairs)) for number, (_, answer) in enumerate(pairs, start=1)
    ]
    assert learnt(found) == expected
    assert not found.open_end
    contents = {message["content"] for message in messages}
    plain = contents | {content.strip() for content in contents}
    if family != "qwen3":
        assert {found.text[start:end] for start, end in found.data} <= plain
    assert len(found.data) == len(messages)


@settings(max_examples=40)
@given(system=st.none() | CONTENT, pairs=st.lists(st.tuples(CONTENT, CONTENT), min_size=1, max_size=3))
def test_the_same_as_the_template_itself_marks(system: str | None, pairs: list[tuple[str, str]]) -> None:
    from transformers.utils.chat_template_utils import render_jinja_template

    chat, messages = CHATS["chatml_generation"], told(system, pairs)
    _, marked = render_jinja_template(
        [messages], chat_template=chat.tokenizer.chat_template, return_assistant_tokens_mask=True
    )
    assert list(chat.rendered(messages, "answers", "r0").learnt) == [tuple(span) for span in marked[0]]


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=40)
@given(pairs=st.lists(st.tuples(CONTENT, CONTENT), min_size=1, max_size=3))
def test_what_is_not_learnt_before_an_answer_is_the_prompt_at_inference(
    family: str, pairs: list[tuple[str, str]]
) -> None:
    messages = told(None, pairs)
    found = CHATS[family].rendered(messages, "last", "r0")
    asked = CHATS[family].prompt(messages[:-1], "r0")
    begin = found.learnt[0][0]
    assert found.text[:begin] == asked.text
    assert asked.text == CHATS[family].tokenizer.apply_chat_template(
        messages[:-1], tokenize=False, add_generation_prompt=True
    )
    assert asked.data == tuple(span for span in found.data if span[1] <= begin)
    assert asked.learnt == ()


@pytest.mark.parametrize("family", FAMILIES)
def test_one_beginning_of_sequence(family: str) -> None:
    found = CHATS[family].rendered(told(None, [("u", "a"), ("v", "b")]), "answers", "r0")
    assert found.text.count("<s>") == FAMILIES[family].begins


def test_what_is_learnt_by_choice() -> None:
    messages = told("s", [("u", "a"), ("v", "b")])
    chosen: dict[Learn, list[str]] = {"answers": ["a<|im_end|>", "b<|im_end|>"], "last": ["b<|im_end|>"]}
    for learn, expected in chosen.items():
        assert learnt(CHATS["chatml"].rendered(messages, learn, "r0")) == expected
    whole = CHATS["chatml"].rendered(messages, "all", "r0")
    assert learnt(whole) == [whole.text]


def test_reasoning_that_a_template_rewrites_is_followed() -> None:
    thought = "<think>\nhm <|im_end|>\n</think>\n\nyes"
    found = CHATS["qwen3"].rendered(told("s", [("u", thought), ("v", thought)]), "answers", "r0")
    assert learnt(found) == ["yes<|im_end|>", thought + "<|im_end|>"]


def test_an_assistant_that_begins() -> None:
    messages = [{"role": "assistant", "content": "Hello."}, *told(None, [("u", "a")])]
    assert learnt(CHATS["chatml"].rendered(messages, "answers", "r0")) == ["Hello.<|im_end|>", "a<|im_end|>"]


def test_an_answer_that_no_special_token_ends() -> None:
    tokenizer = deepcopy(tokenizer_of("chatml"))
    tokenizer.chat_template = BARE
    found = Chat(tokenizer, "w").rendered(told(None, [("u", "a"), ("v", "b")]), "answers", "r0")
    assert learnt(found) == ["a", "b"]
    assert found.open_end


REFUSED = {
    "System role not supported": ("gemma", told("s", [("u", "a")])),
    "must alternate": ("gemma", told(None, [("u", "a")]) + told(None, [("u", "a")])[1:]),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_a_template_refuses_names_the_row(said: str) -> None:
    family, messages = REFUSED[said]
    with pytest.raises(UserError, match=said) as caught:
        CHATS[family].rendered(messages, "answers", "rows.csv:7")
    assert caught.value.faults[0].where == "adapt.tokens: row rows.csv:7"


UNSURE = {
    "writes message 1 (user) 0 times": "{{ messages[-1]['content'] }}",
    "writes message 2 (assistant) 2 times": "{{ messages[0]['content'] }}{{ messages[1]['content'] * 2 }}",
    "asks for an answer in other words": "{% for m in messages %}[{{ m['role'] }}]{{ m['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}[ANSWER]{% endif %}",
    "ends the last answer with": "{% for m in messages %}[{{ m['content'] }}]{% endfor %}</s>",
    "because of what message 1 says": "{% for m in messages %}{{ m['content'] }}{{ 'x' if messages[0]['content'] == 'u' }};"
    "{% endfor %}",
    "as it writes each of them alone": "{% for m in messages %}{{ m['content'] | upper if 'u' == messages[0]['content'] and "
    "'a' == messages[1]['content'] else m['content'] }};{% endfor %}",
}


@pytest.mark.parametrize("said", UNSURE)
def test_a_template_that_can_not_be_followed_is_refused(said: str) -> None:
    tokenizer = deepcopy(tokenizer_of("chatml"))
    tokenizer.chat_template = UNSURE[said]
    with pytest.raises(UserError, match=re.escape(said)):
        Chat(tokenizer, "w").rendered(
            told(None, [("u", "a"), ("v", "b")][: 1 if "message" in said or "alone" in said else 2]), "answers", "r"
        )


def test_a_template_can_not_reach_out_of_its_sandbox() -> None:
    tokenizer = deepcopy(tokenizer_of("chatml"))
    tokenizer.chat_template = "{{ messages.__class__.__mro__[1].__subclasses__() }}"
    with pytest.raises(UserError, match="does not take messages"):
        Chat(tokenizer, "w").rendered(told(None, [("u", "a")]), "answers", "r")


@pytest.mark.parametrize("kind", TOKENIZERS)
@settings(max_examples=40)
@given(system=st.none() | CONTENT, pairs=st.lists(st.tuples(CONTENT, CONTENT), min_size=1, max_size=3))
def test_the_plain_template(kind: str, system: str | None, pairs: list[tuple[str, str]]) -> None:
    tokenizer = PLAIN[kind].tokenizer
    found = PLAIN[kind].rendered(told(system, pairs), "answers", "r0")
    assert learnt(found) == [answer.strip() + "</s>" for _, answer in pairs]
    begins = tokenizer("a")["input_ids"][0] == tokenizer.bos_token_id
    turns = "\n".join(f"User:\n{asked.strip()}\nAssistant:\n{answer.strip()}</s>" for asked, answer in pairs)
    before = "" if system is None else f"System:\n{system.strip()}\n"
    assert found.text == ("<s>" if begins else "") + before + turns


def _plain(kind: str) -> Chat:
    tokenizer = TOKENIZERS[kind]()
    tokenizer.chat_template = plain_template(tokenizer)
    return Chat(tokenizer, "w")


PLAIN = {kind: _plain(kind) for kind in TOKENIZERS}
