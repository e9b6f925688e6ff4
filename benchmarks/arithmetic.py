"""How well arithmetic finds wrong cells: single-digit errors planted in hourly barometer readings.

    python benchmarks/arithmetic.py PAGES READINGS [--errors 8] [--seed 0] [--least 20] [--list]

PAGES is a folder of scans STEM.jpg with truths STEM.cells.csv (row, column, text; the printed means are "*").
READINGS is a folder of your own: zij's reading of each scan is kept there as STEM.xml, and used again.

Errors of one digit, of at least 0.02 inch, are planted in zij's reading of each scan and, apart from that, in
the truth's values beside the means as zij reads them. Then the table is checked. An error counts as found if
its cell is flagged. A flagged cell without planted error counts as false, unless it is wrong in truth: the
reading differs from the truth; a mean is not the rounded mean of the values; or the print has an error of its
own, which the truth repeats: there the truth's values miss the printed mean of the row or column by more than
rounding, and what is expected makes them meet it.
"""

from __future__ import annotations

import argparse
import csv
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zij.explain.collation.arithmetic import check_table
from zij.files import check_folder
from zij.tables.correction import corrected_cell
from zij.tables.pagexml import read_pagexml, write_pagexml
from zij.tables.read import read
from zij.tables.reading import Cell, Reading, Table

HOURS = 24


@dataclass(frozen=True)
class Month:
    """A page: its table as read, the truth by (row, column) of the table, and where days and hours begin."""

    stem: str
    table: Table
    truth: dict[tuple[int, int], str]
    days: int
    top: int
    left: int


def units(text: str) -> int | None:
    """Thousandths of an inch, with the tens of inches understood; None for anything else."""
    digits = re.sub(r"\D", "", text)
    if len(digits) != 4:
        return None
    return int(digits) + (10_000 if digits[0] in "01234" else 0)


def reading_of(scan: Path, folder: Path) -> Reading:
    """zij's reading of a scan, from the folder if it is there."""
    path = folder / f"{scan.stem}.xml"
    if not path.is_file():
        write_pagexml(path, read(scan).reading)
    return read_pagexml(path).reading


def month(scan: Path, folder: Path) -> Month:
    """A page with its truth."""
    table = max(reading_of(scan, folder).with_ids().tables, key=lambda one: len(one.cells))
    texts = {(cell.row, cell.column): cell.text for cell in table.cells}
    inside = [at for at in texts if units(texts[at]) is not None]
    top, left = (min(at[side] for at in inside if _common(inside, at, side)) for side in (0, 1))
    truth = {}
    days = 0
    with scan.with_suffix(".cells.csv").open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            if line["row"].isdigit() and line["column"].isdigit():
                day, hour = int(line["row"]), int(line["column"])
                truth[top + day - 1, left + hour - 1] = line["text"]
                days = max(days, day)
    right = sum(units(texts.get(at, "")) == units(text) for at, text in truth.items())
    if right < 0.9 * len(truth):
        raise SystemExit(
            f"{scan}: only {right} of {len(truth)} cells are read as in truth; it lies elsewhere"
        )
    return Month(scan.stem, table, truth, days, top, left)


def _common(inside: list[tuple[int, int]], at: tuple[int, int], side: int) -> bool:
    """Whether most cells of a line hold readings of the barometer."""
    return sum(other[side] == at[side] for other in inside) > 10


def as_truth(page: Month) -> Table:
    """The table with the truth's values, as a person would have put them in; means stay as they are read."""
    cells = []
    for cell in page.table.cells:
        text = page.truth.get((cell.row, cell.column))
        cells.append(corrected_cell(cell, text) if text is not None else cell)
    return replace(page.table, cells=tuple(cells))


def planted(table: Table, page: Month, count: int, least: int, rng: np.random.Generator) -> tuple[Table, set]:
    """The table with errors of one digit in `count` of its data cells, and where they are."""
    usable = {
        (cell.row, cell.column)
        for cell in table.cells
        if (cell.row, cell.column) in page.truth and units(cell.text) is not None
    }
    places = sorted(usable)
    chosen = {places[k] for k in rng.choice(len(places), count, replace=False)}
    cells = [
        with_error(cell, least, rng) if (cell.row, cell.column) in chosen else cell for cell in table.cells
    ]
    return replace(table, cells=tuple(cells)), chosen


