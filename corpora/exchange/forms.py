"""The forms in which a collection can be handed on, and what each of them can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zij.corpora.exchange.deposit import write_deposit
from zij.corpora.exchange.dishas import write_dishas
from zij.corpora.exchange.escriptorium import write_escriptorium
from zij.corpora.exchange.iiif import write_iiif
from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.loss import EVERYTHING, lost
from zij.corpora.exchange.options import Options
from zij.corpora.exchange.pagefile import page_xml, summed
from zij.corpora.exchange.pairset import PairSet
from zij.corpora.exchange.parquet import write_parquet
from zij.corpora.exchange.readingjson import reading_json
from zij.corpora.exchange.schema import schema_text
from zij.corpora.exchange.tablecsv import grid_text, long_text
from zij.corpora.exchange.tei import write_tei
from zij.corpora.exchange.transkribus import write_transkribus
from zij.files import write_bytes, write_text

__all__ = ["FORMS", "Collection", "Form", "Remarks", "write_form"]

_LONG = frozenset({"spans", "headers", "uncertain", "unread", "empties", "cells", "confidences"})
_DISHAS = frozenset({"uncertain", "unread", "empties"})


@dataclass(frozen=True, slots=True)
class Collection:
    """What is handed on: pages, and the pairs that comparisons found between them.

    Attributes
    ----------
    leaves : tuple of Leaf
    pairs : tuple of PairSet
    pair_files : tuple of Path
        The files that the pairs were read from.
    notes : tuple of (str, str)
        Names and texts of files that stand beside the pages in every form.
    """

    leaves: tuple[Leaf, ...]
    pairs: tuple[PairSet, ...] = ()
    pair_files: tuple[Path, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Remarks:
    """What an export is without.

    Attributes
    ----------
    lost : tuple of str
        What the form cannot hold of the pages, such as "3 spans of cells".
    missing : tuple of str
        What could stand there, had it been stated or at hand.
    """

    lost: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form of export.

    Attributes
    ----------
    what : str
        What it is, in a few words.
    kept : frozenset of str
        What it holds of a reading, of `loss.EVERYTHING`; for forms of PAGE-XML all, as the files themselves
        tell what a profile has no place for.
    links : bool
        Whether it holds the pairs.
    write : callable
        Writes a collection into a folder; returns what is lost or missing besides, or None.
    """

    what: str
    kept: frozenset[str]
    links: bool
    write: Callable[[Path, Collection, Options], Remarks | None]


def write_form(name: str, folder: Path, collection: Collection, options: Options) -> Remarks:
    """Write a collection in one of `FORMS` into a folder.

    Parameters
    ----------
    name : str
        One of `FORMS`.
    folder : Path
        Where its files are to stand.
    collection : Collection
        Pages, pairs and notes.
    options : Options
        What the user says about it.

    Returns
    -------
    Remarks
        What the form cannot hold.

    Raises
    ------
    ZijError
        If something in the pages cannot be written in this form.
    """
    form = FORMS[name]
    for file, text in collection.notes:  # before the form, so that a deposit lists them, too
        write_text(folder / file, text)
    said = form.write(folder, collection, options) or Remarks()
    among = sum(len(group.among(collection.leaves)) for group in collection.pairs)
    pairs = (f"{among:,} pairs",) if among and not form.links else ()
    gone = lost((leaf.counts for leaf in collection.leaves), form.kept)
    return Remarks((*gone, *pairs, *said.lost), said.missing)


def _pagexml(folder: Path, collection: Collection, options: Options) -> Remarks:
    gone: list[str] = []
    for leaf in collection.leaves:
        data, phrases = page_xml(leaf, options.profile)
        write_bytes(folder / f"{leaf.stem}.xml", data)
        gone += phrases
    return Remarks(lost=summed(gone))


def _tables(folder: Path, collection: Collection, options: Options, suffix: str, separator: str) -> None:
    guard = options.spreadsheet
    for leaf in collection.leaves:
        text = long_text(leaf.reading, separator=separator, spreadsheet=guard)
        write_text(folder / f"{leaf.stem}.long.{suffix}", text)
        for table in leaf.reading.tables:
            text = grid_text(table, separator=separator, spreadsheet=guard)
            write_text(folder / f"{leaf.stem}.{table.id}.{suffix}", text)


def _csv(folder: Path, collection: Collection, options: Options) -> None:
    _tables(folder, collection, options, "csv", ",")


def _tsv(folder: Path, collection: Collection, options: Options) -> None:
    _tables(folder, collection, options, "tsv", "\t")


def _json(folder: Path, collection: Collection, options: Options) -> None:
    for leaf in collection.leaves:
        write_text(folder / f"{leaf.stem}.json", reading_json(leaf.reading))
    write_text(folder / "reading.schema.json", schema_text())


def _parquet(folder: Path, collection: Collection, options: Options) -> None:
    write_parquet(folder, collection.leaves)


def _iiif(folder: Path, collection: Collection, options: Options) -> None:
    write_iiif(folder, collection.leaves, collection.pairs, options)


def _tei(folder: Path, collection: Collection, options: Options) -> None:
    write_tei(folder, collection.leaves, collection.pairs, options)


def _escriptorium(folder: Path, collection: Collection, options: Options) -> Remarks:
    return _with_images(collection, write_escriptorium(folder, collection.leaves))


def _transkribus(folder: Path, collection: Collection, options: Options) -> Remarks:
    return _with_images(collection, write_transkribus(folder, collection.leaves, options))


def _dishas(folder: Path, collection: Collection, options: Options) -> Remarks:
    return Remarks(lost=write_dishas(folder, collection.leaves, options))


def _deposit(folder: Path, collection: Collection, options: Options) -> Remarks:
    return Remarks(*write_deposit(folder, collection.leaves, collection.pair_files, options))


def _with_images(collection: Collection, gone: tuple[str, ...]) -> Remarks:
    count = sum(leaf.image is None for leaf in collection.leaves)
    said = f"images of {count} page{'s' * (count != 1)} (name their folder with --images)"
    return Remarks(gone, (said,) if count else ())


FORMS: dict[str, Form] = {
    "pagexml": Form("PAGE-XML in the chosen profile", EVERYTHING, False, _pagexml),
    "csv": Form("tables as CSV, grid and long form", _LONG, False, _csv),
    "tsv": Form("the same, parted by tabs", _LONG, False, _tsv),
    "parquet": Form("all cells in one Parquet file", _LONG, False, _parquet),
    "json": Form("readings without loss, with a schema", EVERYTHING, False, _json),
    "iiif": Form(
        "a IIIF manifest with annotations",
        EVERYTHING - {"empties", "digits", "alternatives", "parameters"},
        True,
        _iiif,
    ),
    "tei": Form("TEI P5", EVERYTHING - {"digits", "alternatives"}, True, _tei),
    "escriptorium": Form("an archive for eScriptorium", EVERYTHING, False, _escriptorium),
    "transkribus": Form("a folder for Transkribus", EVERYTHING, False, _transkribus),
    "dishas": Form(
        "JSON of DISHAS, for kanon", frozenset({"uncertain", "unread", "empties"}), False, _dishas
    ),
    "deposit": Form("a folder for a repository", EVERYTHING, True, _deposit),
}
"""The forms by the names that `zij corpus export --format` takes."""
