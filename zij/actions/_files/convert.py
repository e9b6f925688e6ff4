"""`zij convert`: PAGE-XML in another profile, or in the form of another program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from zij.actions._files.from_corpus import convert_page
from zij.actions._inputs.corrections import changed_reading, keep_changed_reading
from zij.actions._inputs.references import reference
from zij.actions._inputs.sources import Progress, corrected_page
from zij.actions._showing.shown import Shown
from zij.errors import InputError, UsageError, ZijError
from zij.files import check_folder, staged_folder, write_bytes
from zij.tables.pagexml import Profile, rescaled
from zij.tables.pagexml.document import PageDocument

if TYPE_CHECKING:
    from zij.corpora.exchange.forms import Remarks

__all__ = ["FORMATS", "Converted", "Write", "convert"]

Write = Callable[[Sequence[Path], Path, Path | None], "tuple[Remarks, list[tuple[str, ZijError]]]"]
"""Writes pages into a folder, with the folder of their images; what is lost or missing, and who failed."""

_HEAD = 2**16  # bytes in which a PAGE-XML file has shown that it is one


@dataclass(frozen=True, slots=True)
class Converted(Shown):
    """What `convert` wrote.

    Attributes
    ----------
    out : Path
        The file, or the folder with the files.
    to : str
        In which form.
    files : tuple of str
        Names of the files, below `out` if that is a folder.
    pages : int
        How many pages were converted.
    lost : tuple of str
        What the form has no place for.
    missing : tuple of str
        What could stand there, had it been at hand.
    failures : tuple of (str, str)
        Name and reason of each page that could not be converted.
    others : int
        XML files of the folder that are no pages and were passed over.
    tolerated : tuple of (str, str)
        Name of a page, and what in it had to be tolerated.
    """

    out: Path
    to: str
    files: tuple[str, ...]
    pages: int
    lost: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    others: int = 0
    tolerated: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """What was written, what it lacks, and where it lies."""
        parts = [f"{self.pages:,} page{'s' * (self.pages != 1)} as {self.to}"]
        parts.append(f"lost: {', '.join(self.lost)}" if self.lost else "nothing lost")
        if self.missing:
            parts.append(f"missing: {', '.join(self.missing)}")
        if self.others:
            parts.append(f"{self.others:,} other XML file{'s' * (self.others != 1)} passed over")
        return "; ".join([*parts, f"results: {self.out}"])

    def _repr_html_(self) -> str:
        from zij.actions._showing.pages import converted_html

        return converted_html(self)


def convert(
    source: str | Path,
    out: str | Path,
    *,
    to: str,
    images: str | Path | None = None,
    rescale: bool = False,
    progress: Progress | None = None,
) -> Converted:
    """Write a PAGE-XML file, or a folder of them, in another form.

    The profiles of PAGE-XML (nested, flat, transkribus) hold all that stands in the file, known to zij or
    not, as far as they have a place for it; what they have not is told. Corrections in the `STEM.cells.csv`
    beside a file hold. Nothing is fetched, and `source` is changed only if `out` is the same.

    Parameters
    ----------
    source : path
        A PAGE-XML file, a folder with some, or `CORPUS#PAGE`.
    out : path
        For a profile a file (`.xml`) or a folder; for any other form a folder. All is written or nothing.
    to : str
        "nested", "flat", "transkribus", or one of `FORMATS`.
    images : path, optional
        Where the images lie, for forms that hold them and for `rescale`; beside the files by default.
    rescale : bool
        Fit each page to the size of its image, if that is the same picture larger or smaller; for profiles.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Converted

    Raises
    ------
    ZijError
        If nothing could be done. Where several pages failed, the error is that of the first, and its notes
        (`__notes__`) are the others' reasons.
    """
    known = (*get_args(Profile), *FORMATS)
    if to not in known:
        raise UsageError(f"format {to!r} is not known; choose one of {', '.join(known)}.")
    named, source, out = reference(source), Path(source), Path(out)
    if named is not None:
        if rescale or images is not None:
            raise UsageError(
                f"{source}: --images and --rescale are for files; a corpus knows where its images lie."
            )
        files, gone, lacking = convert_page(named, out, to)
        return Converted(out, to, files, 1, gone, lacking)
    paths, others = _pages(source)
    if to in FORMATS and rescale:
        raise UsageError(f"--rescale is for PAGE-XML; rescale to a profile first, then convert to {to}.")
    if to in FORMATS:
        return _in_another_form(paths, out, to, images, others, progress)
    alone = source.is_file() and not out.is_dir() and out.suffix.lower() == ".xml"
    results = [out] if alone else [out / path.name for path in paths]
    _refuse_clashes(paths, results)
    check_folder(out.parent if alone else out)
    made: list[tuple[Path, PageDocument]] = []
    told: list[tuple[str, str]] = []
    failures: list[tuple[str, ZijError]] = []
    for done, (path, result) in enumerate(zip(paths, results, strict=True)):
        if progress is not None:
            progress(f"converting {path.stem}", done, len(paths))
        try:
            document, remarks = _converted(path, result, to, images if rescale else None, rescale)
            made.append((result, document))
            told += [(path.name, remark) for remark in remarks]
        except ZijError as error:
            failures.append((str(path), error))
    _raise_if_none(made, failures)
    if alone:
        write_bytes(out, made[0][1].tobytes())
    else:
        with staged_folder(out) as folder:
            for result, document in made:
                document.write(folder / result.name)
    lost = _summed([phrase for _, document in made for phrase in document.lost])
    names = tuple(result.name for result, _ in made)
    return Converted(out, to, names, len(made), lost, (), _reasons(failures), others, tuple(told))


def _converted(
    path: Path, result: Path, to: str, images: str | Path | None, rescale: bool
) -> tuple[PageDocument, tuple[str, ...]]:
    """A page in another profile and what it tolerated, unless a person's work would be overwritten."""
    document, reading = corrected_page(path)
    profile: Profile = next(profile for profile in get_args(Profile) if profile == to)
    new = document.updated(reading)
    if rescale:
        new = _rescaled(new, path, images)
    new = new.as_profile(profile)
    if path.resolve() != result.resolve():
        keep_changed_reading(path, result, changed_reading(result), new.reading)
    return new, document.file.tolerated


