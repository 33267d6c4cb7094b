"""A tag of a tagged record and what stands in it; nesting is free."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import field_validator

from acclimate.core.method import Section, option
from acclimate.core.text import TAG
from acclimate.prepare.columns import Names


class Node(Section):
    """One tag: `<tag>` its fields, its children, then a node for each row `</tag>`.

    It stands for one row (below `each`) or for all rows of a group. In the second case a field shows the first value
    there is, and `group_by` makes several nodes of it, a new one whenever one of these columns changes.
    """

    tag: str = option(..., "name of the tag: letters, digits, _ - . and no digit first")
    fields: Names = option((), "columns that stand in the tag as `column:value`, in this order")
    keys: bool = option(True, "write `column:` before each value")
    group_by: Names = option((), "begin a new node whenever one of these columns changes")
    children: tuple[Node, ...] = option((), "tags inside this one, behind its fields")
    each: Node | None = option(None, "the tag that is written once for each row, behind the children")

    @field_validator("tag")
    @classmethod
    def _a_name(cls, value: str) -> str:
        if not TAG.fullmatch(f"<{value}>"):
            raise ValueError("a name of letters, digits, _ - and . that does not begin with a digit")
        return value

    @field_validator("fields", "group_by")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("each column once")
        return value

    @field_validator("each")
    @classmethod
    def _one_row(cls, value: Node | None) -> Node | None:
        if value and any(node.each or node.group_by for node in value.nodes()):
            raise ValueError("a tag for one row, in which neither each nor group_by can stand")
        if value and not any(node.fields for node in value.nodes()):
            raise ValueError("a tag with at least one field, in it or in its children")
        return value

    def nodes(self) -> Iterator[Node]:
        """Give this node and all below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.nodes()
        if self.each:
            yield from self.each.nodes()

    @property
    def opening(self) -> str:
        """`<tag>`."""
        return f"<{self.tag}>"

    @property
    def closing(self) -> str:
        """`</tag>`."""
        return f"</{self.tag}>"
