"""Chat templates after those of families of models, written for the tests, each with the special tokens that it uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from transformers import PreTrainedTokenizerFast

from tests.tokenizers_made import (
    bare_byte_bpe,
    byte_bpe,
    cased_wordpiece,
    fallback_bpe,
    lower_unigram,
    metaspace_bpe,
    spaced_byte_bpe,
    unigram,
    wordpiece,
)

CHATML = """\
{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}\
{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""

CHATML_GENERATION = """\
{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}\
{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}\
{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\\n' }}\
{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""

LLAMA3 = """\
{% for message in messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + \
message['content'] | trim + '<|eot_id|>' %}{% if loop.first %}{% set content = bos_token + content %}{% endif %}{{ content }}\
{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"""

GEMMA = """\
{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\
{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\
{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}\
{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}\
{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}\
{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"""

# The system prompt stands in the last question; the answer begins with a space that belongs to it.
MISTRAL = """\
{% set system = messages[0]['content'] if messages[0]['role'] == 'system' else '' %}\
{% set rest = messages[1:] if system else messages %}{{ bos_token }}{% for message in rest %}\
{% if message['role'] == 'user' %}{{ '[INST] ' }}{% if system and loop.index0 == (rest | length) - 2 + (rest | length) % 2 %}\
{{ system + '\\n\\n' }}{% endif %}{{ message['content'] + ' [/INST]' }}\
{% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}"""

# Reasoning is taken out of earlier answers; the last one always has a place for it.
QWEN3 = """\
{% set ns = namespace(last=-1) %}{% for message in messages %}{% if message['role'] == 'user' %}{% set ns.last = loop.index0 %}\
{% endif %}{% endfor %}{% for message in messages %}{% set content = message['content'] %}\
{% if message['role'] == 'assistant' %}{% set reasoning = '' %}{% if '</think>' in content %}\
{% set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}\
{% set content = content.split('</think>')[-1].lstrip('\\n') %}{% endif %}\
{% if loop.index0 > ns.last %}{{ '<|im_start|>assistant\\n<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' + \
content.lstrip('\\n') }}{% else %}{{ '<|im_start|>assistant\\n' + content }}{% endif %}{{ '<|im_end|>\\n' }}\
{% else %}{{ '<|im_start|>' + message['role'] + '\\n' + content + '<|im_end|>\\n' }}{% endif %}{% endfor %}\
{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""

# No special token ends an answer.
BARE = """\
{% for message in messages %}{{ '### ' + message['role'] + ':\\n' + message['content'] + '\\n' }}{% endfor %}\
{% if add_generation_prompt %}{{ '### assistant:\\n' }}{% endif %}"""


@dataclass(frozen=True)
class Family:
    """A template with its special tokens; `begins` with BOS; whether it has a `system` role; what ends an answer."""

    template: str
    special: tuple[str, ...] = ()
    begins: bool = False
    system: bool = True
    ending: str = "<|im_end|>"


_IM = ("<|im_start|>", "<|im_end|>")
FAMILIES = {
    "chatml": Family(CHATML, _IM),
    "chatml_generation": Family(CHATML_GENERATION, _IM),
    "llama3": Family(LLAMA3, ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"), True, ending="<|eot_id|>"),
    "gemma": Family(GEMMA, ("<start_of_turn>", "<end_of_turn>"), True, system=False, ending="<end_of_turn>"),
    "mistral": Family(MISTRAL, ("[INST]", "[/INST]"), True, ending="</s>"),
    "qwen3": Family(QWEN3, _IM),
}
TOKENIZERS: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    "byte_bpe": byte_bpe,
    "byte_bpe_bos": lambda: byte_bpe(bos=True),
    "metaspace": metaspace_bpe,
    "metaspace_whole": lambda: metaspace_bpe(split=False),
    "unigram": unigram,
}
OTHERS: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    "cased_wordpiece": cased_wordpiece,
    "wordpiece": wordpiece,
    "spaced_byte_bpe": spaced_byte_bpe,
    "bare_byte_bpe": bare_byte_bpe,
    "fallback_bpe": fallback_bpe,
    "lower_unigram": lower_unigram,
}
"""More kinds, for what holds of every tokenizer whatever the family."""


@cache
def tokenizer_of(family: str, kind: str = "byte_bpe", *, pad_is_ending: bool = False) -> PreTrainedTokenizerFast:
    """A small tokenizer with a family's template and special tokens."""
    tokenizer = (TOKENIZERS | OTHERS)[kind]()
    tokenizer.eos_token = tokenizer.eos_token or tokenizer.sep_token
    one = FAMILIES[family]
    tokenizer.add_special_tokens({"additional_special_tokens": list(one.special)})
    tokenizer.add_tokens(["<think>", "</think>"])
    tokenizer.chat_template = one.template
    if pad_is_ending:
        tokenizer.pad_token = one.ending
    return tokenizer