def _rescaled(document: PageDocument, path: Path, images: str | Path | None) -> PageDocument:
    """A page fitted to the size of its image, which is found by its name."""
    from zij.tables.pagexml.document import document_from_bytes
    from zij.tables.scan.image import read_image

    folder = path.parent if images is None else Path(images)
    picture = folder / document.reading.image
    if not document.reading.image or not picture.is_file():
        raise InputError(
            f"{path}: its image {document.reading.image!r} is not in {folder}; name its folder with --images."
        )
    image = read_image(picture)
    data = rescaled(document.tobytes(), str(path), image.width, image.height, image.sha256)
    return document_from_bytes(data, path)


def _pages(source: Path) -> tuple[tuple[Path, ...], int]:
    """The PAGE-XML files asked for, and how many other XML files are in the folder."""
    from zij.corpora.exchange.leaf import page_files

    if source.is_file():
        return (source,), 0
    if not source.exists():
        raise InputError(f"{source}: there is no such file or folder; check the name.")
    found = page_files(source)
    pages = tuple(path for path in found if _is_page(path))
    if not pages:
        raise InputError(f"{source}: holds no PAGE-XML; name a file or folder of zij annotate.")
    return pages, len(found) - len(pages)


def _is_page(path: Path) -> bool:
    """Whether a file may be PAGE-XML; one that cannot be read is to say why itself."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return True
    return b"PcGts" in head.replace(b"\0", b"") or not head.lstrip().startswith(b"<")


def _refuse_clashes(paths: Sequence[Path], results: Sequence[Path]) -> None:
    """Refuse to overwrite one page with another."""
    sources = {path.resolve() for path in paths}
    for path, result in zip(paths, results, strict=True):
        if result.resolve() != path.resolve() and result.resolve() in sources:
            raise UsageError(f"{result}: is one of the pages to be converted; choose another folder.")


def _in_another_form(
    paths: Sequence[Path],
    out: Path,
    to: str,
    images: str | Path | None,
    others: int,
    progress: Progress | None,
) -> Converted:
    if out.is_file():
        raise UsageError(f"{out}: is a file, but {to} needs a folder; name another.")
    if out.resolve() in {path.parent.resolve() for path in paths}:
        raise UsageError(f"{out}: holds the readings themselves; choose another folder.")
    check_folder(out)
    if progress is not None:
        progress(f"writing {to}", 0, 0)
    with staged_folder(out) as folder:
        said, failures = FORMATS[to](paths, folder, None if images is None else Path(images))
        found = (path for path in folder.rglob("*") if path.is_file())
        files = tuple(sorted(path.relative_to(folder).as_posix() for path in found))
    pages = len(paths) - len(failures)
    return Converted(out, to, files, pages, said.lost, said.missing, _reasons(failures), others)


def _exchange(
    form: str, paths: Sequence[Path], folder: Path, images: Path | None
) -> tuple[Remarks, list[tuple[str, ZijError]]]:
    """Pages in one of the forms of `zij.corpora.exchange`."""
    from zij.corpora.exchange.forms import Collection, write_form
    from zij.corpora.exchange.leaf import read_leaf
    from zij.corpora.exchange.options import Options

    leaves, failures = [], []
    for path in paths:
        try:
            leaves.append(read_leaf(path, images))
        except InputError as error:
            failures.append((str(path), error))
    _raise_if_none(leaves, failures)
    title = paths[0].stem if len(paths) == 1 else paths[0].resolve().parent.name
    return write_form(form, folder, Collection(tuple(leaves)), Options(title=title)), list(failures)


def _raise_if_none(done: Sequence[object], failures: Sequence[tuple[str, ZijError]]) -> None:
    if not done:
        for _, another in failures[1:]:
            failures[0][1].add_note(str(another))
        raise failures[0][1]


def _reasons(failures: Sequence[tuple[str, ZijError]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(error)) for name, error in failures)


def _summed(phrases: Sequence[str]) -> tuple[str, ...]:
    from zij.corpora.exchange.pagefile import summed

    return summed(phrases)


FORMATS: dict[str, Write] = {
    form: partial(_exchange, form)
    for form in ("csv", "tsv", "parquet", "json", "iiif", "tei", "escriptorium", "dishas", "deposit")
}
"""The forms besides the profiles, each with what writes it."""
