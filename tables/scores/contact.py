"""The worst of what was read, cut out of the scans: which to look at first, and their contact sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from zij.tables.geometry import Box, Geometry
from zij.tables.scores.faults import Fault
from zij.tables.scores.page import PageScores

__all__ = ["Card", "contact_sheet", "cut_out", "worst"]

CROP = (220, 110)  # pixels of a crop on its card
FRAME, GUESS = (178, 24, 43), (33, 102, 172)
_PAPER, _INK, _QUIET = (251, 250, 247), (29, 28, 26), (93, 90, 84)
_COLUMNS, _MARGIN, _TEXT = 5, 14, 15


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """One fault with its picture (None where the page's image or the place is not at hand)."""

    page: str
    fault: Fault
    picture: NDArray[np.uint8] | None

    @property
    def verdict(self) -> str:
        """What stands there and what was read."""
        fault = self.fault
        if fault.kind == "missed":
            return f"{fault.truth} not read"
        if fault.kind == "wrong":
            said = f"{fault.truth} read as {fault.read}"
        else:
            said = f"{fault.read} read, {'no digit' if fault.what == 'digit' else 'not in the true row'}"
        return said if fault.confidence is None else f"{said} ({fault.confidence:.2f})"

    @property
    def place(self) -> str:
        """Row and column, counted from 1 where the reading names them and else as the truth has them."""
        _, row, column = self.fault.place
        if row is not None and column is not None:
            return f"row {row + 1}, column {column + 1}"
        _, name, heading = self.fault.true_place
        said = ", ".join(f"{what} {text}" for what, text in (("row", name), ("column", heading)) if text)
        return said or "outside tables"


def worst(pages: Sequence[PageScores], most: int = 60) -> list[tuple[PageScores, Fault]]:
    """The faults to look at first: of each page in turn that in which the reading was surest.

    A digit that stands in a value which is wrong as well is shown with the value.

    Parameters
    ----------
    pages : sequence of PageScores
    most : int
        How many at most.

    Returns
    -------
    list of (PageScores, Fault)
    """
    ranked = [sorted(_distinct(page.faults), key=_rank) for page in pages]
    rounds = max(map(len, ranked), default=0)
    turn = (
        (page, faults[n])
        for n in range(rounds)
        for page, faults in zip(pages, ranked, strict=True)
        if n < len(faults)
    )
    return [pair for pair, _ in zip(turn, range(most), strict=False)]


def cut_out(rgb: NDArray[np.uint8], fault: Fault, *, turn: int = 0) -> NDArray[np.uint8] | None:
    """The place of a fault with what surrounds it, upright, its box drawn; None where no place is known.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
        The original image.
    fault : Fault
    turn : int
        Degrees by which the image is to be turned clockwise to stand upright.

    Returns
    -------
    (110, 220, 3) ndarray of uint8 or None
    """
    box = fault.box or fault.near
    if box is None:
        return None
    geometry = Geometry.identity(rgb.shape[1], rgb.shape[0]).turned(turn // 90)
    upright = np.rot90(rgb, -(turn // 90))
    box = geometry.box_to_raster(box)
    width, height = CROP
    unit = max(2.2 * box.h, 1.5 * box.w * height / width, 16.0) / height  # page pixels for one of the crop
    x, y = box.centre
    view = Box(x - width * unit / 2, y - height * unit / 2, width * unit, height * unit)
    picture = Image.new("RGB", CROP, _PAPER)
    seen = view.clipped(geometry.width, geometry.height)
    left, top, right, bottom = int(seen.x), int(seen.y), int(np.ceil(seen.right)), int(np.ceil(seen.bottom))
    if right > left and bottom > top:
        part = Image.fromarray(np.ascontiguousarray(upright[top:bottom, left:right]))
        size = max(round((right - left) / unit), 1), max(round((bottom - top) / unit), 1)
        picture.paste(
            part.resize(size, Image.Resampling.BICUBIC),
            (round((left - view.x) / unit), round((top - view.y) / unit)),
        )
    corners = [(box.x - view.x) / unit - 2, (box.y - view.y) / unit - 2]
    corners += [(box.right - view.x) / unit + 1, (box.bottom - view.y) / unit + 1]
    ImageDraw.Draw(picture).rectangle(corners, outline=FRAME if fault.box else GUESS, width=2)
    return np.asarray(picture)


def contact_sheet(cards: Sequence[Card], left_out: int = 0) -> NDArray[np.uint8]:
    """All cards on one sheet, five in a row.

    Parameters
    ----------
    cards : sequence of Card
    left_out : int
        How many faults there are beyond these; the sheet says so.

    Returns
    -------
    (H, W, 3) ndarray of uint8
    """
    font = ImageFont.load_default(_TEXT - 2)
    step = CROP[0] + _MARGIN, CROP[1] + 4 * _TEXT + _MARGIN
    rows = max(-(-len(cards) // _COLUMNS), 1)
    sheet = Image.new("RGB", (_COLUMNS * step[0] + _MARGIN, rows * step[1] + 2 * _MARGIN + 2 * _TEXT), _PAPER)
    draw = ImageDraw.Draw(sheet)
    head = f"{len(cards):,} places to look at first; {left_out:,} more in errors.csv"
    head = head if cards else "no error that can be shown"
    draw.text((_MARGIN, _MARGIN), head, _INK, font)
    for n, card in enumerate(cards):
        x, y = _MARGIN + n % _COLUMNS * step[0], 2 * _MARGIN + _TEXT + n // _COLUMNS * step[1]
        if card.picture is not None:
            sheet.paste(Image.fromarray(card.picture), (x, y))
        draw.rectangle((x, y, x + CROP[0] - 1, y + CROP[1] - 1), outline=_QUIET)
        for line, (text, colour) in enumerate(_lines(card)):
            draw.text((x, y + CROP[1] + 3 + line * _TEXT), _shortened(text, font), colour, font)
    return np.asarray(sheet)


def _lines(card: Card) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    return (card.verdict, _INK), (card.page, _QUIET), (card.place, _QUIET)


def _rank(fault: Fault) -> tuple[float, float, float]:
    """Surest first; what was missed, of which nothing is known, after those read with even odds."""
    sure = 0.5 if fault.confidence is None else fault.confidence
    box = fault.box or fault.near
    return -sure, box.y if box else 0.0, box.x if box else 0.0


def _distinct(faults: Iterable[Fault]) -> list[Fault]:
    """Values, and the digits that stand neither in the box nor in the cell of one of them."""
    faults = list(faults)
    values = [fault for fault in faults if fault.what == "value"]
    areas = [fault.box for fault in values if fault.box is not None]
    cells = {fault.true_place[1:] for fault in values} - {("", "")}
    digits = (fault for fault in faults if fault.what == "digit" and fault.true_place[1:] not in cells)
    return values + [d for d in digits if d.box and not any(a.contains(*d.box.centre) for a in areas)]


def _shortened(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """The text as far as it fits under a crop; signs that the font does not have are left to it."""
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)[:80]
    if font.getlength(text) <= CROP[0]:
        return text
    while text and font.getlength(f"{text}…") > CROP[0]:
        text = text[:-1]
    return f"{text}…"
