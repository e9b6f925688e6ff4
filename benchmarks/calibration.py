"""Whether confidences are honest on generated pages set in fonts that did not teach.

    python benchmarks/calibration.py FONTS [--pages 100] [--seed N] [--weights FILE]

FONTS is a folder of font files; those that `zij train` knows are left out. For npm packages of @fontsource:
alegreya, cormorant-garamond, crimson-text, vollkorn, neuton, spectral, caudex, quattrocento, gilda-display.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from zij.tables.digits.network import load_weights
from zij.tables.generate.fonts import FAMILIES, Typeface
from zij.tables.generate.numeric import NumericTable
from zij.tables.generate.pages import Setting, make_page
from zij.tables.read import read
from zij.tables.scan.image import Image
from zij.tables.scores.calibration import calibration_error, reliability
from zij.tables.scores.digits import score_digits
from zij.tables.scores.truth import reading_truth


def strangers(folder: Path) -> list[Typeface]:
    """Fonts of a folder that did not teach, by name."""
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".ttf", ".otf", ".woff2"})
    known = tuple(start for start, _, _ in FAMILIES)
    faces = [Typeface(str(path), "lining") for path in files if not path.name.startswith(known)]
    return [face for face in faces if face.has("0123456789")]


def table(rng: np.random.Generator) -> NumericTable:
    """Numbers of one to four figures that mean nothing."""
    limits = [int(limit) for limit in rng.choice([10, 60, 60, 100, 360, 10_000], int(rng.integers(4, 8)))]
    rows = [
        tuple(str(int(rng.integers(limit))) for limit in limits) for _ in range(int(rng.integers(12, 30)))
    ]
    return NumericTable("TABVLA", tuple("GMSTGMST"[: len(limits)]), frozenset(), tuple(rows))


def main() -> None:
    """Print the figures page kind by page kind, then the whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fonts", type=Path)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", type=Path)
    given = parser.parse_args()
    faces = strangers(given.fonts)
    if not faces:
        sys.exit(f"{given.fonts}: no font there that did not teach")
    weights = load_weights(given.weights)
    confidence, right, true, hits = [], [], 0, 0
    for number in range(given.pages):
        rng = np.random.default_rng([given.seed, number, 9])
        face = faces[number % len(faces)]
        text = face if face.has("TABVLGMS") else Setting.plain().text
        setting = Setting(
            face, text, digit_height=float(np.exp(rng.uniform(np.log(11), np.log(40)))),
            pitch=float(rng.uniform(1.25, 1.7)), gap=float(rng.uniform(0.3, 0.8)),
            ruled=bool(rng.random() < 0.6), wear=float(rng.uniform(0.2, 1.4)),
            stains=float(rng.uniform(0, 1.2)), skew=float(rng.uniform(-1.5, 1.5)),
        )  # fmt: skip
        page = make_page(given.seed * 1000 + number, table(rng), setting)
        truth, _ = reading_truth(page.truth)
        assert truth is not None
        match = score_digits(read(Image("page.png", "", page.pixels), weights=weights).reading, truth)
        confidence.append(match.confidence)
        right.append(match.right)
        true += match.scores.true_digits
        hits += int(match.right.sum())
        error = calibration_error(reliability(match.confidence, match.right))
        print(f"{number:3} {face.name:40} F1 {match.scores.f1:.4f}  error {error:.4f}", flush=True)
    bins = reliability(np.concatenate(confidence), np.concatenate(right))
    print("\n| confidence | digits | right |\n|---|---|---|")
    for b in bins:
        if b.count:
            print(f"| {b.confidence:.3f} | {b.count} | {b.right:.3f} |")
    read_in_all = sum(b.count for b in bins)
    print(f"\n{given.pages} pages in {len(faces)} fonts: {true} digits, {read_in_all} read, {hits} right")
    print(f"expected calibration error {calibration_error(bins):.4f}")


if __name__ == "__main__":
    main()
