"""The two pages of a pair as the viewer shows them: their markup, and what its script works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zij.explain.bilrp.table import Region
from zij.explain.report.sheets import Sheet, places, regions
from zij.explain.report.words import composition
from zij.explain.viewer.controls import hint, panel, tools, zooming
from zij.html import Markup, data_uri, element
from zij.tables.geometry import Box, Geometry

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GAP", "HEIGHT", "Stage", "StagePage", "core", "jpeg", "left_out", "source", "stage_of", "style"]

HEIGHT = 1000.0  # of a page on the stage, in the stage's own units
GAP = 170.0  # between the two pages, in the same units
HEAD = 40.0  # room for the pages' names


@dataclass(frozen=True, slots=True, eq=False)
class StagePage:
    """One page on the stage.

    Attributes
    ----------
    sheet : Sheet
    side : "a" or "b"
    left : float
        Where it begins, in the stage's units.
    picture : (H, W, 3) ndarray of uint8
        The page upright, as it is shown.
    geometry : Geometry
        From pixels of the original image to those of `picture`.
    found : tuple of Region
        The regions that can be pointed at; those with pairs stand first.
    index : (P,) ndarray of int
        Region of each pair.
    where : tuple of str
        Where each region stands, in words.
    """

    sheet: Sheet
    side: str
    left: float
    picture: NDArray[np.uint8]
    geometry: Geometry
    found: tuple[Region, ...]
    index: NDArray[np.intp]
    where: tuple[str, ...]

    @property
    def unit(self) -> float:
        """The stage's units for one pixel of `picture`."""
        return HEIGHT / self.geometry.height

    @property
    def width(self) -> float:
        """Width in the stage's units."""
        return self.geometry.width * self.unit

    def box(self, region: Region) -> tuple[float, float, float, float]:
        """x, y, width and height of a region on the stage."""
        b: Box = self.geometry.box_to_raster(region.box)
        values = (self.left + b.x * self.unit, b.y * self.unit, b.w * self.unit, b.h * self.unit)
        x, y, w, h = (round(value, 2) for value in values)
        return x, y, w, h

    def layer(self, prefix: str, room: int) -> Markup:
        """Picture, frame and name."""
        x = round(self.left, 2)
        size = {"x": x, "y": 0, "width": round(self.width, 2), "height": HEIGHT}
        href = data_uri(jpeg(self.picture, room), "image/jpeg")
        key = f"page-{self.side}"
        picture = element(
            "image", id=prefix + key, data_part=key, href=href, preserveAspectRatio="none", **size
        )
        name = f"{self.side.upper()}: {self.sheet.reading.image}"
        return element(
            "g",
            picture,
            element("rect", class_="frame", **size),
            element("text", name, x=round(x + self.width / 2, 2), y=-14, text_anchor="middle"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """Both pages and their pairs.

    Attributes
    ----------
    a, b : StagePage
    pairs : DataFrame
        The columns of pairs.csv.
    summary : mapping
        The numbers of explanation.json.
    room : int
        Bytes of a page's picture at most.
    """

    a: StagePage
    b: StagePage
    pairs: pd.DataFrame
    summary: Mapping[str, Any]
    room: int

    @property
    def unit(self) -> str:
        """What the regions are."""
        return "patch" if self.summary.get("units") == "patches" else "digit"

    @property
    def shape(self) -> float:
        """Height of both pages side by side, in the share of their width."""
        _, _, width, height = self._view
        return height / width

    @property
    def _view(self) -> tuple[float, float, float, float]:
        """x, y, width and height of all that is on the stage."""
        return -8, -HEAD, round(self.b.left + self.b.width, 2) + 16, HEIGHT + HEAD + 8

    def data(self, **start: object) -> dict[str, Any]:
        """What the script draws.

        Regions as x, y, width, height, text, place, id; pairs as a, b, relevance, corresponds, feature.

        Parameters
        ----------
        **start
            With what the viewer begins: threshold, corresponding, selected.
        """
        columns = self.pairs[["relevance", "corresponds", "feature"]].itertuples(index=False, name=None)
        found: dict[str, Any] = {"similarity": float(self.summary["similarity"]), "unit": self.unit}
        for page in (self.a, self.b):
            rows = zip(page.found, page.where, strict=True)
            found[page.side] = {"regions": [[*page.box(r), r.text, where, r.id] for r, where in rows]}
        found["pairs"] = [
            [int(a), int(b), float(f"{relevance:.6g}"), int(corresponds), str(feature)]
            for a, b, (relevance, corresponds, feature) in zip(
                self.a.index, self.b.index, columns, strict=True
            )
        ]
        return found | ({"start": start} if start else {})

    def markup(self, prefix: str = "", *, whole: bool = False, note: str = "") -> Markup:
        """The viewer before its script has run: what can be set, both pages, room for the partners.

        Parameters
        ----------
        prefix : str
            Of all ids, so that several viewers can stand in one document.
        whole : bool
            Whether it is to fill the window.
        note : str
            A line below it.
        """
        return element(
            "div",
            tools(prefix),
            element("div", self._figure(prefix, whole), panel(prefix), class_="desk"),
            element("p", note, class_="note") if note else "",
            class_="zij-viewer whole" if whole else "zij-viewer",
            role="group",
            aria_label="the two pages and the pairs between them",
            data_lm_suppress_shortcuts="true",  # JupyterLab leaves the keys to the viewer
        )

    def _figure(self, prefix: str, whole: bool) -> Markup:
        units = f"{self.unit}s".replace("chs", "ches")
        svg = element(
            "svg",
            self.a.layer(prefix, self.room),
            self.b.layer(prefix, self.room),
            element("g", id=f"{prefix}lines", data_part="lines"),
            *(
                element(
                    "g", id=f"{prefix}regions-{side}", data_part=f"regions-{side}", class_="regions",
                    role="group", aria_label=f"{units} of page {side.upper()}",
                )
                for side in "ab"
            ),
            data_part="pages",
            viewBox=" ".join(map(str, self._view)),
            preserveAspectRatio="xMidYMin meet" if whole else None,  # the buttons have what is left below
            tabindex=0,
            role="group",
            aria_label="both pages: arrow keys move, plus and minus zoom, 0 shows all",
        )  # fmt: skip
        inside = (svg, zooming(), hint())
        return element("figure", *inside, id=f"{prefix}stage", data_part="stage", class_="stage")


def stage_of(
    a: Sheet,
    b: Sheet,
    pairs: pd.DataFrame,
    summary: Mapping[str, Any],
    *,
    longest: int = 1500,
    room: int = 330_000,
) -> Stage:
    """Set two pages side by side.

    Parameters
    ----------
    a, b : Sheet
    pairs : DataFrame
        The columns of pairs.csv.
    summary : mapping
        The numbers of explanation.json; with `units` "patches" the pairs are those of an encoder's patches.
    longest : int
        Pixels of a page's longer side at most.
    room : int
        Bytes of a page's picture at most.

    Returns
    -------
    Stage
    """
    silent = summary.get("units") != "patches"
    left = _page(a, "a", 0.0, pairs, longest, silent)
    right = _page(b, "b", left.width + GAP, pairs, longest, silent)
    return Stage(left, right, pairs, summary, room)


def _page(sheet: Sheet, side: str, left: float, pairs: pd.DataFrame, longest: int, silent: bool) -> StagePage:
    picture, geometry = sheet.upright(longest)
    found, index = regions(pairs, side)
    if silent:
        found += _silent(sheet, found)
    where = tuple(str(p) if p else "outside tables" for p in places(sheet.reading, found))
    return StagePage(sheet, side, left, picture, geometry, tuple(found), index, where)


def _silent(sheet: Sheet, found: list[Region]) -> list[Region]:
    """The numbers of a page that no listed pair touches."""
    known = {region.id for region in found}
    return [
        Region(number.id, number.text, number.box)
        for number in sheet.reading.numbers()
        if known.isdisjoint([number.id, *(glyph.id for glyph in number.glyphs)])
    ]


def left_out(pairs: pd.DataFrame, summary: Mapping[str, Any]) -> str:
    """What of the similarity the viewer does not draw, in a sentence.

    Parameters
    ----------
    pairs : DataFrame
        Those that it draws.
    summary : mapping
        The numbers of explanation.json for these pairs.

    Returns
    -------
    str
    """
    drawn = ("matching", "elsewhere")
    parts = [part for part in composition(pairs, summary) if part.key not in drawn and part.pairs != 0]
    told = [f"{part.words} ({part.share})" for part in parts if abs(part.relevance) >= 5e-5 or part.pairs]
    if not told and pairs.empty:
        return "There are no pairs to draw."
    if not told:
        return "Nothing is left out: these pairs are the whole similarity."
    return f"Not drawn: {'; '.join(told)}. Shares are of the similarity."


def style() -> str:
    """The viewer's CSS."""
    return source("viewer.css")


def core() -> str:
    """The viewer's JavaScript: two functions, `movable` and `pairViewer`, that do nothing by themselves."""
    return source("moving.js") + source("viewer.js")


def source(name: str) -> str:
    """The text of a style or a script of this package."""
    return resources.files("zij.explain.viewer").joinpath(name).read_text(encoding="utf-8")


def jpeg(picture: NDArray[np.uint8], room: int) -> bytes:
    """A picture as JPEG of at most `room` bytes, unless it is beyond all help.

    Parameters
    ----------
    picture : (H, W, 3) ndarray of uint8
    room : int

    Returns
    -------
    bytes
    """
    from PIL import Image

    content = b""
    for quality in (82, 70, 55, 40, 25):
        stream = BytesIO()
        Image.fromarray(picture).save(stream, "JPEG", quality=quality, optimize=True)
        content = stream.getvalue()
        if len(content) <= room:
            break
    return content
