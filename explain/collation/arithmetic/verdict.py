"""The verdict on a cell that is not what a rule expects: misread, misprinted or miscomputed.

Three explanations of one datum, the text t as the scan is read where e is expected:

* scan: the print has e (or another text), and the reading is wrong;
* print: the print has t, the computer had e, and a typed slip lies between;
* computation: the print has t because the computer had t.

By Bayes' rule each weighs as its prior times the probability of what is seen: the glyphs' probabilities, the
text t given e by that explanation, whether the neighbours are off in the same way, and what other witnesses
have in that place. All figures that are not seen stand in `Priors`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from zij.explain.collation.arithmetic.records import CellCheck, Weighing
from zij.explain.collation.arithmetic.slips import MISREADINGS, slips
from zij.tables.reading import Cell

__all__ = ["PRIORS", "Priors", "reading_of", "weigh", "weigh_check"]


@dataclass(frozen=True, slots=True)
class Priors:
    """What is assumed before a cell is looked at.

    Attributes
    ----------
    misprint : float
        Probability that a printed cell has a slip of the printer or copyist.
    miscomputed : float
        Probability that a cell was computed wrong by more than the table's usual rounding.
    unseen : float
        Probability that the reading is wrong in a way that its glyphs do not tell: a sign lost or joined, a
        cell misplaced, a certain digit that is wrong.
    seen_elsewhere : float
        Share of a misreading's probability that goes to texts which the alternatives do not list.
    ditto : float
        Probability that a slip is made again in the next cell, where the text is the same there.
    smallest : float
        Size in units of the last place below which a computer's errors are no longer likelier.
    largest : float
        Size above which a computer's error would be noticed.
    copied : float
        Probability that another witness repeats this one's print, by descent.
    repeated_misreading : float
        Probability that another witness is misread in the same way.
    corrected : float
        Probability that another witness has the right value where this one is wrong by computation.
    restored : float
        The same where this one is misprinted.
    """

    misprint: float = 0.004
    miscomputed: float = 0.004
    unseen: float = 0.004
    seen_elsewhere: float = 0.1
    ditto: float = 0.1
    smallest: float = 1.0
    largest: float = 36_000.0
    copied: float = 0.4
    repeated_misreading: float = 0.02
    corrected: float = 0.1
    restored: float = 0.6


PRIORS = Priors()
"""What is assumed where nothing else is said."""


def weigh(
    text: str,
    expected: str,
    *,
    confidence: float = 1.0,
    alternatives: Sequence[tuple[str, float]] = (),
    source: str = "",
    residual: float | None = None,
    run: int = 1,
    neighbours: Sequence[str] = (),
    others: Sequence[str | None] = (),
    priors: Priors = PRIORS,
) -> Weighing:
    """Weigh three explanations of a cell that does not have the expected text.

    Parameters
    ----------
    text : str
        As read.
    expected : str
        What a rule, or the other witnesses, would have there.
    confidence : float
        Probability that every sign is read right, 0 to 1.
    alternatives : sequence of (str, float)
        Other texts that the cell may have, with their probabilities, from its glyphs.
    source : str
        "human" where a person wrote the text: then the scan is not to blame, and `p_scan` is 0.
    residual : float, optional
        What is read less what is expected, in units of the last place; where it is not known, the size of the
        error says nothing.
    run : int
        How many neighbouring cells, with this one, are off in the same smooth way.
    neighbours : sequence of str
        Texts of neighbouring cells: a value may have slipped from there.
    others : sequence of (str or None)
        What the other witnesses have in this place, None where they lack it.
    priors : Priors

    Returns
    -------
    Weighing
        The weights sum to 1.

    Notes
    -----
    The prior of a misreading is the reading's own: one minus `confidence`, and what `Priors.unseen` adds. A
    misprint is a slip of `zij.explain.collation.arithmetic.slips`; an error of computation of r units has
    the density 1 / (2 r log(largest / smallest)), the same for every order of magnitude. A run of n cells is
    one error of computation, but n slips or misreadings.
    """
    found = slips(expected, text, tuple(neighbours))
    doubt = _doubt(text, expected, confidence, alternatives, priors)
    right = max(confidence, 1e-6)
    slip = sum(way.probability for way in found)
    size = _size(residual, priors, max(len(text), 1))
    logs = {
        "scan": -math.inf if source == "human" else math.log(doubt),
        "print": math.log(right * priors.misprint * max(slip, 1e-9)),
        "computation": math.log(right * priors.miscomputed * size),
    }
    reasons = [_slip_reason(found[0].kind if found else "", slip, size, expected)]
    if run > 1:
        logs["scan"] += (run - 1) * math.log(max(doubt, 1e-3))
        again = priors.ditto if text in list(neighbours)[:2] else priors.misprint
        logs["print"] += (run - 1) * math.log(again)
        reasons.insert(0, f"{run} neighbouring cells are off in the same way, as by one error of computation")
    _hear(logs, [w for w in others if w is not None], text, expected, priors, reasons)
    if source == "human":
        reasons.insert(0, "a person has corrected the reading, so the scan is not to blame")
    elif dict(alternatives).get(expected, 0.0) > 0.01:
        reasons.insert(0, f"the glyphs may also be read as {expected}")
    return _normal(logs, reasons)


def _doubt(
    text: str, expected: str, confidence: float, alternatives: Sequence[tuple[str, float]], priors: Priors
) -> float:
    """Probability that the print has `expected` although `text` is read."""
    listed = dict(alternatives).get(expected, 0.0)
    unlisted = max(1.0 - confidence, 0.0) * priors.seen_elsewhere + priors.unseen
    slip = sum(way.probability for way in slips(expected, text, shares=MISREADINGS))
    return max(listed + unlisted * max(slip, 1e-6), 1e-12)


def _size(residual: float | None, priors: Priors, digits: int) -> float:
    """Probability of just this error, if the value was computed wrong."""
    if residual is None:
        return float(10.0 ** -min(digits, 3))
    off = min(max(abs(residual), priors.smallest), priors.largest)
    return 1 / (2 * off * math.log(priors.largest / priors.smallest))


def _hear(
    logs: dict[str, float], others: list[str], text: str, expected: str, priors: Priors, reasons: list[str]
) -> None:
    """Let other witnesses speak: those that have the expected text, and those that have this one's."""
    with_expected = sum(other == expected for other in others)
    with_text = sum(other == text for other in others)
    if with_expected:
        logs["scan"] += with_expected * math.log(0.95)
        logs["print"] += with_expected * math.log(priors.restored)
        logs["computation"] += with_expected * math.log(priors.corrected)
        reasons.append(_count(with_expected, "other witness has", "other witnesses have") + f" {expected}")
    if with_text:
        logs["scan"] += with_text * math.log(priors.repeated_misreading)
        logs["print"] += with_text * math.log(priors.copied)
        logs["computation"] += with_text * math.log(1 - priors.corrected)
        reasons.append(_count(with_text, "other witness has", "other witnesses have") + f" {text} too")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _slip_reason(kind: str, slip: float, size: float, expected: str) -> str:
    if kind in ("", "other"):
        return f"no single slip leads from {expected or 'the expected value'} to it"
    weight = "one slip" if slip > size else "one slip (though the difference is as small as computing makes)"
    return f"{weight} away from {expected}: {kind}"


