"""`zij annotate`: read pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._inputs.corrections import changed_reading, keep_changed_reading
from zij.actions._inputs.references import reference
from zij.actions._inputs.sources import (
    Progress,
    Source,
    chosen_device,
    is_pagexml,
    open_opening,
    open_source,
    stems,
)
from zij.actions._showing.shown import Shown
from zij.errors import InputError, OutputError, UsageError, ZijError
from zij.files import check_folder, staged_folder
from zij.tables.digits.network import Weights, load_weights
from zij.tables.pagexml import Profile, write_pagexml

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Annotated", "annotate", "write_page"]

_FORMS = {"nested": "cells in tables", "flat": "cells beside tables", "transkribus": "Transkribus does it"}


@dataclass(frozen=True, slots=True)
class Annotated(Shown):
    """What `annotate` did.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    sources : tuple of Source
        The pages read.
    failures : tuple of (str, str)
        Name and reason of each page that could not be read.
    whole : tuple of str
        Stems of the images that were to be split but show no opening, and were read as one page.
    """

    folder: Path
    sources: tuple[Source, ...]
    failures: tuple[tuple[str, str], ...]
    whole: tuple[str, ...] = ()

    @property
    def tolerated(self) -> tuple[tuple[str, str], ...]:
        """Stem of a page, and what in the file that it came from was tolerated."""
        return tuple((source.stem, remark) for source in self.sources for remark in source.remarks)

    @property
    def sentence(self) -> str:
        """What was found and where it lies."""
        tables = sum(len(source.reading.tables) for source in self.sources)
        digits = sum(1 for source in self.sources for glyph in source.reading.glyphs() if glyph.is_digit)
        states = Counter(c.state for s in self.sources for t in s.reading.tables for c in t.cells)
        cells = ", ".join(
            f"{states[state]} {state}" for state in ("read", "uncertain", "unread", "empty") if states[state]
        )
        pages = _count(len(self.sources), "page")
        found = (
            f"{_count(digits, 'digit')} in {_count(tables, 'table')}"
            if digits
            else "no table of digits found"
        )
        whole = f"; no opening, so read as one page: {', '.join(self.whole)}" if self.whole else ""
        return f"{pages}: {found}{f' (cells: {cells})' if cells else ''}{whole}; results: {self.folder}"

    def frame(self) -> pd.DataFrame:
        """The cells of all pages: the page's stem, then the columns of `STEM.cells.csv`."""
        from zij.actions._showing.frames import annotated_frame

        return annotated_frame(self)

    def _repr_html_(self) -> str:
        from zij.actions._showing.pages import annotated_html

        return annotated_html(self)


def annotate(
    pages: Sequence[str | Path],
    out: str | Path,
    *,
    profile: Profile = "nested",
    device: str = "auto",
    split: bool = False,
    images: str | Path | None = None,
    weights: str | Path | None = None,
    progress: Progress | None = None,
) -> Annotated:
    """Read pages: for each its PAGE-XML, its cells as CSV, and a picture with what was read.

    Parameters
    ----------
    pages : sequence of path
        Images, PAGE-XML files, or pages of a corpus as `CORPUS#PAGE`.
    out : path
        Folder for `STEM.xml`, `STEM.cells.csv` and `STEM.overlay.png`.
    profile : "nested", "flat" or "transkribus"
        Form of the PAGE-XML. Of a page that is given as PAGE-XML all is kept that has a place in it.
    device : "auto", "cpu" or "cuda"
    split : bool
        Read the two pages of an opening each by itself, as `STEM-left` and `STEM-right`; an image that shows
        no opening is read as one page. PAGE-XML files are taken as they stand.
    images : path, optional
        Where the images of PAGE-XML files lie.
    weights : path, optional
        Another digit network, for images.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Annotated

    Raises
    ------
    ZijError
        If nothing could be done: no page could be read, or the folder cannot be written to. Where several
        pages failed, the error is that of the first, and its notes (`__notes__`) are the others' reasons.
    """
    names, out, device = stems(pages), Path(out), chosen_device(device)
    if split:
        _refuse_clashes(names)
    loaded = load_weights(weights)
    check_folder(out)
    sources: list[Source] = []
    failures: list[tuple[str, ZijError]] = []
    whole: list[str] = []
    for done, (page, stem) in enumerate(zip(pages, names, strict=True)):
        if progress is not None:
            progress(f"reading {stem}", done, len(names))
        try:
            if split and not is_pagexml(page) and reference(page) is None:
                found = _open_halves(Path(page), out, weights=loaded, device=device)
                whole += [stem] * (len(found) == 1)
            else:
                result = out / f"{stem}.xml"
                found = (_open(
                        Path(page), result, profile=profile, weights=loaded, device=device, images=images
                    ),
                )  # fmt: skip
            with staged_folder(out) as folder:
                for source in found:
                    write_page(folder, source, profile)
        except (InputError, OutputError) as error:
            failures.append((str(page), error))
        else:
            sources += found
    if not sources:
        for _, another in failures[1:]:
            failures[0][1].add_note(str(another))
        raise failures[0][1]
    reasons = tuple((page, str(reason)) for page, reason in failures)
    return Annotated(out, tuple(sources), reasons, tuple(whole))


def _open(
    page: Path,
    result: Path,
    *,
    profile: Profile,
    weights: Weights,
    device: str,
    images: str | Path | None,
) -> Source:
    """Read a page, unless its result would overwrite what a person has corrected."""
    standing = changed_reading(result)
    if not is_pagexml(page) and reference(page) is None:
        keep_changed_reading(page, result, standing, None)
    source = open_source(page, weights=weights, device=device, images=images)
    keep_changed_reading(page, result, standing, source.reading)
    found = source.document.profile if source.document is not None else profile
    if standing is not None and page.resolve() == result.resolve() and found != profile:
        raise InputError(
            f"{page}: is written as {_FORMS[found]} and would be replaced by another form; add --profile "
            f"{found} to change it where it stands, or choose another folder with -o."
        )
    return source


def _open_halves(page: Path, out: Path, *, weights: Weights, device: str) -> tuple[Source, ...]:
    """Read the pages of an opening, unless a result would overwrite what a person has corrected."""
    found = open_opening(page, weights=weights, device=device)
    for source in found:
        result = out / f"{source.stem}.xml"
        keep_changed_reading(page, result, changed_reading(result), source.reading)
    return found


def _refuse_clashes(names: Sequence[str]) -> None:
    """Refuse a page that is named as the half of another.

    Raises
    ------
    UsageError
        If a name is another one with "-left" or "-right".
    """
    for name in names:
        for half in (f"{name}-left", f"{name}-right"):
            if half in names:
                raise UsageError(
                    f"{half}: its results and those of a half of {name!r} would overwrite each other; write "
                    f"them into different folders."
                )


def write_page(folder: Path, source: Source, profile: Profile) -> None:
    """Write a page's PAGE-XML, cells and overlay into a folder."""
    from zij.tables.cellscsv import write_cells
    from zij.tables.overlay import draw_overlay, save_png

    path = folder / f"{source.stem}.xml"
    if source.document is None:
        write_pagexml(path, source.reading, profile=profile)
    else:
        source.document.updated(source.reading).as_profile(profile).write(path)
    write_cells(folder / f"{source.stem}.cells.csv", source.reading)
    save_png(folder / f"{source.stem}.overlay.png", draw_overlay(source.image.pixels, source.reading))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
