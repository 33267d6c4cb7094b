"""Small real tokenizers of all kinds, for a few sentences in English and Chinese.

Some have their vocabulary put together here: their trainers give another one in each process.
"""

from __future__ import annotations

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


def _wrapped(tokenizer: Tokenizer, **names: str) -> PreTrainedTokenizerFast:
    pad = "[PAD]" if tokenizer.token_to_id("[PAD]") is not None else "<pad>"
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(tokenizer.to_str()), pad_token=pad, **names)


def _words() -> list[str]:
    return sorted({word for sentence in SENTENCES for word in re.findall(r"[A-Za-z0-9]+", sentence)})


def _characters() -> list[str]:
    return sorted({character for sentence in SENTENCES for character in sentence if not character.isspace()})


@cache
def _wordpiece() -> Tokenizer:
    words = sorted({word.lower() for word in _words()})
    whole = [word for word in words if len(word) <= 7]
    begins, ends = [
        sorted({part for word in words if len(word) > 7 for part in [word[cut]]}) for cut in (slice(5), slice(5, None))
    ]
    characters = sorted({character.lower() for character in _characters()})
    inner = [f"##{piece}" for piece in dict.fromkeys([*characters, *ends])]
    vocabulary = dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *inner, *whole, *begins])
    ids = {piece: number for number, piece in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
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
