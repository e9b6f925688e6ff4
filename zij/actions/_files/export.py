"""`zij corpus export`: a folder of readings in the form of another program."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._inputs.corrections import changed_reading, keep_changed_reading
from zij.actions._inputs.earlier import pages_to_export
from zij.actions._inputs.references import collected_corpus, is_stored
from zij.actions._inputs.sources import Progress
from zij.actions._showing.shown import Shown
from zij.errors import InputError, UsageError, ZijError
from zij.files import check_folder, staged_folder
from zij.tables.pagexml import Profile

if TYPE_CHECKING:
    from zij.corpora.exchange.forms import Collection
    from zij.corpora.exchange.leaf import Leaf
    from zij.corpora.exchange.options import Unit
    from zij.corpora.store import Where

__all__ = ["Exported", "export"]


@dataclass(frozen=True, slots=True)
class Exported(Shown):
    """What `export` wrote.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    form : str
        In which form.
    pages : int
        How many pages they hold.
    files : tuple of str
        The files, by their paths below the folder.
    lost : tuple of str
        What the form cannot hold of these pages.
    missing : tuple of str
        What could stand there, had it been stated or at hand.
    failures : tuple of (str, str)
        Name and reason of each page that could not be read and is not there.
    tolerated : tuple of (str, str)
        Stem of a page, and what in its file was tolerated.
    passed_over : tuple of (str, str)
        Name of each PAGE-XML file of the folder that is not handed on, and why: truth of generated pages, or
        a page beside the two of a comparison.
    """

    folder: Path
    form: str
    pages: int
    files: tuple[str, ...]
    lost: tuple[str, ...]
    missing: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]
    tolerated: tuple[tuple[str, str], ...] = ()
    passed_over: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """What was written, what it lacks, and where it lies."""
        pages = f"{self.pages:,} page{'s' * (self.pages != 1)}"
        where = f"{len(self.files):,} files" if len(self.files) != 1 else self.files[0]
        gone = f"; lost: {', '.join(self.lost)}" if self.lost else "; nothing lost"
        missing = f"; missing: {', '.join(self.missing)}" if self.missing else ""
        out = _counted(len(self.failures), "page", "left out")
        out += _counted(len(self.passed_over), "other PAGE-XML file", "passed over")
        return f"{pages} as {self.form} ({where}){out}{gone}{missing}; results: {self.folder}"

    def _repr_html_(self) -> str:
        from zij.actions._showing.pages import converted_html

        return converted_html(self)


def export(
    folder: str | Path,
    out: str | Path,
    *,
    form: str = "pagexml",
    profile: Profile = "nested",
    images: str | Path | None = None,
    spreadsheet: bool = False,
    base_url: str = "",
    title: str = "",
    authors: Sequence[str] = (),
    date: str = "",
    licence: str = "",
    image_licence: str = "",
    copy_images: bool = False,
    model_card: str | Path | None = None,
    argument: str = "0",
    entries: Sequence[str] = (),
    argument_unit: Unit = "",
    entry_unit: Unit = "",
    table_type: int = 0,
    where: Sequence[str] | Where | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Hand readings on in the form of another program: those of a folder, or of a corpus.

    Parameters
    ----------
    folder : path
        PAGE-XML files, as `annotate` writes them; corrections in `STEM.cells.csv` hold, and a `pairs.jsonld`
        of `compare` is handed on where the form can hold it. Or a corpus: people's readings hold over the
        machine's, and metadata.csv, tags.csv and judgements.csv stand beside the readings.
    out : path
        Folder for the results, all or none of which are written.
    form : str
        pagexml, csv, tsv, parquet, json, iiif, tei, escriptorium, transkribus, dishas or deposit.
    profile : "nested", "flat" or "transkribus"
        Of PAGE-XML, in pagexml and deposit.
    images : path, optional
        Where all the images lie; without it, those beside the PAGE-XML files are used.
    spreadsheet : bool
        csv and tsv: guard texts that a spreadsheet would take for formulas.
    base_url : str
        iiif: where the files will be served.
    title, authors, date, licence, image_licence : str or sequence of str
        What is said of the collection; what is not stated is not guessed.
    copy_images : bool
        deposit: put the images in.
    model_card : path, optional
        deposit: the card of the digit model, if it is not zij's own.
    argument, entries : str and sequence of str
        dishas: columns from 0; "3+4" joins two. By default the first is the argument, each other an entry.
    argument_unit, entry_unit : str
        dishas: degree, day, hour, month or year.
    table_type : int
        dishas: its number for the kind of table.
    where : sequence of str or Where, optional
        Of a corpus only the pages of which these conditions hold.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Exported

    Raises
    ------
    ZijError
        If nothing could be done.
    """
    from zij.corpora.exchange.forms import FORMS, write_form
    from zij.corpora.exchange.options import Options
    from zij.corpora.store import is_corpus, open_corpus
    from zij.corpora.store.where import described

    if form not in FORMS:
        raise UsageError(f"format {form!r} is not known; choose one of {', '.join(FORMS)}.")
    folder, out = Path(folder), Path(out)
    options = Options(
        profile=profile, spreadsheet=spreadsheet, base_url=base_url, title=title or folder.resolve().name,
        authors=tuple(authors), date=date, licence=licence, image_licence=image_licence,
        copy_images=copy_images, model_card=Path(model_card) if model_card is not None else None,
        argument=argument, entries=tuple(entries), argument_unit=argument_unit, entry_unit=entry_unit,
        table_type=table_type,
    )  # fmt: skip
    if out.resolve() == folder.resolve():
        raise UsageError(f"{out}: holds the readings themselves; choose another folder with -o.")
    check_folder(out)
    with contextlib.ExitStack() as stack:
        left: tuple[str, ...] = ()
        passed: tuple[tuple[str, str], ...] = ()
        if is_corpus(folder):
            if images is not None:
                raise UsageError("--images is for folders; a corpus knows where its images lie.")
            opened = stack.enter_context(open_corpus(folder))
            collection, left = collected_corpus(opened, described(where), progress)
            failures: tuple[tuple[str, str], ...] = ()
        elif described(where):
            raise UsageError(f"{folder}: is no corpus, and --where has no meaning for it; leave it out.")
        else:
            collection, failures, passed = _collected(folder, images, progress)
        if form == "pagexml":
            for leaf in collection.leaves:
                _keep_work(leaf, out / f"{leaf.stem}.xml")
        if progress is not None:
            progress(f"writing {form}", 0, 0)
        with staged_folder(out) as scratch:
            said = write_form(form, scratch, collection, options)
            paths = (path for path in scratch.rglob("*") if path.is_file())
            files = tuple(sorted(path.relative_to(scratch).as_posix() for path in paths))
    tolerated = tuple((leaf.stem, remark) for leaf in collection.leaves for remark in leaf.tolerated)
    return Exported(
        out,
        form,
        len(collection.leaves),
        files,
        said.lost,
        (*said.missing, *left),
        failures,
        tolerated,
        passed,
    )


