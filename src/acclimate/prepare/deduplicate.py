"""Step `deduplicate`: every text once, and none of validation or test in training."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from acclimate.core.method import Method, option
from acclimate.core.rows import OWN_COLUMNS, ROLE, Counts, Rows, need_columns
from acclimate.prepare.columns import Names, codes, encoded

_STRENGTH = {"test": 0, "validation": 1, "train": 2}


class Deduplicate(Method):
    """Removes exact copies: of rows that are equal in the chosen columns, one stays.

    Takes: rows with `_role`.

    Gives: the rows without copies, in their order. Of copies in several roles the one in test stays, then the one in
    validation, then the one in training: a test text stays a test text, and training never sees it.

    Options: `columns`; by default `text` if there is one, else all columns of the data.

    When to use: always for texts of which files hold copies. After `split` it also takes out of training what the split
    put into test by another copy. It finds no near copies.

    Source: Lee et al. 2022, Deduplicating training data makes language models better.

    Raises: UserError for a column that is not there.
    """

    columns: Names = option((), "columns in which copies are equal; default: text, else all columns of the data")

    def apply(self, rows: Rows, where: str, seed: int) -> tuple[Rows, Counts]:
        """Remove copies; see the class."""
        own = [name for name in rows.column_names if name not in OWN_COLUMNS]
        names = self.columns or (["text"] if "text" in own else own)
        need_columns(rows, names, where)
        code_R = codes(rows, names)
        number_R, roles = encoded(rows.column(ROLE))
        strength_R = np.array([_STRENGTH[role] for role in roles], dtype=np.int64)[number_R]
        order = np.lexsort((strength_R, code_R))  # stable: equal ones stay in the order of the rows
        first = np.diff(code_R[order], prepend=-1) != 0
        kept_R = np.zeros(rows.num_rows, dtype=np.bool_)
        kept_R[order[first]] = True
        strongest_R = strength_R[order[first]][code_R]
        removed: dict[str, int] = {}
        for strength, role in enumerate(_STRENGTH):
            there_R = ~kept_R & (strongest_R == strength)
            for reason, mark_R in (
                (f"copy within {role}", there_R & (strength_R == strength)),
                (f"copy of a {role} row", there_R & (strength_R != strength)),
            ):
                if mark_R.any():
                    removed[reason] = int(mark_R.sum())
        kept = rows.filter(pa.array(kept_R))
        return kept, Counts(rows.num_rows, kept.num_rows, removed=removed)
