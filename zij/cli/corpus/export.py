"""`zij corpus export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from zij.cli.corpus.keep import WHERE
from zij.cli.progress import finish, shown_progress

__all__ = ["export", "register"]

Form = Literal[
    "pagexml",
    "csv",
    "tsv",
    "parquet",
    "json",
    "iiif",
    "tei",
    "escriptorium",
    "transkribus",
    "dishas",
    "deposit",
]
Unit = Literal["degree", "day", "hour", "month", "year"]


def register(corpus: typer.Typer) -> None:
    """Add the command of this module."""
    corpus.command()(export)


def export(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="A corpus, or a folder with PAGE-XML files as zij annotate writes them."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ],
    form: Annotated[
        Form, typer.Option("--format", help="For which program; docs/how-to says what each of them keeps.")
    ] = "pagexml",
    profile: Annotated[
        Literal["nested", "flat", "transkribus"],
        typer.Option(help="Form of PAGE-XML, in pagexml and deposit."),
    ] = "nested",
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder with all the images; otherwise those beside the PAGE-XML are used."
        ),
    ] = None,
    spreadsheet: Annotated[
        bool,
        typer.Option(
            "--spreadsheet", help="csv, tsv: an apostrophe before texts that would count as formulas."
        ),
    ] = False,
    base_url: Annotated[
        str, typer.Option(metavar="URL", help="iiif: where the files will be served; otherwise URNs.")
    ] = "",
    title: Annotated[str, typer.Option(help="Of the collection; otherwise the folder's name.")] = "",
    authors: Annotated[
        list[str] | None,
        typer.Option("--author", help="Family, Given; may be repeated."),
    ] = None,
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Day of publication.")] = "",
    licence: Annotated[str, typer.Option(help="Licence of the readings, a name or an address.")] = "",
    image_licence: Annotated[
        str, typer.Option(help="Licence of the images, a name or an address; never guessed.")
    ] = "",
    copy_images: Annotated[
        bool, typer.Option("--copy-images", help="deposit: put the images in; otherwise they are named.")
    ] = False,
    model_card: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="deposit: the card of a digit model that is not zij's own."),
    ] = None,
    argument: Annotated[
        str,
        typer.Option(
            metavar="COLUMN", help="dishas: column of the argument, from 0; 3+4 joins the places of two."
        ),
    ] = "0",
    entries: Annotated[
        list[str] | None,
        typer.Option(
            "--entry",
            metavar="COLUMN",
            help="dishas: column of an entry; may be repeated; otherwise each column but the argument's.",
        ),
    ] = None,
    argument_unit: Annotated[Unit | None, typer.Option(help="dishas: unit of the argument.")] = None,
    entry_unit: Annotated[Unit | None, typer.Option(help="dishas: unit of the entries.")] = None,
    table_type: Annotated[
        int, typer.Option(min=0, help="dishas: its number for the kind of table; 0 if not stated.")
    ] = 0,
    where: Annotated[list[str] | None, WHERE] = None,
) -> None:
    """Hand readings on to another program.

    Corrections in STEM.cells.csv hold, and pairs.jsonld of zij compare is used where the form has a place
    for it. Of a corpus people's readings go out before the machine's, with metadata.csv, tags.csv and
    judgements.csv. The closing line says what the form cannot hold.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.export(
            folder, out, form=form, profile=profile, images=images, spreadsheet=spreadsheet,
            base_url=base_url, title=title, authors=authors or (), date=date, licence=licence,
            image_licence=image_licence, copy_images=copy_images, model_card=model_card, argument=argument,
            entries=entries or (), argument_unit=argument_unit or "", entry_unit=entry_unit or "",
            table_type=table_type, where=where, progress=progress,
        )  # fmt: skip
    finish(result)
