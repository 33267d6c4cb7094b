"""What is asked on the command line: a text, a file, or lines that come in."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from acclimate.core.errors import Fault, UserError

_ALLOWED = "a file, a text, or - for lines of text"


def is_file(what: str, where: str) -> bool:
    """Say whether a file is meant, or a text.

    Raises: UserError for a folder, for what looks like a file and is not there, and for what is no text.
    """
    try:
        if Path(what).is_file():
            return True
        is_folder = bool(what) and Path(what).is_dir()
    except (OSError, ValueError):  # no file can be called so
        return False
    if is_folder or _looks_like_a_file(what):
        found, do = (f"{what} is a folder", "name a file in it") if is_folder else (f"no file {what}", "check the path")
        raise UserError(Fault(where, found, _ALLOWED, f"{do}; a text that looks like one goes in as a line (-)"))
    if re.search("[\ud800-\udfff]", what):  # so Python takes bytes that are no text
        raise UserError(Fault(where, "the text is not in the terminal's encoding", _ALLOWED, "put it into a file"))
    return False


def _looks_like_a_file(what: str) -> bool:
    """Say whether one word ends as the files do that sources read, or is a path to a file of any ending."""
    from acclimate.sources.ending import ending_of

    if len(what.split()) != 1:
        return False
    return ending_of(what) is not None or re.fullmatch(r".*[/\\].*\.[A-Za-z][A-Za-z0-9]{0,7}", what) is not None


def lines_of(what: str, where: str, *, blank: bool = True) -> Iterator[tuple[str, str]]:
    """Give the text that is asked, or (-) the lines that come in, each with its name for messages; blank ones only if asked."""
    if what != "-":
        yield "prompt 1", what
        return
    for number, line in enumerate(typed(where), 1):
        if blank or line.strip():
            yield f"line {number}", line


def typed(where: str, sign: str = "") -> Iterator[str]:
    """Give the lines that are typed, or piped in, as they come.

    Takes: `sign`, what stands on a terminal where a line is waited for. Raises: UserError for a line that is no text.
    """
    for number in count(1):
        if sign and sys.stdin.isatty():
            print(sign, end="", file=sys.stderr, flush=True)
        line = sys.stdin.buffer.readline()
        if not line:
            return
        yield _decoded(line, f"{where}: line {number}").rstrip("\r\n").removeprefix("\ufeff")


def _decoded(line: bytes, where: str) -> str:
    encoding = sys.stdin.encoding or "utf-8"
    try:
        return line.decode(encoding)
    except UnicodeDecodeError as error:
        found = f"not {encoding}: byte 0x{line[error.start]:02x}"
        do = "put the lines into a file, or bring them into it (iconv)"
        raise UserError(Fault(where, found, f"text in {encoding}", do)) from None
