"""Units of a document: counted anew when some of its tokens leave them, or when entities become one unit each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from acclimate.core.examples import Ints


def merge_entities(
    ids_T: Ints, units_T: Ints, pairs: Sequence[tuple[int, int]], never_T: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.int32]:
    """Make one unit of all that stands between the start and the end token of an entity.

    Takes: one document; `pairs`, the ids of start and end tokens; `never_T`, tokens that are never hidden (default: those
    without a unit in `units_T`, so that separators inside an entity stay visible unless `never_T` is given).
    Gives: units counted from 0 in the order of the text. Start and end tokens themselves belong to none. Of nested
    entities the outermost counts; one that is never closed (a window may cut it) goes to the end of the document; an end
    without a start means nothing.
    """
    never = units_T < 0 if never_T is None else never_T
    never = never | np.isin(ids_T, [token for pair in pairs for token in pair])
    # An entity's number must differ from every unit's: entities count downwards from -1, units upwards from 0.
    unit_or_entity_T = units_T.astype(np.int64)
    for number, (begin, end) in enumerate(_entities(ids_T, pairs)):
        unit_or_entity_T[begin:end] = -1 - number
    return number_units(unit_or_entity_T, never)


def _entities(ids_T: Ints, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give [begin, end) of what stands inside each outermost entity."""
    closing = dict(pairs)
    marks = np.flatnonzero(np.isin(ids_T, [token for pair in pairs for token in pair]))
    found = []
    begin, wanted = 0, None
    for place in marks.tolist():
        token = int(ids_T[place])
        if wanted is None and token in closing:
            begin, wanted = place + 1, closing[token]
        elif token == wanted:
            found.append((begin, place))
            wanted = None
    return found if wanted is None else [*found, (begin, len(ids_T))]


def number_units(names_T: Ints, never_T: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """Count the units of one document from 0: neighbours of one name are one unit, also across tokens of none.

    Takes: `names_T`, any numbers; `never_T`, tokens that belong to no unit (-1).
    """
    units_T = np.full(len(names_T), -1, dtype=np.int32)
    places = np.flatnonzero(~never_T)
    if len(places):
        names = names_T[places]
        units_T[places] = np.concatenate([[0], np.cumsum(names[1:] != names[:-1])])
    return units_T
