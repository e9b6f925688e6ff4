"""The part of `zij compare` that asks the bigram network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zij.actions._inputs.only_tables import counted_alike
from zij.actions._inputs.sources import Source
from zij.actions._pairs.comparison import Asked, Found, summarised

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.bilrp.heat import Heat
    from zij.explain.bilrp.pairs import PairExplanation
    from zij.similarity.evidence import Evidence
    from zij.tables.digits.network import Weights

__all__ = ["by_digits"]


def by_digits(sources: Sequence[Source], asked: Asked) -> Found:
    """What the bigram network finds alike."""
    from zij.explain.bilrp.digits import explain
    from zij.similarity.evidence import EXTRA_FLOOR, evidence_from_reading

    counted, facts = counted_alike(sources, asked.only_tables)
    evidence = [evidence_from_reading(source.reading, source.doubtful) for source in counted]
    explanation = explain(evidence[0], evidence[1])
    pairs = explanation.pairs(asked.top)
    parameters = {
        "digit_model": asked.weights.name,
        "root_stabiliser": explanation.epsilon,
        "evidence_floor": EXTRA_FLOOR,
        **facts,
    }
    summary = summarised(explanation, pairs, sources, "bigram", asked.top, parameters)
    heats: Sequence[Heat] = ()
    if asked.pixels:
        asked.tell("tracing to pixels")
        heats = _heats(sources, evidence, explanation, asked.weights, asked.device)
        summary["pixels"] = {side: heat.report() for side, heat in zip("ab", heats, strict=True)}
    return Found(
        explanation, pairs, summary, heats, _sentence(explanation, pairs, sources, asked.only_tables)
    )


def _heats(
    sources: Sequence[Source],
    evidence: Sequence[Evidence],
    explanation: PairExplanation,
    weights: Weights,
    device: str,
) -> tuple[Heat, ...]:
    """Both pages' relevance at their pixels."""
    from zij.explain.bilrp.heat import page_heat
    from zij.tables.scan.page import prepare

    sides = (explanation.a, explanation.b), (explanation.b, explanation.a)
    return tuple(
        page_heat(
            prepare(source.image), weights, seen, *pair,
            scale=explanation.scale, view=source.view, device=device,
        )
        for source, seen, pair in zip(sources, evidence, sides, strict=True)
    )  # fmt: skip


def _sentence(
    explanation: PairExplanation, pairs: pd.DataFrame, sources: Sequence[Source], only_tables: bool
) -> list[str]:
    of = " (tables only)" if only_tables else ""
    for source, side in zip(sources, (explanation.a, explanation.b), strict=True):
        if not side.embedding.norm:
            found = "no digit stands in a table of" if only_tables else "no table of digits was found on"
            return [f"similarity 0.00{of}: {found} {source.image.name}"]
    if not explanation.similarity:
        return [f"similarity 0.00{of}: the pages have no digit and no two neighbouring digits in common"]
    return [f"similarity {explanation.similarity:.2f}{of}", *_findings(explanation, pairs, sources)]


def _findings(explanation: PairExplanation, pairs: pd.DataFrame, sources: Sequence[Source]) -> list[str]:
    """Where the similarity comes from, and how many corresponding cells differ."""
    from zij.explain.report.differing import differences
    from zij.explain.report.sheets import strongest_rows

    found = []
    run = strongest_rows(pairs, sources[0].reading)
    if run is not None and explanation.similarity > 0:
        table, first, last, relevance = run
        rows = f"rows {first + 1}-{last + 1} of {sources[0].reading.tables[table].rows}"
        found.append(f"{relevance / explanation.similarity:.0%} of it from {rows}")
    differ = differences(sources[0].reading, sources[1].reading, explanation.alignment.cells)
    if differ.count:
        uncertain = len(differ.found) - differ.sure
        found.append(f"{differ.sure} of {differ.count} corresponding cells differ, {uncertain} uncertain")
    else:
        found.append("no cells correspond")
    return found
