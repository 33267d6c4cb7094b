"""A base held in bfloat16 under an adapter, from recipe to saved model."""

from pathlib import Path

import pytest
from safetensors.torch import load_file

from acclimate.core.errors import UserError
from acclimate.pipeline.run import run
from tests.pipeline import tiny


def test_a_frozen_base_in_bfloat16_is_trained_saved_and_measured(tmp_path: Path) -> None:
    rows = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts(40))
    data = tiny.recipe(tiny.encoder(tmp_path / "base"), rows, tmp_path / "out", prepare=[])
    data["model"] = {
        "path": data["model"] if isinstance(data["model"], str) else data["model"]["path"],
        "dtype": "bfloat16",
    }
    with pytest.raises(UserError, match="trains the base's own weights"):
        run(data)
    done = run(data, ["adapter=lora", "train.max_steps=2"])
    weights = load_file(done.folder / "model" / "model.safetensors")
    assert {str(one.dtype) for one in weights.values()} == {"torch.float32"}
    base = load_file(tmp_path / "base" / "model.safetensors")
    name = next(name for name in base if name.endswith("layer.0.attention.self.query.bias"))
    assert weights[name].equal(base[name].bfloat16().float()), "what no adapter touched is the base's, as it was held"
