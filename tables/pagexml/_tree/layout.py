"""How boxes, lines and structure are put into words in PAGE-XML."""

from __future__ import annotations

from collections.abc import Mapping

from zij.tables.geometry import Box
from zij.tables.reading import Cell, Number

__all__ = ["baseline", "corners", "custom", "lines"]


def custom(**parts: Mapping[str, str]) -> str:
    """The custom attribute in Transkribus' notation: `name {key:value; ...} ...`."""
    return " ".join(
        f"{name} {{{' '.join(f'{k}:{v};' for k, v in part.items())}}}" for name, part in parts.items()
    )


def corners(box: Box, *, clockwise: bool = True) -> str:
    """The box's corners from the top left on; counter-clockwise is the order of Transkribus' cells."""
    x, y, right, bottom = int(box.x), int(box.y), int(box.right), int(box.bottom)
    second, fourth = ((right, y), (x, bottom)) if clockwise else ((x, bottom), (right, y))
    return " ".join(f"{px},{py}" for px, py in ((x, y), second, (right, bottom), fourth))


def baseline(box: Box, turn: int) -> str:
    """The box's lower edge in reading direction, in an image that is upright once turned clockwise."""
    x, y, right, bottom = int(box.x), int(box.y), int(box.right), int(box.bottom)
    (x1, y1), (x2, y2) = {
        0: ((x, bottom), (right, bottom)),
        90: ((right, bottom), (right, y)),
        180: ((right, y), (x, y)),
        270: ((x, y), (x, bottom)),
    }[turn % 360 // 90 * 90]
    return f"{x1},{y1} {x2},{y2}"


def lines(cell: Cell) -> list[tuple[str, tuple[Number, ...]]]:
    """The cell's text lines with their numbers; one line where the text does not say which stands where.

    The lines of a cell without numbers are its text's.
    """
    if not cell.text and not cell.numbers:
        return []
    if not cell.numbers:
        return [(text, ()) for text in cell.text.split("\n") if text.strip()]
    lines, rest = [], list(cell.numbers)
    for text in cell.text.split("\n"):
        here, tokens = [], text.split()
        while rest and tokens and tokens[: len(words := rest[0].text.split())] == words:
            here.append(rest.pop(0))
            tokens = tokens[len(words) :]
        lines.append((text, tuple(here)))
        if tokens:
            break
    if rest or tokens:
        return [(cell.text.replace("\n", " "), cell.numbers)]
    return lines
