"""`zij generate --families`: a corpus of which it is known which pages belong together."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zij.errors import UsageError
from zij.files import staged_folder, write_bytes, write_text

if TYPE_CHECKING:
    from zij.actions._inputs.sources import Progress
    from zij.tables.generate.families import FamilyPage

__all__ = ["COLUMNS", "ERRORS", "make_families"]

COLUMNS = (
    "page", "family", "relation", "parent", "kind", "parameters", "rows", "layout", "misprints",
    "book", "title", "place_of_publication", "year_of_publication", "lat", "lng",
)  # fmt: skip
"""Of `families.csv`; `rows` are the first and the last row of the table on the page, counted from 0."""
ERRORS = ("family", "copy", "exemplar", "page", "row", "column", "before", "after", "kind")
"""Of `misprints.csv`: every error once, in the copy in which it arose; rows and columns are the table's."""

_QUALITY = 85  # of JPEG


def make_families(
    out: Path, families: int, pages: int, *, readings: bool, misread: float | None, seed: int,
    progress: Progress | None,
) -> tuple[tuple[str, ...], int]:  # fmt: skip
    """Write the pages, `families.csv` and `misprints.csv`; the names of the pages and how many misprints.

    Raises
    ------
    UsageError
        If there are too few pages, a share of misread digits that cannot be, or pages of another corpus in
        the folder.
    """
    from zij.tables.generate.families import family_corpus

    if misread is not None and not readings:
        raise UsageError("digits are misread on purpose in readings alone; add --readings.")
    if misread is not None and not 0 <= misread <= 1:
        raise UsageError(f"{misread:g} is no share of digits; give a number from 0 to 1.")
    lines: list[tuple[object, ...]] = []
    errors: dict[tuple[object, ...], None] = {}
    copies: set[tuple[str, int]] = set()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(staged_folder(out / "pages"))
        write = _readings(folder, misread) if readings else _images(folder, stack, out / "truth")
        for page in family_corpus(families, pages, seed=seed):
            if progress is not None:
                progress("setting type", len(lines), pages)
            write(page)
            lines.append(_line(page))
            if page.copy is not None and (page.family, page.copy.number) not in copies:
                copies.add((page.family, page.copy.number))
                errors.update(dict.fromkeys(_errors(page)))
        _refuse_others(out / "pages", {path.name for path in folder.iterdir()})
        tables = stack.enter_context(staged_folder(out))
        write_text(tables / "families.csv", _text(COLUMNS, lines))
        write_text(tables / "misprints.csv", _text(ERRORS, errors))
    return tuple(str(line[0]) for line in lines), len(errors)


def _images(folder: Path, stack: contextlib.ExitStack, truth: Path) -> Callable[[FamilyPage], None]:
    """What writes a page as image with its truth."""
    import cv2

    from zij.tables.generate.typesetting import page_types, set_family_page
    from zij.tables.pagexml import write_pagexml

    types, truths = page_types(), stack.enter_context(staged_folder(truth))

    def write(page: FamilyPage) -> None:
        made = set_family_page(page, types, name=f"{page.name}.jpg")
        _, data = cv2.imencode(".jpg", made.pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        write_bytes(folder / f"{page.name}.jpg", data.tobytes())
        write_pagexml(truths / f"{page.name}.truth.xml", made.truth)

    return write


def _readings(folder: Path, misread: float | None) -> Callable[[FamilyPage], None]:
    """What writes a page as a reading without an image."""
    from zij.corpora.exchange.readingjson import reading_json
    from zij.tables.generate.misreading import MISREAD, misread_page

    share = MISREAD if misread is None else misread

    def write(page: FamilyPage) -> None:
        book = page.book
        reading = misread_page(
            page.seed, page.table, name=f"{page.name}.jpg", misread=share,
            digit_height=book.digit_height, pitch=book.pitch, gap=book.gap,
        )  # fmt: skip
        write_text(folder / f"{page.name}.json", reading_json(reading, compact=True))

    return write


def _refuse_others(folder: Path, names: set[str]) -> None:
    others = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    other = next((name for name in others if name not in names), None)
    if other is not None:
        raise UsageError(f"{folder}: holds other pages ({other}); choose a new folder with -o.")


def _line(page: FamilyPage) -> tuple[object, ...]:
    book = page.book
    return (
        page.name, page.family, page.relation, page.parent, page.known.kind, page.known.parameters,
        f"{page.rows[0]}-{page.rows[1] - 1}", page.layout.words, page.misprints,
        book.name, book.title, book.place, book.year, book.latitude, book.longitude,
    )  # fmt: skip


def _errors(page: FamilyPage) -> Iterator[tuple[object, ...]]:
    """The errors that arose when this page's edition was copied."""
    assert page.copy is not None
    for error in page.copy.errors:
        yield (
            page.family, page.copy.number, page.copy.exemplar, page.name, error.row, error.column,
            error.before, error.after, error.kind,
        )  # fmt: skip


def _text(head: tuple[str, ...], lines: Iterable[tuple[object, ...]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)
    return stream.getvalue()
