"""`zij corpus process`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from zij.cli.pages import Device
from zij.cli.progress import finish, shown_progress

__all__ = ["process", "register"]

PAUSE = 60.0
"""Seconds between lines of progress where stderr is no terminal."""


def register(corpus: typer.Typer) -> None:
    """Add the command of this module."""
    corpus.command()(process)


def process(
    corpus: Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of the corpus.")],
    workers: Annotated[
        int | None,
        typer.Option(min=0, help="Processes on this machine; otherwise one a core. 0: none but this one."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Dask scheduler, tcp://host:port; local is this machine."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Only these pages (place=Paris); may be repeated."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another digit model, as made by zij train.")
    ] = None,
    device: Device = "auto",
    retry: Annotated[
        bool, typer.Option("--retry", help="Try pages that failed again, though nothing has changed.")
    ] = False,
    limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="A page that takes longer is given up.")
    ] = 900,
    send_images: Annotated[
        bool,
        typer.Option("--send-images", help="With --scheduler: send images that workers cannot reach."),
    ] = False,
) -> None:
    """Read and embed the pages of a corpus that need it.

    Only what is missing is done, and what was made by another model or version. It may be ended at any time
    (Ctrl-C) and goes on from there the next time. A page that fails is named with the reason, and the rest
    goes on.
    """
    from zij.actions import corpus as actions

    with _paced() as progress:
        result = actions.process(
            corpus, workers=workers, scheduler=scheduler, where=where, weights=weights, device=device,
            retry=retry, limit=limit, send_images=send_images, progress=progress,
        )  # fmt: skip
    finish(result)


@contextlib.contextmanager
def _paced() -> Iterator[Callable[[str, int, int], None]]:
    """A bar where stderr is a terminal; elsewhere, as in the log of a night or a cluster, a line a minute."""
    due = time.monotonic() + PAUSE
    with shown_progress() as bar:

        def progress(step: str, done: int, total: int) -> None:
            nonlocal due
            if bar is not None:
                bar(f"{done:,} of {total:,}: {step}", done, total)
            elif time.monotonic() >= due:
                due = time.monotonic() + PAUSE
                typer.echo(f"{done:,} of {total:,} pages: {step}", err=True)

        try:
            yield progress
        except KeyboardInterrupt:
            typer.echo("what was done is kept; the same command goes on from there.", err=True)
            raise
