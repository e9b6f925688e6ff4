"""How fast PAGE-XML is read, written, checked, changed in place and converted.

    python benchmarks/pagexml.py [--sample FILE]

Measures a generated page of 5,000 glyphs, and a real file repeated until it has 3.2 MB: process time, best of
five runs, and the greatest memory of the process.
"""

from __future__ import annotations

import argparse
import re
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from zij.tables.correction import corrected_cell
from zij.tables.geometry import Box
from zij.tables.pagexml import (
    Notes,
    as_written,
    check_pagexml,
    document_from_bytes,
    page_from_bytes,
    to_xml,
)
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

SAMPLE = Path("../shared/data/pagexml/samples/reichsanzeiger-gt/1871_104_0417.xml")
SIZE = 3_200_000
GLYPHS = 5_000
RUNS = 5


def page(glyphs: int = GLYPHS) -> Reading:
    """One table of numbers of five digits, twenty to a row."""
    cells = []
    for place in range(glyphs // 5):
        row, column = divmod(place, 20)
        x, y = 10 + 60 * column, 10 + 30 * row
        signs = (
            Glyph(Box(x + 10 * n, y + 5, 9, 20), sign, 0.9, (("7", 0.06), ("1", 0.04)))
            for n, sign in enumerate(f"{place:05d}")
        )
        number = Number(tuple(signs), f"{place:05d}", Box(x, y + 5, 49, 20))
        cells.append(Cell(row, column, Box(x, y, 60, 30), (number,), number.text, "read", 0.59))
    rows = -(-len(cells) // 20)
    table = Table(Box(10, 10, 1200, 30 * rows), rows, 20, tuple(cells))
    return as_written(Reading("p.png", "ab" * 32, 1300, 30 * rows + 40, (table,)))


def repeated(data: bytes, size: int) -> bytes:
    """A file with its tables again and again, under other ids, until it has that size."""
    start, end = data.index(b"<TableRegion"), data.rindex(b"</Page>")
    inner, copies = data[start:end], max(-(-(size - len(data)) // (end - start)) + 1, 1)
    body = b"".join(re.sub(rb'id="', b'id="k%d_' % n, inner) for n in range(copies))
    return data[:start] + body + data[end:]


def best(action: Callable[[], object]) -> float:
    """Seconds of process time."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def told(what: str, seconds: float) -> None:
    print(f"{what:58s} {seconds:7.3f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=Path, default=SAMPLE)
    sample = parser.parse_args().sample
    reading = page()
    data = to_xml(reading)
    document = document_from_bytes(data, "p.xml")
    cell = corrected_cell(reading.tables[0].cells[7], "12345")
    cells = (*reading.tables[0].cells[:7], cell, *reading.tables[0].cells[8:])
    changed = replace(reading, tables=(replace(reading.tables[0], cells=cells),))
    notes = {n.id: Notes((("zij:relevance.1", "xsd:float", "0.5"),)) for n in reading.numbers()}
    print(f"{GLYPHS:,} glyphs in {len(reading.tables[0].cells):,} cells, {len(data) / 1e6:.1f} MB")
    told("written and checked (to_xml)", best(lambda: to_xml(reading)))
    told("all checks (check_pagexml)", best(lambda: check_pagexml(data)))
    told("read", best(lambda: page_from_bytes(data, "p.xml")))
    told("opened, one cell corrected in place", best(lambda: document.updated(changed)))
    told("a note on every number in place", best(lambda: document.updated(reading, notes=notes)))
    told("nested to flat", best(lambda: document.as_profile("flat")))
    told("nested to Transkribus", best(lambda: document.as_profile("transkribus")))
    if not sample.is_file():
        print(f"{sample} is not there; the figures of a real file are left out")
        return
    real = repeated(sample.read_bytes(), SIZE)
    found = page_from_bytes(real, "r.xml").reading
    count = sum(len(table.cells) for table in found.tables)
    print(f"{sample.name} repeated to {len(real) / 1e6:.1f} MB, {count:,} cells")
    told("read", best(lambda: page_from_bytes(real, "r.xml")))
    whole = document_from_bytes(real, "r.xml")
    told("written unchanged (updated)", best(lambda: whole.updated(found)))
    told("Transkribus to nested", best(lambda: whole.as_profile("nested")))
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
