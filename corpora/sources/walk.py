"""The files below a folder, in the order in which a reader would take them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zij.corpora.sources.found import Told
from zij.corpora.sources.names import is_text, natural
from zij.corpora.store.records import Missed

__all__ = ["Listing", "listings"]

_DEEPEST = 64
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True, slots=True)
class Listing:
    """One folder with its files, in natural order."""

    folder: Path
    files: tuple[Path, ...]


def listings(
    root: Path, source: str, skip: frozenset[Path] = frozenset()
) -> Iterator[Listing | Missed | Told]:
    """The folders at and below `root`, those with lower names first, each before the folders in it.

    Hidden files are left out. Links that lead out of `root`, folders that may not be read, and what lies too
    deep are told.

    Parameters
    ----------
    root : Path
    source : str
        What to call it where something could not be had.
    skip : frozenset of Path
        Resolved folders that are left out, such as that of the corpus itself.

    Yields
    ------
    Listing or Missed or Told
    """
    home = root.resolve()
    stack: list[tuple[Path, int]] = [(root, 0)]
    seen: set[Path] = set()
    while stack:
        folder, depth = stack.pop()
        real = folder.resolve()
        if real in seen:
            continue
        seen.add(real)
        if real in skip:
            yield Told(str(folder), "belongs to the corpus itself and was passed over")
            continue
        if depth > _DEEPEST:
            yield Missed(source, str(folder), f"lies more than {_DEEPEST} folders deep; name it by itself")
            continue
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: natural(entry.name))
        except OSError as error:
            yield Missed(source, str(folder), f"cannot be listed: {error.strerror or error}")
            continue
        files: list[Path] = []
        folders: list[tuple[Path, int]] = []
        for entry in entries:
            if entry.name.startswith(".") or entry.name.casefold() in _SYSTEM:
                continue
            path = Path(entry.path)
            if not is_text(entry.name):
                shown = os.fsencode(entry.path).decode("utf-8", "backslashreplace")
                yield Missed(source, shown, "has a name that is not in UTF-8; rename it")
            elif entry.is_symlink() and not _leads_inside(path, home):
                yield Missed(
                    source, str(path), "is a link that leads out of the folder; name what it leads to"
                )
            elif entry.is_dir():
                folders.append((path, depth + 1))
            elif entry.is_file():
                files.append(path)
        stack += folders[::-1]
        yield Listing(folder, tuple(files))


def _leads_inside(path: Path, home: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(home)
    except (OSError, RuntimeError):
        return False
