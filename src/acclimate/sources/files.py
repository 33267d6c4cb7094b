"""Finding and reading the files that a source names: local ones, and what fsspec reaches (s3://, gs://, az://, https://).

Nothing here touches the network unless the path names another machine, and not at all when offline was asked for.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from acclimate.compat.offline import offline
from acclimate.core.errors import Fault, UserError, nearest


def _unzstd(data: bytes) -> bytes:
    """Unpack Zstandard, also several frames one after the other."""
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
        unpacked: bytes = stream.read()
    return unpacked


_DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".xz": lzma.decompress,
    ".bz2": bz2.decompress,
    ".zst": _unzstd,
}
COMPRESSIONS = tuple(_DECOMPRESS)
_LOCAL = ("", "file", "local", "memory", "zip", "tar", "simplecache", "filecache", "blockcache")
_INSTALL = {
    **dict.fromkeys(("s3", "s3a"), 'pip install "acclimate[s3]"'),
    **dict.fromkeys(("gs", "gcs"), 'pip install "acclimate[gcs]"'),
    **dict.fromkeys(("az", "abfs", "abfss", "adl"), 'pip install "acclimate[azure]"'),
    **dict.fromkeys(("http", "https"), "pip install aiohttp"),
}
_HASHES = ("ETag", "etag", "md5Hash", "content_md5", "crc32c", "generation", "x-content-sha256")
_MANY = 8


@dataclass(frozen=True)
class File:
    """One file of a source.

    `name` is relative to the folder that all files of the source share; `address` is for messages (no password, no
    query); `system` and `path` are what fsspec opens.
    """

    name: str
    address: str
    path: str
    system: Any

    @property
    def plain_name(self) -> str:
        """The name without the ending of a compression."""
        return without_compression(self.name)


def without_compression(name: str) -> str:
    """Give `x.csv` for `x.csv.gz`."""
    return next((name[: -len(end)] for end in COMPRESSIONS if name.lower().endswith(end)), name)


def find(paths: str | Sequence[str], endings: tuple[str, ...], where: str) -> list[File]:
    """List the files that `paths` name, sorted.

    Takes: a file, folder (searched to the bottom for `endings`, compressed or not), glob, or several of them.
    Raises: UserError for whatever is not there, may not be read, needs a package, or needs a network while offline.
    """
    named = [paths] if isinstance(paths, str) else list(paths)
    if not named or not all(named):
        raise UserError(Fault(f"{where}.path", "no path is given", "a file, folder, glob, or list of them", "name one"))
    bases: list[str] = []
    found: dict[str, tuple[str, Any]] = {}
    for one in named:
        with reaching(one, f"{where}.path"):
            system, base, matches = _expand(one, endings, f"{where}.path")
        bases.append(_url(system, base))
        found.update({_url(system, path): (path, system) for path in matches})
    shared = _shared_parts([base.rstrip("/").split("/") for base in bases])
    files = []
    for url, (path, system) in sorted(found.items()):
        name = "/".join(shown(url).split("/")[shared:])
        files.append(File(name, shown(url).removeprefix("file://"), path, system))
    return _named_apart(files)


def _shared_parts(bases: list[list[str]]) -> int:
    """Give how many leading parts all paths have in common."""
    columns = zip(*bases, strict=False)
    return sum(1 for _ in takewhile(lambda parts: len(set(parts)) == 1, columns))


def _named_apart(files: list[File]) -> list[File]:
    """Two addresses may differ in their query alone, which is not shown; their names must differ all the same."""
    if len({file.address for file in files}) == len(files):
        return files
    return [
        replace(file, name=f"{number}-{file.name}", address=f"{file.address} ({number})")
        for number, file in enumerate(files, 1)
    ]


def _expand(one: str, endings: tuple[str, ...], where: str) -> tuple[Any, str, list[str]]:
    """Give file system, folder that names are relative to, and paths, for one path of the recipe."""
    system, path = _connect(one, where)
    over_http = one.startswith(("http://", "https://"))
    if re.search(r"\*" if over_http else r"[*?\[]", one) and not (not over_http and system.exists(path)):
        matches = [name for name, info in system.glob(path, detail=True).items() if info["type"] == "file"]
        if not matches:
            raise UserError(_absent(system, path, one, where, "nothing matches"))
        fixed = re.split(r"[*?\[]", path)[0]
        return system, fixed.rpartition("/")[0], matches
    if one.endswith("/") if over_http else system.isdir(path):
        inside = [name for name in system.find(path) if not _hidden(name, path)]
        matches = [name for name in inside if without_compression(name).lower().endswith(endings)]
        if not matches:
            raise UserError(_nothing_inside(system, path, one, where, endings))
        return system, path, matches
    if not system.exists(path):
        raise UserError(_absent(system, path, one, where, "no such file or folder"))
    return system, path.rpartition("/")[0], [path]


def _hidden(name: str, folder: str) -> bool:
    return any(part.startswith(".") for part in name[len(folder) :].split("/"))


def _connect(one: str, where: str) -> tuple[Any, str]:
    """Give the file system and the path in it; decides about the network before anything is opened."""
    protocols = [link.partition("://")[0] if "://" in link else "" for link in one.split("::")]
    remote = next((protocol for protocol in protocols if protocol not in _LOCAL), None)
    if remote and offline():
        raise UserError(
            Fault(
                where,
                f"{shown(one)} lies on the network, and HF_HUB_OFFLINE forbids to use it",
                "local files",
                "copy the file here, or unset the variable",
            )
        )
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(one)
    except ImportError as error:
        do = _INSTALL.get(remote or "", "install the package that is named")
        raise UserError(Fault(where, f"{shown(one)} needs a package that is not here ({error})", "", do)) from None
    except ValueError as error:
        known = "a local path, s3://, gs://, az://, https://, or another that fsspec knows"
        raise UserError(Fault(where, f"{shown(one)}: {error}", known, "mend the address")) from None
    return system, str(path)


def _url(system: Any, path: str) -> str:
    return str(system.unstrip_protocol(path))


def shown(address: str) -> str:
    """Give an address as it may stand in a message or a row id: no password, no query (signatures stand there)."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    if scheme in ("http", "https"):
        rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    host, slash, path = rest.partition("/")
    user, _, machine = host.rpartition("@")
    return f"{scheme}://{machine if ':' in user else host}{slash}{path}"


