"""Which file is which split."""

from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.sources.hub_layout import is_script, splits_of_conversion, splits_of_names


@pytest.mark.parametrize(
    "names, splits",
    [
        (["data/train-00000-of-00001.parquet"], {"train": ["data/train-00000-of-00001.parquet"]}),
        (["dev.csv", "train.csv", "readme.csv.png"], {"train": ["train.csv"], "validation": ["dev.csv"]}),
        (["test/a[1].jsonl", "train/b.jsonl"], {"train": ["train/b.jsonl"], "test": ["test/a[1].jsonl"]}),
        (["some.json.gz"], {"train": ["some.json.gz"]}),
    ],
)
def test_by_names_alone_as_datasets_does_it(tmp_path: Path, names: list[str], splits: dict[str, list[str]]) -> None:
    assert splits_of_names(names, tmp_path / "README.md", None, "sources.train") == splits


def test_a_set_of_what_can_not_be_read_says_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no file that can be read; it holds \.md, \.wav"):
        splits_of_names(["README.md", "a.wav"], tmp_path / "README.md", None, "sources.train")


@pytest.mark.parametrize("name", ["../train.csv", "/nowhere/train.csv"])
def test_names_can_not_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="lead out of it"):
        splits_of_names([name], tmp_path / "README.md", None, "sources.train")


def test_the_conversion_of_the_hub() -> None:
    names = [".gitattributes", "a/b/train/0000.parquet", "a/b/test/0000.parquet", "c/partial-train/0000.parquet"]
    assert splits_of_conversion(names, "a/b", "s") == {
        "train": ["a/b/train/0000.parquet"],
        "test": ["a/b/test/0000.parquet"],
    }
    assert splits_of_conversion(names[:3], None, "s") == splits_of_conversion(names, "a/b", "s")
    assert splits_of_conversion([*names, "default/train/0000.parquet"], None, "s") == {
        "train": ["default/train/0000.parquet"]
    }
    with pytest.raises(UserError, match=r"several configurations\n  allowed: a/b, c"):
        splits_of_conversion(names, None, "s")
    with pytest.raises(UserError, match=r"no configuration 'a/c'; did you mean a/b"):
        splits_of_conversion(names, "a/c", "s")


def test_what_a_script_is() -> None:
    assert is_script("owner/squad", ["README.md", "squad.py"])
    assert not is_script("owner/squad", ["README.md", "build.py"])
