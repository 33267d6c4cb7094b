"""Data sets of the Hub: from folders laid out like them, and from a server of this machine that plays the Hub."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from acclimate.core.errors import UserError
from acclimate.core.rows import Counts, Rows
from acclimate.sources.hub import Hub
from tests.sources.hub_made import commit_of, playing_hub


def parquet(**columns: list[Any]) -> bytes:
    stream = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


def read(path: Path, **options: object) -> tuple[Rows, Counts]:
    rows, counts = Hub.model_validate({"path": str(path), **options}).read("sources.train")
    counts.check("hub")
    return rows, counts


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Two shards of train with 3 and 2 rows, one of test with 1."""
    folder = tmp_path / "set"
    (folder / "data").mkdir(parents=True)
    for name, texts in (("train-00000-of-00002", "abc"), ("train-00001-of-00002", "de"), ("test-00000-of-00001", "t")):
        (folder / "data" / f"{name}.parquet").write_bytes(parquet(text=list(texts), n=list(range(len(texts)))))
    return folder


def test_a_split_of_a_local_folder(shards: Path) -> None:
    rows, counts = read(shards)
    assert rows["text"].to_pylist() == list("abcde")
    assert rows["row_id"].to_pylist()[2:4] == [
        "train/train-00000-of-00002.parquet:3",
        "train/train-00001-of-00002.parquet:1",
    ]
    assert counts == Counts(5, 5)
    assert read(shards, split="test", columns=["text"])[0].column_names == ["row_id", "text"]


@pytest.mark.parametrize(
    "split, texts",
    [
        ("train[:40%]", "ab"),
        ("train[1:3]", "bc"),
        ("train[-1:]", "e"),
        ("train[60%:] + test", "det"),
        ("test+train[:1]", "ta"),
    ],
)
def test_slices_are_those_of_datasets(shards: Path, split: str, texts: str) -> None:
    rows, counts = read(shards, split=split)
    assert "".join(rows["text"].to_pylist()) == texts
    assert sum(counts.removed.values()) == counts.rows_in - len(texts)


