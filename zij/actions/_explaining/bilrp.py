"""BiLRP behind `zij explain`: the shares of the similarity, summed over the other page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from zij.actions._explaining.inside import looking_inside
from zij.actions._explaining.questions import Answer, Question
from zij.errors import UsageError

if TYPE_CHECKING:
    from zij.explain.bilrp.pairs import PairExplanation
    from zij.explain.report.signed import PageRelevance

__all__ = ["by_bilrp"]

_LEVELS: dict[str, Literal["number", "glyph"]] = {"numbers": "number", "digits": "glyph", "cells": "number"}


def by_bilrp(question: Question) -> Answer:
    """Split the similarity of the bigram network exactly, and sum over the other page."""
    from zij.explain.bilrp.digits import explain
    from zij.similarity.evidence import evidence_from_reading

    if question.encoder is not None:
        return looking_inside("bilrp")(question)
    if question.masks in ("rows", "columns"):
        return looking_inside("bilrp")(question)
    if question.masks not in _LEVELS:
        raise UsageError(
            "--method bilrp sums over parts of tables; choose --masks cells, digits, numbers, rows or"
            " columns."
        )
    a, b = (evidence_from_reading(source.reading, source.doubtful) for source in question.sources)
    found = explain(a, b, level=_LEVELS[question.masks])
    sides = _relevance(found, "a", question.masks), _relevance(found, "b", question.masks)
    sums = {side: {"regions": len(s.regions), "relevance": float(s.relevance.sum())}
            for side, s in zip("ab", sides, strict=True)}  # fmt: skip
    facts: dict[str, Any] = {"unit": "share of the similarity", **sums, "parts": found.report()}
    return Answer(
        similarity=found.similarity,
        sides=sides,
        facts=facts,
        parameters={"root_stabiliser": found.epsilon},
        notes=(f"sum {sums['a']['relevance']:.4f}", f"sum {sums['b']['relevance']:.4f}"),
        reading=[
            "The similarity was split exactly into pairs of places, one on each page (BiLRP), and summed over"
            " the other page: red parts add to it. The sums and what lies outside the digits make up the"
            " similarity."
        ],
        limits=["Who shares what with whom is in the pairs: zij compare lists and draws them."],
    )


def _relevance(found: PairExplanation, side: Literal["a", "b"], masks: str) -> PageRelevance:
    from zij.explain.bilrp.pairs import Region
    from zij.explain.report.signed import PageRelevance
    from zij.tables.geometry import Box

    own = found.a if side == "a" else found.b
    values = found.relevance(side)
    if masks != "cells":
        return PageRelevance(own.regions, values)
    homes: dict[str, list[int]] = {}
    for k, region in enumerate(own.regions):
        homes.setdefault(region.cell or region.id, []).append(k)
    regions = tuple(
        Region(
            name,
            " ".join(own.regions[k].text for k in part),
            Box.hull(own.regions[k].box for k in part),
            name,
        )
        for name, part in homes.items()
    )
    return PageRelevance(regions, np.array([values[part].sum() for part in homes.values()], float))
