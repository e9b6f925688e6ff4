"""The Distance Explainer behind `zij explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from zij.actions._explaining.questions import Answer, Question
from zij.actions._explaining.seen import Seen, look
from zij.actions._inputs.sources import Progress
from zij.errors import UsageError

if TYPE_CHECKING:
    from zij.explain.distance.explanation import DistanceExplanation
    from zij.explain.report.signed import PageRelevance

__all__ = ["SELECTIONS", "by_distance", "masks_for"]

SELECTIONS = ("all", "mirrored", "positive", "negative")
"""Which masks speak: all by regression, or those of both tails or one."""

_QUICK, _SLOW = 10_000, 1000  # masks: the bigram network takes a third of a millisecond for one
_BATCH = {True: 256, False: 8}  # masks at once, for the bigram network and for encoders


def by_distance(question: Question) -> Answer:
    """Hide parts of each page and watch its distance to the other."""
    seen = [look(source, question.masks, question.encoder) for source in question.sources]
    number = masks_for(question)
    found = []
    for turn, (own, other) in enumerate((seen, seen[::-1])):
        tell = _shifted(question.progress, turn * number, 2 * number)
        found.append(_explained(question, own, other, number, tell))
    a, b = (_relevance(own, explanation) for own, explanation in zip(seen, found, strict=True))
    facts = {
        side: _facts(own, explanation, relevance)
        for side, own, explanation, relevance in zip("ab", seen, found, (a, b), strict=True)
    }
    cosine = 1 - 2 * float(found[0].whole[0])
    settings = {"select": question.select, **dict(found[0].parameters), "number": number}
    return Answer(
        similarity=cosine,
        sides=(a, b),
        facts={"unit": _unit(question.select), **facts},
        parameters=settings,
        notes=(_note(found[0]), _note(found[1])),
        reading=_reading(question),
        limits=_limits(question),
    )


def masks_for(question: Question) -> int:
    """How many masks are asked for."""
    if question.number is not None:
        return question.number
    return _QUICK if question.encoder is None else _SLOW


def _explained(
    question: Question, own: Seen, other: Seen, number: int, progress: Progress | None
) -> DistanceExplanation:
    from zij.explain.distance.explainer import explain_masks
    from zij.explain.distance.selection import MIRRORED, Selection

    if question.select not in SELECTIONS:
        raise UsageError(f"--select {question.select!r} is not known; choose {', '.join(SELECTIONS)}.")
    every = question.select == "all"
    return explain_masks(
        own.embed,
        own.masks(question.seed, question.keep, question.resolution, every),
        other.vector,
        number=number,
        selection=MIRRORED if every else Selection.named(question.select),
        estimator="regression" if every else "tails",
        batch=_BATCH[question.encoder is None],
        repeat=own.repeat,
        progress=progress,
    )


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda step, done, _: progress(step, before + done, total)


def _relevance(own: Seen, found: DistanceExplanation) -> PageRelevance:
    from zij.explain.report.signed import PageRelevance

    off, sure = found.maps[0] - np.float32(found.neutral), found.significant()[0]
    return PageRelevance(
        own.regions,
        np.asarray(own.values(off), np.float64),
        np.asarray(own.values(found.errors[0]), np.float64),
        own.values(sure),
        off if own.geometry is not None else None,
        sure if own.geometry is not None else None,
        own.geometry,
    )


def _facts(own: Seen, found: DistanceExplanation, relevance: PageRelevance) -> dict[str, Any]:
    sure = relevance.sure
    return {
        "regions": len(own.regions),
        "near_beyond_chance": int((sure & (relevance.relevance > 0)).sum()),
        "apart_beyond_chance": int((sure & (relevance.relevance < 0)).sum()),
        "share_beyond_chance": float(found.significant()[0].mean()),
        "distance_whole": float(found.whole[0]),
        "distance_hidden": float(found.hidden[0]),
        "masks_used": found.used,
        "stopped": found.stopped,
        "neutral": found.neutral,
        "threshold_z": float(found.threshold()[0]) if np.isfinite(found.threshold()[0]) else None,
        "median_standard_error": float(np.median(found.errors[0])),
    }


def _unit(select: str) -> str:
    if select == "all":
        return "distance: how much nearer the pages are on average when the part is kept"
    return "share of masks: how much oftener the part is kept in the masks that speak than elsewhere"


def _note(found: DistanceExplanation) -> str:
    whole, hidden = float(found.whole[0]), float(found.hidden[0])
    return f"{found.used:,} masks; distance {whole:.3f}, with all hidden {hidden:.3f}"


def _reading(question: Question) -> list[str]:
    parts = "random blots" if question.masks == "grid" else question.masks
    how = (
        "What is hidden loses the evidence of its digits."
        if question.encoder is None
        else "What is hidden gets the colour of the paper."
    )
    speak = {
        "all": "All masks speak, by a regression of the distance on what was kept.",
        "mirrored": "The tenth of the masks that leaves the pages nearest speaks, against the tenth that"
        " takes them furthest apart.",
        "positive": "The tenth of the masks that leaves the pages nearest speaks.",
        "negative": "The tenth of the masks that takes the pages furthest apart speaks.",
    }
    return [
        f"Of each page {parts} were hidden at random, over and over, and its distance to the other page was"
        f" measured each time: (1 - cosine) / 2. {how} {speak[question.select]}",
        "Red parts bring the pages near: with them the distance is smaller. Blue parts take them apart. What"
        " is outlined and strong stands out from what chance would give anywhere on the page, at a level of"
        " 5 %; what is pale does not.",
    ]


def _limits(question: Question) -> list[str]:
    said = [
        "It shows what the model answers to, one page at a time, and no pairs of places; zij compare does.",
        "A part that is pale may matter too little for this number of masks; more masks show more.",
    ]
    if question.encoder is not None and question.encoder.random:
        said.append("The encoder's weights are random: it has learnt nothing.")
    return said
