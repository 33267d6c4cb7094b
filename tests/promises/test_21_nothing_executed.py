"""Nothing is executed that came as data: no pickle is read, no remote code, no YAML tag, no eval."""

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from acclimate.core.errors import UserError
from acclimate.core.examples import Examples
from acclimate.core.recipe import parse_yaml
from acclimate.model.convert import convert
from acclimate.pipeline.run import run
from tests.contracts.source_tree import read_package
from tests.contracts.test_house_rules import data_is_never_executed
from tests.pipeline import tiny


class Poison:
    """Makes a folder when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.mkdir, (str(self.place),)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """What is there if something was executed."""
    return tmp_path / "executed"


def test_the_poison_works(mark: Path) -> None:
    pickle.loads(pickle.dumps(Poison(mark)))  # noqa: S301  it has to run here, to prove that it does not run there
    assert mark.is_dir()


def test_the_source_has_no_way_to_execute_data() -> None:
    modules = read_package()
    assert len(modules) > 100
    assert not [fault for module in modules for fault in data_is_never_executed(module)]


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "tf_model.h5"])
def test_a_base_with_pickled_weights_alone_is_refused_unread(name: str, mark: Path, tmp_path: Path) -> None:
    place = tiny.encoder(tmp_path / "model")
    (place / "model.safetensors").unlink()
    torch.save(Poison(mark), place / name)
    rows = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts(30))
    with pytest.raises(UserError, match="safetensors"):
        run(tiny.recipe(place, rows, tmp_path / "out"))
    assert not mark.exists()


@pytest.mark.parametrize("inside", [lambda it: it, lambda it: {"weight": torch.ones(2), "bias": it}])
@pytest.mark.parametrize("zipped", [True, False])
def test_convert_reads_tensors_and_refuses_the_rest_unread(
    zipped: bool, inside: Callable[[Any], Any], mark: Path, tmp_path: Path
) -> None:
    place = tiny.encoder(tmp_path / "model")
    (place / "model.safetensors").unlink()
    torch.save(inside(Poison(mark)), place / "pytorch_model.bin", _use_new_zipfile_serialization=zipped)
    with pytest.raises(UserError, match=r"pytorch_model\.bin: asks for posix\.mkdir"):
        convert(str(place), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_pickles_beside_a_model_or_in_a_checkpoint_are_not_looked_at(mark: Path, tmp_path: Path) -> None:
    place = tiny.encoder(tmp_path / "model")
    rows = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts(30))
    data = tiny.recipe(place, rows, tmp_path / "out", prepare=[])
    names = ("pytorch_model.bin", "training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth")
    for name in names:
        torch.save(Poison(mark), place / name)
    done = run(data)
    for name in names:
        shutil.copy(place / name, done.folder / "04-adapt-train" / "checkpoint-4" / name)
    run(data, ["train.max_steps=5"])
    assert not mark.exists()


def test_code_that_comes_with_a_model_is_not_run(mark: Path, tmp_path: Path) -> None:
    place = tiny.encoder(tmp_path / "model")
    code = f"import os\nos.mkdir({str(mark)!r})\n"
    for name in ("configuration_evil.py", "modeling_evil.py", "tokenization_evil.py", "__init__.py"):
        (place / name).write_text(code, encoding="utf-8")
    for name, classes in (
        ("config.json", {"AutoConfig": "configuration_evil.Evil", "AutoModelForMaskedLM": "modeling_evil.Evil"}),
        ("tokenizer_config.json", {"AutoTokenizer": ["tokenization_evil.Evil", "tokenization_evil.Evil"]}),
    ):
        text = (place / name).read_text(encoding="utf-8").rstrip()
        (place / name).write_text(f'{text[:-1]}, "auto_map": {classes!r}}}'.replace("'", '"'), encoding="utf-8")
    rows = tiny.write_rows(tmp_path / "rows.jsonl", tiny.texts(30))
    run(tiny.recipe(place, rows, tmp_path / "out", prepare=[], train={"max_steps": 0, "bf16": False}))
    assert not mark.exists()


@pytest.mark.parametrize(
    "tag",
    ["!!python/object/apply:os.mkdir", "!!python/object/new:os.mkdir", "!!python/name:os.mkdir", "!!python/module:os"],
)
def test_a_recipes_yaml_makes_plain_data_alone(tag: str, mark: Path) -> None:
    with pytest.raises(UserError, match="not YAML: could not determine a constructor"):
        parse_yaml(f"model: {tag} [{mark}]", "r.yaml")
    assert not mark.exists()


def test_kept_arrays_hold_no_objects(mark: Path, tmp_path: Path) -> None:
    for name in ("ids_T", "units_T", "offsets_N1", "row_N", "key_N"):
        np.save(tmp_path / f"{name}.npy", np.array([Poison(mark)], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"[Oo]bject"):
        Examples.load(tmp_path)
    assert not mark.exists()
