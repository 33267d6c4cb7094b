"""Source `conll`: sentences as lines of token and tag."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import ROW_ID, Counts, Rows
from acclimate.core.text import joined
from acclimate.sources.encoding import Encoding, decode
from acclimate.sources.files import File, content_hashes, find, read_bytes

ENDINGS = (".conll", ".bio", ".iob", ".iob2", ".tsv")
_TOLD = 5
_BROKEN = "sentence with a broken line"
_DOCUMENT = "-DOCSTART-"
_TOKEN_NAMES = ("token", "tokens", "word", "words", "form")
_TAG_NAMES = ("tag", "tags", "label", "labels", "ner", "ner_tag", "ner_tags", "iob", "iob2", "bio", "entity")


@dataclass
class _Sentence:
    """A sentence while it is read; `line` is where it begins, `broken` the lines that can't be read."""

    file: File
    document: int
    line: int
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    broken: list[Fault] = field(default_factory=list)


class Conll(Method):
    """Reads token and tag, one pair a line, a blank line between sentences: each sentence is a row.

    Takes: files by `path`; a first line that names the columns (`token`, `tag`) is left out and counted. Columns stand
    apart by a tab, or by spaces where a line has no tab. A line that begins with `-DOCSTART-` begins a document.

    Gives: rows in the order of the sorted file names: `tokens` and `tags` (lists of text, equally long), `text` (the
    tokens with a space between; without, where at least half of a sentence's tokens are Chinese, Japanese, Thai or
    another script without spaces), `document` (what a split goes by: "file#number"); `row_id` is "file:line" of the
    sentence's first token.

    Options: `tag_column` chooses among several tags (CoNLL-2003: 1 part of speech, 2 chunk, 3 or -1 entity).

    When to use: named entities, parts of speech. The column `text` serves `mlm` and `clm` as well.

    Source: Tjong Kim Sang & De Meulder, Introduction to the CoNLL-2003 shared task, 2003.

    Raises: UserError for lines with too few columns or an empty token or tag (the first five by file and line), bytes
    outside the encoding, or if there is no sentence.
    """

    path: str | tuple[str, ...] = option(..., "file, folder, glob, or list of them; .gz, .xz, .bz2, .zst are unpacked")
    token_column: int = option(0, "where the token stands", unit="column, from 0; -1 is the last", ge=-99, le=99)
    tag_column: int = option(-1, "where the tag stands", unit="column, from 0; -1 is the last", ge=-99, le=99)
    encoding: Encoding = option("utf-8", "how the bytes are to be read as text")
    bad_lines: Literal["error", "drop"] = option("error", "drop: leave out the whole sentence that holds a broken line")

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read all files; see the class."""
        files = find(self.path, ENDINGS, where)
        texts = [decode(read_bytes(file), self.encoding, file).replace("\r\n", "\n") for file in files]
        headers = [_is_header(text.partition("\n")[0]) for text in texts]
        read = zip(files, texts, headers, strict=True)
        sentences = [one for file, text, header in read for one in self._sentences(file, text, header=header)]
        broken = [fault for sentence in sentences for fault in sentence.broken]
        if broken and self.bad_lines == "error":
            raise UserError(*_told(broken))
        whole = [sentence for sentence in sentences if not sentence.broken]
        if not whole:
            names = ", ".join(file.address for file in files[:3])
            raise UserError(Fault(where, f"not one sentence in {names}", "lines of token and tag", "fill the file"))
        dropped = {_BROKEN: len(sentences) - len(whole)} if broken else {}
        values = {"header lines left out": sum(headers)} if any(headers) else {}
        return _table(whole), Counts(len(sentences), len(whole), dropped=dropped, values=values)

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give the hash of each file."""
        return content_hashes(find(self.path, ENDINGS, where))

    def _sentences(self, file: File, text: str, *, header: bool) -> Iterator[_Sentence]:
        document, sentence = 1, None
        begun = False
        for number, line in enumerate(text.split("\n"), 1):
            if header and number == 1:
                continue
            starts_document = line.startswith(_DOCUMENT)
            if starts_document or not line.strip(" \t"):
                if sentence:
                    yield sentence
                sentence = None
                document += starts_document and begun
                continue
            begun = True
            sentence = sentence or _Sentence(file, document, number)
            self._add(line, number, sentence)
        if sentence:
            yield sentence

    def _add(self, line: str, number: int, sentence: _Sentence) -> None:
        """Add a line's token and tag to the sentence, or say what is wrong with the line."""
        cells = _cells(line)
        place = f"{sentence.file.address}, line {number}"
        needed = max(2, *(one + 1 if one >= 0 else -one for one in (self.token_column, self.tag_column)))
        if len(cells) < needed:
            found = f"{len(cells)} column{'s' * (len(cells) != 1)}: {line[:40]!r}"
            sentence.broken.append(Fault(place, found, f"at least {needed}, with a tab or space between"))
            return
        token, tag = cells[self.token_column].strip(" "), cells[self.tag_column].strip(" ")
        if not token or not tag:
            found = f"an empty {'tag' if token else 'token'}: {line[:40]!r}"
            sentence.broken.append(Fault(place, found, "a token and a tag"))
        sentence.tokens.append(token)
        sentence.tags.append(tag)


def _is_header(line: str) -> bool:
    """Say whether a line names the columns instead of holding a token and its tag."""
    cells = [cell.strip(" ").lower() for cell in _cells(line)]
    return cells[0] in _TOKEN_NAMES and cells[-1] in _TAG_NAMES


def _cells(line: str) -> list[str]:
    return line.split("\t") if "\t" in line else re.split(" +", line.strip(" "))


def _table(sentences: list[_Sentence]) -> Rows:
    texts = pa.list_(pa.string())
    return pa.table(
        {
            ROW_ID: [f"{one.file.name}:{one.line}" for one in sentences],
            "tokens": pa.array([one.tokens for one in sentences], texts),
            "tags": pa.array([one.tags for one in sentences], texts),
            "text": [joined(one.tokens) for one in sentences],
            "document": [f"{one.file.plain_name}#{one.document}" for one in sentences],
        }
    )


def _told(broken: list[Fault]) -> list[Fault]:
    shown = broken[:_TOLD]
    last = shown[-1]
    more = f"; {len(broken)} lines in all are broken" if len(broken) > 1 else ""
    do = "mend the line, or set bad_lines: drop"
    return [*shown[:-1], Fault(last.where, last.found + more, last.allowed, do)]


def looks_like_conll(start: str) -> bool:
    """Say whether the first lines of a .tsv file are tokens and tags without a header line.

    They are if the last column of the first line is a tag (`O`, `B-Disease`), or if blank lines stand between lines of
    two columns.
    """
    lines = [line.rstrip("\r") for line in start.strip("\r\n").split("\n")]
    if lines[0].startswith(_DOCUMENT):
        return True
    if not re.fullmatch(r"\S[^\t]*(\t[^\t]*)+", lines[0]):
        return False
    if re.fullmatch(r"O|[BIESLUM]-\S+", lines[0].split("\t")[-1].strip(" ")):
        return True
    return "" in lines and all(line.count("\t") == 1 for line in lines if line)
