"""What an earlier comparison left in a folder: which pages are its own, and which may go."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from zij.errors import InputError
from zij.files import sha256

__all__ = ["compared_files", "pages_to_export", "take_away"]

_TRUTH = "truth of zij generate, no reading of a page"
_OTHER = "not of the comparison that explanation.json tells of"


def compared_files(folder: Path) -> dict[str, str]:
    """The two PAGE-XML files of the comparison in a folder, with the SHA-256 they had when they were written.

    Returns
    -------
    dict of str to str
        As `explanation.json` of `zij compare` records them; empty where there is none.
    """
    try:
        known = json.loads((folder / "explanation.json").read_text("utf-8"))["files"]
        return {str(name): str(value) for name, value in dict(known).items()}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def pages_to_export(
    folder: Path, paths: Sequence[Path]
) -> tuple[tuple[Path, ...], tuple[tuple[str, str], ...]]:
    """The pages of a folder that are handed on, and those that are not.

    Truth of generated pages (`STEM.truth.xml`) is nobody's reading. In the folder of a comparison only its
    own two pages are meant: others lie there by chance, and its pairs say nothing of them.

    Parameters
    ----------
    folder : Path
    paths : sequence of Path
        The PAGE-XML files found there.

    Returns
    -------
    (tuple of Path, tuple of (str, str))
        Pages; and name and reason of each file that is passed over.

    Raises
    ------
    InputError
        If all of them are truth.
    """
    own = compared_files(folder) if (folder / "pairs.csv").is_file() else {}
    own = own if any(path.name in own for path in paths) else {}
    pages, passed = [], []
    for path in paths:
        if path.name in own:  # also of truth that was compared, to see what the method does with it
            pages.append(path)
        elif path.name.lower().endswith(".truth.xml"):
            passed.append((path.name, _TRUTH))
        elif own:
            passed.append((path.name, _OTHER))
        else:
            pages.append(path)
    if not pages:
        raise InputError(
            f"{folder}: holds truth of zij generate alone (*.truth.xml), which is no reading; "
            "read the images with zij annotate and name the folder of its results."
        )
    return tuple(pages), tuple(passed)


def take_away(
    folder: Path, before: dict[str, str], now: Iterable[str], inputs: Iterable[str | Path]
) -> tuple[str, ...]:
    """Remove the two pages of the comparison that stood in a folder before, where they are as zij wrote them.

    What was changed since, has corrections beside it (`STEM.cells.csv`) or was compared just now stays.

    Parameters
    ----------
    folder : Path
        Where the new results stand already.
    before : dict of str to str
        As `compared_files` gave it before they were written.
    now : iterable of str
        Names of the PAGE-XML files of the new comparison.
    inputs : iterable of path
        Its page arguments.

    Returns
    -------
    tuple of str
        What is to be said: no line, or one.
    """
    results, pages = [folder / name for name in now], [Path(page) for page in inputs]
    gone: list[str] = []
    kept: list[str] = []
    for name, written in before.items():
        path = folder / name
        if not _is_result(name) or not path.is_file() or _is_one_of(path, results):
            continue
        removed = not _is_one_of(path, pages) and _removed(path, written)
        (gone if removed else kept).append(name)
    told = [f"removed {' and '.join(gone)} of the comparison that stood there before"] if gone else []
    if kept:
        why = "changed since or compared just now"
        told.append(f"still holds {' and '.join(kept)} of the comparison before, {why}")
    return (f"{folder}: {'; '.join(told)}.",) if told else ()


def _is_result(name: str) -> bool:
    """Whether a name is one that `zij compare` gives a page: no path leads out of the folder."""
    return Path(name).name == name and name[:2] in ("A-", "B-") and name.endswith(".xml")


def _is_one_of(path: Path, others: Iterable[Path]) -> bool:
    """Whether a file is one of these, also where its name is spelt otherwise."""
    return any(os.path.exists(other) and os.path.samefile(path, other) for other in others)


def _removed(path: Path, written: str) -> bool:
    """Take a file away if it is as it was written and no corrections stand beside it."""
    try:
        if path.is_symlink() or path.with_suffix(".cells.csv").exists() or sha256(path) != written:
            return False
        path.unlink()
    except OSError:  # it stays, which is said
        return False
    return True
