"""Measures and writes benchmarks/results/speed.json: `python -m benchmarks [--hidden 256 768] [--long]`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from acclimate.core.artifact import write_json
from benchmarks.machine import QUIET, machine
from benchmarks.speed import SIZES, compare, printed

RESULT = Path(__file__).parent / "results" / "speed.json"
SECONDS, LONG_SECONDS = 40.0, 240.0


def main() -> int:
    """Run the benchmark of speed and write its result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--hidden", type=int, nargs="+", choices=sorted(SIZES), default=sorted(SIZES))
    parser.add_argument("--long", action="store_true", help=f"{LONG_SECONDS:.0f} s a size instead of {SECONDS:.0f} s")
    chosen = parser.parse_args()
    about = {**machine(), "date": datetime.now(UTC).date().isoformat()}
    if about["load_before"] > QUIET:
        print(f"other work is running (load {about['load_before']}): the README will not show these figures")
    found = []
    for hidden in chosen.hidden:
        found.append(compare(SIZES[hidden], LONG_SECONDS if chosen.long else SECONDS))
        print(printed(found[-1]), flush=True)
    write_json(RESULT, {"command": " ".join(["python -m benchmarks", *sys.argv[1:]]), "machine": about, "sizes": found})
    print(RESULT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
