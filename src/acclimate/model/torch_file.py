"""A torch .bin -> its tensors by name, from the bytes of the file (see model/pickled.py). Both of torch's formats."""

from __future__ import annotations

import mmap
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acclimate.model.pickled import ITEM_BYTES, Described, damaged, follow, refused

if TYPE_CHECKING:
    from torch import Tensor

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
Places = dict[str, tuple[int, int]]  # a storage's key -> its first byte in the file, and how many there are


def tensors_of(path: Path) -> dict[str, Tensor]:
    """Give the tensors of a file as `torch.save` wrote it; they lie in the mapped file, not in memory.

    Raises: UserError for a file that is damaged, or holds anything but tensors by name.
    """
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise damaged(path.name, "it is empty")
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    if memory[:4] == b"PK\x03\x04":
        described, places = _zipped(memory, path)
    else:
        described, places = _legacy(memory, path.name)
    return {name: _laid(memory, one, places, path.name) for name, one in described.items()}


def _by_name(described: Any, where: str) -> dict[str, Described]:
    if not isinstance(described, dict) or not described:
        raise refused(where, "holds no tensors by name")
    for name, value in described.items():
        if not isinstance(value, Described):
            raise refused(where, f"{name!r} is no tensor but a {type(value).__name__}")
    return described


def _laid(memory: mmap.mmap, one: Described, places: Places, where: str) -> Tensor:
    import torch

    start, size = places.get(one.storage.key, (0, -1))
    wanted = one.storage.count * ITEM_BYTES[one.storage.dtype]
    if size != wanted or start + size > len(memory):
        raise damaged(where, f"storage {one.storage.key} has not the {wanted} bytes that are announced")
    dtype = getattr(torch, one.dtype)
    count = size // ITEM_BYTES[one.dtype]
    if not count:
        return torch.empty(one.size, dtype=dtype)
    flat_N = torch.frombuffer(memory, dtype=dtype, count=count, offset=start)
    return flat_N.as_strided(one.size, one.stride, one.offset)


def _zipped(memory: mmap.mmap, path: Path) -> tuple[dict[str, Described], Places]:
    """Today's format: a zip of `NAME/data.pkl` and one uncompressed file a storage."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        if any(one.compress_type != zipfile.ZIP_STORED for one in members):
            raise damaged(path.name, "its parts are compressed")
        parts = {one.filename.partition("/")[2]: _stored(memory, one) for one in members}
        order, program = parts.get("byteorder"), parts["data.pkl"]
    except (
        zipfile.BadZipFile,
        struct.error,
        LookupError,
        ValueError,
        ArithmeticError,
        NotImplementedError,
        EOFError,
    ) as error:
        raise damaged(path.name, str(error)) from None
    if order is not None and memory[order[0] : sum(order)] != b"little":
        raise damaged(path.name, "it was written on a big-endian machine")
    described = _by_name(follow(memory[program[0] : sum(program)], path.name), path.name)
    return described, {name.removeprefix("data/"): at for name, at in parts.items() if name.startswith("data/")}


def _stored(memory: mmap.mmap, member: zipfile.ZipInfo) -> tuple[int, int]:
    # The local header's name and extra field come before the bytes; torch fills the extra field so that they are aligned.
    name, extra = struct.unpack_from("<HH", memory, member.header_offset + 26)
    return member.header_offset + 30 + name + extra, member.file_size


def _legacy(memory: mmap.mmap, where: str) -> tuple[dict[str, Described], Places]:
    """The format before torch 1.6: five pickles (magic, version, system, tensors, keys), then each storage with its length."""
    if memory[:16] == b"version https://":
        raise damaged(where, "it is a Git LFS pointer: git lfs pull")
    if memory[:1] != b"\x80":
        raise damaged(where, "neither of torch's two formats")
    magic = follow(memory, where)
    if magic != _LEGACY_MAGIC:
        raise refused(where, "is a pickle that torch.save did not write")
    _version, system, program, keys = (follow(memory, where) for _ in range(4))
    described = _by_name(program, where)
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise damaged(where, "it was written on a big-endian machine")
    if not isinstance(keys, list):
        raise damaged(where, "no list of storages")
    widths = {one.storage.key: ITEM_BYTES[one.storage.dtype] for one in described.values()}
    place, places = memory.tell(), {}
    for key in map(str, keys):
        if key not in widths or place + 8 > len(memory):
            raise damaged(where, f"storage {key} is missing or belongs to no tensor")
        size = struct.unpack_from("<q", memory, place)[0] * widths[key]
        places[key] = (place + 8, size)
        place += 8 + size
    return described, places
