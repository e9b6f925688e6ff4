"""Commands about two pages: `compare`, `demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zij.cli.pages import Device, Images, OnlyTables, Seed
from zij.cli.progress import finish, shown_progress

__all__ = ["compare", "demo", "register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(compare)
    app.command()(demo)


def compare(
    a: Annotated[
        str, typer.Argument(metavar="A", help="Image, PAGE-XML file or CORPUS#PAGE of the first page.")
    ],
    b: Annotated[
        str, typer.Argument(metavar="B", help="Image, PAGE-XML file or CORPUS#PAGE of the second page.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ],
    top: Annotated[
        int, typer.Option(min=1, help="How many pairs to list; the sum of the others is stated.")
    ] = 2000,
    model: Annotated[
        str,
        typer.Option(
            help="What similarity is measured on: bigram (pairs of neighbouring digits), or an encoder of"
            " images: vgg16, resnet18, resnet34 or resnet50."
        ),
    ] = "bigram",
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE|random",
            help="Another digit model, as made by zij train; or the encoder's weights in torchvision's layout"
            " (.pth or .safetensors), or the word random.",
        ),
    ] = None,
    layer: Annotated[
        int | None, typer.Option(help="How many layers of vgg16 are kept: 5, 10, 17, 24 or 31 (the default).")
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            help="Side of the square in which an encoder is shown a page, in pixels; 224 by default."
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Of an encoder's random weights and random projection.")
    ] = 0,
    projection: Annotated[
        str | None,
        typer.Option(
            metavar="random|pca|FILE",
            help="How an encoder's features become a vector; pca finds directions on the pages of --samples.",
        ),
    ] = None,
    samples: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the pages for --projection pca.")
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="float32|bfloat16|float64",
            help="In which an encoder's relevance is taken back; bfloat16 is fast on some processors.",
        ),
    ] = None,
    device: Device = "auto",
    images: Images = None,
    pixels: Annotated[
        bool,
        typer.Option("--pixels", help="Also draw which pixels of each page speak for and against it."),
    ] = False,
    parquet: Annotated[
        bool,
        typer.Option("--parquet", help="Also write the pairs as Parquet, for data tools; needs pyarrow."),
    ] = False,
    only_tables: OnlyTables = False,
) -> None:
    """Say how similar two pages are, and which digits make it so.

    The similarity is split exactly into pairs of digit regions. Writes PAGE-XML for both
    pages, the pairs (CSV and W3C annotations), a figure, and report.html, which opens without a network.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.compare(
            a, b, out, top=top, model=model, weights=weights, layer=layer, size=size, seed=seed,
            projection=projection, samples=samples, precision=precision,  # type: ignore[arg-type]
            device=device, images=images, pixels=pixels, parquet=parquet, only_tables=only_tables,
            progress=progress,
        )  # fmt: skip
    finish(result)


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ] = Path("demo"),
    seed: Seed = 0,
) -> None:
    """Make two editions of one table and compare them.

    The second is a copy of the first with a few misprints.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.demo(out, seed=seed, progress=progress)
    finish(result)
