"""What of a text `quality` looks at: shares in [0, 1] and lengths; None where a text has nothing to be measured on.

Legend of shapes: W words of a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from acclimate.core.text import word_spans

# Words of these stand without spaces between them, and word_spans takes each character for one: they have no length.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_SYMBOL = re.compile(r"#|…|\.\.\.")


def words_of(text: str) -> list[str]:
    """Give the words, case folded and without marks; in scripts without spaces each character is one."""
    words = [text[start:end] for start, end in word_spans(text).tolist()]
    return [word.casefold() for word in words if word[0].isalnum() or len(word) > 1]


def mean_word_length(words: Sequence[str]) -> float | None:
    """Give the mean length, in characters, of the words in scripts that write spaces between them."""
    lengths = [len(word) for word in words if len(word) > 1 or not _is_unspaced(word)]
    return sum(lengths) / len(lengths) if lengths else None


@cache
def _is_unspaced(character: str) -> bool:
    return bool(pc.match_substring_regex(pa.scalar(character), _UNSPACED).as_py())


def symbol_share(text: str, words: Sequence[str]) -> float | None:
    """Give the number of `#` and ellipses to a word (Gopher's symbol-to-word ratio)."""
    return len(_SYMBOL.findall(text)) / len(words) if words else None


def letter_share(text: str) -> float | None:
    """Give the share of the runs between white space that have a letter."""
    runs = text.split()
    return sum(any(map(str.isalpha, run)) for run in runs) / len(runs) if runs else None


def repeated_line_share(text: str) -> float | None:
    """Give the share of the lines (empty ones apart) that stood there before."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return 1 - len(set(lines)) / len(lines) if lines else None


def repeated_ngram_share(words: Sequence[str], ngram: int) -> float | None:
    """Give the share of the words that stand in an n-gram that stood there before."""
    seen: set[tuple[str, ...]] = set()
    repeated_W = [False] * len(words)
    for first in range(len(words) - ngram + 1):
        gram = tuple(words[first : first + ngram])
        if gram in seen:
            repeated_W[first : first + ngram] = [True] * ngram
        seen.add(gram)
    return sum(repeated_W) / len(words) if words else None


def script_shares(texts_R: pa.ChunkedArray, scripts: Sequence[str]) -> list[float | None]:
    """Give the share of each text's letters that are of one of `scripts` (Unicode's names), for all texts at once."""
    named = "".join(rf"\p{{{script.title()}}}" for script in scripts)
    letters = pc.count_substring_regex(texts_R, r"\p{L}")
    others = pc.count_substring_regex(texts_R, rf"[^{named}\P{{L}}]")
    return [
        None if not letter else 1 - other / letter
        for letter, other in zip(letters.to_pylist(), others.to_pylist(), strict=True)
    ]
