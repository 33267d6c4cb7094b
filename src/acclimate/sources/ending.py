"""Which source reads a path, where the recipe does not say: by the ending of the file names, and for .tsv and .json by
the first lines of a local file as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from acclimate.core.errors import Fault, UserError
from acclimate.sources.conll import looks_like_conll
from acclimate.sources.files import COMPRESSIONS, File, find, read_bytes, shown, without_compression

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".txt": "text",
    ".conll": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".docx": "documents",
    ".pdf": "documents",
    ".html": "documents",
    ".htm": "documents",
    ".md": "documents",
}
# A README lies beside data; it decides only where nothing else is there.
_BESIDE_DATA = ".md"
_NAMES = ", ".join(dict.fromkeys(FORMATS.values()))
_FIRST_BYTES = 1 << 16


def name_for(path: str | Sequence[str], where: str = "sources") -> str:
    """Give the name of the source (`csv`, `jsonl`, `parquet`, `text`, ...) that reads `path`.

    Takes: a file or glob (by its ending; `.gz`, `.xz`, `.bz2`, `.zst` behind it do not count), a folder (by what lies in
    it), or several; `where`, the recipe place for messages. A path that is not there is no error if its ending is known.
    Local .tsv and .json files are looked at: tokens and tags without a header are `conll`, an object a line is `jsonl`.
    Raises: UserError if nothing tells the format, or if there are several.
    """
    named = [path] if isinstance(path, str) else list(path) if isinstance(path, list | tuple) else []
    if not named or not all(isinstance(one, str) and one for one in named):
        raise UserError(Fault(f"{where}.path", f"found {path!r}", "a file, folder, glob, or list of them", "name one"))
    found = sorted({name for one in named for name in _of_one(one, where)})
    if found == ["documents", "text"]:
        return "documents"
    if len(found) != 1:
        raise UserError(_unclear(", ".join(shown(one) for one in named), found, where))
    return found[0]


def _of_one(path: str, where: str) -> set[str]:
    ending = ending_of(shown(path))
    if ending:
        return {_looked_at(path, where) or FORMATS[ending] if ending in (".tsv", ".json") else FORMATS[ending]}
    files = [file for file in find(path, tuple(FORMATS), where) if ending_of(file.name)]
    data = [file for file in files if ending_of(file.name) != _BESIDE_DATA]
    return {_of_file(file) for file in data or files}


def ending_of(name: str) -> str | None:
    """Give the ending of a file that a source reads, without that of a compression; None for another."""
    plain = without_compression(name).lower()
    return next((ending for ending in FORMATS if plain.endswith(ending)), None)


def _looked_at(path: str, where: str) -> str | None:
    """Give the format of the first file that a local path names, or None if nothing is there or it is far away."""
    if "://" in path:
        return None
    try:
        return _of_file(find(path, tuple(FORMATS), where)[0])
    except UserError:
        return None


def _of_file(file: File) -> str:
    ending = ending_of(file.name) or ""
    if ending in (".tsv", ".json") and "file" in file.system.protocol:
        start = _start(file)
        if ending == ".tsv" and looks_like_conll(start):
            return "conll"
        if ending == ".json" and re.match(r"\s*\{[^\n]*\}[ \t\r]*\n\s*\{", start):
            return "jsonl"
    return FORMATS[ending]


def _start(file: File) -> str:
    """Give the first whole lines of a local file."""
    if file.plain_name != file.name:
        data = read_bytes(file, empty_is_fine=True)[:_FIRST_BYTES]
    else:
        data = file.system.cat_file(file.path, start=0, end=_FIRST_BYTES)
    whole = data if len(data) < _FIRST_BYTES else data[: data.rfind(b"\n") + 1]
    return whole.decode("utf-8-sig", "replace")


def _unclear(path: str, found: list[str], where: str) -> Fault:
    what = f"it holds files of several formats: {', '.join(found)}" if found else "its ending is none that is known"
    allowed = f"{', '.join(FORMATS)}, each also with {', '.join(COMPRESSIONS)}"
    do = f"say which with name: ({_NAMES}), or name the files by a glob"
    return Fault(f"{where}.path", f"{path}: {what}", allowed, do)
