"""Which source reads a path, where the recipe does not say: by the ending of the file names."""

from __future__ import annotations

from collections.abc import Sequence

from acclimate.core.errors import Fault, UserError
from acclimate.sources.files import COMPRESSIONS, find, shown, without_compression

_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
}


def name_for(path: str | Sequence[str], where: str = "sources") -> str:
    """Give the name of the source (`csv`, `jsonl`, `parquet`, `text`) that reads `path`.

    Takes: a file or glob (by its ending; `.gz`, `.xz`, `.bz2` behind it do not count), a folder (by what lies in it),
    or several; `where`, the recipe place for messages. A path that is not there is no error if its ending is known.
    Raises: UserError if nothing tells the format, or if there are several.
    """
    named = [path] if isinstance(path, str) else list(path) if isinstance(path, list | tuple) else []
    if not named or not all(isinstance(one, str) and one for one in named):
        raise UserError(Fault(f"{where}.path", f"found {path!r}", "a file, folder, glob, or list of them", "name one"))
    formats = {one: _of_one(one, where) for one in named}
    found = sorted({name for names in formats.values() for name in names})
    if len(found) != 1:
        raise UserError(_unclear(", ".join(shown(one) for one in named), found, where))
    return found[0]


def _of_one(path: str, where: str) -> set[str]:
    known = _format(shown(path))
    if known:
        return {known}
    files = find(path, tuple(_FORMATS), where)
    return {known for file in files if (known := _format(file.name))}


def _format(name: str) -> str | None:
    plain = without_compression(name).lower()
    return next((known for ending, known in _FORMATS.items() if plain.endswith(ending)), None)


def _unclear(path: str, found: list[str], where: str) -> Fault:
    what = f"it holds files of several formats: {', '.join(found)}" if found else "its ending is none that is known"
    allowed = f"{', '.join(_FORMATS)}, each also with {', '.join(COMPRESSIONS)}"
    do = "say which with name: csv, jsonl, parquet or text, or name the files by a glob"
    return Fault(f"{where}.path", f"{path}: {what}", allowed, do)
