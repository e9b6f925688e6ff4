"""`zij generate` and `zij demo`: pages made by program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._inputs.sources import Progress
from zij.actions._pairs.compare import Compared, compare
from zij.actions._showing.shown import Shown
from zij.errors import UsageError
from zij.files import staged_folder, write_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Generated", "demo", "generate"]

_ERRORS = 6  # misprints in each copy after the first edition


@dataclass(frozen=True, slots=True)
class Generated(Shown):
    """What `generate` made.

    Attributes
    ----------
    folder : Path
    stems : tuple of str
        Names of the pages, each with `STEM.png`, `STEM.truth.xml` and `STEM.truth.csv`; of a corpus of
        families `pages/STEM.jpg` and `truth/STEM.truth.xml`, or `pages/STEM.json`.
    errors : int
        Copying errors on them in all.
    families : int
        How many families the pages make; 0 for editions of one table.
    """

    folder: Path
    stems: tuple[str, ...]
    errors: int
    families: int = 0

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Nothing can fail here."""
        return ()

    @property
    def sentence(self) -> str:
        """What was made and where it lies."""
        count = len(self.stems)
        pages = f"{count} page{'s' * (count != 1)}"
        if self.families:
            of = f"{self.families} famil{'ies' if self.families != 1 else 'y'}"
            return f"{pages}, {of} and strangers, {self.errors} misprints; results: {self.folder}"
        return f"{pages} with {self.errors} misprints, with their truth; results: {self.folder}"

    def frame(self) -> pd.DataFrame:
        """The misprints that were put in, as in `misprints.csv`."""
        from zij.actions._showing.frames import misprints_frame

        return misprints_frame(self)

    def members(self) -> pd.DataFrame:
        """Which page belongs to which family, as in `families.csv`; of families alone."""
        from zij.actions._showing.frames import families_frame

        return families_frame(self)

    def _repr_html_(self) -> str:
        from zij.actions._showing.pages import generated_html

        return generated_html(self)


def generate(
    out: str | Path,
    *,
    kind: str = "climates",
    seed: int = 0,
    count: int = 1,
    families: int | None = None,
    pages: int | None = None,
    readings: bool = False,
    misread: float | None = None,
    progress: Progress | None = None,
) -> Generated:
    """Make editions of a table: the first faultless, each other copied from it with misprints.

    With `families`, make a corpus of tables of many kinds instead: so many families of pages that show the
    same table, among pages that do not.

    Parameters
    ----------
    out : path
        Folder for `edition-N.png`, `edition-N.truth.xml`, `edition-N.truth.csv` (cells) and `misprints.csv`;
        of families for `pages/`, `truth/`, `families.csv` and `misprints.csv`.
    kind : "climates"
        Which table.
    seed : int
        The same seed gives the same bytes.
    count : int
        Number of editions.
    families, pages : int, optional
        Number of families, and of pages in all; 4 or more a family.
    readings : bool
        Whether the pages of families are written as readings (JSON) instead of images.
    misread : float, optional
        Share of digits that are misread in such readings; by default 0.01.
    progress : callable, optional

    Returns
    -------
    Generated

    Raises
    ------
    UsageError
        If the request cannot be right.
    """
    import csv
    import io

    import numpy as np

    from zij.tables.cellscsv import write_cells
    from zij.tables.generate.climates import climates
    from zij.tables.generate.errors import copy_with_errors
    from zij.tables.generate.pages import Setting, make_page
    from zij.tables.overlay import save_png
    from zij.tables.pagexml import write_pagexml

    if seed < 0:
        raise UsageError(f"a seed is a whole number from 0 up, not {seed}.")
    if families is not None or pages is not None:
        return _families(Path(out), families, pages, kind, count, readings, misread, seed, progress)
    if readings or misread is not None:
        raise UsageError("readings are made of families alone; add --families and --pages.")
    if kind != "climates":
        raise UsageError(f"kind {kind!r} is not known; choose climates.")
    if count < 1:
        raise UsageError(f"{count} pages cannot be made; ask for one or more.")
    out, table = Path(out), climates()
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["page", "row", "column", "before", "after", "kind"])
    names, errors = [], 0
    with staged_folder(out) as folder:
        for number in range(count):
            if progress is not None:
                progress("setting type", number, count)
            rng = np.random.default_rng([seed, number])
            copied, found = copy_with_errors(rng, table, _ERRORS if number else 0)
            setting = Setting.plain(
                pitch=float(rng.uniform(1.3, 1.6)), gap=float(rng.uniform(0.45, 0.8)), ruled=number % 2 == 0,
                wear=float(rng.uniform(0.5, 1.1)), skew=float(rng.uniform(-1.5, 1.5)),
                digit_height=float(rng.uniform(20, 26)),
            )  # fmt: skip
            stem = f"edition-{number + 1}"
            page = make_page(seed * 1000 + number, copied, setting, name=f"{stem}.png")
            save_png(folder / f"{stem}.png", page.pixels)
            write_pagexml(folder / f"{stem}.truth.xml", page.truth)
            write_cells(folder / f"{stem}.truth.csv", page.truth)
            words = sorted(table.words)
            for error in found:
                column = error.column - sum(word < error.column for word in words)
                writer.writerow([stem, error.row, column, error.before, error.after, error.kind])
            names.append(stem)
            errors += len(found)
        write_text(folder / "misprints.csv", lines.getvalue())
    return Generated(out, tuple(names), errors)


def _families(
    out: Path, families: int | None, pages: int | None, kind: str, count: int, readings: bool,
    misread: float | None, seed: int, progress: Progress | None,
) -> Generated:  # fmt: skip
    from zij.actions._pages.families import make_families

    if families is None or pages is None:
        raise UsageError("a corpus needs both --families and --pages; give both.")
    if kind != "climates" or count != 1:
        raise UsageError("families are of all kinds; leave --kind and --count out.")
    stems, errors = make_families(
        out, families, pages, readings=readings, misread=misread, seed=seed, progress=progress
    )
    return Generated(out, stems, errors, families)


def demo(out: str | Path = "demo", *, seed: int = 0, progress: Progress | None = None) -> Compared:
    """Generate two editions of a table, a few misprints apart, and compare them.

    Parameters
    ----------
    out : path
        Folder for the two pages and everything that `compare` writes.
    seed : int
        The same seed gives the same bytes.
    progress : callable, optional

    Returns
    -------
    Compared
    """
    made = generate(out, seed=seed, count=2, progress=progress)
    first, second = (made.folder / f"{stem}.png" for stem in made.stems)
    return compare(first, second, out, progress=progress)
