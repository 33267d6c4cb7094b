"""The null test: does the verdict stay silent where nothing but the seed differs? `python -m benchmarks.null`.

Two runs of one recipe start from the same model, learn from the same patients and are measured on the same unseen ones; only
`train.seed` differs (order of the data, masks). Which of the two is called the base is a coin's choice. `acclimate compare`
then says of the one against the other what a verdict would say. Each pair has a split of its own (`seed`), so that the test
patients differ from pair to pair. Of 100 pairs *better* and *worse* may each come up in at most 5 %.

The start is a tiny BERT that has learnt from other made-up patients, so that both runs go on from what is known already.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from acclimate.core.artifact import write_json
from acclimate.core.seeds import hash64
from benchmarks.machine import machine

RESULT = Path(__file__).parent / "results" / "null.json"
MOST = 0.05
"""Of the pairs, each of better and worse."""
RATE = 5e-4
"""Of the pairs' runs, the peak. At larger ones two seeds give two models of which one is in truth the better."""
SIZES = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
START_UPDATES, UPDATES, PATIENTS, TEST = 400, 20, 120, 0.3


def recipe(model: str, to: Path, *, patients_from: int, updates: int, rate: float) -> dict[str, Any]:
    """Give a recipe on made-up hospital records, small enough for a second a run."""
    return {
        "name": to.name,
        "model": model,
        "seed": 0,
        "leaks": "off",
        "sources": {"train": {"name": "sample", "sample": "hospital", "size": PATIENTS, "seed": patients_from}},
        "prepare": [
            {
                "name": "tagged",
                "group_by": ["patient_id", "hospital_id"],
                "order_by": "timestamp",
                "header": [{"tag": "patient", "fields": ["age", "sex"]}],
                "body": {"tag": "visits", "each": {"tag": "event", "fields": ["code", "description"]}},
            },
            {"name": "split", "group_by": "patient_id", "validation": 0.0, "test": TEST},
        ],
        "tokens": {"max_length": 64},
        "objective": {
            "name": "mlm",
            "mask_replace_prob": 0.6,
            "masking": {"name": "token_sep", "masking_sep_token": ",", "mask": "value"},
        },
        "train": {"learning_rate": rate, "max_steps": updates, "per_device_train_batch_size": 8, "threads": 1},
        "evaluate": {"retention": None, "terms": None},
        "report": {"examples": 0},
        "output_dir": str(to),
    }


def start(place: Path, updates: int = START_UPDATES) -> str:
    """Make the model that all runs start from, trained on patients of its own; give its folder."""
    import torch
    from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer

    import acclimate

    starter = Path(acclimate.__file__).parent / "starters" / "encoder"
    tokenizer = AutoTokenizer.from_pretrained(starter)
    config = AutoConfig.for_model(
        "bert", vocab_size=len(tokenizer), max_position_embeddings=128, pad_token_id=tokenizer.pad_token_id, **SIZES
    )
    torch.manual_seed(0)
    AutoModelForMaskedLM.from_config(config).save_pretrained(place / "random")
    tokenizer.save_pretrained(place / "random")
    made = acclimate.run(recipe(str(place / "random"), place / "start", patients_from=1, updates=updates, rate=3e-3))
    return str(made.folder / "model")


def pair(model: str, rate: float, number: int, updates: int = UPDATES) -> dict[str, Any]:
    """Train two runs that differ in nothing but the seed of training, and say what `compare` says of them."""
    import acclimate

    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for which in range(2):
            given = recipe(model, Path(folder) / f"run{which}", patients_from=2, updates=updates, rate=rate)
            given["seed"] = number
            given["train"]["seed"] = 2 * number + which
            runs.append(acclimate.run(given).folder)
        if hash64("null", number) % 2:
            runs.reverse()
        found = acclimate.compare(runs, Path(folder) / "compared")
    (outcome,) = found.outcomes
    base = found.find(outcome.against, "after", "test", found.primary)
    moved = found.find(outcome.run, "change", "test", found.primary, f"run:{outcome.against}")
    if base is None or moved is None:
        raise SystemExit(f"pair {number}: {outcome.why}")
    about = {"base": base.value, "change": moved.value, "low": moved.low, "high": moved.high, "groups": moved.groups}
    return {"pair": number, "verdict": outcome.verdict, **about}


def summary(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Count the verdicts, and how often zero lay outside of the interval whatever the size of the change."""
    counted = Counter(one["verdict"] for one in found)
    outside = sum(1 for one in found if one["low"] is not None and not one["low"] <= 0 <= one["high"])
    names = ("better", "worse", "no difference shown", "not measurable")
    return {**{name: counted[name] for name in names}, "zero outside of the interval": outside, "pairs": len(found)}


def main() -> int:
    """Run the null test and write its result; exit code 1 if a verdict comes up too often."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.null", description=__doc__)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rate", type=float, default=RATE, help="peak learning rate of the pairs' runs")
    parser.add_argument("--to", type=Path, default=RESULT)
    chosen = parser.parse_args()
    about = {**machine(), "date": datetime.now(UTC).date().isoformat()}
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(chosen.processes) as pool:
        model = pool.submit(start, Path(folder)).result()
        found = []
        for one in pool.map(partial(pair, model, chosen.rate), range(chosen.pairs)):
            found.append(one)
            print(f"{one['pair']:>4}  {one['change']:+.4f} of {one['base']:.4f}  {one['verdict']}", flush=True)
    counted = summary(found)
    print(counted)
    command = " ".join(["python -m benchmarks.null", *sys.argv[1:]])
    write_json(chosen.to, {"command": command, "machine": about, "rate": chosen.rate, "found": counted, "pairs": found})
    print(chosen.to)
    return int(max(counted["better"], counted["worse"]) > MOST * len(found))


if __name__ == "__main__":
    sys.exit(main())
