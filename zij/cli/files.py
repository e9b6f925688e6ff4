"""Commands about files of results: `validate`, `convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from zij.cli.progress import finish, shown_progress

__all__ = ["convert", "register", "validate"]


Form = Literal[
    "nested", "flat", "transkribus", "csv", "tsv", "parquet", "json", "iiif", "tei", "escriptorium", "dishas",
    "deposit",
]  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(validate)
    app.command()(convert)


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


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="A PAGE-XML file, a folder of them, or CORPUS#PAGE.")
    ],
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="The file or folder to write; changed in place if it is IN."),
    ],
    to: Annotated[
        Form, typer.Option("--to", help="A profile of PAGE-XML (nested, flat, transkribus) or another form.")
    ],
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder with the images, for forms that hold them and for --rescale."
        ),
    ] = None,
    rescale: Annotated[
        bool,
        typer.Option("--rescale", help="Fit pages to their images, where these are larger or smaller now."),
    ] = False,
) -> None:
    """Write PAGE-XML in another profile, or for another program.

    Profiles keep all that stands in a file, whoever wrote it; what a form has no place for is told. All is
    written or nothing.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.convert(source, out, to=to, images=images, rescale=rescale, progress=progress)
    finish(result)
