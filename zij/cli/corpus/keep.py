"""`zij corpus` status, tag, judge and import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zij.cli.progress import finish, shown_progress

__all__ = ["WHERE", "import_", "judge", "register", "status", "tag"]

WHERE = typer.Option(
    "--where",
    metavar="KEY=VALUE",
    help="Only pages of which this holds; may be repeated. Keys: book, place, year, tag, name, table, "
    "source, state, judged, digits. KEY!=VALUE negates, a comma means or.",
)
_Folder = Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder of the corpus.", show_default=False)]
_Who = Annotated[
    str | None, typer.Option("--who", metavar="NAME", help="Who says so; otherwise the login name.")
]


def register(corpus: typer.Typer) -> None:
    """Add the commands of this module."""
    corpus.command()(status)
    corpus.command()(tag)
    corpus.command()(judge)
    corpus.command("import")(import_)


def status(
    corpus: _Folder,
    json: Annotated[bool, typer.Option("--json", help="All of it as JSON, for programs.")] = False,
) -> None:
    """Tell how a corpus stands: what is read, failed, out of date, missed, tagged and judged."""
    from zij.actions import corpus as actions

    result = actions.status(corpus)
    if json:
        typer.echo(result.to_json())
        return
    for line in result.lines():
        typer.echo(line)
    finish(result)


def tag(
    corpus: _Folder,
    tag: Annotated[str, typer.Argument(metavar="TAG", help="A word, or a few.", show_default=False)],
    pages: Annotated[
        list[str] | None, typer.Argument(metavar="PAGE", help="Names of pages.", show_default=False)
    ] = None,
    table: Annotated[
        str, typer.Option(metavar="ID", help="Tag this table of each page (t1, t2, ...) instead of the page.")
    ] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the tag away.")] = False,
    where: Annotated[list[str] | None, WHERE] = None,
    who: _Who = None,
) -> None:
    """Put a tag on pages or tables.

    Tags filter searches (--where tag=...) and go into exports. Who tagged, and when, is remembered.
    """
    from zij.actions import corpus as actions

    finish(actions.tag(corpus, tag, pages or (), table=table, remove=remove, where=where, who=who))


def judge(
    corpus: _Folder,
    a: Annotated[str | None, typer.Argument(metavar="A", help="Name of a page.", show_default=False)] = None,
    b: Annotated[
        str | None, typer.Argument(metavar="B", help="Name of another page.", show_default=False)
    ] = None,
    verdict: Annotated[
        str | None,
        typer.Argument(
            metavar="VERDICT",
            help="same (table), part (A is a part of B), related, or different.",
            show_default=False,
        ),
    ] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="CSV", help="Judgements in a file: a, b, verdict and, if wanted, note, who, at."
        ),
    ] = None,
    who: _Who = None,
) -> None:
    """Say what two pages are to each other.

    Older judgements are kept, the newest holds. zij corpus evaluate measures searches against them.
    """
    from zij.actions import corpus as actions

    finish(actions.judge(corpus, a, b, verdict, note=note, who=who, source=source))


def import_(
    corpus: _Folder,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="PAGE-XML of Transkribus, eScriptorium or zij, STEM.cells.csv, or folders of them.",
            show_default=False,
        ),
    ],
    who: _Who = None,
) -> None:
    """Take corrected readings back into the corpus.

    They are stored beside what was there, and hold from now on; the machine never overwrites them.
    """
    from zij.actions import corpus as actions

    with shown_progress() as progress:
        result = actions.import_(corpus, files, who=who, progress=progress)
    finish(result)
