"""Changed rules of a tokenizer come back by plain AutoTokenizer, over every class and architecture that can be built here."""

import inspect
import json
import random
import re
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import transformers
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerFast
from transformers.models.auto import modeling_auto
from transformers.models.auto.tokenization_auto import (
    MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS,
    TOKENIZER_MAPPING_NAMES,
)

from acclimate.compat.tokenizers import enter_words, entry_of
from acclimate.compat.transformers.saved_tokenizer import AS_WRITTEN, keep_as_written
from acclimate.core.errors import UserError
from acclimate.tokens.vocabulary import add_tags
from tests.tokenizers_made import ALL, SENTENCES, byte_bpe, metaspace_bpe, unigram, wordpiece

WORDS = ["graft", "stents", "hospitals"]
# Classes upon which transformers insists, with the models that generate or fill in text by them.
FORCED = {"qwen2", "qwen3_5", "qwen3_5_moe", "qwen3_5_moe_text", "qwen4_exp"}
LANGUAGE_MODELS = sorted(
    {*modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES, *modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES}
    - {"gemma4_assistant"}  # has no config without the model that it assists
)
CHAT = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"


def _classes() -> dict[str, Any]:
    """All classes of transformers' own over the tokenizers library."""
    found = {}
    for path in Path(transformers.models.__path__[0]).glob("*/tokenization_*.py"):
        for name in re.findall(
            r"^class (\w+)\((?:TokenizersBackend|PreTrainedTokenizerFast)\)", path.read_text(), re.MULTILINE
        ):
            found[name] = getattr(import_module(f"transformers.models.{path.parent.name}.{path.stem}"), name)
    return found


CLASSES = _classes()
# What can't be had here, or takes no plain text.
LEFT_OUT = {
    "EsmcTokenizer",  # proteins
    "CpmTokenizerFast", "RoFormerTokenizer",  # want rjieba
    "MarkupLMTokenizer", "LayoutLMv2Tokenizer", "LayoutLMv3Tokenizer", "LayoutXLMTokenizer", "UdopTokenizer",  # pages
}  # fmt: skip
# Words are refused before training: rules of their own, by which a new word would change others.
NO_WORDS = {"CLIPTokenizer", "HerbertTokenizer", "MLukeTokenizer", "OpenAIGPTTokenizer", "ParakeetTokenizer"}
WHOLE_TEXTS = {"GemmaTokenizer", "Siglip2Tokenizer", "LlamaTokenizer", "CodeLlamaTokenizer", "NllbTokenizer"}


def _built(name: str) -> Any:
    """A tokenizer of a class over a few words, with the special tokens that the class has by itself."""
    model = CLASSES[name].model.__name__ if CLASSES[name].model else "Unigram"
    if name == "ParakeetTokenizer":
        model = "BPE"
    if name in WHOLE_TEXTS:
        model = "whole text"
    made = {
        "whole text": lambda: metaspace_bpe(split=False),
        "WordPiece": wordpiece,
        "Unigram": unigram,
        "BPE": byte_bpe,
        "WordLevel": wordpiece,
    }[model]()
    spec = json.loads(made.backend_tokenizer.to_str())["model"]
    defaults = [
        one.default
        for one in inspect.signature(CLASSES[name].__init__).parameters.values()
        if one.name.endswith("_token") and isinstance(one.default, str)
    ]
    if model == "Unigram":
        own = [(each, 0.0) for each in dict.fromkeys(defaults)]
        pieces = [tuple(pair) for pair in spec["vocab"] if pair[0] not in defaults]
        return CLASSES[name](vocab=[*own, *pieces])
    renamed = {"<s>": "<bos>", "</s>": "<eos>"} if "<bos>" in defaults else {}
    vocabulary = {renamed.get(piece, piece): number for piece, number in spec["vocab"].items()}
    for each in dict.fromkeys(["<unk>", *defaults]):
        vocabulary.setdefault(each, len(vocabulary))
    merges = {"merges": [tuple(pair) for pair in spec["merges"]]} if "merges" in spec else {}
    return CLASSES[name](vocab=vocabulary, **merges)


