"""A row as the model sees it: its pieces, and which are hidden or learnt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from acclimate.core.errors import Fault, UserError
from acclimate.core.ledger import Ledger
from acclimate.core.rows import ROW_ID
from acclimate.pipeline.check import tokenizer_only
from acclimate.pipeline.prepare import make_every, of_role
from acclimate.pipeline.recipe import read_recipe
from acclimate.pipeline.tasks import how_read, settle
from acclimate.pipeline.tokens import add_new_tokens
from acclimate.tokens.encode import encode
from acclimate.tokens.padding_free import PaddingFree


@dataclass(frozen=True)
class Piece:
    """One token: its text and id; `kind` is tag (special), hidden, learnt or seen."""

    text: str
    kind: str
    id: int


@dataclass(frozen=True)
class Shown:
    """The windows of one row, the share of tokens that are hidden or learnt (0 to 1), and how a task's row was read."""

    row_id: str
    text: str
    windows: list[list[Piece]]
    share: float
    read_as: str = ""


def show(recipe: str | Path | dict[str, Any], row: int, epoch: int = 0, overrides: Iterable[str] = ()) -> Shown:
    """Give training row number `row` (from 0) of the first phase in one epoch, as the model sees it.

    Raises: UserError if there is no such row.
    """
    parsed, _ = read_recipe(recipe, overrides)
    made = make_every(parsed, Ledger())
    phase = settle(parsed, made).phases[0]
    rows = of_role(made[0], "train")
    if not 0 <= row < rows.num_rows:
        raise UserError(Fault("--row", f"found {row}", f"0 to {rows.num_rows - 1}", "name a training row"))
    one = rows.slice(row, 1)
    lm = tokenizer_only(parsed, phase, rows)
    add_new_tokens(phase, lm, rows)
    tokens = phase.tokens.model_copy(update={"batch": PaddingFree()})  # one row alone fills no block of `concat`
    examples = encode(one, lm.tokenizer, phase.objective, tokens, lm.max_length, f"{phase.name}.tokens").examples
    flat = examples.gather(np.arange(len(examples)))
    learnt = phase.objective.supervise(flat, lm.tokenizer, epoch, phase.train.seed)
    marked = np.zeros(len(flat.ids_T), dtype=bool)
    marked[learnt.positions_L + (1 if lm.head == "causal" else 0)] = True
    added = lm.tokenizer.added_tokens_decoder.items()
    special = set(lm.tokenizer.all_special_ids) | {number for number, token in added if token.special}
    windows = []
    for start, end in pairwise(flat.offsets_N1.tolist()):
        ids = flat.ids_T[start:end].tolist()
        kinds = [
            _kind(one in special, hit, lm.causal) for one, hit in zip(ids, marked[start:end].tolist(), strict=True)
        ]
        windows.append([Piece(*three) for three in zip(_texts(ids, lm.tokenizer), kinds, ids, strict=True)])
    return Shown(str(one.column(ROW_ID)[0]), str(one.column("text")[0]), windows, float(marked.mean()), how_read(rows))


def _texts(ids: list[int], tokenizer: Any) -> list[str]:
    """Give each token as it stands in the text, the space before it included (which one token alone does not show)."""
    texts, before = [], ""
    for number, one in enumerate(ids):
        # Bytes of a character that is not whole yet come out as U+FFFD: the token that completes it shows it.
        after = tokenizer.decode(ids[: number + 1]).rstrip("\ufffd")
        texts.append(after[len(before) :] if after.startswith(before) else tokenizer.decode([one]))
        before = after
    return texts


def _kind(special: bool, marked: bool, causal: bool) -> str:
    if marked:
        return "learnt" if causal else "hidden"
    return "tag" if special else "seen"