def _collected(
    folder: Path, images: str | Path | None, progress: Progress | None
) -> tuple[Collection, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The pages of a folder that can be read, with their pairs; those that cannot; those passed over."""
    from zij.corpora.exchange.forms import Collection
    from zij.corpora.exchange.leaf import page_files, read_leaf
    from zij.corpora.exchange.pairset import pair_files, read_pairs

    paths, passed = pages_to_export(folder, page_files(folder))
    leaves: list[Leaf] = []
    failures: list[tuple[str, ZijError]] = []
    for done, path in enumerate(paths):
        if progress is not None:
            progress(f"reading {path.stem}", done, len(paths))
        try:
            leaves.append(read_leaf(path, images))
        except InputError as error:
            failures.append((str(path), error))
    if not leaves:
        for _, another in failures[1:]:
            failures[0][1].add_note(str(another))
        raise failures[0][1]
    lists = pair_files(folder)
    collection = Collection(tuple(leaves), tuple(map(read_pairs, lists)), lists)
    return collection, tuple((path, str(reason)) for path, reason in failures), passed


def _counted(number: int, noun: str, what: str) -> str:
    return f"; {number:,} {noun}{'s' * (number != 1)} {what}" if number else ""


def _keep_work(leaf: Leaf, result: Path) -> None:
    """Refuse to overwrite PAGE-XML that another hand has changed since it was exported."""
    standing = changed_reading(result)
    if standing is not None and is_stored(leaf, standing):
        return
    keep_changed_reading(leaf.path, result, standing, leaf.reading)
