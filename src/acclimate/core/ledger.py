"""The ledger: what became of every row, by stage, step and role (promise 1)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from acclimate.core.errors import Fault, UserError
from acclimate.core.rows import Counts


@dataclass
class Ledger:
    """Collects a `Counts` for each (phase, step, source) of a run, in order."""

    entries: list[dict[str, Any]] = field(default_factory=list)

    def add(self, phase: str, step: str, source: str, counts: Counts, *, max_dropped: float = 1.0) -> None:
        """Check and write down one step.

        Takes: `max_dropped`, the largest share of the step's input (0 to 1) that may be lost unasked.
        Raises: UserError past that share, naming the reasons; AcclimateError if the sums do not agree.
        """
        counts.check(step)
        self.entries.append({"phase": phase, "step": step, "source": source, **asdict(counts)})
        lost = sum(counts.dropped.values())
        if lost > max_dropped * counts.rows_in:
            reasons = ", ".join(f"{reason}: {number}" for reason, number in counts.dropped.items())
            raise UserError(
                Fault(
                    f"{phase}, {step}, {source}",
                    f"{lost} of {counts.rows_in} rows would be dropped ({reasons})",
                    f"at most {max_dropped:.0%} (max_dropped)",
                    "mend the data, or raise max_dropped in the recipe",
                )
            )
