"""Source `text`: plain text files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import ROW_ID, Counts, Rows
from acclimate.sources.encoding import Encoding, decode
from acclimate.sources.files import File, content_hashes, find, read_bytes

ENDINGS = (".txt",)
_EMPTY = {"document": "empty file", "line": "empty line", "paragraph": "empty file"}


class Text(Method):
    """Reads plain text: one row a file, a line or a paragraph.

    Takes: files by `path`. Lines end with a line feed (or carriage return and line feed); an empty line ends a
    paragraph.

    Gives: rows in the order of the sorted file names, with `text`, `file` (relative to the folder, without the ending
    of a compression: what a split by document names) and `row_id`, "file:number", counted from 1.

    Options: `sample_by` as in Hugging Face's text loader. Rows of white space alone are left out and counted.

    When to use: books, letters, reports without fields. `jsonl` where a text has fields beside it.

    Source: datasets.load_dataset("text").

    Raises: UserError for bytes outside the encoding (by file and line), or if no text is left.
    """

    path: str | tuple[str, ...] = option(..., "file, folder, glob, or list of them; .gz, .xz, .bz2, .zst are unpacked")
    sample_by: Literal["document", "line", "paragraph"] = option("document", "what becomes one row")
    encoding: Encoding = option("utf-8", "how the bytes are to be read as text")

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read all files; see the class."""
        texts: list[str] = []
        names: list[str] = []
        row_ids: list[str] = []
        empty = 0
        for file in find(self.path, ENDINGS, where):
            for number, text in enumerate(self._pieces(file), 1):
                if not text.strip():
                    empty += 1
                    continue
                texts.append(text)
                names.append(file.plain_name)
                row_ids.append(f"{file.name}:{number}")
        if not texts:
            found = f"no text: {empty} {_EMPTY[self.sample_by]}{'s' * (empty != 1)}"
            raise UserError(Fault(f"{where}.path", found, "at least one file with text", "name another path"))
        rows = pa.table({ROW_ID: row_ids, "text": texts, "file": names})
        removed = {_EMPTY[self.sample_by]: empty} if empty else {}
        return rows, Counts(len(texts) + empty, len(texts), removed=removed)

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give the hash of each file."""
        return content_hashes(find(self.path, ENDINGS, where))

    def _pieces(self, file: File) -> list[str]:
        text = decode(read_bytes(file, empty_is_fine=True), self.encoding, file).replace("\r\n", "\n")
        if self.sample_by == "line":
            return text.removesuffix("\n").split("\n") if text else [""]
        if self.sample_by == "paragraph":
            return [piece.strip("\n") for piece in re.split(r"\n[^\S\n]*(?:\n[^\S\n]*)+", text.strip())]
        return [text]
