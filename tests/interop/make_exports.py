"""Exports for the programs of others: generated pages, and the climates page where it is at hand.

Run with zij's own Python: `python tests/interop/make_exports.py DIR`. It writes into DIR a folder `dishas`
with the exported tables and, beside each page's, the cells as `STEM.cells.csv`; further `iiif` and `deposit`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from zij import annotate, export, generate
from zij.tables.cellscsv import write_cells
from zij.tables.pagexml import read_pagexml

CLIMATES = Path(__file__).parents[3] / "shared/data/climates/pifferi_1604_p368.jpg"


def main(folder: Path) -> None:
    """Read, export, and say what was made."""
    readings = folder / "readings"
    generate(readings, count=3)
    for path in readings.glob("*.truth.csv"):
        path.unlink()
    if CLIMATES.is_file():
        annotate([CLIMATES], readings)
    else:
        print(f"without {CLIMATES.name}: it is not at ../shared/data")
    cells = folder / "cells"
    for path in sorted(readings.glob("*.xml")):
        write_cells(cells / f"{path.stem}.csv", read_pagexml(path).reading)
    columns = {"single": {}, "joined": {"argument": "0", "entries": ("2+3", "4+5")}}
    for name, options in columns.items():
        print(export(readings, folder / "dishas" / name, form="dishas", **options).sentence)
    print(export(readings, folder / "iiif", form="iiif", base_url="https://example.org/a").sentence)
    stated = {"authors": ("Fine, Oronce",), "licence": "CC0-1.0", "image_licence": "https://example.org/l"}
    print(export(readings, folder / "deposit", form="deposit", date="2026-01-31", **stated).sentence)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    shutil.rmtree(target, ignore_errors=True)
    main(target)