def saved(tokenizer: Any, config: Any, place: Path) -> Any:
    """What plain AutoTokenizer makes of it beside a model."""
    config.save_pretrained(place)
    tokenizer.save_pretrained(place)
    return AutoTokenizer.from_pretrained(place)


def texts(count: int = 60) -> list[str]:
    draw = random.Random(0)
    pieces = [
        *WORDS,
        "xgraft",
        "stentss",
        "(graft)",
        "I'm",
        "2023",
        "病人",
        "\n",
        " ",
        "  ",
        "é",
        "™",
        "graft's",
        *SENTENCES[:5],
    ]
    return [draw.choice(["", " "]).join(draw.choices(pieces, k=8)) for _ in range(count)]


def entered(tokenizer: Any) -> tuple[Any, list[int]]:
    return enter_words(tokenizer, [entry for word in WORDS if (entry := entry_of(tokenizer, word))], "adapt.tokens")


@pytest.mark.parametrize("name", sorted(CLASSES.keys() - LEFT_OUT))
def test_every_class_takes_words_that_plain_loading_gives_back(name: str, tmp_path: Path) -> None:
    kind = next((kind for kind in LANGUAGE_MODELS if TOKENIZER_MAPPING_NAMES.get(kind) == name), "bert")
    config = AutoConfig.for_model(kind)
    before = saved(_built(name), config, tmp_path / "base")
    if name in NO_WORDS:
        with suppress(UserError):
            assert entered(before)[1] == []
        return
    after, ids = entered(before)
    add_tags(after, ["<visit>"])
    said = keep_as_written(after, config, "adapt.tokens")
    assert bool(said) is (kind in FORCED)
    again = saved(after, config, tmp_path / "new")
    assert [again(text).input_ids for text in texts()] == [after(text).input_ids for text in texts()]
    assert set(ids) <= {number for text in texts() for number in again(text).input_ids}
    assert again.convert_tokens_to_ids("<visit>") == max(ids) + 1
    assert set(again("x")) == set(before("x")), "the same inputs for the model"
    assert again.special_tokens_map == before.special_tokens_map
    assert (again.padding_side, again.model_max_length) == (before.padding_side, before.model_max_length)


def test_no_class_is_left_out_unseen() -> None:
    assert len(CLASSES) > 40
    assert CLASSES.keys() >= LEFT_OUT


def test_beside_every_kind_of_language_model_words_come_back(tmp_path: Path) -> None:
    after, _ = entered(byte_bpe())
    wanted = [after(text).input_ids for text in texts()]
    told, decided_by = set(), {}
    for kind in LANGUAGE_MODELS:
        decided_by.setdefault(
            (TOKENIZER_MAPPING_NAMES.get(kind), kind in MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS), kind
        )
    for kind in sorted({*FORCED, *decided_by.values()}):
        config = AutoConfig.for_model(kind)
        if keep_as_written(after, config, "adapt.tokens"):
            told.add(kind)
            again = saved(after, config, tmp_path / kind)
            assert [again(text).input_ids for text in texts()] == wanted
            assert type(again) is not PreTrainedTokenizerFast
    assert told == FORCED


def _qwen(place: Path) -> Any:
    """A tokenizer as Qwen2.5 has it: a chat template, no unknown token, an end of its own, marks that are not special."""
    spec = json.loads(byte_bpe().backend_tokenizer.to_str())["model"]
    made = transformers.Qwen2Tokenizer(
        vocab=spec["vocab"], merges=[tuple(pair) for pair in spec["merges"]], unk_token=None, eos_token="<|im_end|>",
        extra_special_tokens=["<|im_start|>", "<|im_end|>"], model_max_length=77, chat_template=CHAT,
        clean_up_tokenization_spaces=False, split_special_tokens=False, errors="replace",
    )  # fmt: skip
    made.add_tokens(["<tool_call>"])
    return saved(made, AutoConfig.for_model("qwen2"), place)


