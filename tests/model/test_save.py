from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from acclimate.compat.transformers.ways import choose
from acclimate.core.errors import AcclimateError
from acclimate.model.rows import add_rows
from acclimate.model.save import save
from tests.made import language_model


def test_a_folder_that_plain_transformers_loads(tmp_path: Path) -> None:
    lm = language_model("bert")
    choose(lm.model, causal=False)
    attention = lm.model.config._attn_implementation
    save(lm, lm.model, tmp_path)
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {path.name for path in tmp_path.iterdir()}
    again = AutoModelForMaskedLM.from_pretrained(tmp_path)
    assert (again.config._attn_implementation, again.config.use_cache) == ("sdpa", True)
    assert all(torch.equal(again.state_dict()[name], tensor) for name, tensor in lm.model.state_dict().items())
    assert AutoTokenizer.from_pretrained(tmp_path)("w7").input_ids == [1, 7, 2]
    assert lm.model.config._attn_implementation == attention, "training may go on"
    assert lm.model.config.use_cache is False


def test_other_weights_in_the_folder_fail_the_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lm = language_model("bert")
    write = lm.model.save_pretrained

    def another(folder: Path) -> None:
        with torch.no_grad():
            lm.model.bert.embeddings.LayerNorm.bias[3] += 1e-6
            write(folder)
            lm.model.bert.embeddings.LayerNorm.bias[3] -= 1e-5

    monkeypatch.setattr(lm.model, "save_pretrained", another)
    with pytest.raises(AcclimateError, match=r"the saved weight bert\.embeddings\.LayerNorm\.bias differs"):
        save(lm, lm.model, tmp_path)


def test_a_tokenizer_that_forgets_a_token_fails_the_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lm = language_model("bert")
    write = lm.tokenizer.save_pretrained
    write(tmp_path)
    monkeypatch.setattr(lm.tokenizer, "save_pretrained", lambda folder: None)
    lm.tokenizer.add_tokens(["<event>"], special_tokens=True)
    new = lm.tokenizer.convert_tokens_to_ids("<event>")
    add_rows(lm, [new], [[5]])
    with pytest.raises(AcclimateError, match="the saved tokenizer gives other ids"):
        save(lm, lm.model, tmp_path)
