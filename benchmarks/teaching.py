"""Teach the digit model four corrected pages of a type that it reads badly, and try it on four others.

    python benchmarks/teaching.py [FONT] [--weights FILE] [--steps N] [--seed N] [--keep DIR]

FONT is a font file, best one that generated crops are not set in; by default the first of a few odd fonts
that is installed (npm's @fontsource/herr-von-muellerhoff or league-script, else Debian's fonts-dejavu). What
is read well already is not taught. The pages are generated: tables of numbers in that type, worn and askew.
Four are read with `zij annotate` and their cells.csv is corrected, as a scholar would; where a cell of the
reading holds several of the truth, it is marked uncertain.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from zij.actions import annotate, train
from zij.tables.digits.network import Weights, load_weights
from zij.tables.generate.fonts import Typeface
from zij.tables.generate.numeric import NumericTable
from zij.tables.generate.pages import GeneratedPage, Setting, make_page
from zij.tables.geometry import Box
from zij.tables.overlay import save_png
from zij.tables.reading import Cell, Reading
from zij.tables.scan.image import read_image
from zij.tables.scan.page import Page, prepare
from zij.tables.teach.boxcsv import BoxedDigit
from zij.tables.teach.leaf import leaf_of
from zij.tables.teach.lessons import Lesson, make_lesson
from zij.tables.teach.marks import Marks, mark_page
from zij.tables.teach.truth import truth_of_boxes

UNUSUAL = ("herr-von-muellerhoff-latin-400", "league-script-latin-400", "DejaVuSansMono-BoldOblique")
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
WELL = 0.02  # errors to a digit below which a type is read well
CORRECTED, OTHERS = 4, 4


def numbers(rng: np.random.Generator, rows: int = 24) -> NumericTable:
    """A table of degrees, minutes and seconds that means nothing."""
    lines = [
        (str(row + 1), *(str(int(rng.integers(limit))) for limit in (90, 60, 60, 360, 60, 60)))
        for row in range(rows)
    ]
    return NumericTable("TABVLA", ("", "G.", "M.", "S.", "G.", "M.", "S."), frozenset(), tuple(lines))


def generated(font: Path, number: int, seed: int) -> GeneratedPage:
    """A page in that type."""
    rng = np.random.default_rng([seed, number, 5])
    face = Typeface(str(font), "lining")
    text = face if face.has("TABVLGMS.") else Setting.plain().text
    setting = Setting(
        face, text, digit_height=float(rng.uniform(20, 26)), pitch=float(rng.uniform(1.35, 1.6)),
        gap=float(rng.uniform(0.5, 0.8)), ruled=number % 2 == 0, wear=float(rng.uniform(0.4, 1.0)),
        skew=float(rng.uniform(-1.2, 1.2)),
    )  # fmt: skip
    return make_page(seed * 100 + number, numbers(rng), setting, name=f"page-{number}.png")


def correct(path: Path, truth: Reading) -> tuple[int, int]:
    """Correct the cells of a file as a scholar would; return how many were changed and how many left."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    true = [cell for table in truth.tables for cell in table.cells]
    changed = unsure = 0
    for row in rows:
        here = [cell for cell in true if _within(cell, Box(*(float(row[side]) for side in "xywh")))]
        text = here[0].text if len(here) == 1 else ""
        if len(here) > 1:  # two cells of the truth in one of the reading: a scholar would not call it right
            row["state"], unsure = "uncertain", unsure + 1
        elif row["text"] != text or row["state"] == "uncertain":
            row["text"], row["state"], changed = text, "read" if text else "empty", changed + 1
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return changed, unsure


def _within(cell: Cell, box: Box) -> bool:
    """Whether the number of a true cell stands in a box."""
    return bool(cell.numbers) and box.contains(*Box.hull(n.box for n in cell.numbers).centre)


def marked(folder: Path, pages: Sequence[GeneratedPage], weights: Weights) -> list[Marks]:
    """Errors of a network on pages all of whose digits are known."""
    marks = []
    for page in pages:
        image = read_image(folder / page.truth.image)
        marks.append(mark_page(_lesson(page.truth, prepare(image), weights), image, weights))
    return marks


def _lesson(truth: Reading, page: Page, weights: Weights) -> Lesson:
    boxed = [BoxedDigit(glyph.box, int(glyph.text)) for glyph in truth.glyphs()]
    leaf = leaf_of(page, 0, truth.digit_height)
    seen = leaf.seen(weights, floor=0.99)
    return make_lesson(truth.image, "", "", leaf, truth_of_boxes(boxed, leaf, whole=True), seen)


def installed() -> Path | None:
    """The first of the odd fonts that is installed."""
    files = [path for folder in FOLDERS for path in sorted(Path(folder).expanduser().rglob("*.*"))]
    return next((path for name in UNUSUAL for path in files if path.name.startswith(name)), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("font", nargs="?", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    font = given.font or installed()
    if font is None:
        print("no odd font is installed; name a font file")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        pages = [generated(font, number, given.seed) for number in range(CORRECTED + OTHERS)]
        for page in pages:
            save_png(folder / page.truth.image, page.pixels)
        base = load_weights(given.weights)
        before = marked(folder, pages[CORRECTED:], base)
        print(f"{font.name}, {base.name}: errors on the other pages before: {_line(before)}", flush=True)
        if Marks.sum(before).errors < WELL * Marks.sum(before).digits:
            print("that type is read well already; name another font")
            return
        read = folder / "read"
        annotate([folder / page.truth.image for page in pages[:CORRECTED]], read, weights=given.weights)
        for page in pages[:CORRECTED]:
            stem = Path(page.truth.image).stem
            changed, unsure = correct(read / f"{stem}.cells.csv", page.truth)
            print(f"{stem}: {changed} cells corrected, {unsure} left uncertain", flush=True)
        start = time.monotonic()
        done = train(
            folder / "mine.safetensors", pages=read, images=folder, weights=given.weights, seed=given.seed,
            steps=given.steps,
        )  # fmt: skip
        print(f"{done.sentence} ({time.monotonic() - start:.0f} s)", *done.failures, sep="\n", flush=True)
        after = marked(folder, pages[CORRECTED:], load_weights(folder / "mine.safetensors"))
        print(f"errors on the other pages after: {_line(after)}")
        left = Marks.sum(after).errors / max(Marks.sum(before).errors, 1)
        print(f"errors left: {100 * left:.0f} %")


def _line(marks: Sequence[Marks]) -> str:
    total = Marks.sum(marks)
    each = ", ".join(str(m.errors) for m in marks)
    return f"{total.errors} of {total.digits} digits ({each}; F1 {total.f1:.4f})"


if __name__ == "__main__":
    main()
