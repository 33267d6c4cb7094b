"""Source `documents`: office files, web pages and plain text, a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.extras import need_package
from acclimate.core.method import Method, option
from acclimate.core.rows import ROW_ID, Counts, Rows
from acclimate.sources.document_text import Read, UnreadableError, docx_text, html_text, pdf_text
from acclimate.sources.encoding import Encoding, decode
from acclimate.sources.files import File, content_hashes, find, read_bytes

_READERS = {
    ".docx": ("docx", docx_text),
    ".pdf": ("pypdf", pdf_text),
    ".html": ("bs4", html_text),
    ".htm": ("bs4", html_text),
}
ENDINGS = (*_READERS, ".md", ".txt")
_TOLD = 5
_NO_PAGE_TEXT = "pages of a PDF without text"


class Documents(Method):
    """Reads documents as text: .docx, .pdf, .html, .htm, .md, .txt; each file is a row.

    Takes: files by `path`. Of .docx the paragraphs and tables in their order (cells with a tab between), of web pages
    what a reader sees, of PDFs the text of each page; .md and .txt as they are.

    Gives: rows in the order of the sorted file names, with `text`, `file` (relative to the folder: what a split by
    document names) and `row_id`, "file:1". Pages of a PDF without text are counted under `values`.

    Options: `encoding` is for .md and .txt; the other formats say their own.

    When to use: a folder of reports, letters, guidelines. `text` splits plain text into lines or paragraphs.

    Source: python-docx, pypdf, Beautiful Soup.

    Raises: UserError if a package is missing (pip install 'acclimate[documents]'), or, unless `on_error` is drop, for
    files that can't be read (the first five): encrypted or scanned PDFs, damaged files, a .docx that unpacks to more
    than 256 MiB, files without text.
    """

    path: str | tuple[str, ...] = option(..., "file, folder, glob, or list of them; .gz, .xz, .bz2, .zst are unpacked")
    encoding: Encoding = option("utf-8", "how the bytes of .md and .txt are to be read as text")
    on_error: Literal["error", "drop"] = option("error", "what to do with a file that can't be read as text")

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read all files; see the class."""
        files = find(self.path, ENDINGS, where)
        self._need_packages(files, where)
        texts: dict[str, list[str]] = {ROW_ID: [], "text": [], "file": []}
        unreadable: list[tuple[File, UnreadableError]] = []
        empty_pages = 0
        for file in files:
            try:
                read = self._read_file(file)
            except UnreadableError as error:
                unreadable.append((file, error))
                continue
            for name, value in ((ROW_ID, f"{file.name}:1"), ("text", read.text), ("file", file.plain_name)):
                texts[name].append(value)
            empty_pages += read.empty_pages
        if unreadable and (self.on_error == "error" or len(unreadable) == len(files)):
            raise UserError(*_told(unreadable))
        dropped = dict(Counter(error.reason for _, error in unreadable))
        values = {_NO_PAGE_TEXT: empty_pages} if empty_pages else {}
        return pa.table(texts), Counts(len(files), len(files) - len(unreadable), dropped=dropped, values=values)

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give the hash of each file."""
        return content_hashes(find(self.path, ENDINGS, where))

    def _need_packages(self, files: list[File], where: str) -> None:
        for ending in sorted({_ending(file) for file in files} & set(_READERS)):
            need_package(_READERS[ending][0], "documents", where)

    def _read_file(self, file: File) -> Read:
        ending = _ending(file)
        data = read_bytes(file, empty_is_fine=True)
        if not data:
            raise UnreadableError("empty file")
        if ending in _READERS:
            read = _READERS[ending][1](data)
        else:
            read = Read(decode(data, self.encoding, file).replace("\r\n", "\n"))
        if not read.text.strip():
            raise UnreadableError(f"{ending} without text", "scanned pages?" if ending == ".pdf" else "")
        return read


def _ending(file: File) -> str:
    """Raises: UserError if it is none that can be read."""
    ending = next((one for one in ENDINGS if file.plain_name.lower().endswith(one)), None)
    if ending is None:
        raise UserError(
            Fault(file.address, "not a format that is read", ", ".join(ENDINGS), "convert it, or leave it out")
        )
    return ending


def _told(unreadable: list[tuple[File, UnreadableError]]) -> list[Fault]:
    shown = [Fault(file.address, str(error), "a document with text") for file, error in unreadable[:_TOLD]]
    more = f"; {len(unreadable)} files in all can't be read" if len(unreadable) > 1 else ""
    last = shown[-1]
    return [*shown[:-1], Fault(last.where, last.found + more, last.allowed, "mend or remove it, or set on_error: drop")]
