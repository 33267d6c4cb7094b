"""Lists of labels that are paths through a hierarchy, which is written otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from acclimate.core.labels import LEVELS


def said_of_paths(lists: Sequence[Sequence[str]]) -> str:
    """Say how a hierarchy is written, if rows' labels look like one (nothing: an empty text).

    They do if each label always follows the same one, there are fewer roots than labels below them, some label is followed
    by two others, and each label below a root was seen twice on average: less may be chance.
    """
    if not all(lists) or any(LEVELS in name for some in lists for name in some):
        return ""
    above: dict[str, str | None] = {}
    for some in lists:
        for name, before in zip(some, [None, *some], strict=False):
            if above.setdefault(name, before) != before:
                return ""
    parents = [before for before in above.values() if before is not None]
    links = sum(len(some) - 1 for some in lists)
    if len(parents) <= len(above) - len(parents) or len(set(parents)) == len(parents) or links < 2 * len(parents):
        return ""
    deepest = max(lists, key=len)
    path = f" {LEVELS} ".join(deepest)
    return f"these lists look like a hierarchy: write them as {path!r} and kind: one for scores by level"
