"""Whether the image that a PAGE-XML file names is there, and of the size that the file states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lxml import etree

from zij.files import sha256
from zij.tables.pagexml._checks.finding import Finding, found
from zij.tables.pagexml._reader.image import image_size
from zij.tables.pagexml._tree.metadata import facts
from zij.tables.pagexml._tree.xml import children, whole

__all__ = ["image_findings"]


def image_findings(root: etree._Element, folder: Path | None, images: Path | None) -> Iterator[Finding]:
    """Compare a file with the image of the recorded name beside it, or in the folder of the images.

    Only the last part of the name counts, no link is followed out of the folder, nothing is fetched. An image
    that is not beside its file is tolerated: many keep them apart.

    Parameters
    ----------
    root : Element
        A PcGts.
    folder, images : path, optional
        Where the file lies, and where its image must lie; one of them is given.
    """
    page = next(children(root, "Page"), None)
    where = images if images is not None else folder
    name = "" if page is None else page.get("imageFilename", "")
    name = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    if page is None or where is None or name in ("", ".", ".."):
        return
    path = _inside(where, name)
    if path is None:
        what = f"the image {name!r} is not in {where}"
        yield replace(found("image-absent", page, what), tolerated=images is None)
        return
    stated = whole(page.get("imageWidth")), whole(page.get("imageHeight"))
    size = image_size(path)
    if size is None:
        yield found("image-differs", page, f"{path} cannot be read as an image")
    elif size != stated:
        sizes = f"{size[0]} x {size[1]} pixels, but stated to be of {stated[0]} x {stated[1]}"
        yield found("image-differs", page, f"the image {name!r} is of {sizes}")
    elif (recorded := facts(root, page).sha256) and sha256(path) != recorded:
        yield found("image-hash", page, f"the image {name!r} does not have the hash that the file records")


def _inside(folder: Path, name: str) -> Path | None:
    """The file of that name, if it really lies in the folder."""
    path = folder / name
    try:
        return path if path.is_file() and path.resolve().is_relative_to(folder.resolve()) else None
    except (OSError, ValueError):  # a name that no file can have
        return None
