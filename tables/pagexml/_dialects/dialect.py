"""The ways in which programs expect PAGE-XML, and what each has a place for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zij.tables.pagexml._tree.xml import namespace

__all__ = ["DIALECTS", "Dialect", "Profile"]

Profile = Literal["nested", "flat", "transkribus"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a version of PAGE has a place for.

    Attributes
    ----------
    namespace : str
    cells_inside : bool
        Whether cells stand inside their table.
    rich : bool
        Whether there are UserDefined, Labels, MetadataItem and several TextEquiv.
    roles : bool
        Whether cells are TextRegions with a TableCellRole, not TableCells.
    """

    namespace: str
    cells_inside: bool = True
    rich: bool = True
    roles: bool = True


DIALECTS: dict[str, Dialect] = {
    "nested": Dialect(namespace("2019-07-15")),
    "flat": Dialect(namespace("2019-07-15"), cells_inside=False),
    "transkribus": Dialect(namespace("2013-07-15"), rich=False, roles=False),
}
