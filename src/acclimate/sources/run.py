"""Source `run`: rows of a run that was made before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from acclimate.core.artifact import file_hash, is_complete, read_json
from acclimate.core.errors import Fault, UserError, nearest
from acclimate.core.method import Method, option
from acclimate.core.rows import ROLE, ROW_ID, Counts, Rows, need_columns

_ROWS, _LEAKS, _ENDING = "rows.arrow", "leaks.json", "-prepare"


class Run(Method):
    """Takes the rows that an earlier run trained on, or those that it held out for validation or test.

    Takes: the folder of a run, whose `NN-PHASE-prepare/` holds its rows as its steps left them.

    Gives: the rows of one role, with their names: `text` and the columns of the data, and beside them those in which the run's
    objective keeps what it read. Training rows that the run took out, as they overlap held-out text, stay out.

    Options: `role`; `phase`, where the run had several (default: its last one); `columns`, as other sources have them:
    where these rows stand beside new ones in one role, the columns that both have.

    When to use: to train on from that run with new data: as the source of `prepare: replay` with `labels: true` for a share of the
    old training rows, with `role: test` under `sources.test` to see what the old test rows lost. Within one recipe `phase` takes
    the rows of another phase.

    Source: acclimate.

    Raises: UserError for a folder without a run's rows, a phase or a column that is not there, and a role without rows.
    """

    path: str = option(..., "the folder of the earlier run (runs/NAME)")
    role: Literal["train", "validation", "test"] = option("train", "which of its rows are taken")
    phase: str | None = option(None, "whose rows are taken, where the run had several phases (default: the last one's)")
    columns: tuple[str, ...] = option((), "the columns to keep; empty: all")

    def read(self, where: str) -> tuple[Rows, Counts]:
        """Read the rows; see the class."""
        place = self._place(where)
        with pa.memory_map(str(place / _ROWS)) as source:
            rows = pa.ipc.open_file(source).read_all()
        chosen = pc.equal(rows.column(ROLE), self.role)
        overlap = self._overlapping(place)
        mine = rows.filter(pc.and_(chosen, pc.invert(pc.is_in(rows.column(ROW_ID).cast(pa.string()), overlap))))
        if not mine.num_rows:
            raise UserError(Fault(f"{where}.role", f"{self.path} has no {self.role} rows", "a role that has some", ""))
        need_columns(rows, self.columns, f"{where}.columns")
        own = [name for name in rows.column_names if not name.startswith("_")]
        names = list(dict.fromkeys([ROW_ID, *self.columns])) if self.columns else own
        found = mine.select(names).replace_schema_metadata(None)
        of_role = pc.sum(chosen).as_py() or 0
        removed = {
            "of another role": rows.num_rows - of_role,
            "overlapped held-out text in its run": of_role - mine.num_rows,
        }
        removed = {reason: number for reason, number in removed.items() if number}
        return found, Counts(rows.num_rows, found.num_rows, removed=removed)

    def inputs(self, where: str) -> Mapping[str, str]:
        """Give the hashes of what is read."""
        place = self._place(where)
        leaks = place.parent / _LEAKS
        return {str(file): file_hash(file) for file in (place / _ROWS, leaks) if file.is_file()}

    def _place(self, where: str) -> Path:
        """Give the folder that holds the prepared rows of the phase."""
        folder = Path(self.path).expanduser()
        places = sorted(one for one in folder.glob(f"*{_ENDING}") if is_complete(one))
        if not places:
            found = "holds no rows of a run" if folder.is_dir() else "no such folder"
            raise UserError(Fault(f"{where}.path", f"{self.path}: {found}", "the folder of a run (runs/NAME)", "check the path"))  # fmt: skip
        if self.phase is None:
            return places[-1]
        there = {_phase(one): one for one in places}
        if self.phase not in there:
            found = f"{self.path} has no phase {self.phase!r}{nearest(self.phase, list(there))}"
            raise UserError(Fault(f"{where}.phase", found, ", ".join(there), "name one of them"))
        return there[self.phase]

    def _overlapping(self, place: Path) -> pa.Array:
        """Name the training rows that the run looked at and found to overlap held-out text."""
        leaks = place.parent / _LEAKS
        found = read_json(leaks)["rows"].get(_phase(place), []) if leaks.is_file() else []
        return pa.array([one["row"] for one in found], pa.string())


def _phase(place: Path) -> str:
    """Give the phase in a stage folder's name: NN-PHASE-prepare."""
    return place.name.partition("-")[2].removesuffix(_ENDING)
