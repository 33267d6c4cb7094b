"""A model and a tokenizer from nothing: what the starters were made with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.model.section import Model, TrainTokenizer

BOS, EOS, PAD, MASK, UNKNOWN, END_OF_TURN = "<s>", "</s>", "<pad>", "<mask>", "<unk>", "<|end|>"
FEWEST_GROUPS = 10
"""Of how many groups a word must be before anything is learnt from it (promise 23): a tokenizer may be shared."""
_NO_SPACES = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Myanmar}\p{Khmer}]"
_RUN = re.compile(r"\s*\S+|\s+")  # byte-level pre-tokens begin at its borders: the many equal runs are cut once


def make_tokenizer(spec: TrainTokenizer, texts: Iterable[str], groups: Sequence[object] | None = None) -> Any:
    """Make a byte-level BPE tokenizer (Sennrich et al. 2016): every text of any script comes back from its ids.

    Takes: `texts`, the training text; `groups`, whose each of them is (default: each is a group of its own). Merges are
    learnt from words of at least 10 groups, so that no name gets into `tokenizer.json`; where these are few, the
    vocabulary is smaller than asked for. Digits stand alone, so that numbers are read digit by digit.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = [BOS, PAD, EOS, UNKNOWN, MASK, END_OF_TURN]
    tokenizer = Tokenizer(models.BPE())
    digits, bytes_ = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.CharDelimiterSplit(" ")  # words come cut: no byte is written as a space
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=spec.vocab_size, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(_repeated(shared_words(texts, groups)), trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, bytes_])
    single, pair = f"{BOS} $A", f"{BOS} $A {EOS} $B:1"
    if spec.end:
        single, pair = f"{single} {EOS}", f"{pair} {EOS}:1"
    ids = [(token, tokenizer.token_to_id(token)) for token in (BOS, EOS)]
    form = processors.TemplateProcessing(single=single, pair=pair, special_tokens=ids)
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), form])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        mask_token=MASK,
        unk_token=UNKNOWN,
        cls_token=BOS,
        sep_token=EOS,
        extra_special_tokens=[END_OF_TURN],
    )


def shared_words(texts: Iterable[str], groups: Sequence[object] | None = None) -> dict[str, int]:
    """Count the words (in the letters of byte-level BPE) that stand in the texts of at least 10 groups.

    A word is a pre-token; a digit, and a character of a script without spaces, is one by itself.
    """
    from tokenizers import Regex, pre_tokenizers

    digits, bytes_ = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    alone = pre_tokenizers.Split(Regex(_NO_SPACES), "isolated")
    cut = pre_tokenizers.Sequence([digits, alone, bytes_]).pre_tokenize_str
    words_of: dict[str, tuple[str, ...]] = {}
    times, shared = Counter[str](), Counter[str]()
    for own in _by_group(texts, groups):
        runs = Counter(chain.from_iterable(map(_RUN.findall, own)))
        words_of |= {run: tuple(word for word, _ in cut(run)) for run in runs if run not in words_of}
        shared.update(set(chain.from_iterable(words_of[run] for run in runs)))
        times.update(runs)
    counts = Counter[str]()
    for run, number in times.items():
        for word in words_of[run]:
            if shared[word] >= FEWEST_GROUPS:
                counts[word] += number
    return counts


def _by_group(texts: Iterable[str], groups: Sequence[object] | None) -> Iterable[Iterable[str]]:
    if groups is None:
        return ([text] for text in texts)
    found: dict[object, list[str]] = {}
    for text, group in zip(texts, groups, strict=True):
        found.setdefault(group, []).append(text)
    return found.values()


def _repeated(counts: dict[str, int]) -> Iterator[str]:
    """Give each word as often as it was counted, in texts of bearable length: the trainer takes no counts."""
    for word, number in counts.items():
        for start in range(0, number, 10_000):
            yield " ".join([word] * min(number - start, 10_000))


def build(spec: Model, head: str, tokenizer: Any, seed: int) -> Any:
    """Make a model of `spec.model_type` with fresh weights (float32), its vocabulary the tokenizer's.

    Raises: UserError for an unknown architecture or one without the head, and for settings that it can't be built with.
    """
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    from acclimate.compat.transformers.loading import from_scratch

    if spec.model_type is None or spec.model_type not in CONFIG_MAPPING:
        known = "bert, roberta, modernbert, deberta-v2, gpt2, llama, qwen3, mistral, ... (transformers' model types)"
        raise UserError(
            Fault("model.model_type", f"found {spec.model_type!r}", known, "name an architecture, or a path")
        )
    special = {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    return from_scratch(spec.model_type, special, spec.config_overrides, head, seed)
