from pathlib import Path

import psutil
import pytest
import torch

from acclimate.compat import memory_limits
from acclimate.compat.memory_limits import Room, room


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n", encoding="utf-8")


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of control groups that a test can fill."""
    monkeypatch.setattr(memory_limits, "_CGROUPS", tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    return tmp_path


def test_room_is_what_the_machine_can_give(groups: Path) -> None:
    found = room()
    held = psutil.Process().memory_info().rss
    assert not found.gpu
    assert held < found.free <= found.total
    assert found.total == psutil.virtual_memory().total + psutil.swap_memory().total
    assert found.free - held == pytest.approx(psutil.virtual_memory().available, rel=0.2)


@pytest.mark.parametrize("version", [1, 2])
def test_a_container_has_less_than_its_machine(version: int, groups: Path) -> None:
    """The narrowest group on the way up counts, and pages of files can be dropped."""
    line = "4:memory:/outer/inner\n3:cpu:/other" if version == 1 else "0::/outer/inner"
    (groups / "membership").write_text(line, encoding="utf-8")
    if version == 1:
        root, limit, used = groups / "memory", "memory__limit_in_bytes", "memory__usage_in_bytes"
        write(root / "outer" / "inner", **{limit: 2**63 - 4096, used: 900, "memory__stat": "total_inactive_file 400"})
    else:
        root, limit, used = groups, "memory__max", "memory__current"
        write(root / "outer" / "inner", **{limit: "max", used: 900})
    write(root / "outer", **{limit: 5000, used: 1000, "memory__stat": "anon 7\ninactive_file 300"})
    found = list(memory_limits._limits(groups / "membership"))
    assert found[-1] == (5000, 700)
    assert found[:-1] == ([(2**63 - 4096, 500)] if version == 1 else []), "`max` is no limit"


def test_the_limit_bounds_free_and_total(groups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = psutil.Process().memory_info().rss
    monkeypatch.setattr(memory_limits, "_limits", lambda membership: iter([(held + 10**8, held + 10**7)]))
    found = room()
    assert found.total == held + 10**8
    assert found.free == pytest.approx(held + 9 * 10**7, rel=0.05)


def test_without_control_groups_the_machine_is_the_limit(tmp_path: Path) -> None:
    assert list(memory_limits._limits(tmp_path / "nothing")) == []


def test_processes_of_a_machine_share_it(groups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = room()
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert room().total == alone.total // 4
    assert room().free < 0.5 * alone.free


def test_a_gpu_counts_with_what_torch_holds_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (60, 100))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 30)
    assert room() == Room(90, 100, gpu=True)
