"""Damaged PAGE-XML files by the ten thousand: whether any brings the reader, the checks or the writer down.

    python benchmarks/fuzz_pagexml.py [--count 20000] [--start 0] [--seeds DIR]

Sound files of all kinds and profiles, and the small ones of DIR, are damaged in their bytes or in their
trees. Each must be read, written, turned into another profile and corrected, or be refused in one sentence;
all else is a fault, of which the number and the last lines are printed. The same number gives the same file.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from fuzzed_pagexml import fates, seeds

SAMPLES = Path(__file__).parents[2] / "shared" / "data" / "pagexml"
STEP = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seeds", type=Path, default=SAMPLES)
    wanted = parser.parse_args()
    sound = seeds(wanted.seeds)
    print(f"{len(sound)} sound files")
    whole: Counter[str] = Counter()
    begun = time.perf_counter()
    end = wanted.start + wanted.count
    for first in range(wanted.start, end, STEP):
        count, faults = fates(range(first, min(first + STEP, end)), sound)
        whole += count
        for number, text in faults.items():
            print(f"file {number}: {text}")
        parts = ", ".join(f"{whole[name]:,} {name}" for name in sorted(whole))
        print(f"{whole.total():,} files in {time.perf_counter() - begun:.0f} s: {parts}", flush=True)
    sys.exit(1 if whole["fault"] else 0)


if __name__ == "__main__":
    main()
