"""`zij corpus import`: readings that people have corrected come back into the corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._showing.shown import Shown
from zij.actions.corpus._who import speaker
from zij.errors import InputError, UsageError, ZijError
from zij.tables.reading import Reading

if TYPE_CHECKING:
    from zij.actions._inputs.sources import Progress
    from zij.corpora.store import Corpus
    from zij.corpora.store.records import Page

__all__ = ["Imported", "import_"]

_CELLS = ".cells.csv"


@dataclass(frozen=True, slots=True)
class Imported(Shown):
    """What `import_` took in.

    Attributes
    ----------
    folder : Path
    pages : tuple of str
        Names of the pages that have a new reading.
    unchanged : tuple of str
        Names of the pages whose file says what the corpus says.
    failures : tuple of (str, str)
        Name and reason of each file that was not taken.
    tolerated : tuple of (str, str)
        File, and what in it was tolerated.
    """

    folder: Path
    pages: tuple[str, ...]
    unchanged: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]
    tolerated: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """How many readings came in, and what is to be done next."""
        count = len(self.pages)
        same = f"; {len(self.unchanged):,} unchanged" if self.unchanged else ""
        advice = "; next: zij corpus process, so that searches know them" if count else ""
        return f"{count:,} corrected page{'s' * (count != 1)} taken in{same}{advice}; corpus: {self.folder}"

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import imported_html

        return imported_html(self)


def import_(
    corpus: str | Path,
    files: Sequence[str | Path],
    *,
    who: str | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Take in corrected readings: PAGE-XML of any program, and `STEM.cells.csv`.

    A file belongs to the page whose image has the recorded hash, else the page of that image name, else the
    page that is named like the file. Its reading is stored as a person's, beside what was there, and holds
    from now on. What the machine wrote and nobody changed is not stored.

    Parameters
    ----------
    corpus : path
        Folder of the corpus.
    files : sequence of path
        Files, or folders of them with all that lies below.
    who : str, optional
        Whose work it is; default: the login name.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Imported

    Raises
    ------
    ZijError
        If nothing could be done.
    """
    from zij.corpora.store import open_corpus

    name = speaker(who)
    with open_corpus(corpus) as opened:
        paths = [path for given in files for path in _files(Path(given))]
        if not paths:
            raise UsageError("no file is named; give PAGE-XML files, cells.csv files or folders of them.")
        done: dict[bool, list[str]] = {True: [], False: []}
        failures: list[tuple[str, ZijError]] = []
        tolerated: list[tuple[str, str]] = []
        for number, path in enumerate(paths):
            if progress is not None:
                progress(f"taking in {path.name}", number, len(paths))
            try:
                page, new, remarks = _take_in(opened, path, name)
            except InputError as error:
                failures.append((str(path), error))
            else:
                done[new].append(page)
                tolerated += [(path.name, remark) for remark in remarks]
        if failures and not any(done.values()):
            for _, another in failures[1:]:
                failures[0][1].add_note(str(another))
            raise failures[0][1]
        reasons = tuple((path, str(reason)) for path, reason in failures)
        new_pages, same = (tuple(dict.fromkeys(done[new])) for new in (True, False))
        return Imported(opened.folder, new_pages, same, reasons, tuple(tolerated))


def _files(path: Path) -> Iterator[Path]:
    """The files that can hold a corrected reading: the file itself, or all below a folder.

    A `STEM.cells.csv` beside its `STEM.xml` is taken in with that.
    """
    from zij.corpora.exchange.leaf import NO_PAGES

    if path.suffix.lower() == ".zip":
        raise InputError(f"{path}: is an archive; unpack it and name the folder.")
    if not path.is_dir():
        if not path.exists():
            raise InputError(f"{path}: there is no such file or folder; check the name.")
        if not (path.name.lower().endswith(_CELLS) or path.suffix.lower() == ".xml"):
            raise InputError(f"{path}: is neither PAGE-XML nor STEM.cells.csv; name such files or folders.")
        yield path
        return
    for file in sorted(path.rglob("*")):
        name = file.name.lower()
        if not file.is_file() or name.startswith(".") or name in NO_PAGES:
            continue
        alone = not file.with_name(f"{file.name[: -len(_CELLS)]}.xml").is_file()
        if name.endswith(".xml") or (name.endswith(_CELLS) and alone):
            yield file


