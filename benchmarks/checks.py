"""How right explanations are: the benchmark with known truth, and deletion against smooth noise.

    python benchmarks/checks.py [PAIRS] [--seed N]

Makes PAIRS (100) pairs of pages with 20 numbers of two digits, 8 of them in common, and reads them with the
network that comes with zij. Prints for each method the average cosine similarity with the truth (ACS) and its
95 % interval, for both truths: first digits match first digits and second second ("matched"), or all four
pairs of digits of a common number ("bigram"). Then deletion of numbers and of digits by relevance, over all
pairs: mean distances where the highest and the lowest go first and the gap between them, against attributions
that know nothing, with the p of paired tests (signed ranks, random signs). One thread; about 4 minutes.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import torch

from zij.explain.bilrp.candidates import PAIR_METHODS
from zij.explain.checks.controls import CONTROLS, control
from zij.explain.checks.faithfulness import faithfulness, paired
from zij.explain.checks.methods import DIGIT_METHODS
from zij.explain.checks.truth import TRUTHS, Case, read_case, scores
from zij.explain.subjects import DigitSubject, Level
from zij.tables.generate.matching import matching_pair

ROWS, COLUMNS, COMMON = 5, 4, 8
METHODS = ("bilrp", "hxp", "gxi", "saliency", "curvature", "products", "distance")


def read_cases(pairs: int, seed: int) -> list[Case]:
    """Generate and read the pairs."""
    return [
        read_case(matching_pair(seed + k, rows=ROWS, columns=COLUMNS, common=COMMON)) for k in range(pairs)
    ]


def print_truth(cases: list[Case]) -> None:
    """ACS by method and truth, with a bootstrap interval."""
    table = scores(cases)
    found = sum(len(set(c.on_a[c.on_a >= 0])) + len(set(c.on_b[c.on_b >= 0])) for c in cases)
    outside = sum(int((c.on_a < 0).sum() + (c.on_b < 0).sum()) for c in cases)
    digits = sum(len(c.digits_a) + len(c.digits_b) for c in cases)
    print(f"\n{len(cases)} pairs; {found} of {digits} digits found, {outside} candidates beside them")
    print(f"{'ACS':16}" + "".join(f"{truth:>26}" for truth in TRUTHS))
    rng = np.random.default_rng(0)
    for method in PAIR_METHODS:
        line = f"{method:16}"
        for truth in TRUTHS:
            values = table.score[(table.method == method) & (table.truth == truth)].to_numpy()
            means = rng.choice(values, (2000, len(values))).mean(axis=1)
            low, high = np.quantile(means, (0.025, 0.975))
            line += f"{values.mean():10.3f} ({low:.3f} .. {high:.3f})"
        print(line)


def gaps(cases: list[Case], level: Level) -> pd.DataFrame:
    """Areas of deletion for methods and controls, a row for each pair."""
    rows = []
    for number, case in enumerate(cases):
        subject = DigitSubject(case.a, case.b, level)
        relevances = {name: DIGIT_METHODS[name](subject) for name in METHODS}
        for kind in CONTROLS:
            relevances[kind] = control(kind, subject.centres, np.random.default_rng([number, len(kind)]))
        row: dict[str, float] = {}
        for name, relevance in relevances.items():
            found = faithfulness(subject, relevance, seed=number)
            row |= {f"{name} gap": found.gap, f"{name} high": found.curve("deletion", "highest").area}
            row[f"{name} low"] = found.curve("deletion", "lowest").area
        rows.append(row)
    return pd.DataFrame(rows)


def print_deletion(cases: list[Case], level: Level) -> None:
    """Areas by method, and whether they are larger than those of smooth noise."""
    table = gaps(cases, level)
    print(f"\ndeletion of {level}s, {len(cases)} pairs: mean distance on the way, and against smooth noise")
    print(f"{'':12}{'highest':>9}{'lowest':>9}{'gap':>9}{'p (highest)':>24}{'p (gap)':>24}")
    for name in (*METHODS, *CONTROLS):
        line = f"{name:12}" + "".join(
            f"{table[f'{name} {what}'].mean():9.4f}" for what in ("high", "low", "gap")
        )
        if name not in CONTROLS:
            for what in ("high", "gap"):
                test = paired(table[f"{name} {what}"].to_numpy(), table[f"smooth {what}"].to_numpy())
                line += f"{test.wilcoxon:12.1e}{test.sign_flip:12.1e}"
        print(line)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    start = time.perf_counter()
    cases = read_cases(options.pairs, options.seed)
    print(f"{options.pairs} pairs made and read in {time.perf_counter() - start:.0f} s")
    print_truth(cases)
    for level in ("number", "glyph"):
        print_deletion(cases, level)  # type: ignore[arg-type]
    print(f"\n{time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
