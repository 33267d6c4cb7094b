"""Take the model of a starter's run into the package: `python tools/make_starter.py runs/starter_decoder decoder`.

Weights become bfloat16 (half the size; they are loaded as float32 again).
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

FILES = ("tokenizer.json", "tokenizer_config.json")


def make(run: Path, name: str) -> Path:
    """Write src/acclimate/starters/NAME from RUN/model."""
    place = Path(__file__).parents[1] / "src" / "acclimate" / "starters" / name
    place.mkdir(parents=True, exist_ok=True)
    weights = load_file(run / "model" / "model.safetensors")
    halved = {key: tensor.to(torch.bfloat16).contiguous() for key, tensor in weights.items()}
    save_file(halved, place / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((run / "model" / "config.json").read_text(encoding="utf-8"))
    config = {key: value for key, value in config.items() if key not in ("transformers_version", "_name_or_path")}
    config["dtype"] = "bfloat16"
    (place / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for file in FILES:
        shutil.copyfile(run / "model" / file, place / file)
    (place / "model.safetensors").chmod(0o644)
    return place


if __name__ == "__main__":
    print(make(Path(sys.argv[1]), sys.argv[2]))
