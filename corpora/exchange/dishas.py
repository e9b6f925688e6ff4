"""Tables in the form of DISHAS (https://dishas.obspm.fr), which kanon reads with `read_table_content`.

DISHAS keeps, for each entry, its argument and the value as strings, one for each sexagesimal place; `**` is
a place without a value, and the sign stands on the first. A file holds one argument and one entry.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.options import Options
from zij.errors import InputError
from zij.files import write_text
from zij.tables.reading import Cell, Table

__all__ = ["MISSING", "Value", "columns_of", "table_content", "value_at", "write_dishas"]

MISSING = "**"
"""What stands for a sexagesimal place that is not there."""
BASE = 60

_PLACE = re.compile(r"([-−+]?)([0-9]{1,18})\.?")


@dataclass(frozen=True, slots=True)
class Value:
    """A value in its sexagesimal places, the first a whole number.

    Attributes
    ----------
    places : tuple of str
        Digits of each place, `MISSING` where there are none; a minus on the first.
    comment : str
        What the places do not say: doubt, gaps, what was read instead.
    empty : bool
        Whether nothing is printed there.
    """

    places: tuple[str, ...]
    comment: str = ""
    empty: bool = False

    @property
    def complete(self) -> bool:
        """Whether no place is missing."""
        return MISSING not in self.places

    def number(self) -> float | None:
        """The value as a number: place 0 and place n over 60 to the n; None where one is missing."""
        if not self.complete:
            return None
        size = sum(abs(int(place)) / float(BASE**n) for n, place in enumerate(self.places))
        return -size if self.places[0].startswith("-") else size


def write_dishas(folder: Path, leaves: Sequence[Leaf], options: Options) -> tuple[str, ...]:
    """Write `STEM.TABLE.cCOLUMN.json` for each entry of each table.

    Parameters
    ----------
    folder : Path
        Where its files are to stand.
    leaves : sequence of Leaf
        The pages.
    options : Options
        Which columns, which units.

    Returns
    -------
    tuple of str
        What could not be said in this form, counted.

    Raises
    ------
    InputError
        If no table has the columns, or no value in them.
    """
    gone: Counter[str] = Counter()
    written = 0
    for leaf in leaves:
        for table in leaf.reading.tables:
            argument, entries = columns_of(table, options)
            if not entries:
                gone["tables without these columns"] += 1
            for entry in entries:
                content = table_content(leaf, table, argument, entry, options)
                values = content["source_value_original"]
                if not values["entry"]:
                    gone["columns without numbers"] += 1
                    continue
                both = [*values["args"]["argument1"], *values["entry"]]
                gone["values as comments"] += sum("no sexagesimal" in value["comment"] for value in both)
                name = f"{leaf.stem}.{table.id}.c{'+'.join(map(str, entry))}.json"
                write_text(folder / name, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
                written += 1
    if not written:
        columns = ", ".join((options.argument, *options.entries))
        raise InputError(
            f"{leaves[0].path.parent if leaves else folder}: no table has numbers in the columns asked for "
            f"({columns}{'' if options.entries else ' and others'}); name others with --argument and --entry."
        )
    return tuple(f"{count} {what}" for what, count in gone.items() if count)


def columns_of(table: Table, options: Options) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """The argument's columns and those of each entry; no entries where the table lacks a column.

    By default the first column is the argument and each of the others an entry.
    """
    argument = _columns(options.argument)
    entries = tuple(map(_columns, options.entries))
    if not entries:
        entries = tuple((column,) for column in range(table.columns) if column not in argument)
    if max(argument) >= table.columns:
        return argument, ()
    return argument, tuple(entry for entry in entries if max(entry) < table.columns)


def table_content(
    leaf: Leaf, table: Table, argument: tuple[int, ...], entry: tuple[int, ...], options: Options
) -> dict[str, Any]:
    """What DISHAS holds of a table: one argument, one entry, a value of each for every row.

    Rows of headers and rows without anything in these columns are left out.

    Parameters
    ----------
    leaf : Leaf
        The page, for what is said of the source.
    table : Table
    argument, entry : tuple of int
        Columns, counted from 0; several are the places of one value, the leftmost first.
    options : Options
        `argument_unit`, `entry_unit`, `table_type`, `title`.

    Returns
    -------
    dict of str to object
    """
    covered = _covered(table)
    rows = [row for row in range(table.rows) if not _is_heading(covered, row, (*argument, *entry))]
    pairs = [(value_at(covered, row, argument), value_at(covered, row, entry)) for row in rows]
    pairs = [pair for pair in pairs if not (pair[0].empty and pair[1].empty)]
    if not any(value.complete for _, value in pairs):
        pairs = []
    args, entries = (_padded([pair[side] for pair in pairs]) for side in (0, 1))
    return {
        "source_value_original": {
            "args": {"argument1": [_original(value) for value in args]},
            "entry": [_original(value) for value in entries],
        },
        **_kind("argument1", args, options.argument_unit),
        "argument1_name": _heading(covered, table, argument),
        "argument1_number_of_steps": len(args),
        **_kind("entry", entries, options.entry_unit),
        "symmetries": [],
        "edited_text": _source(leaf, table, argument, entry, options),
        "table_type": {"id": str(options.table_type)},
    }


def value_at(covered: Mapping[tuple[int, int], Cell], row: int, columns: Iterable[int]) -> Value:
    """The value in a row, its places from these columns.

    A place that is unread or empty is `MISSING`, and so is one that is no whole number or, after the first,
    60 or more; the comment says which, and what was read.

    Parameters
    ----------
    covered : mapping of (int, int) to Cell
        The cell that covers each place (row, column).
    row : int
        From 0.
    columns : iterable of int
        Those whose places make up the value, in order.

    Returns
    -------
    Value
    """
    cells = [covered.get((row, column)) for column in columns]
    places: list[str] = []
    remarks: list[str] = []
    for cell in cells:
        if cell is None or not cell.text.strip():
            places.append(MISSING)
            remarks.append("unread" if cell is not None and cell.state == "unread" else "empty")
            continue
        found, strange = _places(cell.text, first=not places)
        places += found
        if strange:
            remarks.append(f"read as {cell.text!r}, which is no sexagesimal number")
        if cell.state == "uncertain":
            remarks.append(f"uncertain ({cell.confidence:.2g})")
        if cell.row_span > 1:
            remarks.append(f"set beside rows {cell.row} to {cell.row + cell.row_span - 1}")
    blank = all(remark == "empty" for remark in remarks) and len(remarks) == len(cells)
    if all(place == MISSING for place in places):
        places = [MISSING]
    return Value(tuple(places), "; ".join(dict.fromkeys(remarks)), blank)


def _places(text: str, *, first: bool) -> tuple[list[str], bool]:
    """The places in a cell's text, and whether something in it is none; bare words are passed over."""
    places: list[str] = []
    strange = False
    words = [word for word in text.split() if re.search("[0-9]", word)]
    for word in words:
        found = _PLACE.fullmatch(word)
        leading = first and not places
        if found is None or (not leading and (found[1] or int(found[2]) >= BASE)):
            places.append(MISSING)
            strange = True
        else:
            places.append(("-" if found[1] in ("-", "−") else "") + f"{int(found[2]):02d}")
    return places or [MISSING], strange or not words


