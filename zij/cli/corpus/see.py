"""`zij corpus` cluster, map, diversity and outliers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from zij.cli.corpus.keep import WHERE
from zij.cli.progress import finish, shown_progress

__all__ = ["cluster", "diversity", "map_", "outliers", "register"]

_Folder = Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of the corpus.", show_default=False)]
_Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
]
_Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")]
_K = Annotated[
    int | None,
    typer.Option(
        "--k", min=1, help="Clusters of k-means; otherwise 1500 for 9,793 pages, and in proportion."
    ),
]


def register(corpus: typer.Typer) -> None:
    """Add the commands of this module."""
    corpus.command()(cluster)
    corpus.command("map")(map_)
    corpus.command()(diversity)
    corpus.command()(outliers)


def cluster(
    corpus: _Folder,
    out: _Out,
    where: Annotated[list[str] | None, WHERE] = None,
    k: _K = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of k-means whose agreement is measured.")] = 5,
    seed: _Seed = 1,
    sensitivity: Annotated[
        bool, typer.Option(help="Try other numbers of clusters, too; most of the time goes into it.")
    ] = True,
) -> None:
    """Split pages into clusters, and say how stable these are.

    By k-means as in the published study, and by HDBSCAN, which needs no number of clusters.
    """
    from zij.actions import corpus as actions

    with shown_progress() as progress:
        result = actions.cluster(
            corpus, out, where=where, k=k, seeds=seeds, seed=seed, sensitivity=sensitivity, progress=progress
        )
    finish(result)


def map_(
    corpus: _Folder,
    out: _Out,
    where: Annotated[list[str] | None, WHERE] = None,
    method: Annotated[
        Literal["tsne", "umap"], typer.Option(help="t-SNE as published; umap needs the extra zij[umap].")
    ] = "tsne",
    perplexity: Annotated[
        float | None,
        typer.Option(
            min=1.0,
            help="t-SNE: about how many neighbours count; otherwise 500 for 9,793 pages, and in proportion.",
        ),
    ] = None,
    colour: Annotated[
        Literal["auto", "place", "year", "book", "cluster", "tag", "none"],
        typer.Option(help="What gives the colour; auto: place, else year, else cluster."),
    ] = "auto",
    seed: _Seed = 1,
) -> None:
    """Lay pages out on a map, as a figure and as an HTML file that opens offline.

    Pages with alike digits lie near each other.
    """
    from zij.actions import corpus as actions

    with shown_progress() as progress:
        result = actions.map_(
            corpus, out, where=where, method=method, perplexity=perplexity, colour=colour, seed=seed,
            progress=progress,
        )  # fmt: skip
    finish(result)


def diversity(
    corpus: _Folder,
    out: _Out,
    where: Annotated[list[str] | None, WHERE] = None,
    by: Annotated[
        Literal["kmeans", "density"], typer.Option(help="Clusters: k-means as published, or without a k.")
    ] = "kmeans",
    k: _K = None,
    size: Annotated[
        int | None,
        typer.Option(min=1, help="Tables at which places are compared; otherwise 50, or fewer if need be."),
    ] = None,
    tables: Annotated[
        int | None,
        typer.Option(min=1, help="Tables drawn around a year; otherwise 80, or fewer if need be."),
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="How often they are drawn.")] = 20,
    sigma: Annotated[float, typer.Option(min=0.1, help="Of the Gaussian around a year, in years.")] = 4.0,
    thresholds: Annotated[
        str, typer.Option(metavar="N,N,...", help="Digits that a page must have; one curve each.")
    ] = "0,100,200,250,300",
    seed: _Seed = 1,
) -> None:
    """Measure how varied the tables of each place and time are.

    The published entropies, and beside them values at one number of tables, which alone can be compared. Only
    pages with a table count, unless --where says otherwise (table=no, or both: table=yes,no).
    """
    from zij.actions import corpus as actions
    from zij.errors import UsageError

    try:
        limits = [int(text) for text in thresholds.split(",")]
    except ValueError as error:
        raise UsageError(
            f"--thresholds {thresholds!r} is no list of numbers; write it like 0,100,200."
        ) from error
    with shown_progress() as progress:
        result = actions.diversity(
            corpus, out, where=where, by=by, k=k, size=size, tables=tables, repeats=repeats, sigma=sigma,
            thresholds=limits, seed=seed, progress=progress,
        )  # fmt: skip
    finish(result)


def outliers(
    corpus: _Folder,
    out: _Out,
    where: Annotated[list[str] | None, WHERE] = None,
    apart: Annotated[
        Literal["page", "book"],
        typer.Option(help="Unlike any other page, or unlike any page of another book."),
    ] = "page",
    digits: Annotated[
        int, typer.Option(min=0, help="Pages with fewer digits are told apart: they are like anything.")
    ] = 50,
    count: Annotated[int, typer.Option(min=1, help="How many are shown in the HTML file.")] = 60,
) -> None:
    """Find pages unlike any other, with the nearest page beside each."""
    from zij.actions import corpus as actions

    with shown_progress() as progress:
        result = actions.outliers(
            corpus, out, where=where, apart=apart, digits=digits, count=count, progress=progress
        )
    finish(result)