@pytest.mark.parametrize(
    "options, said",
    [
        ({"split": "trian"}, "split: no split 'trian'; did you mean train"),
        ({"split": "train[:2]+train[1:3]"}, "takes a row twice"),
        ({"split": "train[:0]"}, "is empty"),
        ({"dataset_config_name": "en"}, "BuilderConfig 'en' not found"),
        ({"columns": ["texts"]}, "no column 'texts'; did you mean text"),
    ],
)
def test_what_is_not_there_is_named(shards: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as caught:
        read(shards, **options)
    assert said in str(caught.value)


def test_configurations_of_a_readme_and_csv_as_text(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.csv").write_text("drug,zip\nNA,02139\n")
    (tmp_path / "b.csv").write_text("drug,zip\nNone,1\n")
    (tmp_path / "README.md").write_text(
        "---\nconfigs:\n- config_name: first\n  data_files: a/*.csv\n"
        "- config_name: second\n  data_files:\n  - split: test\n    path: b.csv\n---\n# x\n"
    )
    with pytest.raises(UserError, match=r"Please pick one among the available configs: \['first', 'second'\]"):
        read(tmp_path)
    rows, _ = read(tmp_path, dataset_config_name="first")
    assert rows.to_pylist() == [{"row_id": "train/x.csv:1", "drug": "NA", "zip": "02139"}]
    assert read(tmp_path, dataset_config_name="second", split="test")[0]["drug"].to_pylist() == ["None"]


def test_text_is_read_by_line_and_broken_files_by_place(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("one\n\ntwo\n")
    rows, counts = read(tmp_path)
    assert rows["text"].to_pylist() == ["one", "two"]
    assert counts.removed == {"empty line": 1}
    (tmp_path / "train.txt").unlink()
    (tmp_path / "train.jsonl").write_text('{"a": 1}\n{')
    with pytest.raises(UserError, match=r"train\.jsonl, line 2: not JSON"):
        read(tmp_path)


def test_a_local_script_is_not_run(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "set.py").write_text("raise SystemExit(7)")
    with pytest.raises(UserError, match="scripts are no longer supported"):
        read(folder)


@pytest.mark.parametrize(
    "configs, said",
    [
        ("- config_name: x\n  data_files: https://localhost/x.csv", "names addresses on the network"),
        ("- config_name: x\n  data_files: {outside}/y.csv", "lies outside"),
        ("[", "YAML of its README can't be read"),
    ],
)
def test_a_readme_can_not_reach_beyond_its_folder(tmp_path: Path, configs: str, said: str) -> None:
    (tmp_path / "y.csv").write_text("secret\n1\n")
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "README.md").write_text(f"---\nconfigs:\n{configs.format(outside=tmp_path)}\n---\n")
    with pytest.raises(UserError, match=said):
        read(folder)


def test_inputs_of_a_folder_change_with_its_content(shards: Path) -> None:
    source = Hub(path=str(shards))
    before = source.inputs("sources.train")
    assert len(before) == 3
    (shards / "data" / "test-00000-of-00001.parquet").write_bytes(parquet(text=["u"], n=[0]))
    assert source.inputs("sources.train") != before


@pytest.mark.parametrize("split", ["", "train[", "train]", "a b", "train;x", "train[[1]]"])
def test_a_split_has_a_form(split: str) -> None:
    with pytest.raises(ValueError, match="a split such as train"):
        Hub(path="x", split=split)


# --- the Hub itself, played by a server; in processes of their own, since its address is read at import ----------------

PROGRAM = """
import json, sys
from acclimate.core.errors import UserError
from acclimate.sources.hub import Hub
for options in json.loads(sys.argv[1]):
    source = Hub.model_validate(options)
    try:
        rows, counts = source.read("sources.train")
        print(json.dumps({"rows": rows.to_pylist(), "inputs": dict(source.inputs("sources.train")), "notes": counts.notes}))
    except UserError as error:
        print(json.dumps({"error": str(error)}))
"""
NO_SOCKET = (
    "import socket\ndef refuse(*a, **k): raise SystemExit('a socket was opened')\nsocket.socket.connect = refuse\n"
)
SET = {
    "data/train-00000-of-00001.parquet": parquet(text=["a", "b"]),
    "data/test-00000-of-00001.parquet": parquet(text=["t"]),
    "README.md": b"# A set\n",
    "picture[1].png": b"x",
}
CONVERTED = {
    ".gitattributes": b"",
    "en/train/0000.parquet": parquet(text=["en"]),
    "en/train/0001.parquet": parquet(text=["en2"]),
    "zh/partial-train/0000.parquet": parquet(text=["zh"]),
}
REPOSITORIES = {
    "owner/set": {"main": SET, "v1": {"train.jsonl": b'{"text": "old"}\n'}},
    "owner/script": {"main": {"script.py": b"raise SystemExit(7)"}, "refs/convert/parquet": CONVERTED},
    "owner/pictures": {"main": {"picture.png": b"x"}},
}


def ask(home: Path, wanted: list[dict[str, Any]], *, prefix: str = "", **environment: str) -> list[dict[str, Any]]:
    kept = {key: value for key, value in os.environ.items() if key not in ("HF_HUB_OFFLINE", "HF_ENDPOINT")}
    done = subprocess.run(
        [sys.executable, "-c", prefix + PROGRAM, json.dumps(wanted)],
        env={**kept, "HF_HOME": str(home), "HF_HUB_DISABLE_PROGRESS_BARS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [*answers, {"log": done.stderr}]


@pytest.fixture(scope="module")
def hub() -> Iterator[tuple[str, list[str]]]:
    with playing_hub(REPOSITORIES) as playing:
        yield playing


def test_a_data_set_of_the_hub_is_fetched_by_split_and_kept_for_offline(
    hub: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = hub
    wanted = [{"path": "owner/set"}, {"path": "owner/set", "revision": "v1"}]
    first, old, _ = ask(tmp_path, wanted, HF_ENDPOINT=address)
    assert [row["text"] for row in first["rows"]] == ["a", "b"]
    assert first["rows"][1]["row_id"] == "train/train-00000-of-00001.parquet:2"
    assert first["inputs"] == {"hub:owner/set": commit_of(SET)}
    assert [row["text"] for row in old["rows"]] == ["old"]
    assert first["notes"] == []
    assert not [path for path in asked if "test-" in path or ".png" in path]
    assert all(path.startswith(("/api/datasets/owner/set/", "/datasets/owner/set/")) for path in asked)

    wanted.append({"path": "owner/set", "split": "test"})
    again, _, test, _ = ask(tmp_path, wanted, prefix=NO_SOCKET, HF_HUB_OFFLINE="1")
    assert again == first
    assert "files of owner/set are not in the local cache" in test["error"]
    unreached, *_ = ask(tmp_path, wanted[:1], HF_ENDPOINT="http://127.0.0.1:9")
    assert unreached == first


def test_a_script_is_read_from_its_conversion(hub: tuple[str, list[str]], tmp_path: Path) -> None:
    script = {"path": "owner/script"}
    several, en, part, refused, said = ask(
        tmp_path,
        [
            script,
            {**script, "dataset_config_name": "en"},
            {**script, "dataset_config_name": "zh"},
            {**script, "revision": "main"},
        ],
        HF_ENDPOINT=hub[0],
    )
    assert "several configurations" in several["error"]
    assert "en, zh" in several["error"]
    assert [row["text"] for row in en["rows"]] == ["en", "en2"]
    assert en["inputs"] == {"hub:owner/script": commit_of(CONVERTED)}
    assert "no split 'train'\n  allowed: partial-train" in part["error"]
    assert "is a script, and no code of a data set is run" in refused["error"]
    (note,) = en["notes"]
    assert note == "owner/script is a script, which is not run: its Parquet conversion (refs/convert/parquet) is read"
    assert note in said["log"]


def test_what_the_hub_does_not_have(hub: tuple[str, list[str]], tmp_path: Path) -> None:
    wanted = [
        {"path": "owner/none"},
        {"path": "owner/set", "revision": "v9"},
        {"path": "owner/pictures"},
        {"path": "a/b/c"},
    ]
    *errors, _ = [one.get("error", "") for one in ask(tmp_path, wanted, HF_ENDPOINT=hub[0])]
    for error, said in zip(
        errors,
        [
            "has no data set owner/none",
            "no revision 'v9'",
            "no file that can be read; it holds .png",
            "no name on the Hub",
        ],
        strict=True,
    ):
        assert said in error


def test_no_network_is_said_and_no_socket_opened_offline(tmp_path: Path) -> None:
    wanted = [{"path": "owner/set"}]
    offline, _ = ask(tmp_path, wanted, prefix=NO_SOCKET, HF_HUB_OFFLINE="1")
    assert "owner/set is not in the local cache, and HF_HUB_OFFLINE" in offline["error"]
    unreached, _ = ask(tmp_path, wanted, HF_ENDPOINT="http://127.0.0.1:9")
    assert "the Hub can't be reached" in unreached["error"]
    assert "hf download --repo-type dataset owner/set" in unreached["error"]
