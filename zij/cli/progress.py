"""How commands show that they are at work, and how they end."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Result", "finish", "shown_progress"]

DELAY = 1.0  # seconds that may pass before anything is shown


class Result(Protocol):
    """What every action returns, as far as the command line needs it."""

    @property
    def sentence(self) -> str:
        """What was found and where it lies, in one line."""

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Name and reason of each page that failed."""


@contextlib.contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """A function `progress(step, done, total)` that draws a bar on stderr after the first second.

    Yields
    ------
    callable or None
        None where stderr is no terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    bar = _bar()
    task = bar.add_task("", total=None)
    timer = threading.Timer(DELAY, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda step, done, total: bar.update(
            task, description=step, completed=done, total=total or None
        )
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


def finish(result: Result) -> None:
    """Name what was tolerated, passed over or failed, print the closing line; end with 1 if pages failed."""
    for source in (getattr(result, side, None) for side in "ab"):
        for remark in getattr(source, "remarks", ()):
            typer.echo(f"{source.stem}: tolerated: {remark}", err=True)  # type: ignore[union-attr]
    for name, remark in getattr(result, "tolerated", ()):
        typer.echo(f"{name}: tolerated: {remark}", err=True)
    for name, reason in getattr(result, "passed_over", ()):
        typer.echo(f"{name}: passed over: {reason}", err=True)
    for line in getattr(result, "remarks", ()):
        typer.echo(line, err=True)
    for name, reason in result.failures:
        typer.echo(reason if reason.startswith(name) else f"{name}: {reason}", err=True)
    typer.echo(result.sentence)
    if result.failures:
        raise typer.Exit(1)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
