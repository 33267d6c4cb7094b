"""Bytes to text: the line of what does not fit, and the encoding that would."""

import pytest
from pydantic import BaseModel, ValidationError

from acclimate.core.errors import UserError
from acclimate.sources.encoding import Encoding, as_utf_8, decode
from acclimate.sources.files import File

FILE = File("x.txt", "/data/x.txt", "/data/x.txt", None)


class Holder(BaseModel):
    encoding: Encoding


def test_a_byte_order_mark_is_no_text() -> None:
    assert decode(b"\xef\xbb\xbfabc", "utf-8", FILE) == "abc"
    assert as_utf_8(b"\xef\xbb\xbfabc", "UTF8", FILE) == b"abc"
    assert decode("abc".encode("utf-16"), "utf-16", FILE) == "abc"


def test_another_encoding_is_rewritten() -> None:
    assert as_utf_8("Größe".encode("latin-1"), "latin-1", FILE) == "Größe".encode()


def test_the_line_is_named_and_an_encoding_that_fits() -> None:
    data = "a\nb\nGröße\n".encode("cp1252")
    with pytest.raises(UserError) as caught:
        decode(data, "utf-8", FILE)
    said = str(caught.value)
    assert "/data/x.txt, line 3: not utf-8: byte 0xf6 at byte 6" in said
    assert "set encoding: cp1252" in said


def test_chinese_and_utf_16_are_recognised() -> None:
    with pytest.raises(UserError, match="gb18030"):
        decode("病人发热三天".encode("gb18030"), "utf-8", FILE)
    with pytest.raises(UserError, match=r"set encoding: utf-16$"):
        decode("abc".encode("utf-16"), "utf-8", FILE)


def test_an_unknown_encoding_is_a_fault_of_the_recipe() -> None:
    assert Holder(encoding="gb18030").encoding == "gb18030"
    for name in ("utf-9", "hex", "rot13"):
        with pytest.raises(ValidationError, match="an encoding that Python knows"):
            Holder(encoding=name)
