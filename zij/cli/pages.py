"""Commands about single pages: `annotate`, `train`, `evaluate`, `generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from zij.cli.progress import finish, shown_progress

__all__ = ["Device", "Images", "OnlyTables", "Seed", "annotate", "evaluate", "generate", "register", "train"]

Device = Annotated[
    Literal["auto", "cpu", "cuda"],
    typer.Option(help="Where the network runs; auto takes a GPU if there is one."),
]
Images = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Folder with the images of PAGE-XML files; otherwise they are beside them."
    ),
]
OnlyTables = Annotated[
    bool,
    typer.Option(
        "--only-tables",
        help="Leave digits outside tables, such as page numbers, out of the similarity (bigram alone).",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(annotate)
    app.command()(train)
    app.command()(evaluate)
    app.command()(generate)


def annotate(
    pages: Annotated[
        list[str], typer.Argument(metavar="PAGE", help="Images, PAGE-XML files, or CORPUS#PAGE.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ],
    profile: Annotated[
        Literal["nested", "flat", "transkribus"],
        typer.Option(help="Form of the PAGE-XML: cells with roles, plain lines, or Transkribus's tables."),
    ] = "nested",
    device: Device = "auto",
    split: Annotated[
        bool,
        typer.Option("--split", help="Read an opening as two pages, STEM-left and STEM-right."),
    ] = False,
    images: Images = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another digit model, as made by zij train.")
    ] = None,
) -> None:
    """Read the digits, numbers and tables of scans.

    Writes for each PAGE its PAGE-XML, a table of cells (CSV) that can be corrected and read back, and a
    picture of the page with what was read.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.annotate(
            pages, out, profile=profile, device=device, split=split, images=images, weights=weights,
            progress=progress,
        )  # fmt: skip
    finish(result)


def train(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Weights to write, .safetensors.")
    ] = Path("digits.safetensors"),
    fonts: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with more fonts, for instance of your printer's types."),
    ] = None,
    pages: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Go on from the weights with these pages: corrected PAGE-XML or cells.csv, or boxes as CSV.",
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The model to go on from; with --pages otherwise the one that comes with zij.",
        ),
    ] = None,
    images: Images = None,
    whole_pages: Annotated[
        bool,
        typer.Option(
            "--whole-pages",
            help="With --pages: boxes in CSV files are all the digits of their pages; all else is none.",
        ),
    ] = False,
    seed: Seed = 0,
    minutes: Annotated[
        float | None,
        typer.Option(min=0, help="End after so many minutes; the bytes then depend on it."),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="End after so many training steps.")] = None,
    device: Device = "auto",
) -> None:
    """Make the digit model again, or teach it your own types.

    It learns from generated pages, on which every digit is known. With --pages it goes on from there with
    pages that you corrected, tries itself on some of them that it holds back, and keeps the better model.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.train(
            out, fonts=fonts, pages=pages, weights=weights, images=images,
            whole_pages=whole_pages, seed=seed, minutes=minutes, steps=steps, device=device,
            progress=progress,
        )  # fmt: skip
    finish(result)


def evaluate(
    pages: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with images and truth beside them.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ] = Path("evaluation"),
    readings: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with PAGE-XML of zij annotate; otherwise pages are read."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another digit model, as made by zij train.")
    ] = None,
    device: Device = "auto",
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with the images; otherwise they are beside the truth."),
    ] = None,
) -> None:
    """Say how well pages are read, where their truth is known.

    The truth of STEM.jpg is STEM.digits.csv (boxes of digits), STEM.cells.csv (values of tables), or a
    corrected STEM.xml, beside it. Writes evaluation.html, which opens without a network, figures for each
    page, every error (CSV), confusion matrix, calibration and a sheet of the worst places.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.evaluate(
            pages, out, readings=readings, weights=weights, device=device, images=images, progress=progress
        )
    finish(result)


def generate(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the pages; made if missing.")
    ],
    kind: Annotated[str, typer.Option(help="Kind of table.")] = "climates",
    seed: Seed = 0,
    count: Annotated[int, typer.Option(min=1, help="Number of pages.")] = 1,
    families: Annotated[
        int | None,
        typer.Option(min=1, help="Make a corpus with so many families of pages of the same table instead."),
    ] = None,
    pages: Annotated[
        int | None, typer.Option(min=4, help="Number of pages of that corpus, strangers included.")
    ] = None,
    readings: Annotated[
        bool, typer.Option("--readings", help="Write that corpus as readings (JSON), without images.")
    ] = False,
    misread: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Share of digits misread in those readings; 0.01 if not given."),
    ] = None,
) -> None:
    """Make pages of tables with their truth, to try zij on.

    With --families and --pages a corpus: pages/, truth/, and families.csv, which tells what shows the same
    table and is metadata for zij corpus add. Shuffled copies and unrelated tables are among the pages.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.generate(
            out, kind=kind, seed=seed, count=count, families=families, pages=pages, readings=readings,
            misread=misread, progress=progress,
        )  # fmt: skip
    finish(result)
