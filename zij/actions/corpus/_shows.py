"""What the results of `zij.corpus` show in a notebook: figures, first rows, what is to be known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zij.actions._showing.shown import shown
from zij.corpora.seeing.inline import figure_html, frame_html
from zij.html import Markup, element, listing

if TYPE_CHECKING:
    from zij.actions.corpus._add import Added
    from zij.actions.corpus._cluster import Clustered
    from zij.actions.corpus._diversity import Diversity
    from zij.actions.corpus._evaluate import EvaluatedCorpus
    from zij.actions.corpus._import import Imported
    from zij.actions.corpus._judge import Judged
    from zij.actions.corpus._map import Mapped
    from zij.actions.corpus._outliers import FoundOutliers
    from zij.actions.corpus._process import Processed
    from zij.actions.corpus._search import Found
    from zij.actions.corpus._status import Status
    from zij.actions.corpus._tag import Tagged

__all__ = [
    "added_html",
    "clustered_html",
    "diversity_html",
    "evaluated_html",
    "found_html",
    "imported_html",
    "judged_html",
    "mapped_html",
    "outliers_html",
    "processed_html",
    "status_html",
    "tagged_html",
]

_RANGES = ".zij.zij.zij .range { display: block; color: var(--quiet); }"  # below the value, to be narrow
FEW = 20
"""Remarks, pages and failures that are named."""


def added_html(result: Added) -> str:
    """What came into a corpus, what was tolerated, and what is missing."""
    counts = {"new": result.new, "known": result.known, "changed": result.changed, "moved": result.moved}
    return shown(result, _counts(counts), *_tolerated(result.tolerated), files=())


def processed_html(result: Processed) -> str:
    """How many pages were read and embedded."""
    counts = {
        "read and embedded": result.read, "readings embedded": result.embedded,
        "failed": len(result.failures), "left out, as they failed before": result.failed_before,
    }  # fmt: skip
    return shown(result, _counts(counts), files=())


def status_html(result: Status) -> str:
    """How a corpus stands: counts, and what failed or is missing."""
    parts: list[object] = [listing(("what", "number"), result.rows().items())]
    troubles = result.troubles()
    if len(troubles):
        parts += [element("h4", "What failed or is missing"), frame_html(troubles, most=FEW)]
    return shown(result, *parts, files=())


def found_html(result: Found) -> str:
    """Hits with small pictures of both pages and what they share."""
    from zij.corpora.finding.inline import found_parts, hits_parts, inline_style

    names = [path.name for path in result.files]
    if result.asked is None:
        return shown(result, *hits_parts(result.hits, result.hits.hits), files=names)
    parts = found_parts(str(result.folder), result.asked, result.hits, result.conditions)
    return shown(result, *parts, files=names, style=inline_style())


def clustered_html(result: Clustered) -> str:
    """The figure of clusters, and the largest of those that need no number."""
    from zij.actions.corpus._cluster import caption
    from zij.corpora.seeing.clusterfigure import clusters_figure

    figure = figure_html(
        lambda: clusters_figure(result.clusters, result.tried, caption(len(result.pages))),
        "How large and how stable the clusters are, and what their number does",
    )
    methods = list(dict.fromkeys(result.clusters["method"]))
    own = result.clusters[result.clusters["method"] == methods[-1]].drop(columns="method")
    heading = element("h4", f"The largest clusters, {methods[-1]}")
    note = _quiet(".clusters has all clusters as a data frame, .pages all pages.")
    return shown(result, figure, heading, frame_html(own), note)


def mapped_html(result: Mapped) -> str:
    """The map, and its first pages."""
    from zij.actions.corpus._map import caption
    from zij.corpora.seeing.mapfigure import map_figure

    colour = result.summary["parameters"]["colour"]
    figure = figure_html(
        lambda: map_figure(result.pages, colour, caption(result.summary)), "The pages laid out in the plane"
    )
    return shown(result, figure, frame_html(result.pages, most=5))


_LESS = ("entropy", "size", "rarefied_clusters")  # what a card has no room for: one can do without it


def diversity_html(result: Diversity) -> str:
    """Both figures, and the first places."""
    from zij.actions.corpus._diversity import captions
    from zij.corpora.seeing.diversityfigure import places_figure, times_figure

    placed, dated = captions(result.places, result.summary)
    parts = []
    if len(result.places):
        words = "How varied the tables of each place are"
        parts.append(figure_html(lambda: places_figure(result.places, placed), words))
        columns = [name for name in result.places.columns if name not in _LESS]
        parts += [frame_html(result.places, columns), _quiet(".places has all columns as a data frame.")]
    if len(result.times):
        words = "How varied the tables around each year are"
        parts.append(figure_html(lambda: times_figure(result.times, dated), words))
    return shown(result, *parts)


def outliers_html(result: FoundOutliers) -> str:
    """The pages farthest from their nearest."""
    columns = ["rank", "page", "kind", "digits", "nearest", "similarity", "nearest_other_book"]
    columns.append("similarity_other_book")
    return shown(result, frame_html(result.pages, columns, most=FEW))


def evaluated_html(result: EvaluatedCorpus) -> str:
    """The marks as a figure and as numbers, and notes."""
    from zij.actions.corpus._evaluate import caption
    from zij.corpora.judging.judgefigure import evaluation_figure
    from zij.corpora.judging.judgehtml import figures_table

    figure = figure_html(
        lambda: evaluation_figure(result.judged, caption(result.summary["parameters"])),
        "How well each similarity brings together what belongs together",
    )
    notes = [_quiet(note) for note in result.summary["notes"]]
    table = element("div", figures_table(result.judged), class_="scroll")
    return shown(result, figure, table, *notes, style=_RANGES)


def imported_html(result: Imported) -> str:
    """Which pages have a new reading."""
    parts = [_names("new readings", result.pages), _names("unchanged", result.unchanged)]
    return shown(result, *filter(None, parts), *_tolerated(result.tolerated), files=())


def judged_html(result: Judged) -> str:
    """How many judgements were stored."""
    return shown(result, _counts({"given": result.pairs, "new or changed": result.changed}), files=())


def tagged_html(result: Tagged) -> str:
    """On how many pages a tag stands now."""
    return shown(result, _counts({"pages named or found": result.pages, "changed": result.changed}), files=())


def _counts(counts: dict[str, int]) -> Markup:
    """What is not zero, in a small table."""
    rows = [(what, f"{number:,}") for what, number in counts.items() if number]
    return listing(("what", "pages"), rows, numbers=("pages",)) if rows else Markup()


def _tolerated(remarks: Sequence[tuple[str, str]]) -> list[Markup]:
    if not remarks:
        return []
    return [element("h4", "What was tolerated"), listing(("what", "remark"), remarks, most=FEW)]


def _names(what: str, names: Sequence[str]) -> Markup:
    if not names:
        return Markup()
    more = f" and {len(names) - FEW:,} more" if len(names) > FEW else ""
    return element("p", f"{what}: {', '.join(names[:FEW])}{more}")


def _quiet(text: str) -> Markup:
    return element("p", text, class_="quiet")
