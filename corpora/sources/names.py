"""Names of files and books: their order, names that are safe to write, and what lies inside a folder."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePosixPath

__all__ = ["book_of_folder", "inside", "is_text", "natural", "plain_text", "safe_name"]

_GENERIC = re.compile(
    r"(?:images?|img|pages?|scans?|raw|processed|jpe?gs?|pngs?|tiff?s?|masters?|full|max|default|files?|folios?|"
    r"facsimiles?|ocr-d-img.*)",
    re.IGNORECASE,
)
_LONGEST = 80


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts names as a reader would: p2 before p10, 7r before 7v, capitals like small letters."""
    parts = re.split(r"([0-9]+)", name.casefold())
    key = [
        (0, int(part[:300]), part) if part[:1].isdecimal() and part.isascii() else (1, 0, part)
        for part in parts
    ]
    return (*key, (2, 0, name))


def is_text(name: str) -> bool:
    """Whether the name of a file can be written down; one in an encoding of old cannot."""
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def safe_name(text: str, longest: int = _LONGEST) -> str:
    """A file name made of letters a to z, digits, "-", "_" and "." alone, never hidden, never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", plain).strip("-._")
    plain = re.sub(r"\.{2,}", ".", plain)[:longest].strip("-._")
    if re.fullmatch(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", plain, re.IGNORECASE):
        plain = f"_{plain}"  # names that Windows keeps for itself
    return plain or "x"


def plain_text(value: str, longest: int = 2000) -> str:
    """A text in one line, without control signs, halves of surrogate pairs and markup."""
    text = re.sub(r"<[^<>]{0,2000}>", " ", value[: 4 * longest])
    text = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or sign.isprintable())
    return " ".join(text.split())[:longest]


def book_of_folder(folder: Path, root: Path) -> str:
    """The name of the book whose pages lie in a folder: the folder's, or its parent's if it says "images".

    Parameters
    ----------
    folder : Path
        Where the pages lie, `root` or below it.
    root : Path
        The folder that was named.

    Returns
    -------
    str
    """
    place = folder.resolve()
    top = root.resolve()
    while _GENERIC.fullmatch(place.name) and place not in (top, top.parent) and place.parent != place:
        place = place.parent
    if place == top and _GENERIC.fullmatch(top.name) and top.parent.name:
        place = top.parent
    return place.name or "pages"


def inside(name: str, folder: Path, root: Path) -> Path | None:
    """The file that a name of a foreign file stands for, if it lies in `root`; None for any other.

    Parameters
    ----------
    name : str
        As the file has it, relative to `folder`; absolute names and addresses stand for nothing.
    folder, root : Path
        `root` holds `folder`.

    Returns
    -------
    Path or None
    """
    name = name.replace("\\", "/")
    if not name or len(name) > 4096 or "\0" in name or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", name):
        return None
    if PurePosixPath(name).is_absolute():
        return None
    try:
        path = folder / name
        if path.is_file() and path.resolve().is_relative_to(root.resolve()):
            return Path(os.path.normpath(folder / name))
    except (OSError, ValueError, RuntimeError):
        return None
    return None
