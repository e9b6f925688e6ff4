"""Commands about explanations: `explain`, `study`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from zij.cli.pages import Device, Images, OnlyTables, Seed
from zij.cli.progress import finish, shown_progress

__all__ = ["explain", "register", "study"]

Parts = Annotated[
    Literal["cells", "digits", "numbers", "rows", "columns", "rulings", "grid"],
    typer.Option(help="What is hidden: parts of the tables, thin bands along rulings, or random grids."),
]
Model = Annotated[
    str,
    typer.Option(help="What nearness is measured on: bigram, or an encoder, as for zij compare."),
]
Weights = Annotated[
    str | None, typer.Option(metavar="FILE|random", help="Weights of the encoder, as for zij compare.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(explain)
    app.command()(study)


def explain(
    a: Annotated[
        str, typer.Argument(metavar="A", help="Image, PAGE-XML file or CORPUS#PAGE of the first page.")
    ],
    b: Annotated[
        str, typer.Argument(metavar="B", help="Image, PAGE-XML file or CORPUS#PAGE of the second page.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ],
    method: Annotated[
        str,
        typer.Option(
            help="distance: hide parts and watch; bilrp: split the similarity; hxp, gxi, saliency, curvature,"
            " products: what BiLRP is held against."
        ),
    ] = "distance",
    model: Model = "bigram",
    masks: Parts = "cells",
    number: Annotated[
        int | None,
        typer.Option(min=1, help="How many masks; 10,000 for the bigram network, 1000 for encoders."),
    ] = None,
    keep: Annotated[float, typer.Option(help="Probability that a part is kept.")] = 0.5,
    select: Annotated[
        Literal["all", "mirrored", "positive", "negative"] | None,
        typer.Option(
            help="Which masks speak: all, by regression (for parts), or the tails of the distances; mirrored"
            " for grids."
        ),
    ] = None,
    resolution: Annotated[
        int, typer.Option(min=2, help="Cells of a grid along either side of the page.")
    ] = 8,
    top: Annotated[int, typer.Option(min=1, help="How many parts of each page the report lists.")] = 20,
    check: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Also check the explanation of A, and write checks.csv, checks.json and checks.png:"
            " faithfulness (parts go in its order), sensitivity (noise), randomisation (other networks, other"
            " pages), agreement (with other methods), truth (generated pages whose"
            " matching digits are known), or all; may be given several times.",
        ),
    ] = None,
    weights: Weights = None,
    layer: Annotated[int | None, typer.Option(help="How many layers of vgg16, as for zij compare.")] = None,
    size: Annotated[
        int | None, typer.Option(help="Side of the square that an encoder sees, as for zij compare.")
    ] = None,
    seed: Seed = 0,
    device: Device = "auto",
    images: Images = None,
    only_tables: OnlyTables = False,
) -> None:
    """Say what on each of two pages brings them near, and what takes them apart.

    Parts of one page are hidden, over and over, and the distance to the other page is watched. Writes the map
    of each page (PNG), the parts with their relevance, error and significance (CSV), and report.html.
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.explain(
            a, b, out, method=method, model=model, masks=masks, number=number, keep=keep, select=select,
            resolution=resolution, seed=seed, top=top, checks=check or (), weights=weights, layer=layer,
            size=size, device=device, images=images, only_tables=only_tables, progress=progress,
        )  # fmt: skip
    finish(result)


def study(
    a: Annotated[
        str, typer.Argument(metavar="A", help="Image, PAGE-XML file or CORPUS#PAGE of the page to explain.")
    ],
    b: Annotated[
        str, typer.Argument(metavar="B", help="Image, PAGE-XML file or CORPUS#PAGE of the other page.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; made if missing.")
    ],
    model: Model = "bigram",
    masks: Parts = "cells",
    number: Annotated[
        int | None,
        typer.Option(min=10, help="Largest number of masks; 1000 for the bigram network, 200 for encoders."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=2, help="Runs of each setting.")] = 4,
    weights: Weights = None,
    layer: Annotated[int | None, typer.Option(help="How many layers of vgg16, as for zij compare.")] = None,
    size: Annotated[
        int | None, typer.Option(help="Side of the square that an encoder sees, as for zij compare.")
    ] = None,
    seed: Seed = 0,
    device: Device = "auto",
    images: Images = None,
) -> None:
    """Find the settings of zij explain that are worth their cost on a pair of pages.

    Sweeps the number of masks, the share that is kept and which masks speak. Writes how steady the maps are
    over seeds, and how faithful, against the number of forward passes (CSV, PNG).
    """
    from zij import actions

    with shown_progress() as progress:
        result = actions.study(
            a, b, out, model=model, masks=masks, number=number, seeds=seeds, seed=seed, weights=weights,
            layer=layer, size=size, device=device, images=images, progress=progress,
        )  # fmt: skip
    finish(result)
