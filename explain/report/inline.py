"""What explanations and their checks show in notebooks."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from zij.explain.report.words import figure_text
from zij.html import Markup, data_uri, element, fragment, listing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from zij.explain.bilrp.encoded import EncodedPair
    from zij.explain.checks.checking import CheckResults
    from zij.explain.checks.faithfulness import Faithfulness
    from zij.explain.distance.explanation import DistanceExplanation

__all__ = [
    "check_parts",
    "checks_html",
    "distance_frame",
    "distance_html",
    "encoded_html",
    "faithfulness_html",
    "figure_markup",
    "regions_listing",
]

_WIDTH = 900  # pixels of a figure
_MAPS = 4  # references of which a map is shown
_LEAST = 420  # pixels of a map that is alone, however small what was explained
_ROWS = 15  # of a table of regions


def figure_markup(draw: Callable[[], Figure], words: str) -> Markup:
    """A figure as a picture inside HTML; the same figure gives the same bytes.

    Parameters
    ----------
    draw : callable
        Makes the figure; called with zij's own settings of matplotlib.
    words : str
        What it shows, for the caption and for who does not see it.

    Returns
    -------
    Markup
    """
    import matplotlib

    from zij.explain.report.figure import BASE

    stream = BytesIO()
    with matplotlib.rc_context(BASE):
        figure = draw()
        dpi = min(_WIDTH / figure.get_figwidth(), 110)
        figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
    image = element("img", src=data_uri(stream.getvalue(), "image/png"), alt=words)
    return element("figure", image, element("figcaption", words))


def regions_listing(regions: pd.DataFrame, *, most: int = _ROWS) -> Markup:
    """The regions that matter most, those beyond chance first.

    Parameters
    ----------
    regions : DataFrame
        id, text, relevance; standard_error and significant, where they are known.
    most : int
        Rows at most; how many are left out is said.

    Returns
    -------
    Markup
    """
    known = "significant" in regions and len(regions) > 0 and regions["significant"].iloc[0] != ""
    sure = regions["significant"].to_numpy(bool) if known else np.ones(len(regions), bool)
    order = np.lexsort([-regions["relevance"].abs().to_numpy(float), ~sure])
    table = regions.iloc[order]
    columns = ["Where", "Text", "Relevance"]
    found = table.to_dict("records")
    rows = [[r["id"], r["text"], figure_text(r["relevance"])] for r in found]
    if known:
        columns += ["± standard error", "Beyond chance"]
        for row, r in zip(rows, found, strict=True):
            row += [figure_text(float(r["standard_error"])), "yes" if r["significant"] else "no"]
    return listing(columns, rows, most=most, numbers=columns[2:4])


def encoded_html(found: EncodedPair) -> str:
    """The numbers in type with their pairs, and where on either page the relevance lies."""
    from zij.explain.report.heatmap import heat_alone
    from zij.explain.viewer.pairviewer import typeset
    from zij.explain.viewer.still import card
    from zij.tables.show.picture import picture

    still = typeset(found)
    maps = [
        picture(
            heat_alone(heat), f"Page {side}: red speaks for the similarity, blue against it.", least=_LEAST
        )
        for side, heat in zip("AB", found.heats, strict=True)
    ]
    title = element("h4", "Relevance at the pixels that the encoder saw")
    sides = element("div", *maps, class_="side")
    return fragment(still.score(), still.markup(), title, sides, style=card())


def distance_frame(found: DistanceExplanation) -> pd.DataFrame:
    """Every value of all maps.

    Returns
    -------
    DataFrame
        reference; region, or row and column of the raster; value (less the neutral one), standard_error, z,
        significant.
    """
    import pandas as pd

    names = ["reference", "region"] if found.maps.ndim == 2 else ["reference", "row", "column"]
    places = np.indices(found.maps.shape).reshape(len(names), -1)
    values = {
        "value": found.maps - np.float32(found.neutral),
        "standard_error": found.errors,
        "z": found.z,
        "significant": found.significant(),
    }
    columns = dict(zip(names, places, strict=True)) | {name: v.ravel() for name, v in values.items()}
    return pd.DataFrame(columns)


def distance_html(found: DistanceExplanation) -> str:
    """The maps, or the strongest regions where they have no pixels, and how sure they are."""
    from zij.explain.report.signed import map_alone
    from zij.tables.show.picture import picture

    shares = found.significant().reshape(len(found.maps), -1).mean(axis=1)
    rows = [
        (n + 1, f"{whole:.4f}", f"{hidden:.4f}", f"{limit:.2f}", f"{share:.1%}")
        for n, (whole, hidden, limit, share) in enumerate(
            zip(found.whole, found.hidden, found.threshold(), shares, strict=True)
        )
    ]
    columns = ("Reference", "Distance", "With all hidden", "z beyond chance", "Of the map beyond it")
    parts = [element("p", _masks(found)), listing(columns, rows, numbers=columns)]
    if found.maps.ndim == 3 or found.labels is not None:
        values, sure = found.rasters(), found.rasters(found.significant())
        maps = [
            picture(
                map_alone(np.asarray(values[n] - found.neutral, np.float64), np.asarray(sure[n], bool)),
                f"Reference {n + 1}: red brings the page near, blue takes it away; what chance does is pale.",
                least=_LEAST,
            )
            for n in range(min(len(values), _MAPS))
        ]
        parts.append(element("div", *maps, class_="side"))
        if len(values) > _MAPS:
            parts.append(element("p", f"{len(values) - _MAPS:,} more maps not shown.", class_="quiet"))
    else:
        parts.append(_strongest(distance_frame(found)))
    return fragment(*parts)


def _masks(found: DistanceExplanation) -> str:
    told = f"{found.used:,} masks were tried"
    if found.stopped == "early":
        return f"{told}, of {found.requested:,}: more would not have changed the maps."
    if found.stopped == "cancelled":
        return f"{told} of {found.requested:,} before it was stopped."
    return f"{told}."


def _strongest(table: pd.DataFrame) -> Markup:
    order = np.lexsort([-table["value"].abs().to_numpy(), ~table["significant"].to_numpy(bool)])
    rows = [
        (r["reference"] + 1, r["region"], figure_text(r["value"]), figure_text(r["standard_error"]),
         f"{r['z']:.1f}", "yes" if r["significant"] else "no")
        for r in table.iloc[order[:_ROWS]].to_dict("records")
    ]  # fmt: skip
    columns = ("Reference", "Region", "Value", "± standard error", "z", "Beyond chance")
    return listing(columns, rows, total=len(table), most=_ROWS, numbers=columns[2:5])


def checks_html(found: CheckResults) -> str:
    """The figure of the checks, and their figures as a table."""
    return fragment(*check_parts(found))


def check_parts(found: CheckResults) -> list[Markup]:
    """Figure and table of checks, for what shows more than them."""
    from zij.explain.checks.curves import check_figure

    made = ", ".join(dict.fromkeys(found.figures["check"]))
    drawn = figure_markup(lambda: check_figure(found), f"Checks of the explanation: {made}.")
    columns = ("check", "method", "setting", "measure")
    figures = found.figures.to_dict("records")
    rows = [(*(row[name] for name in columns), _plain(row["value"])) for row in figures]
    table = listing(("Check", "Method", "Setting", "Measure", "Value"), rows, most=40, numbers=("Value",))
    return [drawn, element("details", element("summary", f"all {len(rows):,} figures"), table)]


def faithfulness_html(found: Faithfulness) -> str:
    """The curves, and the areas below them."""
    from zij.explain.checks.curves import curves_figure

    words = "Distance to the other page while its parts go or come, the most relevant first or last."
    rows = [(name.replace("_", " "), _plain(value)) for name, value in found.figures().items()]
    drawn = figure_markup(lambda: curves_figure(found), words)
    return fragment(drawn, listing(("Area under the curve", "Value"), rows, numbers=("Value",)))


def _plain(value: float) -> str:
    return f"{value:.4f}".replace("-", "\N{MINUS SIGN}") if np.isfinite(value) else ""
