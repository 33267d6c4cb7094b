"""The recipe's `leaks` section: what of the training text counts as a copy of held-out text, and what becomes of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from acclimate.core.method import Section, option

WORDS_OF_NEAR = 5
"""Units in an n-gram of the similarity, as in `deduplicate`."""


class Leaks(Section):
    """Looks for held-out text in the training text of every phase, before training. Also written `leaks: report`.

    A training row overlaps a held-out set (validation and test of its own and of every later phase, and the general text
    that forgetting is measured on) if, with n-grams as sets and A, B those of two texts,

        near duplicate        |A and B| / |A or B| >= similarity      (5 words; exact, no sketch)
        holds a held-out text |B and all training| / |B| >= containment  (ngram words; B a held-out text)
        stands in the set     |A and all held-out| / |A| >= containment  (ngram words; A the training row)

    Under `remove` the second is undone for good: of the rows that hold such a B, those with most of it go until less than
    `containment` of B is left. Held-out rows never go. n-grams that stand in training rows of `boilerplate` or more groups
    (a form's sentences) do not count, in either |A| or |B|, but each text keeps at least half of its own as |A|, |B|.
    Near duplicates count whatever they are made of. Copies of one training text are one text.

    In tagged records each value is a word, tags and keys are none, and `record_ngram` stands for `ngram`: two strangers with
    a common course share 13 values in a row, but hardly 30. Twins by chance grow with the number of pairs: of 709 made-up
    patients 1 row goes, of 7,700 119; of 1,001 of synthea 13. Texts of fewer than 5 words and records of fewer than 13
    values are not compared.

    When to use `report`: where such twins are known to be strangers. Where hundreds of rows go, the split is to blame: see
    whether a `group_by` keeps the copies together (medquad: 24 % of the test answers by row, 2 % by source).

    Source: Brown et al. 2020 (13-grams); Xiao et al. 2008 (exact similarity by prefixes).
    """

    action: Literal["remove", "report", "off"] = option(
        "remove",
        "what is done about training rows that overlap held-out text: remove, only report, or off (not looked)",
    )
    similarity: float = option(0.8, "from which two texts are near duplicates", unit="share of n-grams", ge=0.3, le=1)
    containment: float = option(0.5, "from which a text stands in the other one", unit="share of n-grams", ge=0.1, le=1)
    ngram: int = option(13, "words in a row that are no chance", unit="words", ge=5, le=50)
    record_ngram: int = option(30, "values in a row that are no chance, in tagged records", unit="values", ge=5, le=200)
    boilerplate: int | None = option(
        10, "n-grams in training rows of so many groups are nobody's text (null: all count)", unit="groups", ge=2
    )

    @model_validator(mode="before")
    @classmethod
    def _by_its_action(cls, data: Any) -> Any:
        return {"action": data} if isinstance(data, str) else data
