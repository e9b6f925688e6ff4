"""A small pair of pages with known truth, read by zij once for all tests of a run."""

from __future__ import annotations

import functools

from zij.explain.checks import CheckResults, check
from zij.explain.checks.methods import DIGIT_METHODS, distance
from zij.explain.subjects import DigitSubject, Level
from zij.explain.subjects.looking import Scan
from zij.similarity.evidence import evidence_from_reading
from zij.tables.digits.network import load_weights
from zij.tables.generate.matching import MatchingPair, matching_pair
from zij.tables.read import PageReading, read
from zij.tables.scan.image import Image


@functools.lru_cache
def small_pair(seed: int = 0) -> tuple[MatchingPair, PageReading, PageReading]:
    """Pages of 12 numbers, 5 in common, and their readings."""
    pair = matching_pair(seed, rows=4, columns=3, common=5)
    readings = [read(Image(f"{name}.png", "", page.pixels)) for name, page in (("a", pair.a), ("b", pair.b))]
    return pair, readings[0], readings[1]


@functools.lru_cache
def small_subject(level: Level = "number", seed: int = 0) -> DigitSubject:
    """The first page of such a pair beside the second, with both scans."""
    _, a, b = small_pair(seed)
    evidence = [evidence_from_reading(one.reading, one.doubtful) for one in (a, b)]
    assert a.view is not None
    assert b.view is not None
    scans = Scan(a.page, a.view, load_weights()), Scan(b.page, b.view, load_weights())
    return DigitSubject(evidence[0], evidence[1], level, *scans)


@functools.lru_cache
def small_checks() -> CheckResults:
    """All checks of BiLRP, the Distance Explainer and noise on such a pair, with few draws of everything."""
    methods = {"bilrp": DIGIT_METHODS["bilrp"], "distance": distance(number=300, batch=100)}
    return check(
        small_subject(), {**methods, "random": DIGIT_METHODS["random"]}, controls=10, samples=2,
        sigmas=(0.05, 0.1),
    )  # fmt: skip
