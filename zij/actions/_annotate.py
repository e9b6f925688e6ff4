"""`zij annotate`: read pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zij.actions._sources import Progress, Source, chosen_device, open_source, stems
from zij.errors import InputError, ZijError
from zij.files import staged_folder
from zij.tables.pagexml import Profile, read_pagexml, write_pagexml

__all__ = ["Annotated", "annotate", "write_page"]


@dataclass(frozen=True, slots=True)
class Annotated:
    """What `annotate` did.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    sources : tuple of Source
        The pages read.
    failures : tuple of (str, str)
        Name and reason of each page that could not be read.
    """

    folder: Path
    sources: tuple[Source, ...]
    failures: tuple[tuple[str, str], ...]

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
        found = f"{_count(digits, 'digit')} in {_count(tables, 'table')}" if digits else "no digit found"
        return f"{pages}: {found}{f' (cells: {cells})' if cells else ''}; results: {self.folder}"


def annotate(
    pages: Sequence[str | Path],
    out: str | Path,
    *,
    profile: Profile = "nested",
    device: str = "auto",
    split: bool = False,
    images: str | Path | None = None,
    progress: Progress | None = None,
) -> Annotated:
    """Read pages: for each its PAGE-XML, its cells as CSV, and a picture with what was read.

    Parameters
    ----------
    pages : sequence of path
        Images or PAGE-XML files.
    out : path
        Folder for `STEM.xml`, `STEM.cells.csv` and `STEM.overlay.png`.
    profile : "nested", "flat" or "transkribus"
        Form of the PAGE-XML.
    device : "auto", "cpu" or "cuda"
    split : bool
        Read the two pages of an opening by themselves.
    images : path, optional
        Where the images of PAGE-XML files lie.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Annotated

    Raises
    ------
    ZijError
        If nothing could be done: no page could be read, or the folder cannot be written to.
    """
    from zij.errors import UsageError

    if split:
        raise UsageError("--split is not there yet; cut the opening into two images first.")
    names, out, device = stems(pages), Path(out), chosen_device(device)
    sources, failures = [], []
    for done, (page, stem) in enumerate(zip(pages, names, strict=True)):
        if progress is not None:
            progress(f"reading {stem}", done, len(names))
        try:
            _keep_corrections(out / f"{stem}.xml", Path(page))
            source = open_source(page, device=device, images=images)
        except InputError as error:
            failures.append((str(page), str(error)))
            continue
        with staged_folder(out) as folder:
            write_page(folder, source, profile)
        sources.append(source)
    if not sources:
        raise InputError(" ".join(reason for _, reason in failures))
    return Annotated(out, tuple(sources), tuple(failures))


def write_page(folder: Path, source: Source, profile: Profile) -> None:
    """Write a page's PAGE-XML, cells and overlay into a folder."""
    from zij.tables.cellscsv import write_cells
    from zij.tables.overlay import draw_overlay, save_png

    write_pagexml(folder / f"{source.stem}.xml", source.reading, profile=profile)
    write_cells(folder / f"{source.stem}.cells.csv", source.reading)
    save_png(folder / f"{source.stem}.overlay.png", draw_overlay(source.image.pixels, source.reading))


def _keep_corrections(result: Path, page: Path) -> None:
    """Refuse to overwrite what a person has corrected.

    Raises
    ------
    InputError
        If the result that stands there was corrected and is not itself the page to be written.
    """
    if not result.is_file() or page.resolve() == result.resolve():
        return
    try:
        reading = read_pagexml(result).reading
        from zij.tables.cellscsv import apply_cells, read_cells

        cells = result.with_suffix(".cells.csv")
        corrected = apply_cells(reading, read_cells(cells)) if cells.is_file() else reading
    except ZijError:
        return
    if corrected.source == "human":
        raise InputError(
            f"{page}: {result} holds corrections by a person and is not overwritten; name that file "
            f"to use it, or choose another folder with -o."
        )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