def test_qwen2_keeps_all_else_as_it_was(tmp_path: Path) -> None:
    config, before = AutoConfig.for_model("qwen2"), _qwen(tmp_path / "base")
    after, ids = entered(before)
    assert not set(ids) & set(saved(after, config, tmp_path / "forgets")("the graft stents hospitals").input_ids)
    assert "takes tokenizer.json as it is" in keep_as_written(after, config, "adapt.tokens")
    again = saved(after, config, tmp_path / "new")
    assert again("the graft stents hospitals").input_ids[-3:] == ids
    for one in ("special_tokens_map", "all_special_ids", "chat_template", "model_max_length", "padding_side",
                "model_input_names", "clean_up_tokenization_spaces", "split_special_tokens"):  # fmt: skip
        assert getattr(again, one) == getattr(before, one), one
    chat = [{"role": "user", "content": "where is the <tool_call> stent?"}]
    assert again.apply_chat_template(chat)["input_ids"] == before.apply_chat_template(chat)["input_ids"]
    for text in texts():
        assert again.decode(again(text).input_ids) == before.decode(before(text).input_ids)
        assert again.decode(again(text).input_ids, skip_special_tokens=True) == text


def test_no_code_comes_with_the_folder_and_none_is_run_if_it_is_trusted(tmp_path: Path) -> None:
    config = AutoConfig.for_model("qwen2")
    after, ids = entered(_qwen(tmp_path / "base"))
    keep_as_written(after, config, "adapt.tokens")
    saved(after, config, tmp_path / "new")
    settings = json.loads((tmp_path / "new" / "tokenizer_config.json").read_text(encoding="utf-8"))
    assert settings[AS_WRITTEN] is True
    assert "auto_map" not in settings
    assert not list((tmp_path / "new").glob("*.py"))
    trusting = AutoTokenizer.from_pretrained(tmp_path / "new", trust_remote_code=True)
    assert trusting("the graft").input_ids[-1] == ids[0]
    assert type(trusting) is transformers.Qwen2Tokenizer


def test_what_was_loaded_and_goes_on_is_kept_again(tmp_path: Path) -> None:
    config = AutoConfig.for_model("qwen2")
    after, ids = entered(_qwen(tmp_path / "base"))
    keep_as_written(after, config, "adapt.tokens")
    loaded = saved(after, config, tmp_path / "first")
    assert AS_WRITTEN not in loaded.init_kwargs, "transformers does not remember it"
    assert keep_as_written(loaded, config, "adapt.tokens")
    assert saved(loaded, config, tmp_path / "second")("the graft").input_ids[-1] == ids[0]


def test_the_line_is_written_only_where_it_must_be(tmp_path: Path) -> None:
    after, _ = entered(_qwen(tmp_path / "base"))
    assert keep_as_written(after, AutoConfig.for_model("qwen2"), "adapt.tokens")
    assert keep_as_written(after, AutoConfig.for_model("llama"), "adapt.tokens") == ""
    assert AS_WRITTEN not in after.init_kwargs
    assert keep_as_written(_qwen(tmp_path / "again"), AutoConfig.for_model("qwen2"), "adapt.tokens") == ""


@pytest.mark.parametrize("kind", sorted(ALL))
def test_a_tokenizer_of_another_kind_is_kept_beside_qwen2(kind: str, tmp_path: Path) -> None:
    config, (made, _) = AutoConfig.for_model("qwen2"), entered(ALL[kind]())
    assert keep_as_written(made, config, "adapt.tokens")
    again = saved(made, config, tmp_path)
    assert [again(text).input_ids for text in texts()] == [made(text).input_ids for text in texts()]


def test_one_that_is_given_back_changed_all_the_same_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AutoTokenizer, "from_pretrained", lambda *_, **__: byte_bpe())
    with pytest.raises(UserError, match="beside a qwen2 model transformers gives back another tokenizer"):
        keep_as_written(unigram(), AutoConfig.for_model("qwen2"), "adapt.tokens")
