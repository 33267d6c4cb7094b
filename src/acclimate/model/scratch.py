"""A model and a tokenizer from nothing: what the starters were made with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.model.section import Model, TrainTokenizer

BOS, EOS, PAD, MASK, UNKNOWN, END_OF_TURN = "<s>", "</s>", "<pad>", "<mask>", "<unk>", "<|end|>"


def make_tokenizer(spec: TrainTokenizer, texts: Iterable[str]) -> Any:
    """Make a byte-level BPE tokenizer (Sennrich et al. 2016): every text of any script comes back from its ids.

    Takes: `texts`, the training text. Digits stand alone, so that numbers are read digit by digit.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = [BOS, PAD, EOS, UNKNOWN, MASK, END_OF_TURN]
    tokenizer = Tokenizer(models.BPE())
    digits, bytes_ = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, bytes_])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=spec.vocab_size, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    form = f"{BOS} $A {EOS}" if spec.end else f"{BOS} $A"
    ids = [(token, tokenizer.token_to_id(token)) for token in (BOS, EOS)]
    tokenizer.post_processor = processors.Sequence(
        [processors.ByteLevel(trim_offsets=True), processors.TemplateProcessing(single=form, special_tokens=ids)]
    )
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
