"""What the results of comparing, explaining and studying show in notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zij.actions._showing.shown import shown
from zij.html import element, listing

if TYPE_CHECKING:
    import pandas as pd

    from zij.actions._explaining.explain import Explained
    from zij.actions._explaining.study import Studied
    from zij.actions._inputs.sources import Source
    from zij.actions._pairs.compare import Compared
    from zij.explain.report.signed import PageRelevance
    from zij.explain.viewer.still import StaticViewer
    from zij.explain.viewer.widget import PairViewer

__all__ = ["compared_html", "compared_viewer", "explained_html", "studied_html"]


def compared_viewer(
    found: Compared, threshold: float = 0.0, top: int | None = None, corresponding: bool = False
) -> PairViewer | StaticViewer:
    """The viewer of a comparison, as `Compared.viewer` describes it."""
    from zij.explain.viewer.pairviewer import pair_viewer

    still = _still(found)
    return pair_viewer(
        still.a, still.b, still.pairs, still.summary,
        threshold=threshold, top=top, corresponding=corresponding,
    )  # fmt: skip


def compared_html(found: Compared) -> str:
    """The closing sentence, the files, and the viewer."""
    from zij.explain.viewer.still import card

    return shown(found, _still(found).markup(), style=card())


def _still(found: Compared) -> StaticViewer:
    """What the report shows: pairs of numbers on the scans, or of patches on scans under their relevance."""
    from zij.explain.bilrp.encoded import EncodedPair
    from zij.explain.report.sheets import Sheet
    from zij.explain.viewer.still import StaticViewer

    sources = (found.a, found.b)
    pairs, summary = found.pairs, found.summary
    pictures = [source.image.pixels for source in sources]
    if isinstance(found.explanation, EncodedPair):
        from zij.actions._pairs.encoder import drawn

        patches = drawn(found.explanation, sources, summary, summary["parameters"]["top"])
        pairs, summary, pictures = patches.pairs, patches.summary, list(patches.pictures)
    a, b = (Sheet(source.reading, picture) for source, picture in zip(sources, pictures, strict=True))
    return StaticViewer(a, b, pairs, summary)


def explained_html(found: Explained) -> str:
    """The closing sentence, the files, both pages with their maps, their strongest parts, and the checks."""
    from zij.actions._explaining.explain import counted
    from zij.explain.report.inline import check_parts, regions_listing
    from zij.explain.report.signed import signed_legend, signed_picture
    from zij.tables.show.picture import picture

    masks = str(found.summary["parameters"]["masks"])
    columns = []
    for side, source, part in zip("ab", (found.a, found.b), found.answer.sides, strict=True):
        drawn = signed_picture(source.image.pixels, source.reading, part, legend=False)
        other = "b" if side == "a" else "a"
        words = f"{side.upper()}, {source.image.name}, given {other.upper()}: {counted(part, masks)}."
        own = _placed(found.regions[found.regions["side"] == side], source, part, masks)
        columns.append(element("div", picture(drawn, words), regions_listing(own)))
    checks = [] if found.checks is None else [element("h4", "Can it be trusted?"), *check_parts(found.checks)]
    key = signed_legend(*found.answer.sides)
    return shown(found, key, element("div", *columns, class_="side"), *checks)


def _placed(regions: pd.DataFrame, source: Source, part: PageRelevance, masks: str) -> pd.DataFrame:
    """The regions of a page with their places in words instead of ids, where they have one."""
    from zij.explain.report.sheets import places

    if masks not in ("cells", "numbers", "digits"):
        return regions
    known = places(source.reading, list(part.regions))
    words = [str(place) if place else name for place, name in zip(known, regions["id"], strict=True)]
    return regions.assign(id=words)


def studied_html(found: Studied) -> str:
    """The closing sentence, the files, the figure, and all settings."""
    from zij.explain.distance.study import COLUMNS, Swept
    from zij.explain.report.inline import figure_markup
    from zij.explain.report.studyfigure import study_figure

    tried = [Swept(**{str(k): v for k, v in row.items()}) for row in found.settings.to_dict("records")]
    words = "Steadiness and faithfulness of the maps against the number of masks; the best setting is ringed."
    drawn = figure_markup(lambda: study_figure(tried, found.best), words)
    rows = [
        (s.selection, f"{s.keep:g}", f"{s.masks:,}", *(f"{getattr(s, name):.3f}" for name in COLUMNS[3:]))
        for s in tried
    ]
    heads = [name.replace("_", " ") for name in COLUMNS]
    table = listing(heads, rows, most=60, numbers=heads[1:])
    more = element("details", element("summary", f"all {len(rows):,} settings"), table)
    return shown(
        found, drawn, more, about={"study.png": "the figure below", "study.csv": "all settings tried"}
    )
