"""`zij corpus diversity`: how varied the tables of a place and of a time are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.actions._showing.shown import Shown
from zij.actions.corpus._looking import Progress, close, look, steps, versions, write_csv, write_json
from zij.errors import UsageError
from zij.files import check_folder, staged_folder

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from zij.corpora.seeing.pages import SeenPages
    from zij.corpora.store import Where

__all__ = ["Diversity", "diversity"]

THRESHOLDS = (0, 100, 200, 250, 300)


@dataclass(frozen=True, slots=True, eq=False)
class Diversity(Shown):
    """What `diversity` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    places : DataFrame
        The contents of `diversity_place.csv`.
    times : DataFrame
        The contents of `diversity_time.csv`.
    summary : dict
        The contents of `diversity.json`.
    sentence : str
    """

    folder: Path
    places: pd.DataFrame
    times: pd.DataFrame
    summary: dict[str, Any]
    sentence: str

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Diversity is there or not."""
        return ()

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import diversity_html

        return diversity_html(self)


def diversity(
    corpus: str | Path,
    out: str | Path,
    *,
    where: Sequence[str] | Where | None = None,
    by: str = "kmeans",
    k: int | None = None,
    size: int | None = None,
    tables: int | None = None,
    repeats: int = 20,
    sigma: float = 4.0,
    thresholds: Sequence[int] = THRESHOLDS,
    seed: int = 1,
    progress: Progress | None = None,
) -> Diversity:
    """Measure diversity by place and over time, as published and so that it can be compared.

    Only pages with a table are looked at, unless `where` has a condition on `table`. Writes
    `diversity_place.csv`, `diversity_time.csv`, `diversity.json`, and both figures as PNG and SVG into `out`,
    all or none.

    Parameters
    ----------
    corpus : path
    out : path
        Folder for the results.
    where : sequence of str or Where, optional
        Only these pages.
    by : "kmeans" or "density"
        Clusters by k-means, as published, or those that need no number.
    k : int, optional
        Clusters of k-means; by default 1500 for 9,793 pages, and in proportion.
    size : int, optional
        Tables at which places are compared; by default 50, or fewer, so that half of them
        can be; at least 10.
    tables : int, optional
        Tables drawn around a year; by default 80, or half of those with a year in a small corpus.
    repeats : int
        How often they are drawn.
    sigma : float
        Of the Gaussian around a year, in years.
    thresholds : sequence of int
        Digits a page must have at least; one curve each.
    seed : int
    progress : callable, optional

    Returns
    -------
    Diversity

    Raises
    ------
    ZijError
        If there is no page to look at, the request cannot be right, or the folder cannot be written to.
    """
    from zij.corpora.seeing.places import place_diversity
    from zij.corpora.store import open_corpus
    from zij.corpora.store.where import described

    if by not in ("kmeans", "density"):
        raise UsageError(f"clusters by {by!r} are not known; choose kmeans or density.")
    if min([repeats, *(one for one in (k, size, tables) if one is not None)]) < 1 or not sigma > 0:
        raise UsageError("numbers of clusters, tables and repeats must be at least 1, and sigma above 0.")
    out, conditions, tell = Path(out), _with_table(described(where)), steps(progress)
    check_folder(out)
    with open_corpus(corpus) as opened:
        pages = look(opened, conditions)
    tell("clusters")
    labels, told = _labels(pages, by, k, seed)
    parameters = {
        "where": str(conditions),
        "by": by,
        **told,
        "sigma": sigma,
        "repeats": repeats,
        "seed": seed,
    }
    tell("by place")
    places = place_diversity(labels, pages.texts("place"), pages.texts("book"), size=size, seed=seed)
    tell("over time")
    known, _ = pages.dated()
    tables = tables or max(min(80, int(known.sum()) // 2), 1)
    times = _times(pages, labels, thresholds, tables, repeats, sigma, seed)
    summary = _summary(pages, places, times, parameters | {"tables": tables, "thresholds": list(thresholds)})
    tell("writing")
    with staged_folder(out) as folder:
        _write(folder, places, times, summary)
    return Diversity(out, places, times, summary, _sentence(pages, summary, out))


def _with_table(conditions: Where) -> Where:
    """The conditions, and that a page has a table where they say nothing of it."""
    from zij.corpora.store.where import Where, parse_where

    if any(one.key == "table" for one in conditions.conditions):
        return conditions
    return Where((*conditions.conditions, *parse_where(["table=yes"]).conditions))


def _labels(pages: SeenPages, by: str, k: int | None, seed: int) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Cluster of each page, and the number asked for."""
    from zij.corpora.seeing.density import density_clusters
    from zij.corpora.seeing.kmeans import default_k, kmeans
    from zij.corpora.seeing.partition import numbered

    if by == "density":
        labels = numbered(density_clusters(pages.vectors))
        return labels, {"clusters": int(labels.max())}
    k = default_k(len(pages)) if k is None else k
    return numbered(kmeans(pages.vectors, k, seed=seed)[0]), {"k": k}


def _times(
    pages: SeenPages, labels: NDArray[np.int64], thresholds: Sequence[int], tables: int, repeats: int,
    sigma: float, seed: int,
) -> pd.DataFrame:  # fmt: skip
    """Diversity over time; no rows where too few years are known."""
    import pandas as pd

    from zij.corpora.seeing.times import LONGEST, TIME_COLUMNS, time_diversity

    known, span = pages.dated()
    if known.sum() < 2 or int(known.sum()) < tables:
        return pd.DataFrame(columns=list(TIME_COLUMNS))
    if (years := int(span.last.max() - span.first.min())) > LONGEST:
        raise UsageError(
            f"the pages are of {years:,} years, from {int(span.first.min())} to {int(span.last.max())}; "
            "correct the years in the metadata or choose some with --where year=."
        )
    return time_diversity(
        labels[known], span, pages.digits[known], thresholds=sorted(set(thresholds)), tables=tables,
        repeats=repeats, sigma=sigma, seed=seed,
    )  # fmt: skip


def _summary(
    pages: SeenPages, places: pd.DataFrame, times: pd.DataFrame, parameters: dict[str, Any]
) -> dict[str, Any]:
    """The contents of `diversity.json`."""
    known, _ = pages.dated()
    return {
        "pages": len(pages),
        "unprocessed": pages.unprocessed,
        "without_digits": pages.empty,
        "without_place": sum(not place for place in pages.texts("place")),
        "without_year": int((~known).sum()),
        "places": len(places),
        "compared": int(places["rarefied"].notna().sum()),
        "size": int(places["size"].iloc[0]) if len(places) else None,
        "years": [int(times["year"].min()), int(times["year"].max())] if len(times) else None,
        "parameters": parameters,
        "versions": versions("scipy", "pandas"),
    }


def _write(folder: Path, places: pd.DataFrame, times: pd.DataFrame, summary: dict[str, Any]) -> None:
    from zij.corpora.seeing.diversityfigure import save_places, save_times

    write_csv(folder / "diversity_place.csv", places)
    write_csv(folder / "diversity_time.csv", times)
    write_json(folder / "diversity.json", summary)
    placed, dated = captions(places, summary)
    save_places(folder, places, placed)
    save_times(folder, times, dated)


def captions(places: pd.DataFrame, summary: dict[str, Any]) -> tuple[str, str]:
    """What the figures by place and over time show, in a line each."""
    from zij.corpora.seeing.diversityfigure import few_tables

    told = summary["parameters"]
    number = f"{told['k']:,} by k-means" if "k" in told else f"{told['clusters']:,} by HDBSCAN"
    clusters = f"clusters: {number}"
    placed, dated = (summary["pages"] - summary[f"without_{what}"] for what in ("place", "year"))
    return (
        f"{placed:,} tables with a place ({summary['without_place']:,} without), {clusters}. Number of tables"
        f" in brackets; grey: {few_tables(places):,} tables or fewer.",
        f"{dated:,} tables with a year ({summary['without_year']:,} without), {clusters}; {told['tables']:,} "
        f"drawn {told['repeats']:,} times, sigma {told['sigma']:g} years; band: one standard deviation.",
    )


def _sentence(pages: SeenPages, summary: dict[str, Any], out: Path) -> str:
    places = summary["places"]
    parts = [
        f"{places:,} places, {summary['compared']:,} of them compared at {summary['size']:,} tables"
        if places
        else "no place is known"
    ]
    years = summary["years"]
    parts.append(f"years {years[0]} to {years[1]}" if years else "too few years are known for a curve")
    for what in ("place", "year"):
        if number := summary[f"without_{what}"]:
            parts.append(f"{number:,} {'table' if number == 1 else 'tables'} without {what}")
    return close(parts, pages.left_out(), out / "diversity_place.png", "figures")
