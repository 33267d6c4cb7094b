"""The reports as a browser shows them: at telephone and desktop width, and printed."""

from __future__ import annotations

import re
import struct
from html import escape
from pathlib import Path

import pytest

from acclimate.report.html import render_html
from tests.report.browser import open_page
from tests.report.example import bare_proof, example_proof, with_every_text

pytestmark = pytest.mark.browser

WIDTHS = (390, 1280)
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
MEASURE = """<script>addEventListener("load", () => {
  const wide = [...document.querySelectorAll("main *, footer, .private")].filter(
    one => one.getBoundingClientRect().right > innerWidth + 0.5 && !one.closest(".scroll"));
  parent.document.body.dataset.measured = [document.documentElement.scrollWidth, innerWidth, wide.length,
    ...wide.slice(0, 5).map(one => one.className || one.tagName)].join(" ");
})</script></body>"""


def saved(folder: Path, html: str, name: str = "page.html") -> Path:
    page = folder / name
    page.write_text(html, encoding="utf-8")
    return page


def measured(folder: Path, html: str, width: int) -> list[str]:
    """Lay a copy out in a frame (a window is never narrower than 500 pixels; without the policy, for a script has to
    measure it). Gives the page's width, the frame's, how many elements stick out, and some of them."""
    copy = POLICY.sub("", html).replace("</body>", MEASURE)
    frame = f'<iframe style="border: 0; width: {width}px; height: 900px" srcdoc="{escape(copy)}"></iframe>'
    page = saved(folder, f"<!doctype html><meta charset=utf-8><body>{frame}</body>")
    out = open_page(page, "--window-size=1400,1000", "--dump-dom")
    return re.findall(r'data-measured="([^"]*)"', out)[0].split()


PAGES = {
    "example": lambda: render_html(example_proof()),
    "private": lambda: render_html(example_proof(), private=True),
    "bare": lambda: render_html(bare_proof()),
    "long": lambda: render_html(with_every_text(example_proof(), "x" * 200), private=True),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", PAGES)
def test_nothing_sticks_out_sideways(page: str, width: int, tmp_path: Path) -> None:
    total, window, *sticking_out = measured(tmp_path, PAGES[page](), width)
    assert int(window) == width
    assert (int(total), sticking_out) == (width, ["0"])


@pytest.mark.parametrize("width", WIDTHS)
def test_a_picture_of_it_is_not_empty(width: int, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    open_page(saved(tmp_path, PAGES["example"]()), f"--window-size={width},900", f"--screenshot={picture}")
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == (width, 900)
    assert len(data) > 40_000  # an empty page of this size takes under 10,000 bytes


def test_it_prints_on_a_few_sheets_of_a4(tmp_path: Path) -> None:
    printed = tmp_path / "printed.pdf"
    open_page(saved(tmp_path, PAGES["example"]()), "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    data = printed.read_bytes()
    assert data.startswith(b"%PDF")
    sheets = re.findall(rb"/Type\s*/Page\b[^s].*?/MediaBox\s*\[([\d. ]+)\]", data, re.DOTALL)
    assert 2 <= len(sheets) <= 8
    for sheet in sheets:
        *_, width, height = (float(number) for number in sheet.split())
        assert (width, height) == pytest.approx((595, 842), abs=2)


def test_no_script_would_run(tmp_path: Path) -> None:
    script = "<script>document.body.dataset.ran = 'yes'</script></body>"
    html = PAGES["example"]().replace("</body>", script)
    assert "data-ran" not in open_page(saved(tmp_path, html, "kept.html"), "--dump-dom")
    bare = POLICY.sub("", html)
    assert "data-ran" in open_page(saved(tmp_path, bare, "without.html"), "--dump-dom")  # the check can fail