def _take_in(corpus: Corpus, path: Path, who: str) -> tuple[str, bool, tuple[str, ...]]:
    """Name of the page that a file belongs to, whether its reading is new, and what was tolerated."""
    from zij.actions._inputs.sources import corrected_page
    from zij.tables.pagexml import as_written

    if path.name.lower().endswith(_CELLS):
        page, reading, remarks = _from_cells(corpus, path)
    else:
        document, reading = corrected_page(path)
        page, remarks = _page_of(corpus, path, reading), document.file.tolerated
    _check_size(path, page, reading)
    standing = corpus.reading(page.id)
    image = standing.image if standing is not None else page.image
    reading = replace(reading, image=image or reading.image, sha256=page.sha256 or reading.sha256)
    if reading.source == "machine" or (standing is not None and _says_the_same(standing, reading)):
        return page.name, False, remarks
    new = corpus.put_reading(page.id, as_written(reading), kind="human", who=who, origin=path.name)
    return page.name, new, remarks


def _says_the_same(standing: Reading, reading: Reading) -> bool:
    """Whether a file holds nothing else than the reading of which it may have been made."""
    from zij.tables.pagexml import as_written

    return as_written(replace(standing, source=reading.source)) == as_written(reading)


def _from_cells(corpus: Corpus, path: Path) -> tuple[Page, Reading, tuple[str, ...]]:
    """The page that a file of cells is named after, its reading as corrected there, and possible slips."""
    from zij.tables.cellslips import corrected_by
    from zij.tables.pagexml import as_written

    stem = path.name[: -len(_CELLS)]
    page = _only(corpus, path, [lambda: corpus.find(name=stem), lambda: corpus.find(stem=stem)], stem)
    standing = corpus.reading(page.id)
    if standing is None:
        raise InputError(f"{path}: page {page.name} was not read yet; run zij corpus process first.")
    standing = as_written(standing)
    reading, slips = corrected_by(standing, path)
    return page, reading if reading == standing else replace(reading, source="human"), slips


def _page_of(corpus: Corpus, path: Path, reading: Reading) -> Page:
    """The page that a PAGE-XML file belongs to."""
    from zij.corpora.exchange.leaf import base_name

    image, stem = base_name(reading.image), path.stem
    return _only(
        corpus,
        path,
        [
            lambda: corpus.find(sha256=reading.sha256) if reading.sha256 else [],
            lambda: corpus.find(image=image) if image else [],
            lambda: corpus.find(name=stem),
            lambda: corpus.find(stem=Path(image).stem) if image else [],
            lambda: corpus.find(stem=stem),
        ],
        stem,
    )


def _only(corpus: Corpus, path: Path, ways: Sequence[Callable[[], list[Page]]], stem: str) -> Page:
    """The page that the first successful way leads to; of several, the one named like the file."""
    for way in ways:
        found = way()
        if len(found) > 1:
            named = [page for page in found if stem in (page.name, page.name.replace("/", "_"))]
            named = named or [page for page in found if page.name.rpartition("/")[2] == stem]
            if len(named) != 1:
                names = ", ".join(repr(page.name) for page in found[:5])
                raise InputError(
                    f"{path}: may belong to {len(found)} pages ({names}); name the file after its page, with "
                    "_ for /."
                )
            found = named
        if found:
            return found[0]
    raise InputError(
        f"{path}: belongs to no page of {corpus.folder}: neither its image nor its name is there; add the "
        "image with zij corpus add first."
    )


def _check_size(path: Path, page: Page, reading: Reading) -> None:
    sizes = (page.width, page.height), (reading.width, reading.height)
    if all(sizes[0]) and sizes[0] != sizes[1]:
        raise InputError(
            f"{path}: was made for an image of {reading.width} x {reading.height} pixels, but that of page "
            f"{page.name} has {page.width} x {page.height}; fit it with zij convert --rescale if it is the "
            "same picture."
        )
