"""Which pages of a corpus show the same table: from a file that knows, or from what scholars judged."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zij.corpora.store import Judgement, Page
from zij.errors import InputError, TableError
from zij.tables.csvlines import csv_records

__all__ = ["LEAST_OVERLAP", "Truth", "truth_from_file", "truth_from_judgements"]

LEAST_OVERLAP = 0.25
"""Share of the shorter page's rows that two parts of a table must have in common to be relevant."""

_ROWS = re.compile(r"(\d{1,9})-(\d{1,9})")
_POSITIVE = frozenset({"same", "part"})

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """For each page what belongs to it, what does not, and of what it is not known.

    Attributes
    ----------
    pages : tuple of Page
        Those that are ranked.
    labels : (n,) ndarray of int64
        Family of each page, -1 for none. Of judgements: what positive judgements join.
    spans : (n, 2) ndarray of int64
        First row and the row after the last of its table that stand on a page; 0, 0 where that is not told.
    judged : ndarray of int8 (n, n), optional
        1 positive, -1 negative, 0 not judged; None where all is known from the families.
    words : str
        Where it comes from.
    absent : tuple of str
        Pages that the file names and the corpus does not have.
    unnamed : int
        Pages of the corpus that the file does not name: they are left out.
    """

    pages: tuple[Page, ...]
    labels: NDArray[np.int64]
    spans: NDArray[np.int64]
    judged: NDArray[np.int8] | None
    words: str
    absent: tuple[str, ...] = ()
    unnamed: int = 0

    def of(self, query: int) -> tuple[Mask, Mask]:
        """Which pages are relevant to a query, and which are ranked for it, each (n,); not itself."""
        others = np.arange(len(self.pages)) != query
        if self.judged is not None:
            return self.judged[query] > 0, (self.judged[query] != 0) & others
        kin = (self.labels == self.labels[query]) & (self.labels[query] >= 0) & others
        first = np.maximum(self.spans[:, 0], self.spans[query, 0])
        last = np.minimum(self.spans[:, 1], self.spans[query, 1])
        length = self.spans[:, 1] - self.spans[:, 0]
        shorter = np.minimum(length, length[query])
        shared = (shorter == 0) | (last - first >= LEAST_OVERLAP * shorter)
        return kin & shared, others & ~(kin & ~shared)

    @property
    def whole(self) -> bool:
        """Whether every page's family is known, as the nearest-neighbour protocol needs."""
        return self.judged is None


def truth_from_file(path: Path, pages: Sequence[Page]) -> Truth:
    """The families of a CSV file with the columns `page`, `family` and, if it likes, `rows`.

    An empty family is a page that belongs to no other. `rows` such as `0-29` tell which rows of the table
    stand on the page: two pages of a family that share less than a quarter of the shorter one's rows, as two
    halves do, count neither for nor against a ranking.

    Parameters
    ----------
    path : Path
    pages : sequence of Page
        Of the corpus.

    Returns
    -------
    Truth

    Raises
    ------
    TableError
        If the file cannot be read, names a page twice, or rows that are none.
    InputError
        If no two of the pages belong together.
    """
    lines: dict[str, tuple[str, tuple[int, int]]] = {}
    for number, fields in csv_records(path, ("page", "family")):
        name = fields["page"].strip()
        if name in lines:
            raise TableError(f"{path}, line {number}: names the page {name[:80]!r} twice; keep one line.")
        lines[name] = fields["family"].strip(), _span(fields.get("rows", ""), path, number)
    named = [(page, name) for page in pages for name in _names_in(page, lines)]
    families = sorted({lines[name][0] for _, name in named} - {""})
    numbers = {family: n for n, family in enumerate(families)} | {"": -1}
    labels = np.array([numbers[lines[name][0]] for _, name in named], np.int64)
    if not len(labels) or (np.bincount(labels[labels >= 0], minlength=1) < 2).all():
        raise InputError(
            f"{path}: names no two pages of this corpus that are of one family; give the file that belongs to"
            " it, with the columns page and family."
        )
    spans = np.array([lines[name][1] for _, name in named], np.int64).reshape(-1, 2)
    absent = tuple(sorted(set(lines) - {name for _, name in named}))
    words = f"families of {path.name}"
    chosen = tuple(page for page, _ in named)
    return Truth(chosen, labels, spans, None, words, absent, len(pages) - len(chosen))


def truth_from_judgements(judgements: Sequence[Judgement], pages: Sequence[Page]) -> Truth:
    """What scholars said of pairs: same and part count for, related and different against.

    Of pairs that nobody judged nothing is assumed: they are left out of the rankings.

    Raises
    ------
    InputError
        If no pair was judged to be the same table or part of one.
    """
    place = {page.id: n for n, page in enumerate(pages)}
    said = [j for j in judgements if j.a in place and j.b in place]
    among = sorted({place[p] for j in said for p in (j.a, j.b)})
    kept = {old: n for n, old in enumerate(among)}
    judged = np.zeros((len(among), len(among)), np.int8)
    for judgement in said:
        a, b = kept[place[judgement.a]], kept[place[judgement.b]]
        judged[a, b] = judged[b, a] = 1 if judgement.verdict in _POSITIVE else -1
    if not (judged > 0).any():
        raise InputError(
            "no pair of pages was judged to be the same table or part of one; judge some with zij corpus"
            " judge, or give a file of families with --truth."
        )
    chosen = tuple(pages[n] for n in among)
    spans = np.zeros((len(chosen), 2), np.int64)
    words = f"{len(said)} judgements"
    return Truth(chosen, _joined(judged > 0), spans, judged, words, (), len(pages) - len(chosen))


def _names_in(page: Page, lines: Mapping[str, object]) -> list[str]:
    """How a file names a page, if it does: by its name, or by its name's last part, or without suffix."""
    last = page.name.rpartition("/")[2]
    return [name for name in (page.name, last, last.rpartition(".")[0]) if name and name in lines][:1]


def _span(text: str, path: Path, number: int) -> tuple[int, int]:
    if not text.strip():
        return 0, 0
    match = _ROWS.fullmatch(text.strip())
    if match is None or int(match[1]) > int(match[2]):
        raise TableError(
            f"{path}, line {number}: rows {text[:40]!r} are none; write the first and the last, as in 0-29."
        )
    return int(match[1]), int(match[2]) + 1


def _joined(links: Mask) -> NDArray[np.int64]:
    """Number of the connected part of each page; -1 for a page without a link."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    _, labels = connected_components(csr_array(links), directed=False)
    return np.where(links.any(axis=0), labels, -1).astype(np.int64)
