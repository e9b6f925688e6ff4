"""Time and memory of collating made editions: `python benchmarks/collation.py [--rows N] [--witnesses N]`.

The editions are copies of copies of one table with misprints, and their readings have a share of misread
digits; they are collated from PAGE-XML files without images, from reading the files to the last file written.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from zij.actions import collate
from zij.tables.generate.copying import copying_tree, some
from zij.tables.generate.numeric import NumericTable, sexagesimal
from zij.tables.geometry import Box
from zij.tables.pagexml import write_pagexml
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

W, H = 80, 40


def chords(rows: int) -> NumericTable:
    """Chords of half-degree steps, eight columns; beyond 360 rows they begin again."""
    lines = []
    for n in range(1, rows + 1):
        chord = 120 * abs(np.sin(np.radians(n / 4)))
        part = (120 * abs(np.sin(np.radians((n + 1) / 4))) - chord) / 30
        lines.append((str(n // 2), str(30 * (n % 2)), *sexagesimal(chord, 3), *sexagesimal(abs(part), 3)))
    return NumericTable(
        "TABVLA CHORDARVM", ("G", "M", "P", "M", "S", "P", "M", "S"), frozenset(), tuple(lines)
    )


def page(name: str, table: NumericTable, rng: np.random.Generator, misread: float) -> Reading:
    """The table as read from a scan on which some digits are misread, most of them with doubt."""
    cells = []
    for r, line in enumerate(table.rows):
        for c, text in enumerate(line):
            glyphs = []
            for k, sign in enumerate(text):
                box = Box(40 + W * c + 18 * k, 40 + H * r, 16, 28)
                if rng.random() < misread:
                    wrong = str(rng.integers(10))
                    glyphs.append(Glyph(box, wrong, 0.8, ((sign, 0.15),)))
                else:
                    glyphs.append(Glyph(box, sign, 0.998))
            read = "".join(glyph.text for glyph in glyphs)
            box = Box(40 + W * c, 40 + H * r, W, H)
            number = Number(tuple(glyphs), read, box)
            cells.append(Cell(r, c, box, (number,), read, "read", number.confidence))
    size = len(table.rows), len(table.headings)
    whole = Table(Box(40, 40, W * size[1], H * size[0]), *size, tuple(cells))
    return replace(Reading(name, "", 80 + W * size[1], 80 + H * size[0], (whole,))).with_ids()


def main() -> None:
    """Make the editions, collate them, and print time, memory and sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--witnesses", type=int, default=30)
    parser.add_argument("--misread", type=float, default=0.002)
    given = parser.parse_args()
    tree = copying_tree([7], chords(given.rows), given.witnesses, errors=some(0.02))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = []
        for copy in tree.copies:
            rng = np.random.default_rng([7, copy.number])
            reading = page(f"w{copy.number:02d}.png", copy.table, rng, given.misread)
            pages.append(write_pagexml(folder / f"w{copy.number:02d}.xml", reading))
        began, cpu = time.perf_counter(), time.process_time()
        result = collate(pages, folder / "out")
        took, used = time.perf_counter() - began, time.process_time() - cpu
        print(result.sentence.split(";")[0])
        for path in sorted((folder / "out").iterdir()):
            print(f"  {path.name}: {path.stat().st_size / 1e6:.2f} MB")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{given.witnesses} witnesses x {8 * given.rows} cells: {took:.1f} s ({used:.1f} s of processor "
        f"time), {memory:.0f} MB at most"
    )


if __name__ == "__main__":
    main()
