"""The recipe's `report` section."""

from __future__ import annotations

from acclimate.core.method import Section, option


class Report(Section):
    """What the reports hold beside the proof itself."""

    examples: int = option(
        20, "held-out rows shown in report_private.html with both models' guesses", unit="rows", ge=0, le=1000
    )
