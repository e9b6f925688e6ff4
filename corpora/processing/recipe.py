"""What makes a reading and a vector: hashes by which a corpus knows which of its results are out of date."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path

from zij import __version__
from zij.corpora.store import Recipes
from zij.errors import ModelError
from zij.files import sha256
from zij.similarity.features import CELLS, FEATURES, MAX_RISE, MIN_STEP

__all__ = ["EMBEDDING", "PARAMETERS", "READING", "recipes", "versions"]

READING = 1
"""Version of the code that reads pages; raised with every change after which pages are read differently."""
EMBEDDING = 1
"""Version of the code that makes counts, arrangements and thumbnails of a reading."""
PARAMETERS = {"floor": "0.05", "lower": "0.5", "upper": "0.9", "alone": "0.97"}
"""What a reading by `zij.tables.read.read` depends on, as it says itself; here without loading torch."""


def recipes(weights: str | Path | None = None) -> Recipes:
    """The recipes of readings and vectors that this zij makes.

    Parameters
    ----------
    weights : path, optional
        Another digit model than the one that comes with zij.

    Returns
    -------
    Recipes

    Raises
    ------
    ModelError
        If there is no such file.
    """
    path = (
        Path(weights) if weights else Path(str(resources.files("zij.tables.weights") / "digits.safetensors"))
    )
    try:
        model = sha256(path)
    except OSError as error:
        raise ModelError(
            f"{path}: cannot be read ({error.strerror}); name a digit model written by 'zij train'."
        ) from error
    return Recipes(
        read=_hash({"model": model, "parameters": PARAMETERS, "version": READING}),
        embed=_hash(
            {"version": EMBEDDING, "features": FEATURES, "cells": CELLS, "step": MIN_STEP, "rise": MAX_RISE}
        ),
    )


def versions() -> dict[str, str]:
    """What must be the same on all machines that process pages of one corpus."""
    return {"zij": __version__, "reading": str(READING), "embedding": str(EMBEDDING)}


def _hash(facts: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
