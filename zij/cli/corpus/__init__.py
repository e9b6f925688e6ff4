"""Commands about many pages: `zij corpus ...`."""

from __future__ import annotations

import typer

from zij.cli.corpus import evaluate, export, gather, keep, process, search, see

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this package."""
    corpus = typer.Typer(
        name="corpus",
        help="Work with many pages.",
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in (gather, process, keep, search, see, evaluate, export):
        module.register(corpus)
    corpus.callback(invoke_without_command=True)(_corpus)
    app.add_typer(corpus)


def _corpus(context: typer.Context) -> None:
    """Work with many pages."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)
