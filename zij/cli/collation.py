"""Commands that hold editions and numbers against each other: `collate` and `check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zij.cli.pages import Device, Images
from zij.cli.progress import finish, shown_progress

__all__ = ["check", "collate", "register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(collate)
    app.command()(check)


def collate(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ],
    pages: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WITNESS...",
            help="Images, PAGE-XML files, CORPUS#PAGE, or folders of pages; each is one witness.",
        ),
    ] = None,
    witnesses: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Table with the columns siglum, pages (parted by semicolons) and date: which pages make one"
            " witness.",
        ),
    ] = None,
    images: Images = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another digit model, as made by zij train.")
    ] = None,
    spreadsheet: Annotated[
        bool,
        typer.Option("--spreadsheet", help="Guard texts in CSV files that a spreadsheet takes for formulas."),
    ] = False,
    device: Device = "auto",
) -> None:
    """Collate witnesses of a table cell by cell, and say what kind of error each difference is.

    Writes apparatus.csv, variants.csv, shared.csv (errors in which witnesses agree), apparatus.txt (as an
    editor writes it), stemma.csv (for stemmaweb) and apparatus.html, which opens without a network and shows
    the crops behind every difference.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.collate(
            pages or [], out, witnesses=witnesses, images=images, weights=weights, spreadsheet=spreadsheet,
            device=device, progress=progress,
        )  # fmt: skip
    finish(result)


def check(
    pages: Annotated[
        list[str],
        typer.Argument(metavar="PAGE...", help="Images, PAGE-XML files, CORPUS#PAGE, or folders of pages."),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ],
    images: Images = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another digit model, as made by zij train.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Check tables by their own arithmetic: places, differences, means, formulas; nothing is changed.

    Writes checks.csv (the cells that break a rule which their column otherwise keeps, with what is
    expected, and how likely scan, print or computation are to blame), residuals.csv (all cells), models.csv
    and checks.html.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.check(pages, out, images=images, weights=weights, device=device, progress=progress)
    finish(result)
