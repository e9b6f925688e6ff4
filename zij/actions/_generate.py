"""`zij generate` and `zij demo`: pages made by program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zij.actions._compare import Compared, compare
from zij.actions._sources import Progress
from zij.errors import UsageError
from zij.files import staged_folder, write_text

__all__ = ["Generated", "demo", "generate"]

_ERRORS = 6  # misprints in each copy after the first edition


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate` made.

    Attributes
    ----------
    folder : Path
    stems : tuple of str
        Names of the pages, each with `STEM.png`, `STEM.truth.xml` and `STEM.truth.csv`.
    errors : int
        Copying errors on them in all.
    """

    folder: Path
    stems: tuple[str, ...]
    errors: int

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Nothing can fail here."""
        return ()

    @property
    def sentence(self) -> str:
        """What was made and where it lies."""
        count = len(self.stems)
        pages = f"{count} page{'s' * (count != 1)}"
        return f"{pages} with {self.errors} misprints, with their truth; results: {self.folder}"


def generate(
    out: str | Path,
    *,
    kind: str = "climates",
    seed: int = 0,
    count: int = 1,
    progress: Progress | None = None,
) -> Generated:
    """Make editions of a table: the first faultless, each other copied from it with misprints.

    Parameters
    ----------
    out : path
        Folder for `edition-N.png`, `edition-N.truth.xml`, `edition-N.truth.csv` (cells) and `misprints.csv`.
    kind : "climates"
        Which table.
    seed : int
        The same seed gives the same bytes.
    count : int
        Number of editions.
    progress : callable, optional
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


def demo(out: str | Path = "demo", *, seed: int = 0, progress: Progress | None = None) -> Compared:
    """Generate two editions of a table, a few misprints apart, and compare them.

    Parameters
    ----------
    out : path
        Folder for the two pages and everything that `compare` writes.
    seed : int
        The same seed gives the same bytes.
    progress : callable, optional
    """
    made = generate(out, seed=seed, count=2, progress=progress)
    first, second = (made.folder / f"{stem}.png" for stem in made.stems)
    return compare(first, second, out, progress=progress)
