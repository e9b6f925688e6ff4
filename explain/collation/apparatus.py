"""The apparatus: every place of a table, what each witness has there, and what a difference is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zij.tables.geometry import Box
from zij.tables.reading import Reading, State

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Apparatus",
    "CollatedTable",
    "Entry",
    "Part",
    "Place",
    "SharedError",
    "Status",
    "Verdict",
    "Witness",
]

Status = Literal["agree", "variant", "uncertain", "only"]


@dataclass(frozen=True, slots=True)
class Witness:
    """One copy of the work: a book, a manuscript, an edition.

    Attributes
    ----------
    siglum : str
        Its short name in the apparatus.
    readings : tuple of Reading
        Its pages in order, each with ids.
    date : str
        As it was given.
    years : (int or None, int or None)
        First and last year that the date allows; None where it does not say.
    """

    siglum: str
    readings: tuple[Reading, ...]
    date: str = ""
    years: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a witness has in one place.

    Attributes
    ----------
    page : int
        Index of the page among the witness's readings.
    cell : str
        Id of the cell on that page.
    text : str
        As it is to be quoted; of a cell whose numbers stand in several places, the numbers of this place.
    state : State
        "read", "uncertain", "unread" or "empty".
    confidence : float
        Probability that every sign is right, 0 to 1.
    alternatives : tuple of (str, float)
        Other texts that it may be, with their probabilities, the likeliest first; by one sign each.
    box : Box
        Pixels of the original image.
    source : str
        "human" where a person wrote or corrected it, else "".
    signs : tuple of float
        Probability of each digit of the text, in order; empty where it is not known.
    """

    page: int
    cell: str
    text: str
    state: State
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    box: Box
    source: str = ""
    signs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How three explanations of a difference weigh against each other; they sum to 1.

    Attributes
    ----------
    scan : float
        Misread by the machine.
    print : float
        Misprinted or miscopied.
    computation : float
        Computed otherwise, or wrong.
    """

    scan: float
    print: float
    computation: float


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a collated table.

    Attributes
    ----------
    table : str
        Name of the collated table.
    row, column : int
        From 0, in the collated table.
    entries : tuple of (Entry or None)
        One a witness, in the order of the witnesses; None where a witness lacks the row or the column.
    status : Status
        "agree", "variant", "uncertain" (probably misread) or "only" (not all witnesses have it, and those
        that have it agree).
    kind : str
        What kind of difference it is, "" where there is none.
    reason : str
        Why it is taken for that, in words.
    verdict : Verdict or None
        Weights of three explanations, where they were sought.
    """

    table: str
    row: int
    column: int
    entries: tuple[Entry | None, ...]
    status: Status
    kind: str = ""
    reason: str = ""
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class SharedError:
    """A reading in which two or more witnesses agree, and which breaks a rule that its column else keeps.

    A rule is an assumption: such a reading may also be what the author computed.

    Attributes
    ----------
    table : str
        Name of the collated table.
    row, column : int
        From 0, in the collated table.
    text : str
        As the first of the witnesses has it.
    expected : str
        What the rule expects; several texts, joined by "or", where the witnesses' own tables expect several.
    rule : str
        Short name of the rule, such as "constant differences", with columns as the apparatus counts them.
    words : str
        The rule in words.
    residual : float
        What is read less what is expected, in units of the last place, as in the first of the witnesses.
    witnesses : tuple of int
        Who has it beyond doubt; at least two.
    everywhere : bool
        Whether no witness has another text there. Such an error says nothing of who is nearer to whom.
    """

    table: str
    row: int
    column: int
    text: str
    expected: str
    rule: str
    words: str
    residual: float
    witnesses: tuple[int, ...]
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A table of a witness, as far as it lies on a collated table.

    Attributes
    ----------
    page, table : int
        Index of the page among the witness's readings, and of the table on it.
    rows, columns : tuple of (int, int)
        Row (column) of the collated table and of the witness's table, in order.
    score : float
        Share of its filled cells that agree with the others in their places, 0 to 1.
    """

    page: int
    table: int
    rows: tuple[tuple[int, int], ...]
    columns: tuple[tuple[int, int], ...]
    score: float


@dataclass(frozen=True, slots=True)
class CollatedTable:
    """A table as all witnesses together have it.

    Attributes
    ----------
    name : str
        "t1", "t2" and so on.
    rows, columns : int
        Of the collated table, with those that only some witnesses have.
    headings : tuple of str
        One a column, "" where no witness has a legible one.
    parts : tuple of tuples of Part
        For each witness the tables, or halves of tables, that lie on it; empty where it lacks the table.
    """

    name: str
    rows: int
    columns: int
    headings: tuple[str, ...]
    parts: tuple[tuple[Part, ...], ...]

    def _repr_html_(self) -> str:
        """Its size, its headings, and where it stands in each witness, for notebooks."""
        from zij.explain.collation.report.inline import table_html

        return table_html(self)


@dataclass(frozen=True, slots=True)
class Apparatus:
    """All places of all tables that the witnesses share.

    Attributes
    ----------
    witnesses : tuple of Witness
    tables : tuple of CollatedTable
    places : tuple of Place
        Table by table, row by row.
    errors : tuple of SharedError
        Readings that break a rule and stand in two or more witnesses, in the order of the places.
    """

    witnesses: tuple[Witness, ...]
    tables: tuple[CollatedTable, ...]
    places: tuple[Place, ...]
    errors: tuple[SharedError, ...] = ()

    def counts(self) -> dict[Status, int]:
        """How many places there are of each status."""
        found = Counter(place.status for place in self.places)
        order: tuple[Status, ...] = ("agree", "variant", "uncertain", "only")
        return {status: found[status] for status in order}

    def differences(self) -> tuple[Place, ...]:
        """The places where witnesses differ, or may: those with the status variant or uncertain."""
        return tuple(place for place in self.places if place.status in ("variant", "uncertain"))

    def frame(self) -> pd.DataFrame:
        """Every place, a row each, with the columns of `apparatus.csv`.

        Row and column are whole numbers from 0, confidences are floats (NaN where a witness lacks the place),
        boxes are `x,y,w,h` in pixels of the original image.
        """
        from zij.explain.collation.report.tables import apparatus_frame

        return apparatus_frame(self)

    def variants(self) -> pd.DataFrame:
        """The places where witnesses differ, or may, a row each, with the columns of `variants.csv`.

        The last three are the weights (0 to 1) of a misread scan, a misprint and a wrong computation; NaN
        where they were not sought.
        """
        from zij.explain.collation.report.tables import variants_frame

        return variants_frame(self)

    def shared(self) -> pd.DataFrame:
        """The errors that witnesses share, a row each, with the columns of `shared.csv`.

        Row and column are whole numbers from 0; the residual is in units of the last place.
        """
        from zij.explain.collation.report.tables import shared_frame

        return shared_frame(self)

    def _repr_html_(self) -> str:
        """Where the witnesses differ, with kinds and reasons, for notebooks."""
        from zij.explain.collation.report.inline import apparatus_html

        return apparatus_html(self)
