"""Figures to be put together by hand: every function here draws into a matplotlib Axes that it is given.

Each takes the Axes first and what a result of zij holds second, draws nothing elsewhere, and gives the Axes
back, so that a figure of one's own can have several of them, in one's own style:

    from matplotlib import pyplot
    from zij import plots

    figure, (left, right) = pyplot.subplots(1, 2, layout="constrained")
    plots.draw_map(left, mapped.pages, colour="place")
    plots.draw_variants(right, collated.apparatus)

Names are loaded when they are first used, so that importing this module costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zij.corpora.judging.judgefigure import draw_evaluation
    from zij.corpora.seeing.clusterfigure import (
        draw_cluster_numbers,
        draw_cluster_sizes,
        draw_cluster_stability,
    )
    from zij.corpora.seeing.diversityfigure import (
        draw_diversity_by_place,
        draw_diversity_over_time,
        draw_tables_over_time,
    )
    from zij.corpora.seeing.mapfigure import draw_map
    from zij.explain.checks.curves import (
        draw_agreement,
        draw_curves,
        draw_faithfulness,
        draw_randomisation,
        draw_sensitivity,
        draw_truth,
    )
    from zij.explain.collation.arithmetic.curvesfigure import draw_residuals
    from zij.explain.collation.descent.drawing import draw_tree
    from zij.explain.collation.report.variantsfigure import draw_variants
    from zij.explain.report.figure import draw_pair
    from zij.explain.report.heatmap import draw_heat
    from zij.explain.report.legend import draw_picture
    from zij.explain.report.signed import draw_signed
    from zij.explain.report.studyfigure import draw_study
    from zij.tables.scores.figures import draw_confidences, draw_confusion, draw_reliability
    from zij.tables.show.axes import draw_ink, draw_page, draw_reading, draw_table

__all__ = [
    "draw_agreement",
    "draw_cluster_numbers",
    "draw_cluster_sizes",
    "draw_cluster_stability",
    "draw_confidences",
    "draw_confusion",
    "draw_curves",
    "draw_diversity_by_place",
    "draw_diversity_over_time",
    "draw_evaluation",
    "draw_faithfulness",
    "draw_heat",
    "draw_ink",
    "draw_map",
    "draw_page",
    "draw_pair",
    "draw_picture",
    "draw_randomisation",
    "draw_reading",
    "draw_reliability",
    "draw_residuals",
    "draw_sensitivity",
    "draw_signed",
    "draw_study",
    "draw_table",
    "draw_tables_over_time",
    "draw_tree",
    "draw_truth",
    "draw_variants",
]

_HOMES = {
    **dict.fromkeys(("draw_ink", "draw_page", "draw_reading", "draw_table"), "zij.tables.show.axes"),
    **dict.fromkeys(("draw_confidences", "draw_confusion", "draw_reliability"), "zij.tables.scores.figures"),
    **dict.fromkeys(
        (
            "draw_agreement",
            "draw_curves",
            "draw_faithfulness",
            "draw_randomisation",
            "draw_sensitivity",
            "draw_truth",
        ),
        "zij.explain.checks.curves",
    ),
    "draw_pair": "zij.explain.report.figure",
    "draw_heat": "zij.explain.report.heatmap",
    "draw_picture": "zij.explain.report.legend",
    "draw_signed": "zij.explain.report.signed",
    "draw_study": "zij.explain.report.studyfigure",
    "draw_residuals": "zij.explain.collation.arithmetic.curvesfigure",
    "draw_tree": "zij.explain.collation.descent.drawing",
    "draw_variants": "zij.explain.collation.report.variantsfigure",
    **dict.fromkeys(
        ("draw_cluster_numbers", "draw_cluster_sizes", "draw_cluster_stability"),
        "zij.corpora.seeing.clusterfigure",
    ),
    **dict.fromkeys(
        ("draw_diversity_by_place", "draw_diversity_over_time", "draw_tables_over_time"),
        "zij.corpora.seeing.diversityfigure",
    ),
    "draw_map": "zij.corpora.seeing.mapfigure",
    "draw_evaluation": "zij.corpora.judging.judgefigure",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'zij.plots' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
