"""What goes into a corpus and comes out of it, as plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zij.tables.reading import Reading

__all__ = [
    "GIVEN",
    "VERDICTS",
    "AddedPages",
    "Book",
    "Judgement",
    "Kind",
    "Metadata",
    "Missed",
    "NewPage",
    "Packed",
    "Page",
    "PageResult",
    "Recipes",
    "State",
    "StoredReading",
    "Summary",
    "Tag",
    "Verdict",
    "Work",
]

Kind = Literal["machine", "human"]
State = Literal["new", "read", "failed", "stale"]
StepName = Literal["read", "embed"]
Verdict = Literal["same", "part", "related", "different"]

VERDICTS: tuple[Verdict, ...] = ("same", "part", "related", "different")
"""What two pages can be to each other."""
GIVEN = "given"
"""Recipe of a reading that came with its page: no recipe makes it out of date."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a page or a book beyond its image; "" and None stand for what is not known.

    Attributes
    ----------
    title, authors, place, date : str
        As the source writes them.
    year_from, year_to : int or None
        First and last year that the date can mean.
    lat, lng : float or None
        Of the place, in degrees.
    others : mapping of str to str
        Further fields, by their own names.
    """

    title: str = ""
    authors: str = ""
    place: str = ""
    date: str = ""
    year_from: int | None = None
    year_to: int | None = None
    lat: float | None = None
    lng: float | None = None
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """A book, an edition or a manuscript: what the pages of one name share.

    Attributes
    ----------
    name : str
        Unique in the corpus.
    metadata : Metadata
    """

    name: str
    metadata: Metadata = Metadata()


@dataclass(frozen=True, slots=True)
class Packed:
    """A reading as it is stored, made by `zij.corpora.store.codec.packed`, so that another process can do it.

    Attributes
    ----------
    image, sha256, source : str
        As in the reading.
    width, height : int
        As in the reading.
    body : bytes
        For `zij.corpora.store.codec.decode`.
    digest : str
        SHA-256 of what it says.
    tables, digits : int
        How many it has.
    """

    image: str
    sha256: str
    source: str
    width: int
    height: int
    body: bytes
    digest: str
    tables: int
    digits: int


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page as a source gives it.

    Attributes
    ----------
    key : str
        What makes it the same page when it is added again: `file:` and the resolved path, `pdf:` path `#` n,
        `iiif:` canvas URI, ...
    name : str
        Wanted name, usually the file's stem; the store makes it unique and printable.
    book : str
        Name of its book, "" for none.
    sequence : int
        Place in the book, from 1; 0 if not known.
    label : str
        What the source calls it ("fol. 12r").
    file : Path or None
        Its image, which stays where it is; None where there is none.
    sha256 : str
        Of the image file.
    width, height : int
        Of the image in pixels, 0 if not known.
    canvas, service, rights : str
        IIIF canvas, IIIF image service, and what is said about rights.
    reading : Reading, Packed or None
        A reading that came with the page.
    reading_kind : "machine" or "human"
        "human" for everything that is not the machine's alone; what another program read, too.
    reading_who : str
        Who made that reading, or which program.
    fields : Metadata
        What is known of this page itself; what is left out is taken from its book.
    stamp : str
        What tells, without reading it, that `file` is the same as now; "" where nothing does.
    """

    key: str
    name: str
    book: str = ""
    sequence: int = 0
    label: str = ""
    file: Path | None = None
    sha256: str = ""
    width: int = 0
    height: int = 0
    canvas: str = ""
    service: str = ""
    rights: str = ""
    reading: Reading | Packed | None = None
    reading_kind: Kind = "machine"
    reading_who: str = ""
    fields: Metadata = Metadata()
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class AddedPages:
    """What became of pages that were added.

    Attributes
    ----------
    new, known, changed : tuple of str
        Names of the pages that were not there, were there as they are, and were there otherwise: another
        image under the same key, or another reading with it. A changed page is to be read again.
    ids : tuple of int
        The page of each `NewPage`, in the order given.
    """

    new: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the corpus holds it; metadata of its book stand where the page has none of its own.

    Attributes
    ----------
    id : int
        Its number in this corpus; never given to another page.
    key : str
        Of what it is, whatever its name.
    name : str
        Unique in the corpus, printable, without "#".
    book : str
        Its name, "" for none.
    sequence : int
        Its place in the book.
    label : str
        As a manifest has it.
    image : str
        Name of the file.
    sha256 : str
        Of the image.
    width : int
    height : int
        In pixels.
    canvas : str
    service : str
        Addresses in a IIIF manifest.
    rights : str
    metadata : Metadata
    state : "new", "read", "failed" or "stale"
        New: not processed yet. Stale: made by another model, other parameters, or of another reading than
        the one that holds now.
    source : "machine", "human" or ""
        Kind of the reading that holds; "" where there is none.
    tables, digits : int
        How many the reading has that holds.
    failure : str
        Why it could not be processed.
    """

    id: int
    key: str
    name: str
    book: str
    sequence: int
    label: str
    image: str
    sha256: str
    width: int
    height: int
    canvas: str
    service: str
    rights: str
    metadata: Metadata
    state: State
    source: str
    tables: int
    digits: int
    failure: str


@dataclass(frozen=True, slots=True)
class Missed:
    """Something that a source names and that could not be had.

    Attributes
    ----------
    source : str
        As it was given.
    item : str
        What it names.
    reason : str
        In a sentence.
    """

    source: str
    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading with its story.

    Attributes
    ----------
    page : int
    reading : Reading
    kind : "machine" or "human"
    who : str
        Whose it is; "" where that was not told.
    at : str
        When it was stored, UTC, ISO 8601.
    recipe : str
        What made it, for the machine's; `GIVEN` where it came with the page.
    digest : str
        SHA-256 of what it says (`zij.corpora.store.codec.digest`).
    origin : str
        The file that it came from, without folders; "" for none.
    """

    page: int
    reading: Reading
    kind: Kind
    who: str
    at: str
    recipe: str
    digest: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Recipes:
    """What makes readings and vectors now; results of other recipes are stale.

    Attributes
    ----------
    read : str
        Hash of digit model, parameters and version of the reading code.
    embed : str
        Version of the features. (That a vector is of the reading that holds is seen to by the store.)
    """

    read: str = ""
    embed: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done for a page: ("read", "embed") or ("embed",).

    Attributes
    ----------
    page_id : int
    steps : tuple of StepName
    """

    page_id: int
    steps: tuple[StepName, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PageResult:
    """What processing a page gave.

    Attributes
    ----------
    page_id : int
    reading : Reading or None
        The machine's new reading; None where the page was only embedded, or failed.
    read_by : str
        `Recipes.read` under which it was read.
    counts : (110,) ndarray of float64 or None
        Counts of the features; stored as their square roots.
    arrangement, thumbnail : bytes or None
    embedded_by : str
        `Recipes.embed` under which it was embedded.
    embedded_digest : str
        Digest of the reading that was embedded; "" means `reading`. If another reading holds by now, what
        depends on the reading is left out and the page stays to be embedded.
    failure : str
        Why it failed, in one sentence; "" where it did not. What the page had before stays.
    """

    page_id: int
    reading: Reading | None = None
    read_by: str = ""
    counts: NDArray[np.float64] | None = None
    arrangement: bytes | None = None
    thumbnail: bytes | None = None
    embedded_by: str = ""
    embedded_digest: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that somebody put on a page, or on a table of it.

    Attributes
    ----------
    page : int
    tag : str
    table : str
        Id of the table ("t1"), "" for the page.
    who, at : str
        Who put it there and when (UTC, ISO 8601).
    """

    page: int
    tag: str
    table: str = ""
    who: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody says of two pages.

    Attributes
    ----------
    a, b : int
        Pages. In "part", a is a part of b; the others hold both ways.
    verdict : "same", "part", "related" or "different"
        Same table; part of it; related in another way; different.
    note : str
    who, at : str
        Who said so and when (UTC, ISO 8601).
    """

    a: int
    b: int
    verdict: Verdict
    note: str = ""
    who: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """How a corpus stands.

    Attributes
    ----------
    pages, books : int
    new, read, failed, stale : int
        Pages in each state; they sum to `pages`.
    with_table, without_digits : int
        Pages whose reading has a table; whose reading has no digit.
    human : int
        Pages whose reading is a person's.
    embedded : int
        Pages with a vector.
    missed : int
        Items that could not be had.
    tags, tagged : int
        Tags that hold, and pages with at least one.
    judgements : int
        Pairs with a judgement.
    """

    pages: int
    books: int
    new: int
    read: int
    failed: int
    stale: int
    with_table: int
    without_digits: int
    human: int
    embedded: int
    missed: int
    tags: int
    tagged: int
    judgements: int
