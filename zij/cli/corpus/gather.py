"""`zij corpus` add."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from zij.cli.progress import finish, shown_progress

__all__ = ["add", "register"]

_SHOWN = 20  # of what is missing; all of it is told by zij corpus status


def register(corpus: typer.Typer) -> None:
    """Add the commands of this module."""
    corpus.command()(add)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A result as it is shown: not with hundreds of lines of what is missing."""

    sentence: str
    failures: tuple[tuple[str, str], ...]
    tolerated: tuple[tuple[str, str], ...]


def add(
    corpus: Annotated[
        Path,
        typer.Argument(metavar="CORPUS", help="Folder of the corpus; made if missing.", show_default=False),
    ],
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE",
            help="Folders, images, PDF, PAGE-XML, METS, IIIF manifests (files or addresses), zip archives of "
            "eScriptorium, readings as JSON, or lists of these (.txt, .csv).",
            show_default=False,
        ),
    ] = None,
    metadata: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="CSV",
            help="What is known of pages or books; may be repeated, and given without a SOURCE.",
        ),
    ] = None,
    name_pattern: Annotated[
        str,
        typer.Option(
            metavar="REGEX",
            help="Take facts from file names: groups named book, author, title, year, place, page.",
        ),
    ] = "",
    rights: Annotated[
        str, typer.Option(metavar="TEXT", help="Rights of pages whose source says nothing of them.")
    ] = "",
    size: Annotated[
        int, typer.Option(metavar="PIXELS", help="Longer side of downloaded and rendered images, at most.")
    ] = 3000,
    offline: Annotated[bool, typer.Option("--offline", help="Fetch nothing.")] = False,
    rate: Annotated[float, typer.Option(help="Requests a second to one host.")] = 2.0,
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private", help="Let manifests name images on this machine and its own network."
        ),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Processes that read PAGE-XML and readings; otherwise one a core. 0: none but this one.",
        ),
    ] = None,
) -> None:
    """Add pages to a corpus; again, to add only what is new.

    Originals stay where they are. What could not be had is listed with reasons by zij corpus status.
    """
    from zij.actions import corpus as actions

    with shown_progress() as progress:
        result = actions.add(
            corpus, sources or (), metadata=metadata or (), name_pattern=name_pattern, rights=rights,
            size=size, offline=offline, rate=rate, allow_private=allow_private, workers=workers,
            progress=progress,
        )  # fmt: skip
    failures = result.failures[:_SHOWN]
    rest = len(result.failures) - len(failures)
    if rest:
        failures = (*failures, (f"and {rest:,} more", f"zij corpus status {result.folder} --json lists all"))
    finish(_Shown(result.sentence, failures, result.tolerated))
