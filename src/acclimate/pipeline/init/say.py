"""What `acclimate init` tells about a plan."""

from __future__ import annotations

from collections.abc import Iterator

from acclimate.evaluate.change import FEWEST_GROUPS
from acclimate.pipeline.init.propose import Plan
from acclimate.pipeline.init.tables import Found

_KINDS = {
    "mlm": "encoder, hidden words are learnt",
    "clm": "decoder, what comes next is learnt",
    "classify": "labels of texts are learnt",
    "tag": "names in texts are learnt",
    "extract": "answers in a context are learnt",
    "sft": "decoder, answers are learnt",
}


def seen(found: Found) -> Iterator[str]:
    """Say which tables there are, and what each column is taken for."""
    for table in found.tables:
        columns = ", ".join(f"{one.name} ({one.kind})" for one in table.columns)
        yield f"{table.name}: {table.rows.num_rows:,} rows{'' if table.whole else ' looked at'}: {columns}"


def sentences(plan: Plan) -> Iterator[str]:
    """Say what the recipe does, what it leaves out, and what to think about."""
    layout, shares = plan.layout, plan.shares
    yield f"model: {plan.model}: {_KINDS[plan.objective]} ({plan.objective})"
    if layout.tags is not None and layout.tags.group_by:
        order = f", in order of {layout.tags.order_by}" if layout.tags.order_by else ""
        yield f"texts: one for each {layout.tags.group_by}{order}"
        yield f"  in front: {', '.join(layout.tags.header) or 'nothing'}; of each event: {', '.join(layout.tags.event) or 'nothing'}"
    elif layout.tags is not None:
        yield f"texts: one for each row: {', '.join(layout.tags.header)}"
    else:
        yield "texts: one for each row" if layout.task is None else "rows:"
    for sentence in layout.said:
        yield f"  {sentence}"
    if layout.identifying:
        yield "left out of the texts, since it may say who somebody is:"
        for name, why in layout.identifying.items():
            yield f"  {name}: {why}"
    if layout.unused:
        yield "left out for other reasons:"
        for sentence in layout.unused:
            yield f"  {sentence}"
    yield from _split(plan, layout.group or "row", shares.groups)


def _split(plan: Plan, unit: str, groups: int) -> Iterator[str]:
    own = [role for role in ("validation", "test") if role in plan.layout.sources]
    if own:
        yield f"split: the data's own {' and '.join(own)}"
    if "test" in own:
        return
    if not plan.shares.test:
        yield f"split: {groups} is too few of {unit} to hold any back: nothing can be proven"
        return
    yield f"split by {unit}: {groups:,} in all, {plan.shares.test_groups:,} for test"
    if not plan.shares.enough:
        yield f"  fewer than {FEWEST_GROUPS} for test: no interval, so no verdict; more data would give one"
