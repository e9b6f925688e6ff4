"""Commands that hold editions and numbers against each other: `collate` and `check`."""

from __future__ import annotations

import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
