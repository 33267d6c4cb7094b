"""Arms and texts that the tests of evaluate/ make for themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, processors
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM, PreTrainedTokenizerFast

from acclimate.compat.text_encoder import text_encoder
from acclimate.core.protocols import Scored
from acclimate.core.scores import GroupSums
from acclimate.evaluate.encode import Encoded, encode
from acclimate.evaluate.rows import EvalText, Tagged

RECORD = "<p>age:34, sex:F</p><e>code:E11, drug:(new)</e><e>code:E11, drug:iron, 5 mg</e>"
TAGS = ("<p>", "</p>", "<e>", "</e>")


@dataclass
class FakeArm:
    """An arm whose probabilities are a function of (document, position, target); it keeps what it was asked."""

    tokenizer: Any
    probability: Callable[[list[int], int, int], float] = lambda ids, position, target: 0.5
    max_length: int = 512
    causal: bool = False
    asked: list[tuple[list[int], list[int], list[int]]] = field(default_factory=list)

    @property
    def in_text(self) -> list[str]:
        return tags_of(self.tokenizer)

    def score(self, documents: Sequence[Any], positions: Sequence[Any], targets: Sequence[Any]) -> list[Scored]:
        found = []
        for ids, places, wanted in zip(documents, positions, targets, strict=True):
            plain = ([int(one) for one in part] for part in (ids, places, wanted))
            self.asked.append(tuple(plain))
            ids_S, places_P, wanted_P = self.asked[-1]
            chances = [self.probability(ids_S, *pair) for pair in zip(places_P, wanted_P, strict=True)]
            best = [one if chance > 0.5 else -1 for one, chance in zip(wanted_P, chances, strict=True)]
            found.append(Scored(np.array([math.log(one) for one in chances]), np.array(best, dtype=np.int64)))
        return found


@dataclass
class TorchArm:
    """A tiny random model, one document at a time."""

    tokenizer: Any
    kind: str
    max_length: int = 48
    seed: int = 0

    def __post_init__(self) -> None:
        torch.manual_seed(self.seed)
        self.causal = self.kind == "gpt2"
        sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
        sizes |= {"vocab_size": len(self.tokenizer), "bos_token_id": None, "eos_token_id": None}
        config = AutoConfig.for_model(self.kind, initializer_range=0.5, **sizes)
        self.model = (AutoModelForCausalLM if self.causal else AutoModelForMaskedLM).from_config(config).eval()
        self.in_text = tags_of(self.tokenizer)

    def log_probabilities(self, ids: Sequence[int]) -> torch.Tensor:
        with torch.no_grad():
            return torch.log_softmax(self.model(input_ids=torch.tensor([list(ids)])).logits[0].double(), -1)

    def score(self, documents: Sequence[Any], positions: Sequence[Any], targets: Sequence[Any]) -> list[Scored]:
        found = []
        for ids, places, wanted in zip(documents, positions, targets, strict=True):
            told = self.log_probabilities([int(one) for one in ids])[torch.as_tensor(np.array(places))]
            picked = told[torch.arange(len(places)), torch.as_tensor(np.array(wanted)).long()]
            found.append(Scored(picked.numpy(), told.argmax(-1).numpy()))
        return found


def word_level(words: str, *, bos: bool = False) -> PreTrainedTokenizerFast:
    """One token for each of `words`, `[UNK]` for any other; nothing is added, or [CLS] in front."""
    vocabulary = {word: number for number, word in enumerate(["[UNK]", "[MASK]", "[CLS]", *words.split()])}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if bos:
        backend.post_processor = processors.TemplateProcessing("[CLS] $A", special_tokens=[("[CLS]", 2)])
    return PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]", mask_token="[MASK]", cls_token="[CLS]")


def word_piece(pieces: str) -> PreTrainedTokenizerFast:
    """Words cut into `pieces` (##x inside of a word), `[UNK]` for any other word; nothing is added."""
    vocabulary = {piece: number for number, piece in enumerate(["[UNK]", "[MASK]", "[CLS]", *pieces.split()])}
    backend = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]", mask_token="[MASK]", cls_token="[CLS]")


def spelling() -> PreTrainedTokenizerFast:
    """A piece for each letter, digit and mark of ASCII: nothing is unknown."""
    return word_piece(" ".join(f"{character} ##{character}" for character in map(chr, range(33, 127))))


def without_unknown(words: str) -> PreTrainedTokenizerFast:
    """One token a character of `words`; other characters are dropped without a trace."""
    vocabulary = {word: number for number, word in enumerate(["[MASK]", *words.split()])}
    backend = Tokenizer(models.BPE(vocabulary, []))
    backend.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=backend, mask_token="[MASK]")


def with_tags(tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    tokenizer.add_tokens([AddedToken(tag, special=True, normalized=False) for tag in TAGS], special_tokens=True)
    return tokenizer


def tags_of(tokenizer: PreTrainedTokenizerFast) -> list[str]:
    """The tags that `with_tags` gave to a tokenizer."""
    return [tag for tag in TAGS if tag in tokenizer.get_added_vocab()]


def text(content: str, row_id: str = "r", group: str = "g") -> EvalText:
    return EvalText(row_id, group, content)


def record(content: str = RECORD, row_id: str = "r", group: str = "g") -> EvalText:
    """A tagged record whose header is its first element and whose events begin at each `<e>`."""
    header = content.index("</p>") + len("</p>")
    cuts = tuple(place for place in range(header, len(content)) if content.startswith("<e>", place))
    return EvalText(row_id, group, content, Tagged(",", TAGS), header, cuts)


def one(tokenizer: PreTrainedTokenizerFast, content: str) -> Encoded:
    return encode(text_encoder(tokenizer, tags_of(tokenizer), add_end=False), [content])[0]


def sums(
    above: Sequence[float], below: Sequence[float], name: str = "bits_per_byte", better: str = "lower", **more: Any
) -> GroupSums:
    """A score with groups g0, g1, ..."""
    groups = tuple(f"g{number}" for number in range(len(above)))
    above_G, below_G = np.array(above, dtype=np.float64), np.array(below, dtype=np.float64)
    return GroupSums(name, "bits/byte", better, groups, above_G, below_G, int(below_G.sum()), **more)
