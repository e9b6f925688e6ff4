"""Known truth: pages of which it is known which digits match, read by zij and explained.

The pages are those of `zij.tables.generate.matching`: each number of two digits stands at most once on a
page, and some stand on both. An explanation gives a relevance to every pair of candidates; those that lie on
the same true digits are summed, and what involves a candidate on no true digit is an entry whose truth is 0.
The score is the cosine of these entries and the truth, and its mean over pairs of pages the average cosine
similarity (ACS) of Eberle et al., IEEE TPAMI 44(3), 2022, doi:10.1109/TPAMI.2020.3020738.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.bilrp.candidates import PAIR_METHODS, PairMethod
from zij.similarity.evidence import Evidence, evidence_from_reading
from zij.tables.digits.network import Weights
from zij.tables.generate.matching import MatchingPair
from zij.tables.generate.pages import GeneratedPage
from zij.tables.geometry import Box
from zij.tables.read import read
from zij.tables.reading import Reading
from zij.tables.scan.image import Image

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "TRUTHS",
    "Case",
    "Truth",
    "average",
    "digits_under",
    "read_case",
    "score",
    "scores",
    "truth_matrix",
]

Truth = Literal["matched", "bigram"]
"""Which pairs of digits count as matching."""
TRUTHS: tuple[Truth, ...] = ("matched", "bigram")
"""Either the first digits of a number on both pages, and its second digits; or all four pairs of them."""

_OVERLAP = 0.5  # share of the smaller box that a candidate has in common with the digit that it is


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A pair of pages as read, with the truth about both.

    Attributes
    ----------
    a, b : Evidence
        N and N' candidates.
    on_a, on_b : (N,) and (N',) ndarray of int64
        The true digit that each candidate lies on, -1 where on none.
    digits_a, digits_b : tuple of (str, int)
        The true digits: the number that each belongs to, and its place in it, 0 or 1.
    common : tuple of str
        The numbers that stand on both pages.
    """

    a: Evidence
    b: Evidence
    on_a: NDArray[np.int64]
    on_b: NDArray[np.int64]
    digits_a: tuple[tuple[str, int], ...]
    digits_b: tuple[tuple[str, int], ...]
    common: tuple[str, ...]


def read_case(pair: MatchingPair, *, weights: Weights | None = None, device: str = "cpu") -> Case:
    """Read both pages of a generated pair, and find which candidate lies on which true digit.

    Parameters
    ----------
    pair : MatchingPair
    weights : Weights, optional
        Another digit network than the one that comes with zij.
    device : str
        "cpu" or "cuda".

    Returns
    -------
    Case
    """
    found = []
    for name, page in (("a.png", pair.a), ("b.png", pair.b)):
        result = read(Image(name, "", page.pixels), weights=weights, device=device)
        evidence = evidence_from_reading(result.reading, result.doubtful)
        found.append((evidence, digits_under(evidence, page.truth), _digits(page)))
    (a, on_a, digits_a), (b, on_b, digits_b) = found
    return Case(a, b, on_a, on_b, digits_a, digits_b, pair.common)


def _digits(page: GeneratedPage) -> tuple[tuple[str, int], ...]:
    return tuple((n.text, place) for n in page.truth.numbers() for place in range(len(n.glyphs)))


def digits_under(evidence: Evidence, truth: Reading) -> NDArray[np.int64]:
    """The glyph of the truth that each candidate lies on, (N,); -1 where it lies on none.

    A candidate lies on the glyph with which its box shares most, if that is half of the smaller of the two;
    one that is no glyph of the reading has its centre alone.
    """
    true, read_boxes = [glyph.box for glyph in truth.glyphs()], [g.box for g in evidence.reading.glyphs()]
    found = np.full(len(evidence.peaks), -1, np.int64)
    for k, (glyph, (x, y)) in enumerate(
        zip(evidence.glyphs.tolist(), evidence.centres.tolist(), strict=True)
    ):
        box = read_boxes[glyph] if glyph >= 0 else Box(x - 0.5, y - 0.5, 1.0, 1.0)
        shares = [box.intersection(other) / min(box.area, other.area) for other in true]
        if shares and max(shares) >= _OVERLAP:
            found[k] = int(np.argmax(shares))
    return found


def truth_matrix(case: Case, truth: Truth) -> NDArray[np.float64]:
    """1 for pairs of true digits that match, else 0, (D, D').

    Raises
    ------
    UsageError
        If there is no such truth.
    """
    if truth not in TRUTHS:
        raise UsageError(f"truth={truth!r} is not known; choose 'matched' or 'bigram'.")
    return np.array(
        [
            [float(one == other and (truth == "bigram" or place == seat)) for other, seat in case.digits_b]
            for one, place in case.digits_a
        ]
    )


def score(relevance: NDArray[np.float64], case: Case, truth: Truth) -> float:
    """Cosine of an explanation and the truth, -1 to 1; 0 where the explanation is 0 everywhere.

    Parameters
    ----------
    relevance : (N, N') ndarray
        Of all pairs of candidates.
    case : Case
    truth : "matched" or "bigram"

    Returns
    -------
    float

    Raises
    ------
    UsageError
        If the relevance does not fit the candidates, or holds values that are no numbers.
    """
    expected = truth_matrix(case, truth)
    shape = len(case.on_a), len(case.on_b)
    if relevance.shape != shape or not np.isfinite(relevance).all():
        raise UsageError(f"relevance of shape {relevance.shape}; give finite values of shape {shape}.")
    inside = (case.on_a >= 0)[:, None] & (case.on_b >= 0)[None, :]
    i, j = np.nonzero(inside)
    on_digits = np.zeros_like(expected)
    np.add.at(on_digits, (case.on_a[i], case.on_b[j]), relevance[i, j])
    length = np.sqrt((on_digits**2).sum() + (relevance[~inside] ** 2).sum())
    return float((on_digits * expected).sum() / (length * np.linalg.norm(expected))) if length > 0 else 0.0


def scores(
    cases: Iterable[Case],
    methods: Mapping[str, PairMethod] = PAIR_METHODS,
    *,
    truths: Sequence[Truth] = TRUTHS,
) -> pd.DataFrame:
    """The scores of methods on pairs of pages, a row for each pair, method and truth.

    Parameters
    ----------
    cases : iterable of Case
        Pairs whose truth is known.
    methods : mapping of str to PairMethod
        By name.
    truths : sequence of Truth
        What counts as a match.

    Returns
    -------
    DataFrame
        pair (its number), method, truth, score.
    """
    import pandas as pd

    rows = []
    for number, case in enumerate(cases):
        for name, method in methods.items():
            relevance = method(case.a, case.b)
            rows += [(number, name, truth, score(relevance, case, truth)) for truth in truths]
    return pd.DataFrame(rows, columns=["pair", "method", "truth", "score"])


def average(table: pd.DataFrame) -> pd.DataFrame:
    """ACS by method (rows, as they came) and truth (columns)."""
    means = table.groupby(["method", "truth"], sort=False)["score"].mean().unstack("truth")
    return means.loc[list(dict.fromkeys(table["method"])), list(dict.fromkeys(table["truth"]))]
