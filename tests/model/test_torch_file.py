import io
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from acclimate.core.errors import UserError
from acclimate.model.torch_file import tensors_of

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
          torch.uint8, torch.bool]  # fmt: skip
BASE = torch.arange(24.0).reshape(4, 6)


def write(place: Path, data: Any, *, legacy: bool = False) -> Path:
    torch.save(data, place, _use_new_zipfile_serialization=not legacy)
    return place


def same(found: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> None:
    assert list(found) == list(wanted)
    for name, tensor in wanted.items():
        assert (found[name].dtype, found[name].shape) == (tensor.dtype, tensor.shape)
        assert found[name].contiguous().numpy(force=True).tobytes() == tensor.contiguous().numpy(force=True).tobytes()


def views(tensor: torch.Tensor, kind: str) -> torch.Tensor:
    return {"whole": tensor, "turned": tensor.t(), "part": tensor[1:, ::2], "row": tensor[-1], "one": tensor[0, 0]}[
        kind
    ]


@settings(max_examples=60)
@given(
    parts=st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(0, 6), st.sampled_from(["whole", "turned", "part", "row", "one"])),
        min_size=1,
        max_size=6,
    ),
    legacy=st.booleans(),
)  # fmt: skip
def test_any_tensors_come_as_torch_reads_them(
    parts: list[tuple[int, int, int, str]], legacy: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plain = [dtype for dtype in DTYPES if dtype != torch.bfloat16]  # numpy, which compares the bytes, has no bfloat16
    data = {}
    for number, (rows, columns, dtype, kind) in enumerate(parts):
        full = (torch.arange(rows * columns).reshape(rows, columns) * 3 + number).to(plain[dtype])
        data[f"w{number}"], data[f"full{number}"] = views(full, kind), full
    path = write(tmp_path_factory.mktemp("bin") / "x.bin", data, legacy=legacy)
    same(tensors_of(path), torch.load(path, weights_only=True))


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_is_kept(dtype: torch.dtype, legacy: bool, tmp_path: Path) -> None:
    wanted = (torch.arange(7) % 3).to(dtype)
    found = tensors_of(write(tmp_path / "x.bin", {"w": wanted}, legacy=legacy))["w"]
    assert found.dtype == dtype
    assert torch.equal(found, wanted)


@pytest.mark.parametrize("dtype", [torch.uint16, torch.float8_e4m3fn])
def test_dtypes_without_a_storage_of_their_own(dtype: torch.dtype, tmp_path: Path) -> None:
    wanted = torch.arange(5.0).to(dtype)
    found = tensors_of(write(tmp_path / "x.bin", {"w": wanted}))["w"]
    assert found.dtype == dtype
    assert torch.equal(found.float(), wanted.float())


@pytest.mark.parametrize("legacy", [False, True])
def test_parameters_empty_tensors_and_a_module_s_versions(legacy: bool, tmp_path: Path) -> None:
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.LayerNorm(3))
    state = module.state_dict()
    assert state._metadata
    state["own"], state["none"] = torch.nn.Parameter(torch.ones(2)), torch.zeros(0, 3)
    found = tensors_of(write(tmp_path / "x.bin", state, legacy=legacy))
    same(found, {name: tensor.detach() for name, tensor in state.items()})


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize(
    "data, found",
    [
        ({"a": 1}, "'a' is no tensor but a int"),
        ({"state_dict": {"a": BASE}}, "'state_dict' is no tensor but a dict"),
        ([BASE], "holds no tensors by name"),
        ({}, "holds no tensors by name"),
        ({1: BASE}, "holds an entry named by a int, not by a text"),
        ({"a": BASE.numpy()}, "_reconstruct, which is no part of a tensor"),
        (torch.nn.Linear(2, 2), "asks for torch.nn.modules.linear.Linear"),
        ({"a": torch.zeros(2).to_sparse()}, "asks for torch._utils._rebuild_sparse_tensor"),
        ({"a": torch.zeros(2, dtype=torch.complex64)}, "asks for torch.ComplexFloatStorage"),
    ],
)
def test_more_than_tensors_by_name_is_refused(data: Any, found: str, legacy: bool, tmp_path: Path) -> None:
    path = write(tmp_path / "x.bin", data, legacy=legacy)
    with pytest.raises(UserError, match=r"x\.bin: ") as caught:
        tensors_of(path)
    assert found in str(caught.value)
    assert "nothing of it was run" in str(caught.value)


def test_a_conjugate_view_is_not_taken_for_its_numbers(tmp_path: Path) -> None:
    negative = torch.zeros(2, dtype=torch.complex64).conj().imag
    assert negative.is_neg()
    with pytest.raises(UserError, match="not what lies in the file"):
        tensors_of(write(tmp_path / "x.bin", {"a": negative}))


@pytest.mark.parametrize(
    "body, found",
    [
        (b"", "it is empty"),
        (b"PK\x03\x04 and no more", "not a zip file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
        (b"hello", "neither of torch's two formats"),
        (b"\x80\x02", "not a whole torch file"),
        (b"\x80\x02K\x01.", "is a pickle that torch.save did not write"),
    ],
)
def test_what_is_no_torch_file_is_said(body: bytes, found: str, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(body)
    with pytest.raises(UserError) as caught:
        tensors_of(tmp_path / "x.bin")
    assert found in str(caught.value)


def test_compressed_and_big_endian_files_are_refused(tmp_path: Path) -> None:
    source = zipfile.ZipFile(write(tmp_path / "x.bin", {"a": BASE}))
    for name, method, order in (("c.bin", zipfile.ZIP_DEFLATED, b"little"), ("b.bin", zipfile.ZIP_STORED, b"big")):
        with zipfile.ZipFile(tmp_path / name, "w", method) as archive:
            for member in source.namelist():
                archive.writestr(member, order if member.endswith("byteorder") else source.read(member))
    source.close()
    with pytest.raises(UserError, match="compressed"):
        tensors_of(tmp_path / "c.bin")
    with pytest.raises(UserError, match="big-endian"):
        tensors_of(tmp_path / "b.bin")


def saved(*, legacy: bool) -> bytes:
    stream = io.BytesIO()
    data = OrderedDict(a=BASE, b=BASE, c=BASE.t(), d=torch.ones(3).bfloat16())
    torch.save(data, stream, _use_new_zipfile_serialization=not legacy)
    return stream.getvalue()


@pytest.mark.parametrize("legacy", [False, True])
def test_a_file_that_was_cut_off_anywhere_is_refused(legacy: bool, tmp_path: Path) -> None:
    body = saved(legacy=legacy)
    for length in range(1, len(body) - 1, 41):
        (tmp_path / "x.bin").write_bytes(body[:length])
        with pytest.raises(UserError, match="not a whole torch file"):
            tensors_of(tmp_path / "x.bin")


@settings(max_examples=300)
@example(legacy=False, changes=[(0.9796620335598909, 129)])
@given(legacy=st.booleans(), changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_spoilt_file_gives_tensors_or_a_message(
    legacy: bool, changes: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    body = bytearray(saved(legacy=legacy))
    for where, value in changes:
        body[int(where * (len(body) - 1))] = value
    path = tmp_path_factory.mktemp("bin") / "x.bin"
    path.write_bytes(body)
    try:
        found = tensors_of(path)
    except UserError:
        return
    assert all(isinstance(tensor.sum().item(), int | float) for tensor in found.values())
