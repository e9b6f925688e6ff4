"""`zij corpus` search."""

from __future__ import annotations

import typer

__all__ = ["register"]


def register(corpus: typer.Typer) -> None:
    """Add the commands of this module."""
