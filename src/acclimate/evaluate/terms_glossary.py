"""A user's own list of terms: one a line, or a taxonomy.

    hypertension                                a term
    disease > cardiovascular > hypertension     a term with the branches that it belongs to
    disease                                     or by indentation with tabs: what stands above a line, and less
    <TAB>cardiovascular                         indented, are its branches; each line is a term
    <TAB><TAB>hypertension

Empty lines and lines that begin with # do not count. A term that stands twice belongs to the branches of both lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from acclimate.core.errors import Fault, UserError
from acclimate.evaluate.terms import Term, words_of

WHERE = "evaluate.terms"
SEPARATOR = ">"
PLAIN_KIND = "glossary"
"""The kind of terms without a branch."""


def read_glossary(path: str, where: str = WHERE) -> list[Term]:
    """Read a file of terms.

    Takes: `where`, the place in the recipe that names it.
    Gives: terms in the order of the file; their kind is the first level of the branch, what terms are ranked among.
    Raises: UserError naming file and line: not there, not UTF-8, no terms, an empty level, indentation that skips a
    level.
    """
    found: dict[tuple[str, ...], Term] = {}
    for text, levels in _lines(path, where):
        words = words_of(text)
        branches = tuple(" > ".join(levels[: depth + 1]) for depth in range(len(levels)))
        known = found.get(words)
        if known is None:
            found[words] = Term(text, words, levels[0] if levels else PLAIN_KIND, branches)
        else:
            together = tuple(dict.fromkeys([*known.branches, *branches]))
            found[words] = Term(known.text, words, known.kind, together)
    if not found:
        raise UserError(Fault(where, f"{path} holds no term", "one term a line", "add terms, or use `mined`"))
    return list(found.values())


def _lines(path: str, place: str) -> Iterator[tuple[str, list[str]]]:
    """Give each line's term and the levels above it."""
    above: list[str] = []
    for number, line in enumerate(_text(path, place).splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{path}, line {number}"
        depth = len(line) - len(line.lstrip("\t"))
        if depth > len(above):
            found = f"indented by {depth} tabs under a line indented by {len(above) - 1}" if above else "indented"
            raise UserError(Fault(place, f"{where}: {found}", "one tab more than the line above", "mend the line"))
        levels = [" ".join(level.split()) for level in line.split(SEPARATOR)]
        if not all(words_of(level) for level in levels):
            raise UserError(
                Fault(place, f"{where}: a level is empty", "branch > branch > term", "mend or comment out the line")
            )
        above = [*above[:depth], " > ".join(levels)]
        *branches, term = [level for one in above for level in one.split(" > ")]
        yield term, branches


def _text(path: str, place: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        found = f"no file {path}"
    except IsADirectoryError:
        found = f"{path} is a folder"
    except UnicodeDecodeError as error:
        found = f"{path} is not UTF-8 text (byte {error.start})"
    except OSError as error:
        found = f"{path} can't be read ({error.strerror})"
    allowed = (
        "a text file with one term a line" if place != WHERE else "`mined`, a text file with one term a line, or null"
    )
    raise UserError(Fault(place, found, allowed, "name a file"))