def _normal(logs: dict[str, float], reasons: list[str]) -> Weighing:
    top = max(logs.values())
    parts = {name: math.exp(value - top) for name, value in logs.items()}
    total = sum(parts.values())
    scan, misprint = parts["scan"] / total, parts["print"] / total
    return Weighing(scan, misprint, max(1.0 - scan - misprint, 0.0), tuple(reasons))


def reading_of(cell: Cell, expected: str) -> tuple[float, tuple[tuple[str, float], ...]]:
    """Confidence of a cell as read, and the probability of the expected text, from its glyphs.

    Parameters
    ----------
    cell : Cell
    expected : str
        Digits are compared; separators and spaces count for nothing.

    Returns
    -------
    confidence : float
        Product of the probabilities of the digits.
    alternatives : tuple of (str, float)
        `expected` with its probability, if there are as many digits; else nothing.
    """
    digits = [glyph for number in cell.numbers for glyph in number.glyphs if glyph.is_digit]
    wanted = [sign for sign in expected if sign in "0123456789"]
    if not digits:
        return cell.confidence, ()
    confidence = math.prod(glyph.confidence for glyph in digits)
    if len(digits) != len(wanted):
        return confidence, ()
    chance = math.prod(glyph.probabilities()[int(sign)] for glyph, sign in zip(digits, wanted, strict=True))
    return confidence, ((expected, chance),)


def weigh_check(
    check: CellCheck, cell: Cell, *, others: Sequence[str | None] = (), priors: Priors = PRIORS
) -> Weighing:
    """The verdict on a checked cell, from its own glyphs; see `weigh`.

    Parameters
    ----------
    check : CellCheck
    cell : Cell
    others : sequence of str
        What other witnesses have in this place, None where they lack it.
    priors : Priors

    Returns
    -------
    Weighing
    """
    confidence, alternatives = reading_of(cell, check.expected)
    return weigh(
        check.text,
        check.expected,
        confidence=confidence,
        alternatives=alternatives,
        source=cell.source,
        residual=check.residual,
        run=check.run,
        neighbours=check.neighbours,
        others=others,
        priors=priors,
    )
