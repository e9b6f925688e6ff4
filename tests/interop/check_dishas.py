"""Whether kanon reads the exported tables, and to the numbers that stand in the cells.

Run with a Python that has kanon 0.6.5: `python check_dishas.py DIR`, after make_exports.py. It uses nothing
of zij: the numbers are worked out again from the table of cells.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")  # kanon's own old dependencies

from kanon.tables.htable_reader import read_table_content  # noqa: E402


def grid(path: Path, table: str) -> dict[tuple[int, int], dict[str, str]]:
    """The cell at each place of a table, spans filled."""
    places: dict[tuple[int, int], dict[str, str]] = {}
    with path.open(newline="", encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            if line["table"] == table:
                row, column = int(line["row"]), int(line["column"])
                for r in range(row, row + int(line["row_span"])):
                    for c in range(column, column + int(line["column_span"])):
                        places.setdefault((r, c), line)
    return places


def number(places: dict[tuple[int, int], dict[str, str]], row: int, columns: list[int]) -> float | None:
    """The sexagesimal number of a row, None where a place is missing or none."""
    words = []
    for column in columns:
        text = places.get((row, column), {"text": ""})["text"]
        found = [word for word in text.split() if re.search("[0-9]", word)]
        words += found or [""]
    if not all(re.fullmatch("[0-9]+[.]?", word) for word in words):
        return None
    values = [int(word.rstrip(".")) for word in words]
    return None if any(v >= 60 for v in values[1:]) else sum(v / 60.0**n for n, v in enumerate(values))


def check(path: Path, cells: Path) -> int:
    """Compare one exported table with its cells; returns how many numbers agree."""
    content = json.loads(path.read_text("utf-8"))
    table = read_table_content(content)
    said = content["edited_text"]
    table_id = said["table"]
    argument, entry = ([int(c) for c in part.split()[1].split("+")] for part in said["columns"].split(", "))
    places = grid(cells / f"{path.name.partition(f'.{table_id}.c')[0]}.csv", said["table"])
    rows = range(1 + max(row for row, _ in places))
    expected = [(number(places, row, argument), number(places, row, entry)) for row in rows]
    expected = [pair for pair in expected if pair[1] is not None]
    original = content["source_value_original"]
    triples = zip(
        original["args"]["argument1"], original["entry"], table.columns[0], table["Entries"], strict=True
    )
    read = [(a["value"], float(x), float(y)) for a, e, x, y in triples if "**" not in e["value"]]
    assert len(read) == len(expected), (path.name, len(read), len(expected))
    for (words, x, y), (a, b) in zip(read, expected, strict=True):
        assert abs(y - b) < 1e-9, (path.name, y, b)
        assert ("**" in words) == (a is None) and (a is None or abs(x - a) < 1e-9), (path.name, x, a)
    return len(read)


def main(folder: Path) -> None:
    """Check every exported table."""
    files = sorted((folder / "dishas").rglob("*.json"))
    assert files, "nothing was exported"
    total = sum(check(path, folder / "cells") for path in files)
    pages = {path.name.rpartition(".t")[0] for path in files}
    print(f"kanon reads {len(files)} tables of {len(pages)} pages; {total} entries and arguments agree")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
