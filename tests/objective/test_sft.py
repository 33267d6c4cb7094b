"""Conversations into tokens: which are learnt, what is done with long ones, and what a template does to the tokenizer."""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from acclimate.core.errors import UserError
from acclimate.core.protocols import Objective
from acclimate.core.rendered import Writes
from acclimate.core.rows import Rows
from acclimate.core.tasks import Task
from acclimate.objective.sft import Sft
from acclimate.tokens.encode import Encoded, encode
from acclimate.tokens.section import Tokens
from tests.chat_templates import BARE, FAMILIES, OTHERS, TOKENIZERS, tokenizer_of
from tests.objective.conversations_made import rows
from tests.tokenizers_made import byte_bpe

WHERE = "adapt.tokens"


def encoded(table: Rows, tokenizer: Any, length: int = 4096, tokens: Tokens | None = None, **options: Any) -> Encoded:
    objective = Sft(**options)
    shaped, _, _ = objective.shape(table, "adapt.objective")
    tokenizer = deepcopy(tokenizer)
    objective.with_template(tokenizer, WHERE)
    return encode(shaped, tokenizer, objective, tokens or Tokens(), length, WHERE)


def learnt(found: Encoded, tokenizer: Any) -> list[str]:
    """The learnt stretches of all rows, as text."""
    ids, units = np.asarray(found.examples.ids_T), np.asarray(found.examples.units_T)
    borders = np.flatnonzero(np.diff(np.r_[0, units, 0]))
    return [tokenizer.decode(ids[start:end]) for start, end in zip(borders[::2], borders[1::2], strict=True)]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("pad_is_ending", [False, True])
def test_every_answer_with_the_token_that_ends_it(family: str, pad_is_ending: bool) -> None:
    tokenizer = tokenizer_of(family, pad_is_ending=pad_is_ending)
    table = rows(
        messages=[
            [
                {"role": role, "content": content}
                for role, content in (
                    ("user", "the stent"),
                    ("assistant", "was placed"),
                    ("user", "否"),
                    ("assistant", "open"),
                )
            ]
        ]
    )
    found = encoded(table, tokenizer)
    ending = FAMILIES[family].ending
    space = " " if family == "mistral" else ""
    thought = "<think>\n\n</think>\n\n" if family == "qwen3" else ""
    assert learnt(found, tokenizer) == [f"{space}was placed{ending}", f"{thought}{space}open{ending}"]
    ids = np.asarray(found.examples.ids_T).tolist()
    assert ids.count(tokenizer.bos_token_id) == FAMILIES[family].begins


