"""What `zij explain` asks of a method, and what a method answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zij.actions._inputs.sources import Progress, Source

if TYPE_CHECKING:
    from zij.explain.report.signed import PageRelevance
    from zij.similarity.encoders.encoder import Encoder

__all__ = ["Answer", "Question"]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Two pages and how they are to be explained.

    Attributes
    ----------
    sources : (Source, Source)
    model : str
        Name of the model.
    encoder : Encoder or None
        None for the bigram network.
    masks : str
        The parts of a page that are hidden or summed over.
    number : int or None
        How many masks; None for as many as the model is quick.
    keep, select, seed, resolution
        Probability that a part is kept, which masks speak, what is drawn, cells of a grid.
    progress : callable or None
    """

    sources: tuple[Source, Source]
    model: str
    encoder: Encoder | None
    masks: str
    number: int | None
    keep: float
    select: str
    seed: int
    resolution: int
    progress: Progress | None


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a method found.

    Attributes
    ----------
    similarity : float
        Cosine of the embeddings.
    sides : (PageRelevance, PageRelevance)
        The parts of A given B, and of B given A.
    facts : mapping
        What goes to `explanation.json` beside what every method has; "a" and "b" are those of the sides.
    parameters : mapping
        All that the answer depends on.
    notes : (str, str)
        What the legends of the pictures add.
    reading, limits : sequence of str
        How to read the maps, and what they do not say.
    """

    similarity: float
    sides: tuple[PageRelevance, PageRelevance]
    facts: Mapping[str, Any]
    parameters: Mapping[str, Any]
    notes: tuple[str, str]
    reading: Sequence[str]
    limits: Sequence[str]
