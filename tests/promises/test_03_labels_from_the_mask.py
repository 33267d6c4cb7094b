"""Labels come from the loss mask, never from `ids == pad`; the end of a text is learnt, also where it is the padding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from acclimate.core.examples import Supervised
from acclimate.core.language_model import LanguageModel
from acclimate.objective.clm import Clm
from acclimate.objective.mlm import Mlm
from acclimate.tokens.encode import encode
from acclimate.tokens.pad import Pad
from acclimate.tokens.padding_free import PaddingFree
from acclimate.tokens.section import Tokens
from acclimate.train.loop import Loop
from acclimate.train.section import Train
from tests.made import VOCABULARY, examples, job, language_model
from tests.tokenizers_made import byte_bpe, unigram, wordpiece

TEXTS = ["The patient was seen.", "age 34", "Don't give aspirin to a patient with a bleeding ulcer, whatever the dose."]


def without_pad() -> Any:
    """GPT-2's tokenizer: no pad token, so people set the end of text in its place."""
    made = byte_bpe()
    made.pad_token = made.eos_token
    return made


def supervised(tokenizer: Any, objective: Any, texts: list[str] = TEXTS) -> Supervised:
    table = pa.table({"row_id": [f"notes.txt:{number}" for number in range(len(texts))], "text": texts})
    made = encode(table, tokenizer, objective, Tokens(), 512, "tokens").examples
    return objective.supervise(made.gather(np.arange(len(made))), tokenizer, 0, 0)


def learnt_pairs(documents: Supervised, batching: Any, pad_id: int) -> list[tuple[int, int]]:
    """(token, label) wherever a label is, as the model gets them."""
    batch = batching.collate(documents, pad_id)
    return list(zip(batch.ids_BT.reshape(-1)[batch.positions_L].tolist(), batch.labels_L.tolist(), strict=True))


@pytest.mark.parametrize(
    "batching", [PaddingFree(), Pad(), Pad(pad_to_multiple_of=64)], ids=["flat", "padded", "to 64"]
)
def test_the_end_is_learnt_where_it_is_the_padding(batching: Any) -> None:
    tokenizer = without_pad()
    end = tokenizer.eos_token_id
    assert tokenizer.pad_token_id == end
    documents = supervised(tokenizer, Clm())
    pairs = learnt_pairs(documents, batching, tokenizer.pad_token_id)
    bodies = [tokenizer(text, add_special_tokens=False).input_ids for text in TEXTS]
    wanted = [pair for ids in bodies for pair in zip(ids, [*ids[1:], end], strict=True)]
    assert pairs == wanted, "each token's follower, the end of each text among them, and no padding"
    assert [label for _, label in pairs].count(end) == len(TEXTS)


def test_a_token_that_is_also_the_padding_is_learnt_as_any_other() -> None:
    """Where the padding is a word (a model without any special token), it stands in texts, too."""
    documents = Supervised(
        np.array([7, 0, 0, 9, 0, 8], np.int32), np.array([0, 4, 6]), np.array([0, 1, 2, 4]), np.array([0, 0, 9, 8])
    )
    for batching in (PaddingFree(), Pad()):
        assert learnt_pairs(documents, batching, 0) == [(7, 0), (0, 0), (0, 9), (0, 8)]


def test_what_fills_up_does_not_matter(tmp_path: Path) -> None:
    def losses(fill: str) -> list[float]:
        lm = language_model("gpt2")
        lm.tokenizer.pad_token = fill
        assert lm.model.get_input_embeddings().weight.shape[0] == VOCABULARY, "no row was added for it"
        settings = Train(max_steps=3, per_device_train_batch_size=4, logging_steps=1, bf16=False)
        data = examples(12, causal=True)
        return [
            line["loss"]
            for line in Loop(job(lm, tmp_path / fill, data, settings, batching=Pad(), flat=False)).run().history
        ]

    assert losses("w50") == losses("[PAD]") == losses("[SEP]")


def test_a_tokenizer_without_padding_fills_up_with_what_there_is() -> None:
    tokenizer = byte_bpe()
    tokenizer.pad_token = None
    lm = LanguageModel(None, tokenizer, "", True, 64)
    assert lm.pad_id == tokenizer.eos_token_id
    tokenizer.eos_token = None
    assert lm.pad_id == 0


@pytest.mark.parametrize("text", ["<s> once more", "once", "<s><s>"])
@pytest.mark.parametrize("name", ["byte_bpe", "unigram", "wordpiece"])
def test_exactly_one_beginning(name: str, text: str) -> None:
    tokenizer = {"byte_bpe": lambda: byte_bpe(bos=True), "unigram": unigram, "wordpiece": wordpiece}[name]()
    begin = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.cls_token_id
    objective = Mlm(masking="token") if name != "byte_bpe" else Clm()
    ids = supervised(tokenizer, objective, [text, text + " again"])
    for start, end in zip(ids.offsets_N1[:-1], ids.offsets_N1[1:], strict=True):
        assert ids.ids_T[start] == begin
        assert (ids.ids_T[start:end] == begin).sum() == 1
