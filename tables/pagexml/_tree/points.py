"""Boxes and directions from the points of PAGE-XML, whichever way they are written."""

from __future__ import annotations

import re
from itertools import pairwise

from lxml import etree

from zij.tables.geometry import Box
from zij.tables.pagexml._tree.model import inside
from zij.tables.pagexml._tree.xml import Tolerance, children

__all__ = ["Boxes", "direction", "points_of"]

_NUMBER = r"([-+]?[0-9]{1,9}+(?:\.[0-9]*+)?)"
_POINT = re.compile(rf"(?<![0-9.]){_NUMBER}\s*+,\s*+{_NUMBER}")  # in linear time, whatever the text


class Boxes:
    """Reads the boxes of a page's elements, in whole pixels inside the image."""

    def __init__(self, width: int, height: int, tolerance: Tolerance) -> None:
        self.width = width
        self.height = height
        self._tolerance = tolerance

    @property
    def page(self) -> Box:
        """The whole image."""
        return Box(0, 0, max(self.width, 1), max(self.height, 1))

    def of(self, node: etree._Element) -> Box | None:
        """The box around an element's Coords; None where they do not span one."""
        points = [point for coords in children(node, "Coords") for point in points_of(coords)]
        if len(points) < 2:
            self._tolerance.note("elements without usable Coords were given the box of their neighbours")
            return None
        xs, ys = zip(*points, strict=True)
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        within = 0 <= left < right <= self.width and 0 <= top < bottom <= self.height
        if within and all(map(float.is_integer, xs + ys)):  # nearly always; what follows would change nothing
            return Box(int(left), int(top), int(right - left), int(bottom - top))
        box = Box(left, top, right - left, bottom - top)
        placed = inside(box, self.width, self.height)
        if placed != box.rounded():
            self._tolerance.note("boxes that reach beyond the image were cut at its edge")
        if any(value != round(value) for point in points for value in point):
            self._tolerance.note("points that are not whole pixels were rounded")
        return placed


def points_of(node: etree._Element) -> list[tuple[float, float]]:
    """The points of a Coords or Baseline element, as an attribute or, as until 2010, as elements."""
    text = node.get("points")
    if text is None:
        text = " ".join(f"{point.get('x')},{point.get('y')}" for point in children(node, "Point"))
    return [(float(x), float(y)) for x, y in _POINT.findall(text)]


def direction(line: etree._Element) -> int | None:
    """The turn (0, 90, 180, 270) that sets a line upright, from its Baseline; None without one."""
    points = [point for baseline in children(line, "Baseline") for point in points_of(baseline)]
    if not any(a != b for a, b in pairwise(points)):
        return None
    right, down = points[-1][0] - points[0][0], points[-1][1] - points[0][1]
    if abs(right) >= abs(down):
        return 0 if right >= 0 else 180
    return 270 if down > 0 else 90
