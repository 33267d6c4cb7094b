import subprocess
import sys

import pytest
import torch

from acclimate.compat import hardware


def test_bits_depend_on_the_threads_of_now() -> None:
    torch.set_num_threads(1)
    assert hardware.bits_depend_on()["threads"] == 1
    torch.set_num_threads(2)
    here = hardware.bits_depend_on()
    assert here["threads"] == 2
    assert here["torch"] == torch.__version__
    assert here["instructions"] == torch.backends.cpu.get_cpu_capability()


@pytest.mark.parametrize(
    "capability, flags, fast",
    [
        ("AVX512", {"avx512f", "avx512_bf16"}, True),
        ("AVX512", {"amx_bf16"}, True),
        ("AVX512", {"avx512f"}, False),
        ("AVX2", {"avx512_bf16"}, False),  # torch was told to use less than there is
        ("DEFAULT", set(), False),
    ],
)
def test_bf16_is_taken_where_it_is_fast(
    capability: str, flags: set[str], fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(hardware, "_cpu_flags", lambda: flags)
    assert hardware.has_bf16() is fast


def test_peak_memory_is_in_bytes_and_grows() -> None:
    before = hardware.peak_memory()
    assert before > 50 * 2**20, "an interpreter with torch needs more than that"
    block = torch.ones(before // 4 + 2**26, dtype=torch.float32)
    assert hardware.peak_memory() > before
    del block


def test_versions_of_what_results_depend_on() -> None:
    found = hardware.versions()
    assert {"python", "acclimate", "torch", "transformers", "peft"} <= set(found)
    assert found["torch"] == torch.__version__


def test_keeping_freed_memory_can_be_asked_for_twice_and_left_to_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(hardware.ctypes, "CDLL", lambda name: asked.append(name) or (_ for _ in ()).throw(OSError))
    hardware.keep_freed_memory()
    assert asked == [None]
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1")
    hardware.keep_freed_memory()
    assert asked == [None]


_KEPT = """
import psutil, torch
from acclimate.compat import hardware
def held(): return psutil.Process().memory_info().rss
def blocks(): return [torch.ones(2**18) for _ in range(200)]
hardware.keep_freed_memory()
before = held()
for _ in range(2):
    some = blocks()
    del some
kept = held() - before
hardware.give_freed_memory_back()
given = held() - before
print(kept, given)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is Linux's")
def test_freed_memory_is_kept_until_it_is_given_back() -> None:
    found = subprocess.run([sys.executable, "-c", _KEPT], capture_output=True, text=True, check=True).stdout
    kept, given = (int(number) / 2**20 for number in found.split())
    assert kept > 150, "200 blocks of 1 MiB"
    assert given < 50


def test_where_there_is_a_gpu_no_attention_is_taken_that_plans_for_each_length(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.backends.cuda.cudnn_sdp_enabled()
    try:
        torch.backends.cuda.enable_cudnn_sdp(True)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        assert (hardware.device(), torch.backends.cuda.cudnn_sdp_enabled()) == ("cpu", True)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        assert (hardware.device(), torch.backends.cuda.cudnn_sdp_enabled()) == ("cuda", False)
        assert torch.backends.cuda.flash_sdp_enabled()
        assert torch.backends.cuda.mem_efficient_sdp_enabled()
    finally:
        torch.backends.cuda.enable_cudnn_sdp(before)