def _absent(system: Any, path: str, one: str, where: str, found: str) -> Fault:
    """Say what there is instead, from the deepest folder on the way that exists."""
    wanted = path.rstrip("/").split("/")
    folder, names = "", []
    for depth in range(len(wanted) - 1, 0, -1):
        folder = "/".join(wanted[:depth]) or "/"
        if system.isdir(folder):
            names = _names_in(system, folder)
            break
    hint = nearest(without_compression(wanted[depth]), [without_compression(name) for name in names]) if names else ""
    there = f"in {folder}: {_some(names)}" if names else ""
    return Fault(where, f"{found}: {shown(one)}{hint}", there, "mend the path")


def _nothing_inside(system: Any, path: str, one: str, where: str, endings: tuple[str, ...]) -> Fault:
    names = _names_in(system, path)
    found = f"no {' or '.join(endings)} file in the folder {shown(one)}; it holds {_some(names) or 'nothing'}"
    allowed = f"files ending in {', '.join(endings)}, also with {', '.join(COMPRESSIONS)}"
    return Fault(where, found, allowed, "name another folder, or the files themselves by a glob")


def _names_in(system: Any, folder: str) -> list[str]:
    return sorted(str(name).rstrip("/").rpartition("/")[2] for name in system.ls(folder, detail=False))


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return ", ".join(names[:_MANY]) + more


@contextmanager
def reaching(address: str, where: str) -> Iterator[None]:
    """Turn whatever goes wrong on the way to a file into a UserError (services raise errors of their own kinds)."""
    place = shown(address)
    try:
        yield
    except UserError:
        raise
    except PermissionError:
        do = "give yourself the right to read it, or set your credentials"
        raise UserError(Fault(where, f"not permitted to read {place}", "", do)) from None
    except FileNotFoundError:
        raise UserError(Fault(where, f"no such file or folder: {place}", "", "mend the path")) from None
    except Exception as error:  # noqa: BLE001 (each service raises errors of its own)
        said = re.sub(r"\?\S+", "?...", str(error)) or type(error).__name__
        found = f"{place} can't be read: {said.splitlines()[0]}"
        raise UserError(Fault(where, found, "", "check the address, the network and your credentials")) from None


def read_bytes(file: File, *, empty_is_fine: bool = False) -> bytes:
    """Read a whole file, decompressed by its ending.

    Raises: UserError if it can't be read, is damaged, or is empty (unless `empty_is_fine`).
    """
    with reaching(file.address, file.address):
        data: bytes = file.system.cat_file(file.path)
    ending = next((end for end in COMPRESSIONS if file.name.lower().endswith(end)), None)
    if ending and data:
        try:
            data = _DECOMPRESS[ending](data)
        except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as error:
            found = f"damaged, or not compressed as {ending} says: {error}"
            raise UserError(Fault(file.address, found, f"a whole {ending} file", "copy it again")) from None
    if not data and not empty_is_fine:
        raise UserError(Fault(file.address, "the file is empty", "at least one row", "fill it or leave it out"))
    return data


def content_hashes(files: list[File]) -> dict[str, str]:
    """Give each file's address with a hash of its bytes; of a remote file the hash that its service keeps, if any."""
    return {file.address: _content_hash(file) for file in files}


def _content_hash(file: File) -> str:
    with reaching(file.address, file.address):
        info = file.system.info(file.path)
        kept = next((str(info[key]) for key in _HASHES if info.get(key)), None)
        if kept:
            return f"service:{kept}"
        with file.system.open(file.path, "rb") as stream:
            digest = hashlib.sha256()
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
