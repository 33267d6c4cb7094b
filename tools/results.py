"""Keeps what runs measured, and makes the tables of the README and of docs/results.md from it.

`python tools/results.py RUN ...` takes from report.json in the folders of finished runs what the tables show, and writes
benchmarks/results/runs/NAME.json; tools/generate_docs.py draws the tables. Nothing in them is written by hand.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from acclimate.core.scores import Score
from acclimate.evaluate.verdict import noun
from acclimate.report.formats import count, duration, percent
from acclimate.report.score_table import change_text, interval_text, label_of, value_text

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "benchmarks" / "results" / "runs"
PLACES = ("output_dir=", "train.threads=")
"""Where a run lay and how many threads it had is no part of the command that repeats it."""
ORDER = ("demo", "synthea_mlm", "anatomy_mlm", "medquad_clm", "medquad_sft", "finance_fed_clm", "finance_clm_offline")
FOUND_BY = " that are needed by "
DATA = {"test": "test", "general": "general text", "terms": "terms"}
BLANK = "–"


def keep(run: Path) -> Path:
    """Write what the tables show of a finished run, and give the file."""
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    words = shlex.split(report["provenance"]["command"])
    command = shlex.join(word for word in words if not word.startswith(PLACES))
    kept = {key: report[key] for key in ("name", "created", "verdict", "retention", "caveats", "cost")}
    versions = {name: report["provenance"]["versions"][name] for name in ("torch", "transformers")}
    kept |= {"base": report["model"]["base"], "command": command, "versions": versions}
    kept |= {"notes": [one for one in report["caveats"] + report["notes"] if one.startswith("Against a control")]}
    kept |= {"terms": {**report["terms"], "lines": [one for one in report["terms"]["lines"] if one["shareable"]]}}
    kept |= {"scores": [score for score in report["scores"] if not score.get("slice")]}
    KEPT.mkdir(parents=True, exist_ok=True)
    place = KEPT / f"{report['name']}.json"
    place.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return place


def runs() -> list[Any]:
    """Give the runs that were kept, in the order of ORDER."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(KEPT.glob("*.json"))]
    return sorted(found, key=lambda run: ORDER.index(run["name"]) if run["name"] in ORDER else len(ORDER))


def score(run: Any, when: str, data: str, name: str, against: str | None = None) -> Score | None:
    """Give a score of a run; of a change the one against `against`."""
    return next((one for one in scores(run, when, data, name) if one.against == against), None)


def scores(run: Any, when: str, data: str, name: str) -> list[Score]:
    """Give all scores of a name, such as the floors."""
    every = [Score.from_json(line) for line in run["scores"]]
    return [one for one in every if (one.when, one.data, one.name) == (when, data, name)]


def _column(one: Score) -> str | None:
    return None if one.resampled_by == "document" else one.resampled_by


def value(one: Score | None, beside: Score | None = None) -> str:
    """Write a score, with the decimals that the change beside it takes."""
    return value_text(one.value, one.unit, beside) if one else BLANK


def change(one: Score | None) -> str:
    """Write a change with its interval."""
    if one is None:
        return BLANK
    interval = interval_text(one)
    return f"{change_text(one)} ({interval})" if interval else f"{change_text(one)} (no interval)"


def before_after(run: Any, data: str, name: str) -> str:
    """Write a score of the base and of the adapted model."""
    before, after = score(run, "before", data, name), score(run, "after", data, name)
    return f"{value(before)} → {value(after)}" if before and after else BLANK


def best_floor(run: Any, name: str) -> str:
    """Write the best of the floors: how far one gets without a neural network."""
    found = scores(run, "floor", "test", name)
    if not found:
        return BLANK
    best = (min if found[0].better == "lower" else max)(found, key=lambda one: one.value)
    return f"{value(best)} ({floor_name(best)})"


