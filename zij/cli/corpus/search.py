"""`zij corpus` search."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zij.cli.corpus.keep import WHERE
from zij.cli.pages import Device
from zij.cli.progress import finish, shown_progress

__all__ = ["register", "search"]


def register(corpus: typer.Typer) -> None:
    """Add the command of this module."""
    corpus.command()(search)


def search(
    corpus: Annotated[
        Path, typer.Argument(metavar="CORPUS", help="Folder of the corpus.", show_default=False)
    ],
    page: Annotated[
        str,
        typer.Argument(
            metavar="PAGE",
            help="An image, a PAGE-XML file, CORPUS#PAGE, or the name of a page in the corpus.",
            show_default=False,
        ),
    ],
    k: Annotated[int, typer.Option("-k", min=1, help="How many pages to show.")] = 20,
    where: Annotated[list[str] | None, WHERE] = None,
    check: Annotated[
        int,
        typer.Option(
            min=0,
            help="How many of the most similar pages are checked for numbers in the same places.",
        ),
    ] = 100,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Check none: order by similarity alone.")
    ] = False,
    approximate: Annotated[
        bool,
        typer.Option(
            "--approximate", help="Search by an index that finds nearly all; for millions of pages."
        ),
    ] = False,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the hits as CSV.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="Also write search.csv and search.html with pictures."
        ),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another digit model for an image.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Find the pages of a corpus that are most like a page.

    Prints a line for each: rank, similarity, name, and what the check found: its score, and which part of the
    page stands there as well.
    """
    from zij.actions import corpus as actions

    with shown_progress() as progress:
        result = actions.search(
            corpus, page, k=k, where=where, check=0 if no_check else check, approximate=approximate, csv=csv,
            out=out, weights=weights, device=device, progress=progress,
        )  # fmt: skip
    for line in result.lines():
        typer.echo(line)
    finish(result)
