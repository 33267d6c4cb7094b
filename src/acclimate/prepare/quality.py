"""Step `quality`: takes out texts that are no prose: too short or long, repetitive, of symbols, in another script."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BeforeValidator

from acclimate.core.errors import Fault, UserError
from acclimate.core.method import Method, option
from acclimate.core.rows import ROLE, ROLES, Counts, Rows, need_columns
from acclimate.prepare.columns import Names, several
from acclimate.prepare.text_measures import (
    letter_share,
    mean_word_length,
    repeated_line_share,
    repeated_ngram_share,
    script_shares,
    symbol_share,
    words_of,
)

Script = Literal[
    "latin", "han", "hiragana", "katakana", "hangul", "cyrillic", "greek", "arabic", "hebrew", "devanagari", "bengali",
    "gujarati", "gurmukhi", "tamil", "telugu", "kannada", "malayalam", "thai", "lao", "khmer", "myanmar", "armenian",
    "georgian", "ethiopic",
]  # fmt: skip


class Quality(Method):
    """Takes out texts of which a measure is below its `min_` or above its `max_`.

    Takes: rows with a text column and `_role`.

    Gives: the other rows. Each row that goes is counted as removed under the first limit it does not keep, in the order of
    the options. What a text has nothing of (no letters, no lines) can't be measured, and takes no row out.

    Options: a limit that is not set is off; on by default are the two that prose of any domain keeps, `max_symbol_share`
    and `max_repeated_line_share`. A word is a run of letters and digits, and a character in scripts without spaces (which
    have no mean word length). The values of Gopher: 50 to 100,000 words, of 3 to 10 characters on average, at most 0.1
    symbols (# and ellipses) to a word, at least 0.8 of the runs between spaces with a letter, at most 0.3 of the lines and
    0.15 of the words (those in 5-grams) repeated. C4 leaves out texts `without: ["lorem ipsum", "{"]`.

    When to use: for crawled or scanned text, behind `clean`, and behind `split`, so that `roles` can leave test as it is:
    what a model is tested on is not to be made easier. Not for tagged records, which repeat themselves and hold numbers.

    Source: Rae et al. 2021, Scaling language models (Gopher), table A1; Raffel et al. 2020 (C4).

    Raises: UserError if `column` is not there or holds no text, or if no row of a role is left.
    """

    column: str = option("text", "the column that is measured")
    roles: Annotated[tuple[Literal["train", "validation", "test"], ...], BeforeValidator(several)] = option(
        ("train",), "the roles whose rows are measured; those of others stay"
    )
    without: Names = option((), "texts that hold one of these go, in any case of letters")
    min_words: int | None = option(None, "fewest words", unit="words", ge=1)
    max_words: int | None = option(None, "most words", unit="words", ge=1)
    min_mean_word_length: float | None = option(None, "smallest mean length of a word", unit="characters", gt=0)
    max_mean_word_length: float | None = option(None, "largest mean length of a word", unit="characters", gt=0)
    max_symbol_share: float | None = option(0.1, "most # and ellipses", unit="symbols a word", ge=0)
    min_letter_share: float | None = option(None, "fewest runs with a letter", unit="share of runs", ge=0, le=1)
    max_repeated_line_share: float | None = option(0.3, "most repeated lines", unit="share of lines", ge=0, le=1)
    max_repeated_ngram_share: float | None = option(
        None, "most words in repeated n-grams", unit="share of words", ge=0, le=1
    )
    ngram: int = option(5, "how many words stand in one n-gram", unit="words", ge=1, le=50)
    scripts: Annotated[tuple[Script, ...], BeforeValidator(several)] = option(
        (), "the scripts that texts are to be in; none: any"
    )
    min_script_share: float = option(0.5, "fewest letters in one of scripts", unit="share of letters", gt=0, le=1)

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Take out the texts; see the class."""
        need_columns(rows, [self.column], f"{where}.column")
        column = rows.column(self.column)
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            found = f"column {self.column!r} holds {column.type}"
            raise UserError(Fault(f"{where}.column", found, "text", "name a column of text"))
        texts_R = pc.fill_null(column, "")
        share_R = script_shares(texts_R, self.scripts) if self.scripts else [None] * rows.num_rows
        role_R: list[str] = rows.column(ROLE).to_pylist()
        reason_R = [
            self._reason(text, share) if role in self.roles else None
            for text, share, role in zip(texts_R.to_pylist(), share_R, role_R, strict=True)
        ]
        kept = rows.filter(pa.array([reason is None for reason in reason_R], pa.bool_()))
        removed = Counter(reason for reason in reason_R if reason is not None)
        left = set(kept.column(ROLE).unique().to_pylist())
        for role in ROLES:
            if role in role_R and role not in left:
                lost = ", ".join(f"{reason}: {number}" for reason, number in removed.most_common())
                found = f"no {role} row would be left of {role_R.count(role)} ({lost})"
                raise UserError(Fault(where, found, "at least one", "look at the texts, or ask for less"))
        return kept, Counts(rows.num_rows, kept.num_rows, removed=dict(removed))

    def _reason(self, text: str, script_share: float | None) -> str | None:
        """Name the first limit that a text does not keep."""
        folded = text.casefold()
        held = next((one for one in self.without if one.casefold() in folded), None)
        if held is not None:
            return f"holds {held!r}"
        words = words_of(text)
        length = mean_word_length(words)
        limits: tuple[tuple[str, float | None, float | None, float | None], ...] = (
            ("words", len(words), self.min_words, self.max_words),
            ("characters a word", length, self.min_mean_word_length, self.max_mean_word_length),
            ("symbols a word", symbol_share(text, words), None, self.max_symbol_share),
            ("of runs with a letter", letter_share(text), self.min_letter_share, None),
            ("of lines repeated", repeated_line_share(text), None, self.max_repeated_line_share),
            ("of words in repeated n-grams", self._repeated(words), None, self.max_repeated_ngram_share),
            (f"of letters {' or '.join(self.scripts)}", script_share, self.min_script_share, None),
        )
        for name, value, least, most in limits:
            if value is not None and least is not None and value < least:
                return f"under {least:g} {name}"
            if value is not None and most is not None and value > most:
                return f"over {most:g} {name}"
        return None

    def _repeated(self, words: list[str]) -> float | None:
        return repeated_ngram_share(words, self.ngram) if self.max_repeated_ngram_share is not None else None
