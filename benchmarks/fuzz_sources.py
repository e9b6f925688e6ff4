"""Damaged manifests, tables, METS files and lists by the ten thousand: whether any brings a reader down.

    python benchmarks/fuzz_sources.py [--count 40000] [--start 0]

Sound files of each kind are damaged. Each must be read, or be refused in one sentence; all else is a fault,
of which the number and the last lines are printed. The same number gives the same file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from fuzzed_sources import fates

STEP = 4000


def main() -> None:
    """Damage, read and count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--start", type=int, default=0)
    wanted = parser.parse_args()
    whole: Counter[str] = Counter()
    begun, end = time.perf_counter(), wanted.start + wanted.count
    with tempfile.TemporaryDirectory() as folder:
        for first in range(wanted.start, end, STEP):
            counts, faults = fates(range(first, min(first + STEP, end)), Path(folder))
            whole += counts
            for number, text in faults.items():
                print(f"file {number}: {text}")
            parts = ", ".join(f"{whole[name]:,} {name}" for name in sorted(whole))
            print(f"{whole.total():,} files in {time.perf_counter() - begun:.0f} s: {parts}", flush=True)
    sys.exit(1 if whole["fault"] else 0)


if __name__ == "__main__":
    main()
