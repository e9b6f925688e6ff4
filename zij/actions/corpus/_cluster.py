"""`zij corpus cluster`: which pages belong together, and how far that can be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
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

    from zij.corpora.seeing.clusterfigure import Tried
    from zij.corpora.seeing.pages import SeenPages
    from zij.corpora.seeing.partition import Partition
    from zij.corpora.store import Where

    Run = tuple[NDArray[np.int64], float]

__all__ = ["Clustered", "cluster"]

SEEDS = 5
DRAWS = 5  # parts of the pages among which clusters are sought again
RUNS_A_K = 2
FEW = 36  # pages below which clusters are not worth much


@dataclass(frozen=True, slots=True, eq=False)
class Clustered(Shown):
    """What `cluster` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    pages : DataFrame
        The contents of `clusters.csv`.
    clusters : DataFrame
        The contents of `clusters-summary.csv`.
    summary : dict
        The contents of `clusters.json`.
    sentence : str
    tried : DataFrame
        The contents of `clusters-k.csv`; no rows where other numbers of clusters were not tried.
    """

    folder: Path
    pages: pd.DataFrame
    clusters: pd.DataFrame
    summary: dict[str, Any]
    sentence: str
    tried: pd.DataFrame

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Clusters are there or not."""
        return ()

    def frame(self) -> pd.DataFrame:
        """The contents of `clusters.csv`: the cluster of each page, a row each; the same as `pages`."""
        return self.pages

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import clustered_html

        return clustered_html(self)


@dataclass(frozen=True, slots=True, eq=False)
class _Method:
    """Clusters by one method."""

    name: str
    split: Partition
    stability: NDArray[np.float64]
    rand: float


def cluster(
    corpus: str | Path,
    out: str | Path,
    *,
    where: Sequence[str] | Where | None = None,
    k: int | None = None,
    seeds: int = SEEDS,
    seed: int = 1,
    sensitivity: bool = True,
    progress: Progress | None = None,
) -> Clustered:
    """Split the pages into clusters: by k-means as published, and by a method that needs no k.

    Writes `clusters.csv`, `clusters-summary.csv`, `clusters-k.csv`, `clusters.json`, `clusters.png`,
    `clusters.svg` and `clusters.html` into `out`, all or none.

    Parameters
    ----------
    corpus : path
    out : path
        Folder for the results.
    where : sequence of str or Where, optional
        Only these pages.
    k : int, optional
        Clusters of k-means; by default 1500 for 9,793 pages, and in proportion.
    seeds : int
        Runs of k-means whose agreement is measured.
    seed : int
        Of the first of them, whose clusters are written.
    sensitivity : bool
        Whether other numbers of clusters are tried: 500, 1000, 1500 and 2000 for 9,793 pages.
    progress : callable, optional

    Returns
    -------
    Clustered

    Raises
    ------
    ZijError
        If there is no page to look at, the request cannot be right, or the folder cannot be written to.
    """
    from zij.corpora.seeing.kmeans import default_k, kmeans_runs
    from zij.corpora.store import open_corpus
    from zij.corpora.store.where import described

    out, conditions, tell = Path(out), described(where), steps(progress)
    if (k is not None and k < 1) or seeds < 1:
        raise UsageError("the number of clusters and of runs must be at least 1; give --k and --seeds so.")
    check_folder(out)
    with open_corpus(corpus) as opened:
        pages = look(opened, conditions)
        wanted = default_k(len(pages)) if k is None else k
        tell(f"k-means, {seeds} runs with {wanted:,} clusters")
        runs = kmeans_runs(pages.vectors, wanted, [seed + n for n in range(seeds)])
        methods = _methods(pages, runs, seed, tell)
        tried = _tried(pages, wanted, runs, methods[1], seed, tell) if sensitivity else []
        summary = _summary(pages, methods, tried, {
            "where": str(conditions or ""), "k": wanted, "seeds": seeds, "seed": seed, "draws": DRAWS,
        })  # fmt: skip
        tables = _table(pages, methods), _about(pages, methods), _numbers(tried)
        tell("writing")
        with staged_folder(out) as folder:
            _write(folder, pages, methods[1], summary, tables, pictures(opened, pages))
    table, about, numbers = tables
    return Clustered(out, table, about, summary, _sentence(pages, methods, out), numbers)


def _methods(pages: SeenPages, made: Sequence[Run], seed: int, tell: Any) -> tuple[_Method, _Method]:
    """k-means over seeds, and HDBSCAN over parts of the pages."""
    from zij.corpora.seeing.density import density_clusters
    from zij.corpora.seeing.neighbours import unit
    from zij.corpora.seeing.partition import numbered, partition
    from zij.corpora.seeing.stability import mean_rand, stability, subsample_stability

    runs = [numbered(labels) for labels, _ in made]
    first = _Method(
        "k-means", partition(pages.vectors, runs[0]), stability(runs[0], runs[1:]), mean_rand(runs)
    )
    tell("clusters without k")
    labels = numbered(density_clusters(pages.vectors))
    rand, each = subsample_stability(
        labels, lambda rows: density_clusters(pages.vectors[rows]), draws=DRAWS, seed=seed
    )
    return first, _Method("no k (HDBSCAN)", partition(unit(pages.vectors), labels), each, rand)


