"""What the user says about an export, beyond its format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from zij.errors import UsageError
from zij.tables.pagexml import Profile

__all__ = ["NOT_STATED", "Options", "Unit"]

Unit = Literal["", "degree", "day", "hour", "month", "year"]
NOT_STATED = "not stated"
"""What stands for what the user did not say."""

_COLUMNS = re.compile(r"[0-9]{1,6}(\+[0-9]{1,6})*")
_UNITS = ("", "degree", "day", "hour", "month", "year")


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of an export; each format uses those that concern it.

    Attributes
    ----------
    profile : "nested", "flat" or "transkribus"
        Form of PAGE-XML.
    spreadsheet : bool
        Guard CSV against texts that a spreadsheet would take for formulas.
    base_url : str
        Where the IIIF files will be served; "" for URNs.
    title : str
        Of the collection; "" for the name of its folder.
    authors : tuple of str
        "Family, Given" each.
    date : str
        Day of publication, YYYY-MM-DD; "" if not stated.
    licence, image_licence : str
        Of the readings and of the images, as the user states them; "" if not stated.
    copy_images : bool
        Put the images into a deposit.
    model_card : Path or None
        Of a digit model that does not come with zij.
    argument : str
        Column of the argument in DISHAS, counted from 0; "3+4" joins the places of two columns.
    entries : tuple of str
        Columns of the entries, in the same form; empty for every column but the argument's.
    argument_unit, entry_unit : str
        degree, day, hour, month, year, or "" if not stated.
    table_type : int
        DISHAS' number for the kind of table; 0 if not stated.
    """

    profile: Profile = "nested"
    spreadsheet: bool = False
    base_url: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    licence: str = ""
    image_licence: str = ""
    copy_images: bool = False
    model_card: Path | None = None
    argument: str = "0"
    entries: tuple[str, ...] = ()
    argument_unit: Unit = ""
    entry_unit: Unit = ""
    table_type: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be right.

        Raises
        ------
        UsageError
            If a column, unit, date or address is not in its form.
        """
        for columns in (self.argument, *self.entries):
            if not _COLUMNS.fullmatch(columns):
                raise UsageError(
                    f"{columns!r} names no columns; write a number counted from 0, or 3+4 to join two."
                )
        for unit in (self.argument_unit, self.entry_unit):
            if unit not in _UNITS:
                raise UsageError(f"unit {unit!r} is not known; choose one of {', '.join(_UNITS[1:])}.")
        if self.date and not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", self.date):
            raise UsageError(f"{self.date!r} is no date; write it as YYYY-MM-DD.")
        parts = urlsplit(self.base_url)
        if self.base_url and not (parts.scheme in ("http", "https") and parts.netloc and not parts.fragment):
            raise UsageError(
                f"{self.base_url!r} is no web address; write it like https://example.org/tables."
            )
