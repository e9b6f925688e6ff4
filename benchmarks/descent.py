"""Descent found again: made copying histories, of which a third of the copies is lost.

    python benchmarks/descent.py [--trees 100] [--witnesses 12] [--errors 20] [--misread 0 0.01] [--seed 0]
    python benchmarks/descent.py --mixed [--trees 40] [--seed 500]

Each copy takes its exemplar evenly among the earlier ones and adds typed errors; then a third of all copies
is lost, and cells of the rest are misread. Printed is the mean normalised Robinson-Foulds distance between
the true tree of the witnesses that are left and what was found: by parsimony with weights, with the branches
that pass the tests and with all; by neighbour joining on weighted and on plain differences, as it comes
(binary), and with the branches that pass the same tests. With --mixed: in how many histories the witness
whose lower half comes from another line is flagged, and how many have a flag on any other witness.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from histories import History, history

from zij.explain.collation.descent.contamination import contaminations
from zij.explain.collation.descent.joining import distances, neighbour_joining
from zij.explain.collation.descent.search import found_tree, held
from zij.explain.collation.descent.tree import robinson_foulds

METHODS = (
    "parsimony, weighted",
    "all its branches",
    "joining, weighted",
    "joining, unweighted",
    "the same, tested",
)


def scores(made: History) -> tuple[float, ...]:
    """Distance to the true tree for each of the methods."""
    characters = made.characters
    found = found_tree(characters, replicates=100)
    joined, plain = (
        neighbour_joining(distances(characters, weighted=weighted)) for weighted in (True, False)
    )
    trees = (
        found.tree.groups, found.binary.groups, joined.groups, plain.groups,
        held(characters, plain, replicates=100).groups,
    )  # fmt: skip
    return tuple(robinson_foulds(made.groups, groups) for groups in trees)


def flags(made: History) -> tuple[bool, bool]:
    """Whether the witness with two exemplars is flagged, and whether any other is."""
    tree = found_tree(made.characters, replicates=100).binary
    flagged = {one.witness for one in contaminations(made.characters, tree)}
    return made.mixed in flagged, bool(flagged - {made.mixed})


def print_flags(wanted: argparse.Namespace) -> None:
    """Flags of second exemplars, with one in each history and with none."""
    print("witnesses  errors  misread  mixed   right   wrong   histories")
    for witnesses in wanted.witnesses:
        for errors in wanted.errors:
            for misread in wanted.misread:
                for mixed in (True, False):
                    found = [
                        flags(history(wanted.seed + n, witnesses, errors, misread, mixed=mixed))
                        for n in range(wanted.trees)
                    ]
                    right, wrong = np.sum(found, axis=0)
                    print(
                        f"{witnesses:9d} {errors:7d} {misread:8.3f}  {'one' if mixed else 'none':>5}"
                        f" {right:7d} {wrong:7d} {wanted.trees:11d}",
                        flush=True,
                    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--witnesses", type=int, nargs="+", default=[12])
    parser.add_argument("--errors", type=int, nargs="+", default=[20])
    parser.add_argument("--misread", type=float, nargs="+", default=[0.0, 0.01])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mixed", action="store_true")
    wanted = parser.parse_args()
    if wanted.mixed:
        print_flags(wanted)
        return
    print("witnesses  errors  misread   " + "   ".join(METHODS) + "   seconds a tree")
    for witnesses in wanted.witnesses:
        for errors in wanted.errors:
            for misread in wanted.misread:
                begun = time.perf_counter()
                found = np.array(
                    [
                        scores(history(wanted.seed + n, witnesses, errors, misread))
                        for n in range(wanted.trees)
                    ]
                )
                seconds = (time.perf_counter() - begun) / wanted.trees
                means, spread = found.mean(axis=0), found.std(axis=0) / np.sqrt(wanted.trees)
                shown = "   ".join(f"{m:.3f} ± {s:.3f}" for m, s in zip(means, spread, strict=True))
                print(f"{witnesses:9d} {errors:7d} {misread:8.3f}   {shown}   {seconds:.2f}", flush=True)


if __name__ == "__main__":
    main()
