"""Methods that look inside a model, behind `zij explain`: BiLRP of encoders, and its baselines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zij.actions._explaining.questions import Answer, Question
from zij.actions._explaining.seen import LEVELS, look, upright
from zij.actions._inputs.sources import Source
from zij.errors import UsageError

if TYPE_CHECKING:
    from zij.explain.bilrp.pairs import Region
    from zij.explain.report.signed import PageRelevance
    from zij.explain.subjects import ImageSubject

__all__ = ["INSIDE", "looking_inside"]

INSIDE: dict[str, str] = {
    "bilrp": "share of the similarity",
    "hxp": "mixed Hessian of the dot product, times both inputs",
    "gxi": "gradient of the similarity, times the input",
    "saliency": "squared entries of the mixed Hessian",
    "curvature": "entries of the mixed Hessian",
    "products": "plain products of local features",
}
"""The methods, and what their relevance is."""


def looking_inside(method: str) -> Callable[[Question], Answer]:
    """The function that answers a question by one of the methods `INSIDE`."""

    def answer(question: Question) -> Answer:
        ask = _digits if question.encoder is None else _pixels
        a, b = (ask(question, method, *pair) for pair in (question.sources, question.sources[::-1]))
        sums = {
            side: {"regions": len(part.regions), "relevance": float(part.relevance.sum())}
            for side, part in (("a", a), ("b", b))
        }
        return Answer(
            similarity=_similarity(question),
            sides=(a, b),
            facts={"unit": INSIDE[method], **sums},
            parameters={"resolution": question.resolution} if question.masks == "grid" else {},
            notes=(f"sum {sums['a']['relevance']:.4g}", f"sum {sums['b']['relevance']:.4g}"),
            reading=[
                f"Each part's relevance by the method {method} ({INSIDE[method]}), summed over the other"
                " page: red speaks for the similarity, blue against it."
            ],
            limits=_limits(question, method),
        )

    return answer


def _limits(question: Question, method: str) -> list[str]:
    said = ["It shows one page at a time; zij compare lists and draws pairs of places."]
    if method != "bilrp":
        said.append("It is there to be compared with BiLRP: its relevances do not add up to the similarity.")
    if question.encoder is not None and question.encoder.random:
        said.append("The encoder's weights are random: it has learnt nothing.")
    return said


def _similarity(question: Question) -> float:
    if question.encoder is not None:
        one, two = (question.encoder.embed(upright(s, question.encoder)) for s in question.sources)
        return float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))
    from zij.similarity.embedding import cosine, embed
    from zij.similarity.evidence import evidence_from_reading

    return cosine(*(embed(evidence_from_reading(s.reading, s.doubtful)) for s in question.sources))


def _digits(question: Question, method: str, own: Source, other: Source) -> PageRelevance:
    from zij.explain.checks.methods import method_for
    from zij.explain.report.signed import PageRelevance
    from zij.explain.subjects import DigitSubject
    from zij.similarity.evidence import evidence_from_reading

    if question.masks not in LEVELS:
        raise UsageError(
            f"--method {method} sums over parts of tables; choose --masks cells, digits, numbers, rows or"
            " columns."
        )
    a, b = (evidence_from_reading(source.reading, source.doubtful) for source in (own, other))
    subject = DigitSubject(a, b, LEVELS[question.masks])
    regions = look(own, question.masks, None).regions
    return PageRelevance(regions, np.asarray(method_for(subject, method)(subject), np.float64))


def _pixels(question: Question, method: str, own: Source, other: Source) -> PageRelevance:
    from zij.explain.checks.methods import method_for
    from zij.explain.report.signed import PageRelevance

    subject, regions = image_subject(question, own, other)
    return PageRelevance(regions, np.asarray(method_for(subject, method)(subject), np.float64))


def image_subject(question: Question, own: Source, other: Source) -> tuple[ImageSubject, tuple[Region, ...]]:
    """A page and the other, upright and on the raster that the encoder takes, and the parts of the page."""
    from zij.explain.bilrp.encoded import page_geometry
    from zij.explain.distance.labels import label_map
    from zij.explain.subjects import ImageSubject, grid_labels

    encoder = question.encoder
    assert encoder is not None
    pages = [upright(source, encoder) for source in (own, other)]
    height, width = pages[0].shape[:2]
    geometry = page_geometry(encoder, own.reading)
    if question.masks == "grid":
        labels = grid_labels(width, height, question.resolution)
        regions = _squares(labels, geometry)
    else:
        found = label_map(own.reading, question.masks, geometry)  # type: ignore[arg-type]
        labels, regions = found.labels, found.regions
    return ImageSubject(encoder, pages[0], pages[1], labels), regions


def _squares(labels: NDArray[np.int64], geometry: Any) -> tuple[Region, ...]:
    """The squares of a grid as regions, named by row and column."""
    from zij.explain.bilrp.pairs import Region
    from zij.tables.geometry import Box

    found = []
    for number in range(int(labels.max(initial=-1)) + 1):
        rows, columns = np.nonzero(labels == number)
        left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        box = Box(int(left), int(top), int(right - left), int(bottom - top))
        found.append(Region(f"square-{number}", "", geometry.box_to_original(box)))
    return tuple(found)