def floor_name(floor: Score) -> str:
    """Say what a floor is made by, from its unit."""
    made = next(
        (floor.unit.partition(said)[2] for said in (FOUND_BY, " that are ", ", by ") if said in floor.unit),
        "the data's own",
    )
    return made.partition(" (at most")[0].replace("a 5-gram model of bytes", "5-gram of bytes")


def short(table: Any) -> str:
    """Give the README's table: a line a run. Takes: `table`, which makes Markdown of heads and rows."""
    heads = ("recipe", "test set", "base", "control", "adapted", "floor", "change (95 % interval)", "against the control",
             "general text", "term bits", "ROUGE-L of answers", "verdict")  # fmt: skip
    rows = []
    for run in runs():
        name = run["verdict"]["primary"]
        against_base, lost = (
            score(run, "change", "test", name, "base"),
            score(run, "change", "general", "forgetting", "base"),
        )
        whole = score(run, "after", "test", name)
        arms = [value(score(run, when, "test", name), against_base) for when in ("before", "control", "after")]
        rows.append(
            (
                f"[{run['name']}](recipes/{run['name']}.yaml)",
                f"{count(whole.groups or 0)} {noun(_column(whole))}" if whole else BLANK,
                *arms,
                best_floor(run, name),
                change(against_base),
                change(score(run, "change", "test", name, "control")),
                percent(lost.value / 100, signed=True) if lost else BLANK,
                before_after(run, "terms", "term_bits"),
                before_after(run, "test", "rougeL"),
                run["verdict"]["verdict"],
            )
        )
    return str(table(heads, rows))


def full(table: Any) -> str:
    """Give docs/results.md: of each run every score with its intervals, the floors, the terms, and what was said."""
    return "\n\n".join(part for run in runs() for part in _parts(run, table) if part)


def _parts(run: Any, table: Any) -> Sequence[str]:
    cost = run["cost"]
    hardware = (
        f"{count(cost['threads'], 'thread')}, {cost['device']}, torch {run['versions']['torch']}, {run['created'][:10]}"
    )
    said = [run["verdict"]["sentence"], *run["notes"], run["retention"], run["terms"]["sentence"]]
    return (
        f"## {run['name']}",
        f"`{run['command']}` ({run['base']}; {count(cost['updates'], 'update')}, in all {duration(cost['total_seconds'])} on "
        f"{hardware})",
        "\n".join(f"- {sentence}" for sentence in said if sentence),
        _score_table(run, table),
        _term_table(run, table),
    )


def _score_table(run: Any, table: Any) -> str:
    heads = ("of", "score", "base", "control", "adapted", "change (95 % interval)", "against the control")
    rows = []
    for data, name in dict.fromkeys((line["data"], line["name"]) for line in run["scores"]):
        against_base = score(run, "change", data, name, "base")
        arms = [value(score(run, when, data, name), against_base) for when in ("before", "control", "after")]
        if any(arm != BLANK for arm in arms):
            against = change(score(run, "change", data, name, "control"))
            rows.append((DATA.get(data, data), label_of(name), *arms, change(against_base), against))
    for floor in [one for one in map(Score.from_json, run["scores"]) if one.when == "floor"]:
        interval = interval_text(floor)
        reached = f"{value(floor)} ({interval})" if interval else value(floor)
        rows.append(
            ("test", f"{label_of(floor.name)}: floor, {floor_name(floor)}", BLANK, BLANK, reached, BLANK, BLANK)
        )
    return str(table(heads, rows))


def _term_table(run: Any, table: Any) -> str:
    """Give the terms learnt and lost, with the numbers of the half that did not choose them."""
    rows = [
        (
            one["outcome"],
            one["term"],
            one["kind"],
            count(one["occurrences"]),
            f"{one['base_bits']:.1f} → {one['adapted_bits']:.1f}",
        )
        for one in run["terms"]["lines"]
    ]
    return str(table(("outcome", "term", "kind", "places", "bits, base → adapted"), rows)) if rows else ""


def main() -> int:
    """Keep the runs that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, help="folders of finished runs")
    for run in parser.parse_args().runs:
        print(keep(run).relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