def with_error(cell: Cell, least: int, rng: np.random.Generator) -> Cell:
    """The cell with another digit in one place, as if read so with the same confidence."""
    at = [k for k, sign in enumerate(cell.text) if sign.isdigit()]
    ways = [
        (k, digit)
        for power, k in zip(range(len(at) - 1, -1, -1), at, strict=True)
        for digit in "0123456789"
        if abs(int(digit) - int(cell.text[k])) * 10**power >= least
    ]
    k, digit = ways[rng.integers(len(ways))]
    order = at.index(k)
    text = cell.text[:k] + digit + cell.text[k + 1 :]
    numbers = []
    seen = 0
    for number in cell.numbers:
        glyphs = []
        for glyph in number.glyphs:
            if glyph.is_digit:
                glyph = replace(glyph, text=digit, alternatives=()) if seen == order else glyph
                seen += 1
            glyphs.append(glyph)
        numbers.append(replace(number, glyphs=tuple(glyphs)))
    return replace(cell, text=text, numbers=tuple(numbers))


def is_wrong(page: Month, texts: dict[tuple[int, int], str], at: tuple[int, int], expected: str) -> bool:
    """Whether a flagged cell is wrong by the truth, see above."""
    row, column = at
    last_row, last_column = page.top + page.days, page.left + HOURS
    value = units(texts[at])
    if at in page.truth:
        if units(page.truth[at]) != value:
            return True
        wanted = units(expected)
        if wanted is None or value is None:
            return False
        line = [units(page.truth[row, hour]) or 0 for hour in range(page.left, page.left + HOURS)]
        down = [units(page.truth[page.top + day, column]) or 0 for day in range(page.days)]
        for values, mean in ((line, (row, last_column)), (down, (last_row, column))):
            printed = units(texts.get(mean, ""))
            half = len(values) / 2 + 0.5
            if printed is not None:
                off = sum(values) - printed * len(values)
                if abs(off) > half and abs(off + wanted - value) <= half:
                    return True
        return False
    values = [
        units(text) or 0
        for (r, c), text in page.truth.items()
        if (r == row or row == last_row) and (c == column or column == last_column)
    ]
    return not values or value is None or abs(sum(values) / len(values) - value) > 0.51


def score(table: Table, page: Month, errors: set) -> tuple[int, int, int, list[str]]:
    """Found, missed, false, and a line for each missed or false cell."""
    texts = {(cell.row, cell.column): cell.text for cell in table.cells}
    flags = {(c.row, c.column): c for c in check_table(table).flagged if c.column >= page.left}
    flags = {at: check for at, check in flags.items() if units(texts[at]) is not None}
    lines = []
    for at in sorted(errors - set(flags)):
        lines.append(f"{page.stem} {at}: missed {texts[at]}, truth {page.truth[at]}")
    false = 0
    for at in sorted(set(flags) - errors):
        if not is_wrong(page, texts, at, flags[at].expected):
            false += 1
            lines.append(f"{page.stem} {at}: false {texts[at]} -> {flags[at].expected}, {flags[at].rule}")
    return len(errors & set(flags)), len(errors - set(flags)), false, lines


def main() -> None:
    """Print precision and recall, on the reading and on the truth's values."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", type=Path)
    parser.add_argument("readings", type=Path)
    parser.add_argument("--errors", type=int, default=8, help="planted on each page")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--least", type=int, default=20, help="thousandths of an inch")
    parser.add_argument("--list", action="store_true", help="name every missed and every false cell")
    given = parser.parse_args()
    check_folder(given.readings)
    given.readings.mkdir(parents=True, exist_ok=True)
    scans = sorted(path for path in given.pages.glob("*.jpg") if path.with_suffix(".cells.csv").is_file())
    pages = [month(scan, given.readings) for scan in scans]
    for name in ("reading", "truth"):
        total = np.zeros(3, np.intp)
        for number, page in enumerate(pages):
            rng = np.random.default_rng([given.seed, number, name == "truth"])
            table = page.table if name == "reading" else as_truth(page)
            spoiled, errors = planted(table, page, given.errors, given.least, rng)
            *counts, lines = score(spoiled, page, errors)
            total += counts
            if given.list:
                print("\n".join(lines), end="\n" if lines else "")
        found, missed, false = total.tolist()
        precision, recall = found / max(found + false, 1), found / max(found + missed, 1)
        print(
            f"{name}: {len(pages)} pages, {found + missed} errors planted: {found} found, {missed} missed, "
            f"{false} false; precision {precision:.4f}, recall {recall:.4f}"
        )


if __name__ == "__main__":
    main()
