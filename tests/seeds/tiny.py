"""Tiny DeBERTa and BLOOM in folders as the Hub has them: the same model classes, the same kinds of tokenizer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import BloomConfig, BloomForCausalLM, DebertaConfig, DebertaForMaskedLM, DebertaTokenizerFast
from transformers.utils import logging

LONGEST = 64
DEBERTA_MARKS = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
BLOOM_MARKS = ["<unk>", "<s>", "</s>", "<pad>"]
SPARE_ROWS = 16
# BLOOM's words: what stands between white space and the punctuation of the languages that it was trained on.
_BLOOM_WORD = Regex(r" ?[^(\s|[.,!?…。，、।۔،])]+")


def byte_level_bpe(texts: Iterable[str], marks: list[str], vocabulary: int, word: Regex | None = None) -> Tokenizer:
    """Train byte-level BPE; `word` says what a word is (default: GPT-2's rule)."""
    tokenizer = Tokenizer(models.BPE())
    own_rule = [] if word is None else [pre_tokenizers.Split(word, "isolated")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [*own_rule, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=word is None)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=marks, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def deberta_tokenizer(texts: Iterable[str]) -> DebertaTokenizerFast:
    """DeBERTa's own class; like the one on the Hub it does not know how long a text may be."""
    spec = json.loads(byte_level_bpe(texts, DEBERTA_MARKS, 600).to_str())["model"]
    return DebertaTokenizerFast(vocab=spec["vocab"], merges=[tuple(pair) for pair in spec["merges"]])


def deberta(place: Path, texts: Iterable[str]) -> Path:
    """DebertaForMaskedLM of two layers, its relative positions as in deberta-base, its head trained (docs/measuring.md, Arms)."""
    tokenizer = deberta_tokenizer(texts)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    relative = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_biased_input": False}
    torch.manual_seed(0)
    config = DebertaConfig(
        vocab_size=len(tokenizer), max_position_embeddings=LONGEST, max_relative_positions=-1, type_vocab_size=0,
        legacy=False, pad_token_id=tokenizer.pad_token_id, **sizes, **relative,
    )  # fmt: skip
    logging.disable_progress_bar()
    DebertaForMaskedLM(config).save_pretrained(place)
    tokenizer.save_pretrained(place)
    return place


def bloom(place: Path, texts: Iterable[str]) -> Path:
    """BloomForCausalLM of two layers with rows to spare, and the tokenizer's files with the class that the Hub's name."""
    tokenizer = byte_level_bpe(texts, BLOOM_MARKS, 600, _BLOOM_WORD)
    torch.manual_seed(0)
    config = BloomConfig(vocab_size=tokenizer.get_vocab_size() + SPARE_ROWS, hidden_size=32, n_layer=2, n_head=4,
                         bos_token_id=1, eos_token_id=2, pad_token_id=3)  # fmt: skip
    logging.disable_progress_bar()
    BloomForCausalLM(config).save_pretrained(place)
    tokenizer.save(str(place / "tokenizer.json"))
    names = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    spec = {**names, "add_prefix_space": False, "padding_side": "left", "tokenizer_class": "BloomTokenizerFast"}
    (place / "tokenizer_config.json").write_text(json.dumps(spec), encoding="utf-8")
    return place


def small(output_dir: Path) -> list[str]:
    """Overrides that every tiny run shares: exact numbers, shares that fill each role, little to measure."""
    return [
        f"output_dir={output_dir}",
        "train.bf16=false",
        "prepare.split.validation=0.15",
        "prepare.split.test=0.25",
        "evaluate.retention=",
        "evaluate.resamples=200",
        "evaluate.max_rows=4",
    ]