def _tried(pages: SeenPages, k: int, made: Sequence[Run], free: _Method, seed: int, tell: Any) -> list[Tried]:
    """Numbers of clusters in the proportions of the study; with k clusters, runs are there already."""
    import numpy as np

    from zij.corpora.seeing.clusterfigure import Tried
    from zij.corpora.seeing.kmeans import PUBLISHED_K, SENSITIVITY, kmeans_runs
    from zij.corpora.seeing.stability import adjusted_rand, mean_rand

    found = []
    for one in sorted({max(round(k * number / PUBLISHED_K), 1) for number in SENSITIVITY}):
        tell(f"k-means with {one:,} clusters")
        seeds = [seed + n for n in range(RUNS_A_K)]
        runs = made if one == k and len(made) > 1 else kmeans_runs(pages.vectors, one, seeds)
        other = [adjusted_rand(labels, free.split.labels) for labels, _ in runs]
        between = mean_rand([labels for labels, _ in runs])
        found.append(
            Tried(one, between, float(np.mean(other)), float(np.mean([inertia for _, inertia in runs])))
        )
    return found


def _table(pages: SeenPages, methods: tuple[_Method, _Method]) -> pd.DataFrame:
    """A row a page."""
    import numpy as np
    import pandas as pd

    columns: dict[str, Any] = {"page": pages.names}
    means, free = methods
    for suffix, method in (("_kmeans", means), ("", free)):
        own, rows = method.split, np.arange(len(pages))
        columns |= {
            f"cluster{suffix}": own.labels,
            f"size{suffix}": own.sizes[own.labels - 1],
            f"stability{suffix}": method.stability[own.labels - 1],
            f"distance{suffix}": own.distances,
            f"medoid{suffix}": np.where(own.medoids[own.labels - 1] == rows, "yes", "no"),
        }
    return pd.DataFrame(columns)


def _about(pages: SeenPages, methods: tuple[_Method, _Method]) -> pd.DataFrame:
    """A row a cluster."""
    import numpy as np
    import pandas as pd

    books, places = (np.array(pages.texts(name), object) for name in ("book", "place"))
    first, last = (pages.frame[name] for name in ("year_from", "year_to"))
    names, rows = pages.names, []
    for method in methods:
        split = method.split
        order = np.argsort(split.labels, kind="stable")
        for n, own in enumerate(np.split(order, np.cumsum(split.sizes)[:-1]), start=1):
            years = [first.iloc[own].min(), last.iloc[own].max()]
            rows.append((
                method.name, n, len(own), len(set(books[own]) - {""}), len(set(places[own]) - {""}),
                *(pd.NA if pd.isna(year) else int(year) for year in years), method.stability[n - 1],
                float(split.distances[own].mean()), names[split.medoids[n - 1]],
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "method", "cluster", "pages", "books", "places", "year_from", "year_to", "stability", "mean_distance",
        "medoid",
    ])  # fmt: skip


def _summary(
    pages: SeenPages, methods: tuple[_Method, _Method], tried: Sequence[Tried], parameters: dict[str, Any]
) -> dict[str, Any]:
    """The contents of `clusters.json`."""
    return {
        "pages": len(pages),
        "unprocessed": pages.unprocessed,
        "without_digits": pages.empty,
        "methods": {
            method.name: {
                "clusters": len(method.split.sizes),
                "of_two_and_more": int((method.split.sizes > 1).sum()),
                "largest": int(method.split.sizes[0]),
                "adjusted_rand": method.rand,
            }
            for method in methods
        },
        "sensitivity": [asdict(one) for one in tried],
        "parameters": parameters,
        "versions": versions("scipy"),
    }


def _numbers(tried: Sequence[Tried]) -> pd.DataFrame:
    """A row a number of clusters that was tried."""
    import pandas as pd

    names = ["k", "between_seeds", "with_density", "inertia"]
    return pd.DataFrame([asdict(one) for one in tried], columns=names)


def _write(
    folder: Path, pages: SeenPages, free: _Method, summary: dict[str, Any],
    tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], picture: Any,
) -> None:  # fmt: skip
    from zij.corpora.seeing.clusterfigure import save_clusters
    from zij.corpora.seeing.clustershtml import clusters_page

    _, about, tried = tables
    for name, table in zip(("", "-summary", "-k"), tables, strict=True):
        write_csv(folder / f"clusters{name}.csv", table)
    write_json(folder / "clusters.json", summary)
    save_clusters(folder, about, tried, caption(len(pages)))
    found = "; ".join([_found(free), *_doubt(len(pages))])
    html = clusters_page(
        pages, free.split, free.stability, picture, title=f"Clusters of {len(pages):,} pages",
        lead=f"{found}. Found by HDBSCAN, which needs no number of clusters; those of k-means "
        "stand in clusters.csv.",
        facts=facts(summary["parameters"], summary["versions"]),
    )  # fmt: skip
    write_text(folder / "clusters.html", html)


def caption(pages: int) -> str:
    """What the figure shows, in a line."""
    return f"{pages:,} pages. Dotted: 0.75, from which a cluster counts as stable (Hennig 2007)."


def _found(method: _Method) -> str:
    """How many pages are in clusters and how many alone."""
    sizes = method.split.sizes
    several, alone = sizes[sizes > 1], int((sizes == 1).sum())
    return f"{int(several.sum()):,} pages in {len(several):,} clusters, {alone:,} alone"


def _doubt(pages: int) -> list[str]:
    """What is to be said of the clusters of few pages."""
    return [f"clusters of so few pages mean little (fewer than {FEW})"] if pages < FEW else []


def _sentence(pages: SeenPages, methods: tuple[_Method, _Method], out: Path) -> str:
    means, free = methods
    parts = [
        f"{_found(free)} (agreement among parts of the pages {free.rand:.2f})",
        f"k-means with {len(means.split.sizes):,} clusters (agreement between seeds {means.rand:.2f})",
        *_doubt(len(pages)),
    ]
    return close(parts, pages.left_out(), out / "clusters.html", "pictures")