def _columns(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("+")))


def _covered(table: Table) -> dict[tuple[int, int], Cell]:
    """The cell that covers each place; where two claim it, the first."""
    covered: dict[tuple[int, int], Cell] = {}
    for cell in table.cells:
        for row in range(cell.row, min(cell.row + cell.row_span, table.rows)):
            for column in range(cell.column, min(cell.column + cell.column_span, table.columns)):
                covered.setdefault((row, column), cell)
    return covered


def _is_heading(covered: Mapping[tuple[int, int], Cell], row: int, columns: Iterable[int]) -> bool:
    cells = [cell for column in columns if (cell := covered.get((row, column))) is not None]
    return any(cell.header for cell in cells) and all(cell.header or not cell.text.strip() for cell in cells)


def _heading(covered: Mapping[tuple[int, int], Cell], table: Table, columns: Sequence[int]) -> str:
    """The name of the argument as its heading has it, else "Argument"."""
    cells = [covered.get((row, column)) for row in range(table.rows) for column in columns]
    words = [" ".join(cell.text.split()) for cell in cells if cell is not None and cell.header]
    name = " ".join(dict.fromkeys(filter(None, words)))
    return name if name and name != "Entries" else "Argument"  # kanon calls the other column Entries


def _padded(values: Sequence[Value]) -> list[Value]:
    """Values of as many places each: those written with fewer get zeros, and say so."""
    width = max((len(value.places) for value in values), default=1)
    return list(_pad(values, width))


def _pad(values: Sequence[Value], width: int) -> Iterator[Value]:
    for value in values:
        short = width - len(value.places)
        if not short or value.places == (MISSING,):
            yield value
            continue
        said = f"{len(value.places)} of {width} places are written"
        comment = "; ".join(filter(None, (value.comment, said)))
        yield replace(value, places=(*value.places, *["00"] * short), comment=comment)


def _kind(name: str, values: Sequence[Value], unit: str) -> dict[str, Any]:
    """How the numbers are written: whole and sixtieths, or sexagesimal throughout."""
    firsts = [value.places[0] for value in values if value.places[0] != MISSING]
    large = any(abs(int(first)) >= BASE for first in firsts)
    width = max((len(value.places) for value in values), default=1)
    return {
        f"{name}_number_unit": unit,
        f"{name}_type_of_number": "integer and sexagesimal" if large else "sexagesimal",
        f"{name}_significant_fractional_place": str(width - 1),
        f"{name}_number_of_cell": str(width),
    }


def _original(value: Value) -> dict[str, Any]:
    return {
        "value": list(value.places), "comment": value.comment, "suggested": False, "critical_apparatus": []
    }  # fmt: skip


def _source(
    leaf: Leaf, table: Table, argument: Sequence[int], entry: Sequence[int], options: Options
) -> dict[str, str]:
    return {
        "title": f"{options.title}: {leaf.stem}" if options.title else leaf.stem,
        "image": leaf.head.image,
        "image_sha256": leaf.head.sha256,
        "table": table.id,
        "columns": f"argument {'+'.join(map(str, argument))}, entry {'+'.join(map(str, entry))}",
        "read_by": leaf.head.source,
        "model": leaf.head.model,
        "made_by": f"zij {version('zij')}",
    }
