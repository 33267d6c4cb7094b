import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from acclimate.core.artifact import (
    MANIFEST,
    file_hash,
    fingerprint,
    folder,
    is_complete,
    read_json,
    write_json,
    write_text,
)


def inside(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def test_a_fingerprint_depends_on_content_not_on_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
    assert fingerprint("a", "b") != fingerprint("ab")
    assert fingerprint([1, 2]) != fingerprint([2, 1])
    assert len(fingerprint("x")) == 16


def test_a_folder_appears_whole_with_a_manifest_of_hashes(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "tokens"
    with folder(place, made_from="f1", about={"inputs": {"x": "y"}}) as new:
        (new / "part").mkdir()
        (new / "part" / "a.txt").write_text("A", encoding="utf-8")
        assert not place.exists()
    manifest = read_json(place / MANIFEST)
    assert manifest == {
        "made_from": "f1",
        "inputs": {"x": "y"},
        "files": {"part/a.txt": file_hash(place / "part" / "a.txt")},
    }
    assert inside(place.parent) == ["tokens"]
    assert is_complete(place)
    assert is_complete(place, "f1", check_hashes=True)
    assert not is_complete(place, "f2")


def test_an_error_leaves_nothing_and_does_not_touch_what_was_there(tmp_path: Path) -> None:
    place = tmp_path / "tokens"
    with folder(place, made_from="old") as new:
        (new / "a.txt").write_text("old", encoding="utf-8")
    with pytest.raises(ValueError, match="stop"), folder(place, made_from="new") as new:  # noqa: PT012
        (new / "a.txt").write_text("half", encoding="utf-8")
        raise ValueError("stop")
    assert inside(tmp_path) == ["tokens"]
    assert (place / "a.txt").read_text(encoding="utf-8") == "old"
    assert is_complete(place, "old", check_hashes=True)


def test_a_new_folder_replaces_the_old_one_whole(tmp_path: Path) -> None:
    place = tmp_path / "tokens"
    for made_from, name in (("1", "a.txt"), ("2", "b.txt")):
        with folder(place, made_from=made_from) as new:
            (new / name).write_text(name, encoding="utf-8")
    assert inside(place) == ["b.txt", MANIFEST]
    assert inside(tmp_path) == ["tokens"]


@pytest.mark.parametrize(
    "damage, by_hash_only",
    [
        (lambda place: (place / MANIFEST).unlink(), False),
        (lambda place: (place / MANIFEST).write_text("{", encoding="utf-8"), False),
        (lambda place: (place / "a.txt").unlink(), False),
        (lambda place: (place / "a.txt").write_text("B", encoding="utf-8"), True),
    ],
    ids=["no manifest", "half a manifest", "a file gone", "a byte changed"],
)
def test_a_damaged_folder_is_not_complete(damage: object, by_hash_only: bool, tmp_path: Path) -> None:
    place = tmp_path / "tokens"
    with folder(place, made_from="f") as new:
        (new / "a.txt").write_text("A", encoding="utf-8")
    damage(place)  # type: ignore[operator]
    assert is_complete(place, "f") == by_hash_only
    assert not is_complete(place, "f", check_hashes=True)


@pytest.mark.parametrize("place", ["artifact.before_manifest", "artifact.before_rename"])
def test_killed_in_a_write_the_old_folder_stands_and_the_next_write_succeeds(place: str, tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from acclimate.core.artifact import folder
with folder(Path(sys.argv[1]), made_from=sys.argv[2]) as new:
    (new / "a.txt").write_text(sys.argv[2])
"""

    def write(made_from: str, fail_at: str = "") -> int:
        environment = {**os.environ, "ACCLIMATE_FAIL_AT": fail_at}
        command = [sys.executable, "-c", script, str(tmp_path / "tokens"), made_from]
        return subprocess.run(command, env=environment, timeout=60, check=False).returncode

    assert write("old") == 0
    assert write("new", place) == -signal.SIGKILL
    assert is_complete(tmp_path / "tokens", "old", check_hashes=True)
    assert write("new") == 0
    assert is_complete(tmp_path / "tokens", "new", check_hashes=True)
    assert inside(tmp_path) == ["tokens"]


def test_json_is_written_whole_and_refuses_what_json_has_no_name_for(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    write_json(path, {"value": 1.5, "name": "患者"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"value": 1.5, "name": "患者"}
    with pytest.raises(ValueError, match="Out of range"):
        write_json(path, {"value": float("nan")})
    assert read_json(path)["value"] == 1.5
    assert inside(tmp_path) == ["scores.json"]


def test_a_full_disk_leaves_the_old_file_and_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_text(tmp_path / "recipe.yaml", "old")
    write_json(tmp_path / "scores.json", ["old"])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_text(tmp_path / "recipe.yaml", "new")
    with pytest.raises(OSError, match="No space"):
        write_json(tmp_path / "scores.json", ["new"])
    assert (tmp_path / "recipe.yaml").read_text(encoding="utf-8") == "old"
    assert read_json(tmp_path / "scores.json") == ["old"]
    assert inside(tmp_path) == ["recipe.yaml", "scores.json"]