@pytest.mark.parametrize("kind", [*TOKENIZERS, *OTHERS])
@settings(max_examples=30)
@given(
    asked=st.text(min_size=1, max_size=20).filter(str.strip), answer=st.text(min_size=1, max_size=20).filter(str.strip)
)
def test_a_token_is_learnt_if_it_holds_a_character_that_is(kind: str, asked: str, answer: str) -> None:
    from acclimate.compat.transformers.chat import Chat
    from acclimate.compat.written_encoder import WrittenEncoder

    tokenizer = tokenizer_of("chatml", kind)
    found = encoded(rows(question=[asked], answer=[answer]), tokenizer)
    messages = [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    one = Chat(tokenizer, "w").rendered(messages, "answers", "r0")
    (pieces,) = WrittenEncoder(tokenizer).pieces([one])
    ((begin, end),) = one.learnt
    wanted = set(range(begin, end))
    for start, stop, unit in zip(pieces.starts_T, pieces.ends_T, found.examples.units_T, strict=True):
        inside = bool(wanted & set(range(start, stop))) or (start == stop and start in wanted)
        assert bool(unit) == inside
    assert found.examples.ids_T.tolist() == pieces.ids_T.tolist()


def test_without_a_template_a_plain_one_is_set_and_trained_with() -> None:
    tokenizer = byte_bpe(bos=True)
    Sft().with_template(tokenizer, WHERE)
    found = encoded(rows(ask=["the stent"], answer=["open"]), byte_bpe(bos=True))
    said = tokenizer.apply_chat_template([{"role": "user", "content": "the stent"}], add_generation_prompt=True)[
        "input_ids"
    ]
    assert found.examples.ids_T[: len(said)].tolist() == said, "training's prompt is that of inference"
    assert learnt(found, tokenizer) == ["open</s>"]
    assert found.examples.ids_T.tolist().count(tokenizer.bos_token_id) == 1
    (note,) = Sft().notes(found.examples, tokenizer)
    assert note.startswith("conversations are written by a plain chat template, saved with the model; ")
    assert (
        Sft(too_long="drop")
        .notes(found.examples, tokenizer)[1]
        .startswith("conversations longer than a window are left out")
    )


def test_the_recipes_template_wins_from_text_or_file(tmp_path: Any) -> None:
    file = tmp_path / "chat.jinja"
    file.write_text(FAMILIES["gemma"].template, encoding="utf-8")
    tokenizer = deepcopy(tokenizer_of("chatml"))
    Sft(chat_template=str(file)).with_template(tokenizer, WHERE)
    assert tokenizer.chat_template == FAMILIES["gemma"].template
    Sft(chat_template=BARE).with_template(tokenizer, WHERE)
    assert tokenizer.chat_template == BARE
    Sft().with_template(tokenizer, WHERE)
    assert tokenizer.chat_template == BARE, "its own stays"
    with pytest.raises(ValidationError, match="plain, a jinja template, or a file"):
        Sft(chat_template="nowhere.jinja")


def test_an_answer_without_an_end_gets_the_end_of_sequence() -> None:
    tokenizer = tokenizer_of("chatml")
    found = encoded(rows(question=["q"], answer=["open"]), tokenizer, chat_template=BARE)
    assert learnt(found, tokenizer) == ["open", "</s>"], "the template's line end between them is not learnt"
    assert Sft(chat_template=BARE).endings(tokenizer) == sorted(
        [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|im_end|>")]
    )


def test_what_is_learnt_by_choice_and_a_system_prompt() -> None:
    tokenizer = tokenizer_of("chatml")
    turns = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    table = rows(messages=[[{"role": role, "content": content} for role, content in turns]])
    assert learnt(encoded(table, tokenizer, learn="last"), tokenizer) == ["d<|im_end|>"]
    whole = encoded(table, tokenizer, learn="all", system="Be brief.")
    text = tokenizer.decode(whole.examples.ids_T)
    assert text.startswith("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\na")
    assert whole.examples.units_T.tolist() == [0] + [1] * (len(whole.examples.ids_T) - 1)


LONG = rows(question=["病" * 50, "q"], answer=["open", "open"])


def lengths() -> tuple[int, int]:
    """Tokens of the long row, and of what it needs at least: its answer and one token before it."""
    found = encoded(LONG, tokenizer_of("chatml"))
    first = found.examples.units_T[: found.examples.offsets_N1[1]]
    return len(first), int(first.sum())


def test_an_answer_that_would_be_cut_is_an_error_that_names_the_row() -> None:
    whole, _ = lengths()
    with pytest.raises(UserError) as caught:
        encoded(LONG, tokenizer_of("chatml"), whole - 1)
    assert caught.value.faults[0].found == f"an answer would be cut away in 1 rows: r0 ({whole} tokens)"
    with pytest.raises(UserError) as caught:
        encoded(LONG, tokenizer_of("chatml"), 60)
    assert caught.value.faults[0].found == f"the prompt alone is longer than the window in 1 rows: r0 ({whole} tokens)"


def test_a_prompt_is_cut_at_its_beginning_if_the_recipe_says_so_and_counted() -> None:
    tokenizer = tokenizer_of("llama3")
    whole = encoded(LONG, tokenizer)
    length = int(whole.examples.lengths_N[0]) - 10
    found = encoded(LONG, tokenizer, length, too_long="left")
    first, before = found.examples.ids_T[:length].tolist(), whole.examples.ids_T[: length + 10].tolist()
    assert first == [before[0], *before[11:]], "the beginning of sequence stays"
    assert before[0] == tokenizer.bos_token_id
    assert found.counts.values == {"text cut (left)": 1}
    assert learnt(found, tokenizer) == ["open<|eot_id|>", "open<|eot_id|>"]


def test_no_more_of_a_prompt_is_cut_than_there_is() -> None:
    _, answer = lengths()
    tokenizer = tokenizer_of("chatml")
    short = rows(question=["病" * 50], answer=["open"])
    kept = encoded(short, tokenizer, max(answer + 1, 8), too_long="left")
    assert kept.examples.units_T.sum() == answer
    long = rows(question=["q"], answer=["病" * 50])
    with pytest.raises(UserError, match="an answer would be cut away in 1 rows: r0"):
        encoded(long, tokenizer, 60, too_long="left")


def test_long_rows_are_left_out_and_counted_if_the_recipe_says_so() -> None:
    found = encoded(LONG, tokenizer_of("chatml"), 60, too_long="drop")
    assert found.counts.dropped == {"longer than the window": 1}
    found.counts.check("tokens")
    assert len(found.examples) == 1


def test_blocks_would_cut_answers() -> None:
    with pytest.raises(UserError, match="concat would cut answers in two"):
        encoded(LONG, tokenizer_of("chatml"), tokens=Tokens(batch="concat"))


def test_a_tokenizer_that_can_not_end() -> None:
    tokenizer = byte_bpe()
    tokenizer.eos_token = None
    with pytest.raises(UserError, match="no end-of-sequence token"):
        Sft().check(tokenizer, "adapt.objective")


def test_it_is_a_task_that_writes_conversations() -> None:
    assert isinstance(Sft(), Task)
    assert isinstance(Sft(), Writes)
    assert isinstance(Sft(), Objective)
