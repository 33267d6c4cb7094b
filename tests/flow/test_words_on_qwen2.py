"""New words on Qwen2, whose tokenizers transformers puts together anew: a run, a second one on its model, plain transformers."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen2Config, Qwen2Tokenizer, pipeline

from acclimate.core.artifact import read_json
from acclimate.pipeline.check import check
from acclimate.pipeline.run import run
from tests.pipeline import tiny
from tests.tokenizers_made import byte_bpe

TEXT = "the patient with graft 3 and endograft was seen; grafts (graft) at the graft"
CHAT = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}{{ eos_token }}{% endfor %}"


def qwen2(place: Path) -> Path:
    """A Qwen2 of two layers with its own tokenizer class."""
    spec = json.loads(byte_bpe().backend_tokenizer.to_str())["model"]
    merges = [tuple(pair) for pair in spec["merges"]]
    tokenizer = Qwen2Tokenizer(vocab=spec["vocab"], merges=merges, unk_token=None, chat_template=CHAT)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    torch.manual_seed(0)
    config = Qwen2Config(vocab_size=len(tokenizer), num_key_value_heads=1, max_position_embeddings=64, **sizes)
    AutoModelForCausalLM.from_config(config).save_pretrained(place)
    tokenizer.save_pretrained(place)
    return place


def recipe(base: Path, place: Path, name: str, **tokens: Any) -> dict[str, Any]:
    rows = [{**row, "text": f"{row['text']}, graft and stents"} for row in tiny.texts()]
    data = tiny.write_rows(place / "rows.jsonl", rows)
    return tiny.recipe(base, data, place / name, objective="clm", tokens={"max_length": 32, **tokens})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a listed word, a mined one and a tag; then one without new words that starts from its model."""
    place = tmp_path_factory.mktemp("qwen2")
    base = qwen2(place / "base")
    more = {"additional_tokens": ["graft"], "domain_words": 1, "additional_special_tokens": ["<visit>"]}
    run(recipe(base, place, "first", **more))
    run(recipe(place / "first" / "model", place, "second"))
    return place


@pytest.mark.parametrize("name", ["first", "second"])
def test_plain_loading_gives_the_words_back(place: Path, name: str) -> None:
    base, again = AutoTokenizer.from_pretrained(place / "base"), AutoTokenizer.from_pretrained(place / name / "model")
    assert type(again) is type(base)
    new = [number for number in again(TEXT).input_ids if number >= len(base)]
    assert [again.decode([number]) for number in new] == [" graft", " and", " graft"]
    assert again("<visit>").input_ids == [again.convert_tokens_to_ids("<visit>")]
    assert again.decode(again(TEXT).input_ids) == TEXT
    for word in (" grafts", " endograft", "(graft)", " stented"):
        assert again(word).input_ids == base(word).input_ids
    assert again.special_tokens_map == base.special_tokens_map
    chat = [{"role": "user", "content": "where is it?"}]
    assert again.apply_chat_template(chat)["input_ids"] == base.apply_chat_template(chat)["input_ids"]


@pytest.mark.parametrize("name", ["first", "second"])
def test_a_plain_pipeline_writes(place: Path, name: str) -> None:
    write = pipeline("text-generation", model=str(place / name / "model"), device="cpu")
    assert write.model.get_input_embeddings().weight.shape[0] == len(write.tokenizer)
    (made,) = write("the patient with graft", max_new_tokens=4, do_sample=False, return_full_text=True)
    assert made["generated_text"].startswith("the patient with graft")


def test_the_log_the_report_and_check_say_what_was_done(place: Path, tmp_path: Path) -> None:
    notes = read_json(place / "first" / "04-adapt-train" / "facts.json")["notes"]
    (said,) = [text for text in notes if "takes tokenizer.json as it is" in text]
    assert "takes tokenizer.json as it is" in (place / "first" / "report.md").read_text(encoding="utf-8")
    made = recipe(place / "base", tmp_path, "out", additional_tokens=["graft"])
    assert said in check(made).phases[0].notes
