"""`zij corpus map`: a corpus laid out in the plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.actions._showing.shown import Shown
from zij.actions.corpus._looking import (
    Progress,
    close,
    facts,
    look,
    pictures,
    steps,
    versions,
    write_csv,
    write_json,
)
from zij.errors import UsageError
from zij.files import check_folder, staged_folder, write_text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from zij.corpora.seeing.pages import SeenPages
    from zij.corpora.seeing.projection import Projection
    from zij.corpora.store import Corpus, Where

__all__ = ["COLOURS", "Mapped", "map_"]

COLOURS = ("auto", "place", "year", "book", "cluster", "tag", "none")
NEAREST = 5  # pages named beside the one that is chosen
NAMES = {"tsne": "t-SNE", "umap": "UMAP", "pca": "the plane of largest variance"}


@dataclass(frozen=True, slots=True, eq=False)
class Mapped(Shown):
    """What `map_` made.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    pages : DataFrame
        The contents of `map.csv`.
    summary : dict
        The contents of `map.json`.
    sentence : str
    """

    folder: Path
    pages: pd.DataFrame
    summary: dict[str, Any]
    sentence: str

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """A map is there or not."""
        return ()

    def frame(self) -> pd.DataFrame:
        """The contents of `map.csv`: where each page lies, a row each; the same as `pages`."""
        return self.pages

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import mapped_html

        return mapped_html(self)


def map_(
    corpus: str | Path,
    out: str | Path,
    *,
    where: Sequence[str] | Where | None = None,
    method: str = "tsne",
    perplexity: float | None = None,
    colour: str = "auto",
    seed: int = 1,
    progress: Progress | None = None,
) -> Mapped:
    """Lay the pages out so that pages with alike digits lie near each other.

    Writes `map.csv`, `map.json`, `map.png`, `map.svg` and `map.html` into `out`, all or none.

    Parameters
    ----------
    corpus : path
    out : path
        Folder for the results.
    where : sequence of str or Where, optional
        Only these pages.
    method : "tsne" or "umap"
        As in the published study, or UMAP, which needs the extra `umap`.
    perplexity : float, optional
        Of t-SNE, about the number of neighbours that count; by default 500 for 9,793 pages, and in
        proportion.
    colour : str
        What gives the colour in the figure and, at first, in the HTML file: one of `COLOURS`; "auto" takes
        the place, else the year, else the cluster, as far as they are known.
    seed : int
    progress : callable, optional

    Returns
    -------
    Mapped

    Raises
    ------
    ZijError
        If there is no page to look at, the request cannot be right, or the folder cannot be written to.
    """
    from zij.corpora.store import open_corpus
    from zij.corpora.store.where import described

    if method not in ("tsne", "umap"):
        raise UsageError(f"the method {method!r} is not known; choose tsne or umap.")
    if colour not in COLOURS:
        raise UsageError(f"the colour {colour!r} is not known; choose {', '.join(COLOURS)}.")
    out, conditions, tell = Path(out), described(where), steps(progress)
    check_folder(out)
    with open_corpus(corpus) as opened:
        pages = look(opened, conditions)
        laid = _laid(pages, method, perplexity, seed, tell)
        tell("clusters")
        clusters = _clusters(pages)
        colour = _colour(pages) if colour == "auto" else colour
        summary = _summary(pages, laid, {"where": str(conditions or ""), "colour": colour} | laid.parameters)
        tell("writing")
        with staged_folder(out) as folder:
            table = _write(folder, opened, pages, laid, clusters, summary)
    return Mapped(out, table, summary, _sentence(pages, summary, out))


def _laid(pages: SeenPages, method: str, perplexity: float | None, seed: int, tell: Any) -> Projection:
    from zij.corpora.seeing.projection import tsne, umap

    tell(f"{NAMES[method]} of {len(pages):,} pages")
    if method == "umap":
        return umap(pages.vectors, seed=seed)
    return tsne(pages.vectors, perplexity=perplexity, seed=seed)


def _clusters(pages: SeenPages) -> NDArray[np.int64]:
    """Cluster of each page, of those that need no k; 0 for a page that is alone."""
    import numpy as np

    from zij.corpora.seeing.density import density_clusters
    from zij.corpora.seeing.partition import numbered

    labels = numbered(density_clusters(pages.vectors))
    return np.where(np.bincount(labels)[labels] > 1, labels, 0)


def _colour(pages: SeenPages) -> str:
    """What is known of half of the pages and not the same for all of them."""
    places = pages.texts("place")
    if 2 * sum(map(bool, places)) >= len(pages) and len(set(places)) > 1:
        return "place"
    known, span = pages.dated()
    if 2 * known.sum() >= len(pages) and span.first.min() < span.last.max():
        return "year"
    return "cluster"


def _summary(pages: SeenPages, laid: Projection, parameters: dict[str, Any]) -> dict[str, Any]:
    """The contents of `map.json`."""
    from zij.corpora.seeing.projection import NEIGHBOURS, SAMPLE, trustworthiness

    return {
        "pages": len(pages),
        "unprocessed": pages.unprocessed,
        "without_digits": pages.empty,
        "method": laid.method,
        "trustworthiness": trustworthiness(pages.vectors, laid.xy),
        "trustworthiness_neighbours": min(NEIGHBOURS, len(pages) // 3),
        "trustworthiness_sample": min(SAMPLE, len(pages)),
        "parameters": parameters,
        "versions": versions(*(["umap-learn"] if laid.method == "umap" else [])),
    }


def _write(
    folder: Path, corpus: Corpus, pages: SeenPages, laid: Projection, clusters: NDArray[np.int64],
    summary: dict[str, Any],
) -> pd.DataFrame:  # fmt: skip
    from zij.corpora.seeing.mapfigure import save_map

    colour = summary["parameters"]["colour"]
    table = _table(pages, laid, clusters)
    write_csv(folder / "map.csv", table)
    write_json(folder / "map.json", summary)
    save_map(folder, table, colour=colour, caption=caption(summary))
    write_text(folder / "map.html", _html(corpus, pages, laid, clusters, summary))
    return table


def _table(pages: SeenPages, laid: Projection, clusters: NDArray[np.int64]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({
        "page": pages.names,
        "x": laid.xy[:, 0],
        "y": laid.xy[:, 1],
        "cluster": [str(label) if label else "" for label in clusters.tolist()],
        "book": pages.texts("book"),
        "place": pages.texts("place"),
        "year_from": pages.frame["year_from"],
        "year_to": pages.frame["year_to"],
        "tags": pages.texts("tags"),
    })  # fmt: skip


def caption(summary: dict[str, Any]) -> str:
    """What is drawn, in a line."""
    method, told = summary["method"], summary["parameters"]
    how = f" (perplexity {told['perplexity']:g})" if "perplexity" in told else ""
    trust = summary["trustworthiness"]
    kept = f"; trustworthiness {trust:.3f}" if trust == trust else ""
    return f"{summary['pages']:,} pages, laid out by {NAMES[method]}{how}{kept}. Axes have no unit."


def _html(
    corpus: Corpus, pages: SeenPages, laid: Projection, clusters: NDArray[np.int64], summary: dict[str, Any]
) -> str:
    from zij.corpora.seeing.maphtml import MapContent, map_page
    from zij.corpora.seeing.neighbours import nearest, unit
    from zij.corpora.seeing.sheets import thumbnail_sheets

    distances, near = nearest(unit(pages.vectors), NEAREST)
    picture = pictures(corpus, pages)
    told = {key: value for key, value in summary.items() if key.startswith("trust")}
    colour = summary["parameters"]["colour"]
    content = MapContent(
        pages, laid.xy, clusters, near, 1 - distances.astype(float) ** 2 / 2,
        thumbnail_sheets([picture(row) for row in range(len(pages))]),
        "" if colour == "none" else colour, NAMES[laid.method],
        facts(summary["parameters"] | told, summary["versions"]), caption(summary),
    )  # fmt: skip
    return map_page(content, f"Map of {len(pages):,} pages")


def _sentence(pages: SeenPages, summary: dict[str, Any], out: Path) -> str:
    trust = summary["trustworthiness"]
    kept = f", trustworthiness {trust:.2f}" if trust == trust else ""
    laid = f"{len(pages):,} pages laid out by {NAMES[summary['method']]}{kept}"
    return close([laid], pages.left_out(), out / "map.html", "map")
