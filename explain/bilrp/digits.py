"""BiLRP through the bigram network: the similarity of two pages, split exactly into pairs of digit regions.

With embeddings phi = sqrt(h) and phi', counts h_m = sum over occurrences o of their activations, and the
norms of the cosine as constants,

    A[m, r]  = sum over occurrences o of feature m in region r of activation(o) / (sqrt(h_m) + eps)
    R[r, r'] = sum over m of A[m, r] B[m, r'] / (|phi| |phi'|)

so that the sum of R over all regions and what lies outside them is the cosine, but for what the stabiliser
eps of the root keeps. R is never formed: A and B hold everything. After Eberle et al., IEEE TPAMI 44(3),
2022, doi:10.1109/TPAMI.2020.3020738. The root is handed on in proportion (gradient times input would lose
half of it).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.bilrp.occurrences import MinRule, Occurrences, occurrences
from zij.explain.bilrp.pairs import BIGRAMS, PairExplanation, Region, Side
from zij.similarity.align import Alignment, align
from zij.similarity.embedding import Embedding, cosine, dot, embed
from zij.similarity.evidence import Evidence
from zij.similarity.features import FEATURES
from zij.tables.reading import Reading

__all__ = ["EPSILON", "Level", "explain", "factor", "regions"]

EPSILON = 1e-9
"""Stabiliser of the square root; what it keeps is the remainder of the explanation."""

Level = Literal["number", "glyph"]
"""What a region is: a number as it stands, or a single digit."""


def explain(
    a: Evidence,
    b: Evidence,
    *,
    alignment: Alignment | None = None,
    level: Level = "number",
    min_rule: MinRule = "share",
    epsilon: float = EPSILON,
) -> PairExplanation:
    """Why two pages are similar.

    Parameters
    ----------
    a, b : Evidence
        The two pages.
    alignment : Alignment, optional
        How their tables lie on each other; found by `zij.similarity.align.align` by default.
    level : "number" or "glyph", default "number"
        Regions between which the similarity is split. A pair of digits belongs to the number that holds
        both; on the level of glyphs its relevance goes to both digits by `min_rule`. What touches a
        candidate that is no glyph of the reading, or digits of two numbers, is relevance outside the digits.
    min_rule : "share", "winner" or "matched", default "share"
        Whether a pair of digits lights up both halves, or the weaker one that decides; matters for glyphs
        only. With "share" each digit of a pair meets both digits of the same pair on the other page; with
        "matched" first digits meet first digits, and second ones second ones: a bigram is then taken for two
        dimensions of the embedding that hold the same value and count half, which leaves the similarity and
        the relevance of each digit as they are.
    epsilon : float
        Stabiliser of the square root.

    Returns
    -------
    PairExplanation

    Raises
    ------
    UsageError
        If `level` or `min_rule` is none of those.
    """
    for name, value, allowed in (("level", level, Level), ("min_rule", min_rule, MinRule)):
        if value not in allowed.__args__:  # type: ignore[attr-defined]
            choice = " or ".join(repr(option) for option in allowed.__args__)  # type: ignore[attr-defined]
            raise UsageError(f"{name}={value!r} is not known; choose {choice}.")
    embeddings = embed(a), embed(b)
    sides = [
        _side(evidence, embedding, level=level, min_rule=min_rule, epsilon=epsilon)
        for evidence, embedding in zip((a, b), embeddings, strict=True)
    ]
    return PairExplanation(
        similarity=cosine(*embeddings),
        dot=dot(*embeddings),
        a=sides[0],
        b=sides[1],
        alignment=align(a.reading, b.reading) if alignment is None else alignment,
        epsilon=epsilon,
    )


def regions(reading: Reading, level: Level = "number") -> tuple[Region, ...]:
    """The regions of a reading in its order: its numbers, or its glyphs and then its numbers."""
    tables = reading.tables
    cells = {id(number): cell.id for table in tables for cell in table.cells for number in cell.numbers}
    numbers = list(reading.numbers())
    words = [Region(number.id, number.text, number.box, cells.get(id(number), "")) for number in numbers]
    if level == "number":
        return tuple(words)
    glyphs = [
        Region(glyph.id, glyph.text, glyph.box, word.cell)
        for number, word in zip(numbers, words, strict=True)
        for glyph in number.glyphs
    ]
    return (*glyphs, *words)


def factor(
    evidence: Evidence,
    embedding: Embedding,
    *,
    level: Level = "number",
    min_rule: MinRule = "share",
    epsilon: float = EPSILON,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The factor A of one page.

    Parameters
    ----------
    evidence : Evidence
    embedding : Embedding
        Of that evidence.
    level : Level
        What the regions are.
    min_rule : MinRule
        How a minimum hands relevance on.
    epsilon : float
        Stabiliser of the square root.

    Returns
    -------
    (110, R) ndarray
        Relevance of each region for each dimension of the embedding. For glyphs that are "matched" it is
        (210, R): first digits for the 110 features, then second digits for the 100 bigrams.
    (110,) or (210,) ndarray
        Relevance of what lies outside the regions.
    """
    found = occurrences(evidence)
    values = found.activations / (np.sqrt(embedding.counts[found.features]) + epsilon)
    glyph_count = sum(len(number.glyphs) for number in evidence.reading.numbers())
    number_count = sum(1 for _ in evidence.reading.numbers())
    where = evidence.numbers
    if level == "glyph":
        where = np.where(evidence.glyphs >= 0, evidence.glyphs, glyph_count + evidence.numbers)
        number_count += glyph_count
    inside = _inside(found, evidence.numbers)
    if level == "glyph" and min_rule == "matched":
        return _matched(found, values, where, inside, number_count)
    matrix, outside = np.zeros((len(FEATURES), number_count)), np.zeros(len(FEATURES))
    np.add.at(outside, found.features[~inside], values[~inside])
    shares = found.shares(min_rule) * values[:, None]
    for peaks, share in zip((found.first, found.second), shares.T, strict=True):
        kept = inside & (peaks >= 0)
        np.add.at(matrix, (found.features[kept], where[peaks[kept]]), share[kept])
    return matrix, outside


def _matched(
    found: Occurrences,
    values: NDArray[np.float64],
    where: NDArray[np.int64],
    inside: NDArray[np.bool_],
    regions: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The factor with two dimensions for each bigram, the value of each divided by the root of 2."""
    dimensions = len(FEATURES) + BIGRAMS
    matrix, outside = np.zeros((dimensions, regions)), np.zeros(dimensions)
    pairs = found.second >= 0
    values = np.where(pairs, values / np.sqrt(2), values)
    for peaks, shift in ((found.first, 0), (found.second, BIGRAMS)):
        kept = peaks >= 0
        rows = found.features + shift
        np.add.at(outside, rows[kept & ~inside], values[kept & ~inside])
        kept &= inside
        np.add.at(matrix, (rows[kept], where[peaks[kept]]), values[kept])
    return matrix, outside


def _inside(found: Occurrences, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which occurrences stand on digits of one number of the reading."""
    if not len(numbers):
        return np.zeros(0, bool)
    home = numbers[found.first]
    return np.asarray((home >= 0) & ((found.second < 0) | (numbers[found.second] == home)))


def _side(
    evidence: Evidence, embedding: Embedding, *, level: Level, min_rule: MinRule, epsilon: float
) -> Side:
    matrix, outside = factor(evidence, embedding, level=level, min_rule=min_rule, epsilon=epsilon)
    return Side(embedding, regions(evidence.reading, level), matrix, outside)
