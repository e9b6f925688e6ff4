"""What the columns of a witness's own table are called in the apparatus."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from zij.explain.collation.apparatus import Part
from zij.explain.collation.arithmetic import Quantity

__all__ = ["column_names", "in_apparatus"]

_NAME = re.compile(r"columns? [0-9]+(?:-[0-9]+)?")


def column_names(quantities: Iterable[Quantity], parts: Sequence[Part]) -> dict[str, str]:
    """For each quantity's name, which counts the columns of its own table, the name in the apparatus.

    Parameters
    ----------
    quantities : iterable of Quantity
        Of one table of a witness.
    parts : sequence of Part
        Where this table, or its halves, lie on the collated table.

    Returns
    -------
    dict of str to str
        Both count from 1. Columns that do not lie on the collated table are said to be the table's own.
    """
    places: dict[int, list[int]] = {}
    for part in parts:
        for collated, own in part.columns:
            places.setdefault(own, []).append(collated)
    found: dict[str, set[int] | None] = {}
    for quantity in quantities:
        lying = [
            sorted(places[column])[min(number, len(places[column]) - 1)] if column in places else None
            for column, number in zip(quantity.columns, quantity.parts, strict=True)
        ]
        columns = {place for place in lying if place is not None}
        known = found.get(quantity.name, set())
        found[quantity.name] = None if None in lying or known is None else known | columns
    return {
        name: f"{name} of its own table" if columns is None else _named(sorted(columns))
        for name, columns in found.items()
    }


def in_apparatus(rule: str, names: Mapping[str, str]) -> str:
    """A rule's name with the columns that it names called as in the apparatus."""
    return _NAME.sub(lambda match: names.get(match[0], match[0]), rule)


def _named(columns: Sequence[int]) -> str:
    first, last = columns[0] + 1, columns[-1] + 1
    if len(columns) == 1:
        return f"column {first}"
    if last - first + 1 == len(columns):
        return f"columns {first}-{last}"
    return f"columns {', '.join(str(column + 1) for column in columns)}"
