"""`zij convert CORPUS#PAGE OUT`: a page of a corpus in another form."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from zij.actions._inputs.corrections import changed_reading, keep_changed_reading
from zij.actions._inputs.references import CorpusPage, Reference, page_of
from zij.errors import InputError, UsageError
from zij.files import check_folder, staged_folder, write_bytes
from zij.tables.pagexml import Profile, to_xml
from zij.tables.reading import Reading

__all__ = ["convert_page"]


def convert_page(
    named: Reference, out: Path, to: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Write a page of a corpus in a profile of PAGE-XML or another form.

    Returns
    -------
    (tuple of str, tuple of str, tuple of str)
        Files, what the form has no place for, and what could stand there.

    Raises
    ------
    ZijError
        If there is no such page, it has no reading, or the result cannot be written.
    """
    page = page_of(named, need_image=False)
    if page.reading is None:
        raise InputError(f"{page.reference}: was not read yet; run zij corpus process {named.folder}.")
    for profile in get_args(Profile):
        if profile == to:
            return _as_profile(page, page.reading, out, profile)
    return _as_form(page, page.reading, out, to)


def _as_profile(
    page: CorpusPage, reading: Reading, out: Path, profile: Profile
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    from zij.corpora.exchange.loss import EVERYTHING, counted, lost

    alone = not out.is_dir() and out.suffix.lower() == ".xml"
    result = out if alone else out / f"{page.reference.stem}.xml"
    keep_changed_reading(Path(str(page.reference)), result, changed_reading(result), reading)
    write_bytes(result, to_xml(reading, profile=profile))
    kept = EVERYTHING - {"alternatives", "parameters"} if profile == "transkribus" else EVERYTHING
    return (result.name,), lost([counted(reading)], kept), ()


def _as_form(
    page: CorpusPage, reading: Reading, out: Path, to: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    from zij.corpora.exchange.forms import Collection, write_form
    from zij.corpora.exchange.leaf import Leaf
    from zij.corpora.exchange.options import Options

    if out.is_file():
        raise UsageError(f"{out}: is a file, but {to} needs a folder; name another.")
    leaf = Leaf.of(page.reference.stem, reading, Path(str(page.reference)), page.image)
    check_folder(out)
    with staged_folder(out) as folder:
        said = write_form(to, folder, Collection((leaf,)), Options(title=page.reference.stem))
        found = (path for path in folder.rglob("*") if path.is_file())
        files = tuple(sorted(path.relative_to(folder).as_posix() for path in found))
    return files, said.lost, said.missing
