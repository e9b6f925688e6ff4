"""What a check finds in a PAGE-XML file: what is wrong, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from zij.tables.pagexml._tree.xml import local

__all__ = ["ADVICE", "NORMAL_IN_TRANSKRIBUS", "Finding", "found", "owner"]

ADVICE = {
    "unreadable": "export the page again as PAGE-XML",
    "pages": "keep one page to a file",
    "namespace": "declare one version of PAGE as the default namespace of the whole file",
    "dialect": "read it with zij convert --to transkribus or nested; other programs drop these cells",
    "metadata": "add Metadata with Creator, Created and LastChange",
    "time-stamp": "write it as 2026-01-31T12:00:00Z",
    "time-zone": "add the zone; PAGE means UTC, which is a Z at the end",
    "id-twice": "give each element an id of its own",
    "id-name": "begin it with a letter, and use letters, digits, '.', '-' and '_' alone",
    "reference": "correct the reference or remove it",
    "order-twice": "name each region once",
    "order-index": "count the members of the group from 0 on",
    "order-contradicts": "make both say the same; zij follows the ReadingOrder",
    "image-size": "write the width and height of the image in pixels",
    "image-name": "write the file name of the image",
    "image-path": "write the file name alone; zij looks for that name beside the file and nowhere else",
    "image-absent": "put the image beside the file, or name its folder with --images",
    "image-differs": "use the image that the file was made for, or scale the file's points to this one",
    "image-hash": "check whether the image was changed after it was read",
    "points": "write them as x,y x,y in whole pixels from 0 on, parted by single spaces",
    "points-outside": "cut the points at the edge of the image",
    "no-area": "give it Coords of three or more points that lie on no line",
    "parent": "make the parent larger or cut the child",
    "text-index": "give the likeliest text index 0, the next 1, and so on",
    "text-unicode": "add a Unicode element; it may be empty",
    "text-type": "correct the text or its dataType",
    "levels": "correct the one that is wrong",
    "confidence": "write a number from 0 to 1",
    "group": "add members or remove it",
    "attribute": "correct the value or its type",
    "state": "choose one of read, uncertain, unread, empty",
    "roles": "keep one role",
    "role-region": "make it a TextRegion, or remove the role",
    "corners": "write the numbers of four of the points of its Coords",
    "grid": "write one line more than there are rows, with one point more than there are columns",
    "grid-order": "order its lines from top to bottom, and their points from left to right",
    "table": "correct the name, or put the cells inside their TableRegion",
    "cell-place": "write rowIndex and columnIndex from 0 on and spans from 1 on",
    "cell-beyond": "correct its row, column or span, or the table's rows and columns",
    "table-size": "correct the table's rows and columns; zij reads up to a million places",
    "overlap": "correct the rows, columns and spans of these cells",
    "gap": "add a cell for each place, empty where nothing is written",
    "pair": "compare the pages again, or use the files that were written together",
    "schema": "correct the file, or name the schema of its version",
}
"""What to do, by the kind of finding."""

NORMAL_IN_TRANSKRIBUS = frozenset(
    {
        "time-zone",
        "points-outside",
        "parent",
        "levels",
        "order-contradicts",
        "order-index",
        "cell-beyond",
        "gap",
    }
)
"""Kinds of finding that Transkribus' own exports are full of and that programs must bear."""


_LONGEST = 400  # of a sentence, as it quotes what may be endless


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a PAGE-XML file.

    Attributes
    ----------
    kind : str
        Which check found it, a key of `ADVICE`.
    what : str
        What is wrong, a sentence without a full stop that names the element.
    line : int
        Line of the file, counted from 1; 0 where it concerns no line.
    element : str
        Id of the nearest element that has one, "" for the page as a whole.
    tolerated : bool
        Whether it is normal in the dialect that the file is written in, so that it is no error.
    """

    kind: str
    what: str
    line: int = 0
    element: str = ""
    tolerated: bool = False

    @property
    def advice(self) -> str:
        """What to do, without a full stop."""
        return ADVICE[self.kind]


def found(kind: str, node: etree._Element, what: str) -> Finding:
    """A finding at an element."""
    line = node.sourceline
    return Finding(kind, what[:_LONGEST], line if isinstance(line, int) else 0, _name(node))


def owner(node: etree._Element) -> str:
    """The nearest element with an id, for a message."""
    for up in (node, *node.iterancestors()):
        if up.get("id"):
            return f"{local(up)} {up.get('id')!r}"
    return "the page"


def _name(node: etree._Element) -> str:
    return next((name for up in (node, *node.iterancestors()) if (name := up.get("id"))), "")
