"""What both ways of comparing pages share: what is asked, what is found, and the facts that are recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zij import __version__
from zij.actions._inputs.sources import Source

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from zij.explain.bilrp.encoded import EncodedPair
    from zij.explain.bilrp.heat import Heat
    from zij.explain.bilrp.images import Precision
    from zij.explain.bilrp.pairs import PairExplanation
    from zij.tables.digits.network import Weights

__all__ = ["Asked", "Drawing", "Found", "reading_facts", "summarised"]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is wanted of either way of comparing."""

    top: int
    weights: Weights
    device: str
    pixels: bool
    precision: Precision | None
    tell: Callable[[str], None]
    only_tables: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What figure and report show, where it is not the pairs of numbers.

    Attributes
    ----------
    pairs : DataFrame
        Pairs of patches, with the columns of pairs.csv.
    summary : dict
        The contents of `explanation.json` with the sums of these pairs.
    pictures : sequence of (H, W, 3) ndarray of uint8
        Both pages under the colours of their relevance.
    """

    pairs: pd.DataFrame
    summary: dict[str, Any]
    pictures: Sequence[NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What either way of comparing has to say."""

    explanation: PairExplanation | EncodedPair
    pairs: pd.DataFrame
    summary: dict[str, Any]
    heats: Sequence[Heat]
    sentence: Sequence[str]
    drawing: Drawing | None = None


def summarised(
    explanation: PairExplanation | EncodedPair,
    pairs: pd.DataFrame,
    sources: Sequence[Source],
    model: str,
    top: int,
    parameters: Mapping[str, Any],
) -> dict[str, Any]:
    """The contents of `explanation.json`."""
    import numpy as np
    import torch

    a, b = sources
    return {
        **explanation.report(top),
        "pairs": explanation.count,
        "pairs_listed": len(pairs),
        "model": model,
        "parameters": {
            "top": top,
            **parameters,
            "alignment_score": explanation.alignment.score,
            **reading_facts(a, b),
        },
        "versions": {"zij": __version__, "numpy": np.__version__, "torch": torch.__version__},
        "hashes": {"a": a.reading.sha256, "b": b.reading.sha256},
        "pages": {"a": a.reading.image, "b": b.reading.image},
    }


def reading_facts(a: Source, b: Source) -> dict[str, Any]:
    """Whose the readings of two pages are, and what they depended on, for the record."""
    facts: dict[str, Any] = {}
    for side, source in (("a", a), ("b", b)):
        reading = source.reading
        own: dict[str, Any] = {"input": "image" if source.from_image else "reading"}
        own |= {"source": reading.source, "turn": reading.turn, "skew": reading.skew}
        own |= {"digit_height": reading.digit_height, **dict(reading.parameters)}
        facts |= {f"{side}_{name}": value for name, value in own.items()}
    return facts
