"""A corpus that is gathered and processed, killed by SIGKILL at random moments, and resumed.

    python benchmarks/kills.py [--kills 50] [--readings 60] [--images 4] [--workers 2] [--seed 0]

Each time a new corpus is begun, killed at a moment drawn evenly from the time of an undisturbed run, and
resumed by another process; a third of them is killed a second time on the way. What the corpus holds then is
compared with the undisturbed one: pages, readings, vectors bit by bit, counts, and the files in its folder.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from killed import contents, end, make_source, start

from zij.corpora.store import open_corpus
from zij.errors import InputError


def differences(found: dict[str, object], expected: dict[str, object]) -> list[str]:
    """What two corpora do not have alike."""
    return sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))


def main() -> None:
    """Print the figure, and what was not equal."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--readings", type=int, default=60)
    parser.add_argument("--images", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    rng = np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = make_source(folder / "source", options.readings, options.images, options.seed)
        child, began = start(folder / "undisturbed", source, workers=options.workers), time.perf_counter()
        end(child)
        took = time.perf_counter() - began
        expected = contents(folder / "undisturbed")
        print(
            f"undisturbed: {took:.1f} s, {options.readings} readings and {options.images} images", flush=True
        )
        equal = killed = 0
        seen = set()
        for kill in range(options.kills):
            corpus, moments = folder / f"corpus{kill}", []
            while len(moments) < (2 if kill % 3 == 2 else 1):
                moments.append(float(rng.uniform(0, took)))
                child, began = start(corpus, source, workers=options.workers), time.perf_counter()
                if not end(child, after=moments[-1]).killed:  # it had done all: begin it once more
                    took = time.perf_counter() - began
                    shutil.rmtree(corpus)
                    moments.clear()
            killed += len(moments)
            seen.add(held(corpus))
            end(start(corpus, source, workers=options.workers))
            wrong = differences(contents(corpus), expected)
            equal += not wrong
            print(
                f"kill {kill + 1}: after {', '.join(f'{m:.2f}' for m in moments)} s: "
                f"{'equal' if not wrong else 'DIFFERENT: ' + ', '.join(wrong[:5])}",
                flush=True,
            )
            shutil.rmtree(corpus)
    print(
        f"\n{equal} of {options.kills} corpora equal the undisturbed one after {killed} kills; "
        f"they were found in {len(seen)} different states"
    )
    if equal < options.kills:
        raise SystemExit(1)


def held(corpus: Path) -> tuple[int, int]:
    """Pages and vectors that a corpus has when it was killed; (-1, -1) if it is none yet."""
    try:
        with open_corpus(corpus) as opened:
            found = opened.summary()
            return found.pages, found.embedded
    except InputError:
        return -1, -1


if __name__ == "__main__":
    main()
