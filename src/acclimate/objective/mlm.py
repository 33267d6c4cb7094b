"""Masked language modelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt

from acclimate.core.entities import merge_entities
from acclimate.core.errors import Fault, UserError
from acclimate.core.examples import Document, Examples, Flat, Supervised
from acclimate.core.method import Family, Method, option
from acclimate.core.protocols import Masking
from acclimate.core.registry import name_of
from acclimate.core.seeds import hash64, mix, uniform
from acclimate.objective.losses import token_loss

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

_SEED_ENTITIES = "<datasource>,</datasource>,<username>,</username>,<accountId>,</accountId>"


class Mlm(Method):
    """Hide some units of a document and learn them: loss = -sum over hidden t of ln p(x_t | rest) / number of hidden t.

    Takes: documents as ids, with the unit of each token.

    Gives: ids with hidden tokens replaced, labels where hidden.

    Options: how much is hidden (`mlm_probability`), what is one unit (`masking`), what stands in its place
    (`mask_replace_prob`, `random_replace_prob`; the rest stays as it was), entities hidden whole
    (`masking_prefix_flag`, `entity_sep`).

    When to use: encoders (BERT, RoBERTa, DeBERTa, ModernBERT). For decoders see `clm`.

    Source: Devlin et al. 2019 (arXiv 1810.04805); whole units: Joshi et al. 2020 (arXiv 1907.10529).

    Raises: UserError if the tokenizer has no mask token, the two shares exceed 1, entity_sep is not made of pairs, or
    masking_prefix_flag is set where the vocabulary has none of the pairs.
    """

    head: ClassVar[str] = "masked"
    primary: ClassVar[str] = "bits_per_byte"
    accuracy: ClassVar[str] = ""

    mlm_probability: float = option(0.15, "share of the units to hide", unit="share", gt=0, lt=1)
    masking: Annotated[Masking, Family("masking")] = option("word", "what is one unit, and which units are hidden")
    mask_replace_prob: float = option(
        1.0, "share of hidden tokens that become the mask token", unit="share", ge=0, le=1
    )
    random_replace_prob: float = option(
        0.0, "share of hidden tokens that become a random one", unit="share", ge=0, le=1
    )
    masking_prefix_flag: bool = option(False, "hide what stands between the tokens of entity_sep as a whole")
    entity_sep: str = option(_SEED_ENTITIES, "pairs of tokens around an entity: start_1,end_1,start_2,end_2")

    def check(self, tokenizer: PreTrainedTokenizerFast, where: str) -> None:
        if tokenizer.mask_token_id is None:
            raise UserError(
                Fault(where, "the model's tokenizer has no mask token", "a masked language model", "use objective: clm")
            )
        if self.mask_replace_prob + self.random_replace_prob > 1:
            total = self.mask_replace_prob + self.random_replace_prob
            raise UserError(
                Fault(where, f"mask_replace_prob + random_replace_prob = {total:g}", "at most 1", "lower one")
            )
        if self.masking_prefix_flag:
            self._entity_names(where)
        self.masking.check(tokenizer, f"{where}.masking")

    def _entity_names(self, where: str) -> list[str]:
        names = [name.strip() for name in self.entity_sep.split(",")]
        if len(names) % 2 or not all(names):
            raise UserError(
                Fault(f"{where}.entity_sep", f"{len(names)} tokens", "pairs: start,end,...", "add the missing one")
            )
        return names

    def entity_pairs(self, tokenizer: PreTrainedTokenizerFast, where: str) -> list[tuple[int, int]]:
        """Give the ids of the entity tokens, pair by pair; pairs that the vocabulary lacks are left out.

        Raises: UserError if it lacks them all: nothing could be hidden as a whole.
        """
        if not self.masking_prefix_flag:
            return []
        ids = [tokenizer.convert_tokens_to_ids(name) for name in self._entity_names(where)]
        known = [None if number in (None, tokenizer.unk_token_id) else int(number) for number in ids]
        pairs = [
            (start, end)
            for start, end in zip(known[::2], known[1::2], strict=True)
            if start is not None and end is not None
        ]
        if not pairs:
            raise UserError(
                Fault(f"{where}.entity_sep", f"masking_prefix_flag is set, but no pair of {self.entity_sep} is in the vocabulary",
                      "pairs of tags of the rows, or of tokens.additional_special_tokens",
                      "name the tags around your entities, or leave masking_prefix_flag out")
            )  # fmt: skip
        return pairs

    def units(self, document: Document, tokenizer: PreTrainedTokenizerFast) -> npt.NDArray[np.int32]:
        units_T = self.masking.units(document)
        pairs = self.entity_pairs(tokenizer, "objective")
        never_T = document.special_T | document.repeated_T
        return merge_entities(document.ids_T, units_T, pairs, never_T) if pairs else units_T

    def notes(self, examples: Examples, tokenizer: PreTrainedTokenizerFast) -> list[str]:
        """Tell how many entities were found, and whether most windows are one single unit, which is always hidden."""
        told = []
        windows = len(examples)
        pairs = self.entity_pairs(tokenizer, "objective")
        if pairs:
            starts = np.flatnonzero(np.isin(examples.ids_T, [start for start, _ in pairs]))
            holding = len(np.unique(np.searchsorted(examples.offsets_N1, starts, side="right")))
            names = ", ".join(str(tokenizer.convert_ids_to_tokens(number)) for pair in pairs for number in pair)
            told.append(
                f"masking_prefix_flag: {len(starts)} entities in {holding} of {windows} windows (between {names})"
            )
        single = int((np.maximum.reduceat(examples.units_T, examples.offsets_N1[:-1]) == 0).sum())
        if 2 * single > windows:
            name = name_of("masking", self.masking)
            told.append(
                f"masking {name}: {single} of {windows} windows are one unit, hidden whole each time (does {name} fit the text?)"
            )
        return told

    def supervise(self, documents: Flat, tokenizer: PreTrainedTokenizerFast, epoch: int, seed: int) -> Supervised:
        key_N = mix(documents.key_N, epoch, hash64("masks", seed))
        hidden_T = self.masking.hide(documents.units_T, documents.offsets_N1, key_N, self.mlm_probability)
        positions_L = np.flatnonzero(hidden_T)
        ids_T = documents.ids_T.copy()
        labels_L = ids_T[positions_L].astype(np.int64)
        ids_T[positions_L] = self._replacement(documents, positions_L, key_N, tokenizer)
        return Supervised(ids_T, documents.offsets_N1, positions_L, labels_L)

    def loss(self, logits_LV: Tensor, labels_L: Tensor) -> Tensor:
        return token_loss(logits_LV, labels_L)

    def weight(self, labels_L: npt.NDArray[Any]) -> float:
        return float(len(labels_L))

    def _replacement(
        self,
        documents: Flat,
        positions_L: npt.NDArray[np.int64],
        key_N: npt.NDArray[np.uint64],
        tokenizer: PreTrainedTokenizerFast,
    ) -> npt.NDArray[np.int32]:
        """Give what stands where a token was hidden; drawn for each token on its own."""
        mask_id = np.int32(tokenizer.mask_token_id)
        if self.mask_replace_prob == 1.0:
            return np.full(len(positions_L), mask_id, dtype=np.int32)
        document_L = np.searchsorted(documents.offsets_N1, positions_L, side="right") - 1
        place_L = positions_L - documents.offsets_N1[document_L]
        draw_L = uniform(key_N[document_L], place_L, 1)
        random_L = (uniform(key_N[document_L], place_L, 2) * tokenizer.vocab_size).astype(np.int32)
        kept_L = documents.ids_T[positions_L]
        masked, randomised = self.mask_replace_prob, self.mask_replace_prob + self.random_replace_prob
        return np.where(draw_L < masked, mask_id, np.where(draw_L < randomised, random_L, kept_L)).astype(np.int32)
