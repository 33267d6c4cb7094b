"""Small real tokenizers of all kinds, for a few sentences in English and Chinese.

Some have their vocabulary put together here: their trainers give another one in each process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

SENTENCES = [
    "The patient was seen at the hospital in the morning; age 34, sex F.",
    "Don't give aspirin to a patient with a bleeding ulcer, whatever the dose.",
    "visits: <event>code:E11.9, description:diabetes</event> <event>code:I10</event>",
    "病人今天住院了。医生说没有问题。",
    "[note] the stent was placed on 2023-11-14 (left artery) & 50 % of it is open / closed?",
] * 20


def wordpiece() -> PreTrainedTokenizerFast:
    """BERT's kind: lower case, [CLS] text [SEP]."""
    return _wrapped(_wordpiece(), cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]", unk_token="[UNK]")


def byte_bpe(*, bos: bool = False) -> PreTrainedTokenizerFast:
    """GPT-2's kind: nothing is added, any byte has a token. With `bos`, as Llama 3: the beginning is added."""
    return _wrapped(_byte_bpe(bos), bos_token="<s>", eos_token="</s>", mask_token="<mask>")


def unigram() -> PreTrainedTokenizerFast:
    """XLM-R's kind: <s> text </s>, the space is part of a token, unknown characters are <unk>."""
    return _wrapped(_unigram(), bos_token="<s>", eos_token="</s>", mask_token="<mask>", unk_token="<unk>")


ALL: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    "wordpiece": wordpiece,
    "byte_bpe": byte_bpe,
    "unigram": unigram,
}


def metaspace_bpe(*, split: bool = True) -> PreTrainedTokenizerFast:
    """Llama 2's kind: <s> text, the space is part of a token. Without `split` a whole text is one pre-token."""
    return _wrapped(_metaspace_bpe(split), bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def cased_wordpiece() -> PreTrainedTokenizerFast:
    """Cased BERT's kind: letters and accents stay as they are."""
    return _wrapped(
        _wordpiece(cased=True), cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]", unk_token="[UNK]"
    )


def spaced_byte_bpe() -> PreTrainedTokenizerFast:
    """RoBERTa's kind: <s> text </s>, a space is put before the text."""
    return _wrapped(_spaced_byte_bpe(), bos_token="<s>", eos_token="</s>", mask_token="<mask>")


def bare_byte_bpe() -> PreTrainedTokenizerFast:
    """GPT-2's own: no token but one for the end, neither padding nor mask."""
    return _wrapped(_byte_bpe(bos=False), pad=False, eos_token="</s>")


def fallback_bpe() -> PreTrainedTokenizerFast:
    """Llama's and Gemma's kind: <s> text, spaces are written as a mark, unknown characters as their bytes."""
    return _wrapped(_fallback_bpe(), bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def lower_unigram() -> PreTrainedTokenizerFast:
    """ALBERT's letters and T5's end: text </s>, lower case, no accents, neither beginning nor mask."""
    return _wrapped(_lower_unigram(), eos_token="</s>", unk_token="<unk>")


TEN: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    **ALL,
    "byte_bpe with a beginning": lambda: byte_bpe(bos=True),
    "metaspace_bpe": metaspace_bpe,
    "metaspace_bpe, whole texts": lambda: metaspace_bpe(split=False),
    "cased_wordpiece": cased_wordpiece,
    "spaced_byte_bpe": spaced_byte_bpe,
    "bare_byte_bpe": bare_byte_bpe,
    "fallback_bpe": fallback_bpe,
    "lower_unigram": lower_unigram,
}
"""Ten kinds of tokenizers (and one of them in two ways)."""


def _wrapped(tokenizer: Tokenizer, *, pad: bool = True, **names: str) -> PreTrainedTokenizerFast:
    if pad:
        names["pad_token"] = "[PAD]" if tokenizer.token_to_id("[PAD]") is not None else "<pad>"
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(tokenizer.to_str()), **names)


def _words() -> list[str]:
    return sorted({word for sentence in SENTENCES for word in re.findall(r"[A-Za-z0-9]+", sentence)})


def _characters() -> list[str]:
    return sorted({character for sentence in SENTENCES for character in sentence if not character.isspace()})


@cache
def _wordpiece(*, cased: bool = False) -> Tokenizer:
    words = sorted({word if cased else word.lower() for word in _words()})
    whole = [word for word in words if len(word) <= 7]
    begins, ends = [
        sorted({part for word in words if len(word) > 7 for part in [word[cut]]}) for cut in (slice(5), slice(5, None))
    ]
    characters = sorted({character if cased else character.lower() for character in _characters()})
    inner = [f"##{piece}" for piece in dict.fromkeys([*characters, *ends])]
    vocabulary = dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *inner, *whole, *begins])
    ids = {piece: number for number, piece in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


@cache
def _byte_bpe(bos: bool) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=["<pad>", "<s>", "</s>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    trim = processors.ByteLevel(trim_offsets=True)
    begin = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.post_processor = processors.Sequence([trim, begin]) if bos else trim
    return tokenizer


@cache
def _unigram() -> Tokenizer:
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    pieces = ["▁", *_characters(), *(f"▁{word[:5]}" for word in _words()), *(word[5:] for word in _words())]
    scored = [(piece, -2.0 - 8.0 / len(piece)) for piece in dict.fromkeys(pieces) if piece]
    tokenizer = Tokenizer(models.Unigram([*((name, 0.0) for name in special), *scored], unk_id=3))
    tokenizer.add_special_tokens(special)
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    ends = [("<s>", 0), ("</s>", 2)]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    return tokenizer


@cache
def _metaspace_bpe(split: bool) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "<pad>", "<s>", "</s>"], show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=split)
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 2)])
    return tokenizer


@cache
def _spaced_byte_bpe() -> Tokenizer:
    tokenizer = Tokenizer.from_str(_byte_bpe(bos=False).to_str())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 1), trim_offsets=True)
    return tokenizer


@cache
def _fallback_bpe() -> Tokenizer:
    special = ["<unk>", "<pad>", "<s>", "</s>"]
    marked = [f"▁{sentence.replace(' ', '▁')}" for sentence in SENTENCES]
    trained = Tokenizer(models.BPE())
    trained.train_from_iterator(
        marked, trainers.BpeTrainer(vocab_size=300, special_tokens=special, show_progress=False)
    )
    model = json.loads(trained.to_str())["model"]
    pieces = dict.fromkeys([*special, *(f"<0x{byte:02X}>" for byte in range(256)), *model["vocab"]])
    ids = {piece: number for number, piece in enumerate(pieces)}
    merges = [tuple(merge) for merge in model["merges"]]
    tokenizer = Tokenizer(models.BPE(ids, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.add_special_tokens(special)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    tokenizer.decoder = decoders.Sequence(steps)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 2)])
    return tokenizer


@cache
def _lower_unigram() -> Tokenizer:
    tokenizer = Tokenizer.from_str(_unigram().to_str())
    steps = [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return tokenizer
