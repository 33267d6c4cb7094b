"""What of a document is its text."""

import pytest

from acclimate.sources import document_text
from acclimate.sources.document_text import Read, UnreadableError, docx_text, html_text, pdf_text
from tests.sources.documents_made import docx_bomb, docx_of, pdf_of


def test_paragraphs_and_tables_of_a_docx_in_their_order() -> None:
    data = docx_of(["患者", "second"], [["drug", "dose"], ["NA", "5\nmg"]], after="end")
    assert docx_text(data) == Read("患者\nsecond\ndrug\tdose\nNA\t5 mg\nend")


def test_a_docx_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_text, "UNPACKED_BYTES", 1 << 20)
    data = docx_bomb(2)
    assert len(data) < 1 << 17
    with pytest.raises(UnreadableError, match="unpacks to 2 MiB, at most 1") as caught:
        docx_text(data)
    assert caught.value.reason == "too large a .docx"


@pytest.mark.parametrize("data", [b"no zip", docx_of(["x"])[:-40], b"PK\x03\x04"])
def test_a_damaged_docx(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"damaged \.docx"):
        docx_text(data)


def test_pages_of_a_pdf() -> None:
    assert pdf_text(pdf_of("one", "", "three")) == Read("one\n\nthree", empty_pages=1)


def test_a_pdf_that_opens_without_a_password_is_read() -> None:
    assert pdf_text(pdf_of("open", password="owner")).text == "open"


@pytest.mark.parametrize(
    "data, reason",
    [
        (pdf_of("x", password="owner", user="user"), "encrypted .pdf"),
        (b"%PDF-1.4\nnothing", "damaged .pdf"),
        (b"no pdf", "damaged .pdf"),
    ],
)
def test_a_pdf_that_can_not_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        pdf_text(data)
    assert caught.value.reason == reason


def test_what_a_reader_sees_of_a_page() -> None:
    page = """<!doctype html><html><head><title>t</title><style>p {}</style></head><body><!-- note -->
    <h1>Gl<b>uc</b>ose</h1><script>var x = "<p>no</p>";</script><p>one
      two<br>three</p><p hidden>no</p><div style="Display : none"><p>no</p></div>
    <table><tr><td>a</td> <td>b</td></tr><tr><td>c</td><td></td></tr></table>
    <ul><li>x<li>y</ul><pre>k =
      1</pre>5 &lt; 6&nbsp;mg</body></html>"""
    assert html_text(page.encode()).text == "Glucose\none two\nthree\na\tb\nc\nx\ny\nk =\n1\n5 < 6\xa0mg"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
def test_a_page_says_its_encoding(encoding: str) -> None:
    page = f'<html><head><meta charset="{encoding}"></head><body>糖尿病</body></html>'
    assert html_text(page.encode(encoding)).text == "糖尿病"


def test_deep_pages_are_read() -> None:
    assert html_text(b"<div>" * 3000 + b"x" + b"</div>" * 3000).text == "x"
