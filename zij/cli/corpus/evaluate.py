"""`zij corpus evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zij.cli.pages import Seed
from zij.cli.progress import finish, shown_progress

__all__ = ["evaluate", "register"]


def register(corpus: typer.Typer) -> None:
    """Add the command of this module."""
    corpus.command()(evaluate)


def evaluate(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of the corpus.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ] = Path("evaluation"),
    truth: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Which page is of which family: columns page and family; otherwise your judgements count.",
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Only these pages (place=Paris); may be repeated."),
    ] = None,
    queries: Annotated[
        int, typer.Option(min=0, help="Search with so many pages, drawn by chance; 0 for all.")
    ] = 500,
    vgg: Annotated[
        bool, typer.Option("--vgg/--no-vgg", help="Show the images to a random network, too; takes long.")
    ] = True,
    seed: Seed = 0,
) -> None:
    """Say how well search finds what belongs together, where that is known.

    Judges the search with and without its check by arrangement, and beside it digit counts, a network with
    random weights and random vectors. Writes evaluation.html, which opens without a network, the figures as
    CSV, JSON, PNG and SVG, and every query's (queries.csv).
    """
    from zij.actions import corpus as actions

    with shown_progress() as progress:
        result = actions.evaluate(
            corpus, out, truth=truth, where=where, queries=queries, vgg=vgg, seed=seed, progress=progress
        )
    finish(result)
