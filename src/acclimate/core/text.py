r"""What in a text is one unit: a word, a character of a script without spaces, a field of a tagged record.

Masking and measuring share these rules, so that both mean the same by "a word" and "a value". All spans are half-open
[start, end) in characters.

A tagged record is text like `<patient>age:34, sex:F</patient>`: fields `key:value` joined by a separator, inside tags.
In a value a backslash stands before the separator (`\,`) and after the bracket of what looks like a tag (`<\event>`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Spans = npt.NDArray[np.int32]
"""Shape [units, 2]: start and end of each unit, in characters, in order and without overlap."""

# Scripts that write no spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han (also beyond the BMP).
_NO_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
WITHOUT_SPACES = re.compile(f"[{_NO_SPACES}]")
"""A character of a script that writes no spaces between words."""
# The same scripts with the marks that stand among their words.
_JOINED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_WORD = re.compile(rf"[{_NO_SPACES}]|(?:(?![{_NO_SPACES}])[\w])+(?:['’](?:(?![{_NO_SPACES}])[\w])+)*|[^\w\s]")
TAG = re.compile(r"</?[A-Za-z_][\w.-]*>")
# Backslashes that stand there already count as part of it, so that unescaping gives back every text as it was.
_LOOKS_SPECIAL = re.compile(r"<(?=\\*[/|]?\\*[A-Za-z_])|\[(?=\\*[A-Z]+\])")
_ESCAPED_SPECIAL = re.compile(r"(<)\\(?=\\*[/|]?\\*[A-Za-z_])|(\[)\\(?=\\*[A-Z]+\])")


def word_spans(text: str) -> Spans:
    """Give the words of `text`: runs of letters and digits (inner apostrophes kept), single marks, and single
    characters of scripts without spaces.
    """
    return _spans(match.span() for match in _WORD.finditer(text))


def joined(tokens: Sequence[str]) -> str:
    """Give the text of a sentence: with spaces, unless half of its tokens or more are of a script without spaces."""
    spaceless = sum(1 for token in tokens if _JOINED.match(token))
    return ("" if 2 * spaceless >= len(tokens) else " ").join(tokens)


def white_space_spans(text: str) -> Spans:
    """Give the runs of `text` without white space."""
    return _spans(match.span() for match in re.finditer(r"\S+", text))


def field_spans(text: str, separator: str, tags: Iterable[str] = (), *, values_only: bool = False) -> Spans:
    """Give the pieces of `text` between separators and tags, without the white space around them.

    Takes: `separator`, one or more characters (one that a backslash precedes does not count); `tags`, the tags in use
    (default: whatever has the form of a tag); `values_only`, to leave out the key (all up to the first `:`) of a piece
    that has one.
    """
    listed = [re.escape(tag) for tag in sorted(set(tags), key=len, reverse=True)]
    border = re.compile(rf"(?<!\\){re.escape(separator)}|{'|'.join(listed) or TAG.pattern}")
    pieces = []
    begin = 0
    for match in [*border.finditer(text), None]:
        end = match.start() if match else len(text)
        pieces.append(_strip(text, _after_key(text, begin, end) if values_only else begin, end))
        begin = match.end() if match else end
    return _spans(piece for piece in pieces if piece[0] < piece[1])


def value_spans(text: str, separator: str = ",", tags: Iterable[str] = ()) -> Spans:
    """Give the values of a tagged record: `field_spans` without the keys."""
    return field_spans(text, separator, tags, values_only=True)


def escape_value(value: str, separator: str = ",") -> str:
    """Write `value` so that neither the separator nor anything like a tag or special token stands in it."""
    return _LOOKS_SPECIAL.sub(lambda match: match.group() + "\\", value).replace(separator, "\\" + separator)


def unescape_value(value: str, separator: str = ",") -> str:
    """Undo `escape_value`."""
    return _ESCAPED_SPECIAL.sub(r"\1\2", value.replace("\\" + separator, separator))


def _after_key(text: str, begin: int, end: int) -> int:
    colon = text.find(":", begin, end)
    return begin if colon < 0 else colon + 1


def _strip(text: str, begin: int, end: int) -> tuple[int, int]:
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    return begin, end


def _spans(pairs: Iterable[tuple[int, int]]) -> Spans:
    return np.array(list(pairs), dtype=np.int32).reshape(-1, 2)


def unit_of_tokens(spans: Spans, starts: npt.NDArray[np.int32], ends: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Give for each token [start, end) the number of the first unit it touches, or -1 if it touches none.

    A token of no width (a mark that the tokenizer adds) belongs to no unit.
    """
    if not len(spans):
        return np.full(len(starts), -1, dtype=np.int32)
    first = np.searchsorted(spans[:, 1], starts, side="right")
    inside = np.minimum(first, len(spans) - 1)
    touches = (first < len(spans)) & (spans[inside, 0] < ends) & (starts < ends)
    return np.where(touches, first, -1).astype(np.int32)
