"""Commands about files of results: `validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zij.cli.progress import finish, shown_progress

__all__ = ["register", "validate"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(validate)


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="PAGE-XML files, or folders of them.")],
    schema: Annotated[
        Path | None,
        typer.Option(metavar="XSD", help="An XML schema of PAGE to check against, too."),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="A pairs.csv; its pairs and the pairs.jsonld beside it are held against their two pages.",
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where the images must lie; otherwise an image is compared only if it is beside its file.",
        ),
    ] = None,
) -> None:
    """Say what is wrong in PAGE-XML files of any program; nothing is changed.

    Finds what a schema cannot: points outside the image, references to nothing, cells that overlap or are
    missing, texts that contradict each other. Prints each finding in a line: file, line, what is wrong,
    what to do. What is normal in the files of Transkribus is tolerated. Ends with 1 if there are errors.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.validate(files, schema=schema, pairs=pairs, images=images, progress=progress)
    for line in result.lines():
        typer.echo(line)
    finish(result)
    if result.errors:
        raise typer.Exit(1)
