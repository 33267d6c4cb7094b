"""How tables belong together: which column of one names a row of another, and whose rows make one text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.identifiers.columns import words_of
from acclimate.pipeline.init.query import key_of
from acclimate.pipeline.init.tables import Table
from acclimate.prepare.columns import texts

_CONTAINED = 0.95
_TELLING = 20
_ENDS = re.compile(r"_(id|ids|key|ref|no|nr|number|uuid|guid|pk|fk)$")
_PEOPLE = re.compile(
    r"patient|person|people|subject|member|customer|client|user|student|employee|participant|患者|病人|客户|用户|会员|学生"
)
_HOLDERS = re.compile(r"account|card|household|case|session|device|账|卡")
_KEY_KINDS = ("identifier", "code", "number", "words", "constant")


@dataclass(frozen=True)
class Group:
    """Whose rows make one text.

    `members` gives, for each table with rows of it, the column that names it; `parent` is the table that describes it,
    if there is one, by its column `key`. `alias` is what the recipe calls it.
    """

    alias: str
    members: dict[str, str]
    parent: Table | None = None
    key: str = ""

    @property
    def rank(self) -> int:
        """People first, then what they hold, then the rest."""
        name = words_of(self.alias)
        return 0 if _PEOPLE.search(name) else 1 if _HOLDERS.search(name) else 2

    def names(self) -> set[str]:
        """Give every name by which a user may ask for it."""
        return {self.alias.lower(), *(name.lower() for name in self.members.values()), self.key.lower()} - {""}


def values_of(table: Table, column: str) -> set[str]:
    """Give the distinct values of a column."""
    return {value for value in texts(table.rows, column, table.name) if value is not None}


def groups_in(tables: Sequence[Table]) -> list[Group]:
    """Give who or what the rows may be grouped by, the likeliest first."""
    described = [group for parent in tables for group in _described(parent, tables)]
    used = {(table, column) for group in described for table, column in group.members.items()}
    shared = _shared(
        [(table, column) for table in tables for column in _repeating(table) if (table.name, column) not in used]
    )
    return sorted([*described, *shared], key=lambda one: (one.rank, -len(one.members), one.parent is None))


def asked_for(name: str, tables: Sequence[Table]) -> Group:
    """Give the group that a user names by a column.

    Raises: UserError if no table has it.
    """
    for group in groups_in(tables):
        if name.lower() in group.names():
            return group
    members = {
        table.name: column.name
        for table in tables
        for column in table.columns
        if column.name.lower() == name.lower() and column.kind not in ("nested", "empty")
    }
    if not members:
        there = list(dict.fromkeys(column.name for table in tables for column in table.columns))
        shown = ", ".join(there[:40]) + (f", and {len(there) - 40} more" if len(there) > 40 else "")
        raise UserError(
            Fault("--group", f"no column {name!r}{nearest(name, there)}", shown, "name a column that is there")
        )
    return Group(key_of(next(iter(members.values()))), members)


def singular(name: str) -> str:
    """Give `patient` for `patients`, `allergy` for `allergies`."""
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") and len(name) > 3 else name


def _described(parent: Table, tables: Sequence[Table]) -> list[Group]:
    groups = []
    for column in parent.columns:
        if column.kind not in ("identifier", "code", "number") or column.filled < 2:
            continue
        if not column.filled == column.distinct == parent.rows.num_rows:
            continue
        if any(_names(column.name, other, "") for other in tables if other is not parent):
            continue  # it refers to that table, though each of its rows is named once
        members = {}
        for table in tables:
            found = _reference(table, parent, column.name)
            if table is not parent and found:
                members[table.name] = found
        if members:
            groups.append(Group(_alias(parent, column.name, members), members, parent, column.name))
    return groups


def _alias(parent: Table, key: str, members: dict[str, str]) -> str:
    names = {key, *members.values()}
    return key_of(key) if len(names) == 1 else f"{singular(parent.name)}_id"


def _reference(table: Table, parent: Table, key: str) -> str | None:
    """Give the column of `table` whose values stand in the parent's key: by name and values, or by telling values."""
    keys = values_of(parent, key)
    by_values = None
    for column in table.columns:
        if column.kind not in _KEY_KINDS:
            continue
        by_name = _names(column.name, parent, key)
        if not by_name and (column.kind != "identifier" or column.distinct < _TELLING or column.length < 8):
            continue
        values = values_of(table, column.name)
        contained = len(values & keys) / max(1, len(values))
        if contained >= _CONTAINED or (by_name and contained > 0 and not parent.whole):
            if by_name:
                return column.name
            by_values = by_values or column.name
    return by_values


def _names(column: str, parent: Table, key: str) -> bool:
    """Say whether a column is called like a key: PATIENT or patient_id for patients.Id, visit_no for visits.visit_no."""
    word = words_of(column).strip("_")
    same = word == words_of(key).strip("_") and word != "id"
    base, one = _ENDS.sub("", word), singular(words_of(parent.name).strip("_"))
    return same or base in (one, words_of(parent.name).strip("_")) or base.endswith(f"_{one}")


def _repeating(table: Table) -> list[str]:
    """Give the columns that look like keys and name several rows."""
    return [
        column.name
        for column in table.columns
        if 2 <= column.distinct < column.filled
        and (
            (
                column.kind == "identifier"
                and ("a key" in column.why or "account" in column.why or "it holds" in column.why)
            )
            or (column.kind in ("identifier", "code", "words", "number") and _only_who(column.name))
        )
    ]


def _only_who(name: str) -> bool:
    """Say whether a name is that of a person and nothing else: PATIENT, customer_no, 患者."""
    word = _ENDS.sub("", words_of(name).strip("_"))
    return bool(_PEOPLE.fullmatch(word))


def _shared(columns: Sequence[tuple[Table, str]]) -> list[Group]:
    """Columns of one name in several tables name the same, if they have values in common."""
    by_name: dict[str, dict[str, str]] = {}
    seen: dict[str, set[str]] = {}
    for table, column in columns:
        word = words_of(column)
        values = values_of(table, column)
        if word in seen and not (seen[word] & values):
            continue
        by_name.setdefault(word, {})[table.name] = column
        seen[word] = seen.get(word, set()) | values
    return [Group(key_of(next(iter(members.values()))), members) for members in by_name.values()]
