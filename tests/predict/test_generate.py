"""Writing on from prompts: a batch answers as each alone, sampling too; stop strings, ends, pieces of whole characters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    BertConfig,
    BloomConfig,
    GPT2Config,
    LlamaConfig,
    PretrainedConfig,
    PreTrainedTokenizerFast,
)

from acclimate.compat.transformers.writing import Prompts, Writer
from acclimate.core.decoding import Decoding
from acclimate.core.errors import UserError
from acclimate.core.language_model import LanguageModel
from acclimate.predict.generate import Generator, seeds_of
from tests.tokenizers_made import byte_bpe, metaspace_bpe, wordpiece

PROMPTS = ["the patient", "dose", "a stent in the artery of the patient was seen", "aspirin and ulcer"]
SMALL = {"hidden_size": 32, "num_attention_heads": 2, "num_hidden_layers": 2, "intermediate_size": 64}
ARCHITECTURES: dict[str, Callable[[int], PretrainedConfig]] = {
    "gpt2": lambda size: GPT2Config(vocab_size=size, n_embd=32, n_layer=2, n_head=2, n_positions=48),
    "llama": lambda size: LlamaConfig(vocab_size=size, max_position_embeddings=48, num_key_value_heads=2, **SMALL),
    "bloom": lambda size: BloomConfig(vocab_size=size, hidden_size=32, n_layer=2, n_head=2),
    "bert": lambda size: BertConfig(vocab_size=size, max_position_embeddings=48, is_decoder=True, **SMALL),
}


def made(name: str = "gpt2", tokenizer: PreTrainedTokenizerFast | None = None, sharp: float = 8.0) -> LanguageModel:
    """A model with random weights, whose answers are sharp enough to differ from prompt to prompt."""
    tokenizer = tokenizer or byte_bpe()
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(ARCHITECTURES[name](len(tokenizer))).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(sharp if weight.dim() == 2 else 1)
    return LanguageModel(model, tokenizer, name, causal=True, max_length=48)


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("temperature, penalty", [(0, 1.7), (1.5, 1.3)])
def test_a_batch_answers_as_each_alone(name: str, temperature: float, penalty: float) -> None:
    lm = made(name)
    decoding = Decoding(max_new_tokens=7, temperature=temperature, repetition_penalty=penalty, top_k=40, top_p=0.95)
    together = Generator(lm).texts(PROMPTS, decoding)
    alone = [Generator(lm).texts([prompt], decoding)[0] for prompt in PROMPTS]
    assert together == alone
    assert len({one.text for one in together}) > 2
    assert Generator(lm, batch_tokens=30).texts(PROMPTS, decoding) == alone
    assert ["".join(Generator(lm).pieces(prompt, decoding)) for prompt in PROMPTS] == [one.text for one in alone]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_its_logits_are_those_of_the_model_run_over_the_whole_text(name: str) -> None:
    lm = made(name)
    seen: list[torch.Tensor] = []
    hook = lm.model.get_output_embeddings().register_forward_hook(lambda *call: seen.append(call[2][:, -1]))
    decoding = Decoding(max_new_tokens=5)
    Generator(lm, ends=(len(lm.tokenizer) - 1,)).texts(["the", PROMPTS[2]], decoding)
    hook.remove()
    logits_T2V = torch.stack(seen)
    for row, prompt in enumerate([PROMPTS[2], "the"]):
        ids = list(lm.tokenizer(prompt, add_special_tokens=name == "bert")["input_ids"])
        for logits_2V in logits_T2V:
            with torch.no_grad():
                own_V = lm.model(torch.tensor([ids])).logits[0, -1]
            assert torch.allclose(logits_2V[row], own_V, rtol=1e-5, atol=1e-5 * float(own_V.abs().max()))
            ids.append(int(own_V.argmax()))


def test_sampling_draws_from_the_softmax_of_what_top_k_and_top_p_leave() -> None:
    lm = made(sharp=3.0)
    with torch.no_grad():
        logits_V = lm.model(torch.tensor([lm.tokenizer("the")["input_ids"]])).logits[0, -1].double() / 0.8
    probability_V = logits_V.softmax(0)
    best = probability_V.argsort(descending=True)[:5]
    allowed = best[: int((probability_V[best] / probability_V[best].sum()).cumsum(0).lt(0.9).sum()) + 1]
    expected = (probability_V[allowed] / probability_V[allowed].sum()).numpy()
    count = 1500

    def drawn(seed: int) -> list[int]:
        decoding = Decoding(temperature=0.8, top_k=5, top_p=0.9, seed=seed)
        ids = Generator(lm)._ids(["the"] * count, ())
        writer = Writer(lm.model, lm.pad_id, ())
        return [new for (new,) in writer.write(Prompts(ids, seeds_of(ids, decoding)), decoding, 1)]

    first = drawn(0)
    shares = [first.count(int(number)) / count for number in allowed]
    assert sum(shares) == pytest.approx(1)
    assert np.abs(np.array(shares) - expected).max() < 4 * 0.5 / count**0.5
    assert first == drawn(0), "the same seed draws the same"
    assert first != drawn(1)


def test_what_the_files_of_a_model_set_is_not_mixed_in() -> None:
    lm = made()
    plain = Generator(lm).texts(PROMPTS, Decoding(max_new_tokens=6))
    lm.model.generation_config.update(do_sample=True, temperature=3.0, repetition_penalty=9.0, max_length=2)
    assert Generator(lm).texts(PROMPTS, Decoding(max_new_tokens=6)) == plain
    assert lm.model.generation_config.temperature == 3.0


class Spoken(torch.nn.Module):
    """Stands in for a head: it says the same ids whatever is asked, one after the other."""

    def __init__(self, ids: list[int], vocabulary: int, prompt: int) -> None:
        super().__init__()
        self.ids, self.vocabulary, self.prompt, self.seen = ids, vocabulary, prompt, 0

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(*hidden.shape[:2], self.vocabulary)
        logits[..., self.ids[min(self.seen, len(self.ids) - 1)]] = 9.0
        self.seen += 1
        return logits


def saying(text: str, tokenizer: Any, *, end: bool = True) -> LanguageModel:
    """A model that says a text."""
    lm = made(tokenizer=tokenizer)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"] + ([tokenizer.eos_token_id] if end else [])
    lm.model.lm_head = Spoken(ids, len(tokenizer), 1)
    return lm


def again(lm: LanguageModel) -> LanguageModel:
    lm.model.lm_head.seen = 0
    return lm


@pytest.mark.parametrize("text", ["the patient é 病人 😀 it", " a", "x"])
@pytest.mark.parametrize("tokenizer", [byte_bpe, metaspace_bpe])
def test_pieces_are_whole_characters_and_together_the_text(tokenizer: Callable[[], Any], text: str) -> None:
    lm = saying(text, tokenizer())
    said = lm.tokenizer.decode(lm.tokenizer("the" + text)["input_ids"], skip_special_tokens=True)[3:]
    pieces = list(Generator(lm).pieces("the", Decoding(max_new_tokens=40)))
    assert not any("\ufffd" in piece for piece in pieces) or "\ufffd" in said
    (whole,) = Generator(again(lm)).texts(["the"], Decoding(max_new_tokens=40))
    assert "".join(pieces) == whole.text
    assert whole.text.strip() == said.strip()
    assert not whole.cut


def test_stop_strings_end_an_answer_and_are_not_part_of_it() -> None:
    lm = saying("it was seen. END of it", byte_bpe())
    decoding = Decoding(max_new_tokens=40, stop=("END", "never"))
    (one,) = Generator(lm).texts(["the"], decoding)
    assert (one.text, one.cut) == ("it was seen. ", False)
    pieces = list(Generator(again(lm)).pieces("the", decoding))
    assert "".join(pieces) == "it was seen. "
    assert "E" not in "".join(pieces), "what may be the beginning of a stop string is held back"


def test_an_answer_that_was_cut_is_told_from_one_that_ended() -> None:
    lm = saying("it was seen", byte_bpe())
    (whole,) = Generator(lm).texts(["the"], Decoding(max_new_tokens=40))
    length = len(lm.tokenizer("it was seen", add_special_tokens=False)["input_ids"])
    assert (whole.text, whole.tokens, whole.cut) == ("it was seen", length, False)
    (half,) = Generator(again(lm)).texts(["the"], Decoding(max_new_tokens=length))
    assert (half.text, half.tokens, half.cut) == ("it was seen", length, True)


def test_past_the_last_position_nothing_is_written() -> None:
    lm = made()
    long = "the " * 20
    room = lm.max_length - len(lm.tokenizer(long)["input_ids"])
    found = Generator(lm, ends=(len(lm.tokenizer) - 1,)).texts([long, "the"], Decoding(max_new_tokens=45))
    assert 0 < room < 45
    assert (found[0].tokens, found[0].cut) == (room, True)
    assert found[1].tokens == 45


@pytest.mark.parametrize(
    "prompt, said", [("", "is empty"), (" \n", "is empty"), ("the " * 100, "fewer than 48, which is all")]
)
def test_prompts_that_can_not_be_written_on_from_are_named(prompt: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        Generator(made()).texts(["the", prompt], Decoding())
    assert "prompt 2" in str(caught.value)


def test_whoever_stops_listening_stops_the_model() -> None:
    lm = made()
    pieces = Generator(lm, ends=(len(lm.tokenizer) - 1,)).pieces("the", Decoding(max_new_tokens=45))
    next(pieces)
    pieces.close()
    assert Generator(lm).texts(["the"], Decoding(max_new_tokens=2))[0].tokens <= 2


def test_wordpiece_decoders_begin_as_they_begin_in_training() -> None:
    lm = made("bert", wordpiece())
    (ids,) = Generator(lm)._ids(["the patient"], ())
    assert ids == lm.tokenizer("the patient")["input_ids"][:-1], "[CLS] and no [SEP]"
