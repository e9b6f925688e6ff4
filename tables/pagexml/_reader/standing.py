"""What stands in a PAGE-XML file under each id, without making a reading of it."""

from __future__ import annotations

from dataclasses import dataclass

from zij.tables.geometry import Box
from zij.tables.pagexml._reader.text import hypotheses
from zij.tables.pagexml._reader.walk import Tree
from zij.tables.pagexml._tree.model import Notes
from zij.tables.pagexml._tree.notes import notes_of
from zij.tables.pagexml._tree.xml import children, parse

__all__ = ["Standing", "page_elements"]


@dataclass(frozen=True, slots=True)
class Standing:
    """An element as it stands in a file.

    Attributes
    ----------
    box : Box or None
        Around its Coords, in pixels of the image; None where it has none.
    text : str
        Its likeliest text.
    confidence : float or None
        That of the text, where one is given.
    notes : Notes
        Its UserDefined and Labels.
    inner : tuple of str
        Ids of its glyphs.
    line : int
        Line of the file.
    """

    box: Box | None
    text: str
    confidence: float | None
    notes: Notes
    inner: tuple[str, ...]
    line: int


def page_elements(data: bytes, name: str) -> tuple[dict[str, Standing], Notes]:
    """The elements of a PAGE-XML file by id, and the notes on its page.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What to call it in an error.

    Returns
    -------
    (dict of str to Standing, Notes)

    Raises
    ------
    PageXMLError
        If it cannot be read.
    """
    root = parse(data, name)
    page = next(children(root, "Page"), root)
    found = {}
    for node in page.iter():
        key = node.get("id")
        if key:
            texts = hypotheses(node)
            found[key] = Standing(
                Tree.box(node),
                texts[0][0] if texts else "",
                texts[0][1] if texts else None,
                notes_of(node) or Notes(),
                tuple(glyph.get("id", "") for glyph in children(node, "Glyph")),
                node.sourceline if isinstance(node.sourceline, int) else 0,
            )
    return found, notes_of(page) or Notes()
