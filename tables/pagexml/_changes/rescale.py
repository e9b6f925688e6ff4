"""A page's file made to fit the same picture at another size."""

from __future__ import annotations

import re

from lxml import etree

from zij.errors import PageXMLError
from zij.tables.pagexml._tree.xml import children, decimal, local, parse, whole

__all__ = ["rescaled"]

_ASPECT = 0.005  # by how much width and height may be scaled differently
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def rescaled(data: bytes, path: str, width: int, height: int, sha256: str = "") -> bytes:
    """The file with all its places moved to another size of its image; nothing else is changed.

    Parameters
    ----------
    data : bytes
        A PAGE-XML file.
    path : str
        How errors name it.
    width, height : int
        Of the image, in pixels.
    sha256 : str
        Of the image's file, for the hash that the file may record.

    Returns
    -------
    bytes
        The file as it is, if the size is the same.

    Raises
    ------
    PageXMLError
        If it states no size, or the image is not of the same shape.
    """
    root = parse(data, path, whole_tree=True)
    page = next(children(root, "Page"))
    old = whole(page.get("imageWidth")) or 0, whole(page.get("imageHeight")) or 0
    if min(old) < 1:
        raise PageXMLError(f"{path}: it states no size of its image, so that it cannot be rescaled.")
    if old == (width, height):
        return data
    x, y = width / old[0], height / old[1]
    if abs(x / y - 1) > _ASPECT:
        raise PageXMLError(
            f"{path}: it was made for an image of {old[0]} x {old[1]} pixels, which is of another shape than"
            f" {width} x {height}; it may be turned or cropped, name the right image."
        )
    page.set("imageWidth", str(width))
    page.set("imageHeight", str(height))
    for node in root.iter(etree.Element):
        _move(node, x, y)
        if node.get("name") == "zij:image-sha256":
            node.set("value", sha256)
        elif node.get("name") == "zij:digit-height":
            node.set("value", repr((decimal(node.get("value")) or 0.0) * y))
    if "digit-height:" in page.get("custom", ""):
        page.set("custom", _custom(page.get("custom", ""), y, sha256))
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def _move(node: etree._Element, x: float, y: float) -> None:
    """Move the points of one element; those of PAGE 2010 are elements themselves."""
    points = node.get("points")
    if points is not None:
        pairs = (_NUMBER.findall(pair) for pair in points.split())
        moved = (f"{round(float(p[0]) * x)},{round(float(p[1]) * y)}" for p in pairs if len(p) == 2)
        node.set("points", " ".join(moved))
    elif local(node) == "Point":
        for name, factor in (("x", x), ("y", y)):
            value = decimal(node.get(name))
            if value is not None:
                node.set(name, str(round(value * factor)))


def _custom(custom: str, factor: float, sha256: str) -> str:
    """The facts that a dialect without Metadata of its own keeps on the page."""

    def scaled(found: re.Match[str]) -> str:
        return f"digit-height:{float(found[1]) * factor!r}"

    custom = re.sub(r"digit-height:\s*([0-9.]+)", scaled, custom)
    return re.sub(r"image-sha256:\s*[0-9a-f]+", f"image-sha256:{sha256}", custom)
