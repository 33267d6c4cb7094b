"""Where nothing differs but the seed, the verdict stays silent: in sums, in two runs, and in the long form (`make null`)."""

import json
from pathlib import Path

import numpy as np

from acclimate.evaluate.section import Evaluate
from acclimate.evaluate.verdict import judge
from benchmarks.null import MOST, RATE, pair, start, summary
from tests.evaluate.arms import sums

PAIRS = 1000


def test_two_arms_that_could_be_swapped_are_hardly_ever_called_better_or_worse() -> None:
    """1,000 pairs of models whose differences lie around zero in 30 uneven groups; any size of a change counts."""
    random = np.random.Generator(np.random.PCG64(8))
    said = []
    for number in range(PAIRS):
        size_G = 100 * np.exp(random.standard_normal(30))
        base_G = 2 + 0.5 * random.standard_normal(30)
        arms = [sums(size_G * (base_G + 0.05 * random.standard_normal(30)), size_G) for _ in range(2)]
        settings = Evaluate(min_effect=0.0, resamples=300, seed=number)
        said.append(judge([arms[0]], [arms[1]], settings, "patients").verdict)
    assert 0 < said.count("better") / PAIRS <= MOST
    assert 0 < said.count("worse") / PAIRS <= MOST


def test_two_runs_of_two_seeds_and_two_of_one(tmp_path: Path) -> None:
    """The long form's own code on a start of few updates: another seed gives another model, and no verdict about it."""
    found = pair(start(tmp_path, updates=4), RATE, 3, updates=3)
    assert found["change"] != 0
    assert found["low"] <= found["change"] <= found["high"]
    assert found["groups"] >= 20
    assert found["verdict"] == "no difference shown"


def test_the_result_that_the_docs_cite_is_what_was_counted(root: Path) -> None:
    kept = json.loads((root / "benchmarks" / "results" / "null.json").read_text(encoding="utf-8"))
    assert kept["found"] == summary(kept["pairs"])
    assert kept["found"]["pairs"] == len({one["pair"] for one in kept["pairs"]}) == 100
    assert max(kept["found"]["better"], kept["found"]["worse"]) <= MOST * 100
    for one in kept["pairs"]:
        silent = one["low"] <= 0 <= one["high"] or (one["change"] < 0 and -one["change"] < 0.01 * one["base"])
        assert (one["verdict"] == "no difference shown") == silent
