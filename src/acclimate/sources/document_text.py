"""The text of a .docx, a PDF or a web page."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bs4 import Tag

UNPACKED_BYTES = 1 << 28
"""What a .docx may unpack to; a few kilobytes can claim to be terabytes."""

_UNSEEN = ("script", "style", "template", "noscript", "head")
_BLOCKS = re.compile(
    "address|article|aside|blockquote|br|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header"
    "|hr|li|main|nav|ol|option|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_HTML_SPACE = re.compile(r"[ \t\n\r\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class UnreadableError(Exception):
    """Why a file gives no text: `reason` is what is counted, `detail` what is said beside it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True)
class Read:
    """The text of a document; `empty_pages` counts pages that gave none."""

    text: str
    empty_pages: int = 0


def docx_text(data: bytes) -> Read:
    """Give paragraphs and tables in their order, a line each paragraph and each row of a table.

    Raises: UnreadableError for damaged files and for what unpacks to too much.
    """
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > UNPACKED_BYTES:
            raise UnreadableError(
                "too large a .docx", f"unpacks to {unpacked >> 20} MiB, at most {UNPACKED_BYTES >> 20}"
            )
        blocks = docx.Document(io.BytesIO(data)).iter_inner_content()
        return Read(_whole("\n".join(line for block in blocks for line in _lines(block))))
    except UnreadableError:
        raise
    except Exception as error:  # noqa: BLE001  a damaged part surfaces as whatever its reader raises
        raise UnreadableError("damaged .docx", _first_line(error)) from None


def _lines(block: Any) -> Iterator[str]:
    """Give the lines of a paragraph or a table of python-docx; cells that were merged stand once."""
    if hasattr(block, "text"):
        yield block.text
        return
    for row in block.rows:
        cells = {cell._tc: cell for cell in row.cells}.values()
        inner = [[line for part in cell.iter_inner_content() for line in _lines(part)] for cell in cells]
        yield "\t".join(" ".join(" ".join(lines).split()) for lines in inner)


def pdf_text(data: bytes) -> Read:
    """Give the text of the pages, a line break between.

    Raises: UnreadableError for damaged files and those that need a password.
    """
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError, PdfReadError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("encrypted .pdf", "it needs a password")
        pages = [page.extract_text() for page in reader.pages]
    except UnreadableError:
        raise
    except (DependencyError, FileNotDecryptedError) as error:
        raise UnreadableError("encrypted .pdf", _first_line(error)) from None
    except PdfReadError as error:
        raise UnreadableError("damaged .pdf", _first_line(error)) from None
    except Exception as error:  # noqa: BLE001  a damaged file surfaces as whatever its reader stumbles over
        raise UnreadableError("damaged .pdf", f"{type(error).__name__}: {_first_line(error)}") from None
    return Read(_whole("\n".join(pages)), sum(1 for page in pages if not page.strip()))


def html_text(data: bytes) -> Read:
    """Give what a reader sees of a page: a line each block, cells of a table with a tab between.

    Raises: UnreadableError if the bytes are in no encoding that the page names or that can be guessed.
    """
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString

    page = BeautifulSoup(data, "html.parser")
    if page.contains_replacement_characters:
        raise UnreadableError("web page in an unknown encoding")
    for tag in [tag for tag in page.find_all(True) if _unseen(tag)]:
        tag.extract()
    for text in page.find_all(string=True):
        if type(text) is NavigableString and text.find_parent("pre") is None:
            text.replace_with(NavigableString(_HTML_SPACE.sub(" ", text)))
    for tag in page.find_all(lambda tag: bool(_BLOCKS.fullmatch(tag.name))):
        tag.insert_before("\n")
        tag.insert_after("\n")
    for tag in page.find_all(["td", "th"]):
        tag.insert_after("\t")
    lines = (re.sub(r" *\t[ \t]*", "\t", line).strip(" \t") for line in page.get_text().split("\n"))
    return Read(_whole("\n".join(line for line in lines if line)))


def _unseen(tag: Tag) -> bool:
    return tag.name in _UNSEEN or tag.has_attr("hidden") or bool(_HIDDEN.search(str(tag.get("style") or "")))


def _whole(text: str) -> str:
    """Join halves of surrogate pairs; what is half for good becomes the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
