"""Bytes to text, with the line named where they are not in the encoding that was promised."""

from __future__ import annotations

import codecs
from typing import Annotated

from pydantic import AfterValidator

from acclimate.core.errors import Fault, UserError
from acclimate.sources.files import File

_OFTEN_MEANT = ("cp1252", "gb18030", "shift_jis")


def _known(name: str) -> str:
    try:
        b"x".decode(name, "replace")
    except LookupError:
        raise ValueError("an encoding that Python knows, such as utf-8, cp1252, latin-1, gb18030, utf-16") from None
    return name


Encoding = Annotated[str, AfterValidator(_known)]
"""The name of a text encoding."""


def decode(data: bytes, encoding: str, file: File) -> str:
    """Give the text of a file, without a byte order mark.

    Raises: UserError naming the line of the first byte that does not fit, and encodings that would fit.
    """
    utf_8 = codecs.lookup(encoding).name == "utf-8"
    try:
        return data.decode("utf-8-sig" if utf_8 else encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        found = f"not {encoding}: byte 0x{data[error.start]:02x} at byte {error.start} ({error.reason})"
        fits = fitting(data)
        do = f"set encoding: {' or '.join(fits)}" if fits else "set encoding: to the file's own"
        raise UserError(Fault(f"{file.address}, line {line}", found, f"text in {encoding}", do)) from None


def as_utf_8(data: bytes, encoding: str, file: File) -> bytes:
    """Give the same text in UTF-8; what claims to be UTF-8 already is left as it is, unchecked."""
    if codecs.lookup(encoding).name == "utf-8":
        return data.removeprefix(codecs.BOM_UTF8)
    return decode(data, encoding, file).encode("utf-8")


def fitting(data: bytes) -> list[str]:
    """Give the encodings, of those often meant, in which the bytes are a text."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return [name for name in _OFTEN_MEANT if _fits(data, name)]


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
