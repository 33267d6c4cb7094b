import os
import shutil
from pathlib import Path

import pytest

from acclimate.model.section import Model
from acclimate.pipeline.identity import model_identity


@pytest.fixture
def folder(encoder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(encoder, tmp_path / "model"))


def test_a_folder_is_its_content_not_its_place_or_age(encoder: Path, folder: Path) -> None:
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    assert model_identity(Model(path=str(folder))) == model_identity(Model(path=str(encoder)))


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_one_byte_makes_another_model(name: str, encoder: Path, folder: Path) -> None:
    data = bytearray((folder / name).read_bytes())
    data[-1] ^= 1
    (folder / name).write_bytes(bytes(data))
    assert model_identity(Model(path=str(folder))) != model_identity(Model(path=str(encoder)))


def test_other_things_in_the_folder_and_a_card_make_no_difference(encoder: Path, folder: Path) -> None:
    (folder / "README.md").write_text("a card", encoding="utf-8")
    assert model_identity(Model(path=str(folder))) == model_identity(Model(path=str(encoder)))


def test_a_hub_model_is_its_name_and_revision() -> None:
    one = Model(path="bert-base-cased")
    assert model_identity(one) == model_identity(Model(path="bert-base-cased"))
    assert model_identity(one) != model_identity(Model(path="bert-base-uncased"))
    assert model_identity(one) != model_identity(Model(path="bert-base-cased", revision="v1"))
