import json
from pathlib import Path

import pytest

from acclimate.compat.transformers.ties import tied_names
from tests.made import language_model


@pytest.mark.parametrize("tied", [True, False])
def test_ties_are_what_the_config_says(tied: bool, tmp_path: Path) -> None:
    model = language_model("gpt2", tie_word_embeddings=tied).model
    model.save_pretrained(tmp_path)
    assert tied_names(tmp_path) == ({"lm_head.weight": "transformer.wte.weight"} if tied else {})


@pytest.mark.parametrize(
    "config",
    [{}, {"model_type": "nonsense"}, {"model_type": "bert", "architectures": ["pipeline"]}, {"model_type": "bert", "architectures": 3},
     {"model_type": "bert", "architectures": ["BertForMaskedLM"], "hidden_size": -1}],
)  # fmt: skip
def test_a_config_that_says_nothing_ties_nothing(config: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert tied_names(tmp_path) == {}
