"""Whether misreadings are told from variants: hourly barometer readings, collated with their truth.

    python benchmarks/doubts.py PAGES READINGS [--planted 40] [--seed 0] [--most N]

PAGES and READINGS are those of `arithmetic.py`. The truth of each page, as if a person had corrected it, is
the other witness. Where it differs, zij has misread the scan, and ought to call the place uncertain. In some
further cells another digit is put into the truth: there zij read right, and ought to call it a variant.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from arithmetic import Month, as_truth, month, reading_of

from zij.explain.collation.apparatus import Witness
from zij.explain.collation.collate import collate
from zij.explain.collation.judging import value
from zij.tables.correction import corrected_cell
from zij.tables.reading import Table

Places = set[tuple[int, int]]


def other_digits(page: Month, truth: Table, count: int, rng: np.random.Generator) -> tuple[Table, Places]:
    """The truth with another digit in some cells that are read right, and which these are."""
    read = {(cell.row, cell.column): cell for cell in page.table.cells}
    right = [
        k for k, cell in enumerate(truth.cells)
        if (at := (cell.row, cell.column)) in page.truth and value(cell.text) == value(read[at].text)
    ]  # fmt: skip
    cells, places = list(truth.cells), set()
    for k in rng.choice(right, min(count, len(right)), replace=False).tolist():
        text = cells[k].text
        at = int(rng.choice([n for n, sign in enumerate(text) if sign.isdigit()]))
        digit = (int(text[at]) + int(rng.integers(1, 10))) % 10
        places.add((cells[k].row, cells[k].column))
        cells[k] = corrected_cell(cells[k], f"{text[:at]}{digit}{text[at + 1 :]}")
    return replace(truth, cells=tuple(cells)), places


def statuses(page: Month, scan: Path, folder: Path, count: int, rng: np.random.Generator) -> Counter[str]:
    """How often what is misread, and what is another digit, is called what."""
    truth, places = other_digits(page, as_truth(page), count, rng)
    reading = reading_of(scan, folder).with_ids()
    pages = [replace(reading, tables=(table,)) for table in (page.table, truth)]
    found = collate([Witness(name, (one,)) for name, one in zip("RT", pages, strict=True)], arithmetic=False)
    ids = {cell.id: (cell.row, cell.column) for cell in truth.cells}
    said: Counter[str] = Counter(cells=len(page.truth))
    for place in found.apparatus.differences():
        there = place.entries[1]
        if there is not None and (at := ids[there.cell]) in page.truth:
            said[f"{'another digit' if at in places else 'misread'}: {place.status}"] += 1
    return said


def main() -> None:
    """Collate each page with its truth, and print how often what is called what."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", type=Path)
    parser.add_argument("readings", type=Path)
    parser.add_argument("--planted", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=int, default=None)
    given = parser.parse_args()
    given.readings.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(given.seed)
    total: Counter[str] = Counter()
    for scan in sorted(given.pages.glob("*.jpg"))[: given.most]:
        page = month(scan, given.readings)
        total += statuses(page, scan, given.readings, given.planted, rng)
    for name, number in sorted(total.items()):
        print(f"{name}: {number}")


if __name__ == "__main__":
    main()
