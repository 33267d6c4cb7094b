"""Rows of data sets that lie in a form of their own, as JSON Lines for the recipes of benchmarks/tasks.py."""

from __future__ import annotations

import json
from pathlib import Path

from acclimate.core.artifact import write_text

SHARED = Path("../shared/data")


def write_rows(to: Path) -> None:
    """Write what the recipes read beside ../shared/data."""
    write_pubmedqa(SHARED / "pubmedqa", to)


def write_pubmedqa(data: Path, to: Path) -> None:
    """Write PubMedQA's labelled questions (Jin et al., 2019): question, context, label; the 500 of the official test apart."""
    questions = json.loads((data / "ori_pqal.json").read_text(encoding="utf-8"))
    to.mkdir(parents=True, exist_ok=True)
    held_out = json.loads((data / "test_ground_truth.json").read_text(encoding="utf-8"))
    for name, wanted in (("test", True), ("train", False)):
        rows = [
            {"question": one["QUESTION"], "context": "\n".join(one["CONTEXTS"]), "label": one["final_decision"]}
            for key, one in questions.items()
            if (key in held_out) == wanted
        ]
        write_text(to / f"pubmedqa_{name}.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
