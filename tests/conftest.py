"""What every test shares: no network, no GPU, one thread; and the real data, where it is there."""

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
# Tiny models gain nothing from a second thread, and lose much: one that waits for the other spins, and where the suite
# runs on every core the other one is waited for long.
THREADS = 1

# Before torch or a Hub library is imported, by a test or by a command that a test starts.
os.environ |= {
    "CUDA_VISIBLE_DEVICES": "",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": str(THREADS),
    "TOKENIZERS_PARALLELISM": "false",
}


# The same examples in every run, however slow the machine: what fails, fails again.
settings.register_profile("acclimate", deadline=None, derandomize=True)
settings.load_profile("acclimate")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests: one that is begun last leaves the other cores idle."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Give each test the same number of threads, whatever the one before it set; torch is not imported for it."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != THREADS:
        torch.set_num_threads(THREADS)


@pytest.fixture(autouse=True, scope="module")
def _collector_looks_at_what_is_new() -> None:
    """Hide from the collector what is there already: each training ends with a full collection, a second each else."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository. Tests that use it are marked `shared_data`."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real data here: ../shared/data is absent")
    return folder
