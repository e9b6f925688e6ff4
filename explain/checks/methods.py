"""Explanations of a page beside another, each as one relevance a region: what the checks are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from zij.errors import UsageError
from zij.explain.bilrp.baselines import gradients
from zij.explain.bilrp.candidates import PAIR_METHODS, PairMethod
from zij.explain.bilrp.digits import factor
from zij.explain.bilrp.images import METHODS, explain_images
from zij.explain.bilrp.images import Method as PixelMethod
from zij.explain.distance.explainer import explain_regions
from zij.explain.subjects import DigitSubject, ImageSubject, Method, Subject
from zij.similarity.embedding import embed
from zij.similarity.encoders.encoder import Encoder
from zij.similarity.links import probabilities

__all__ = [
    "DIGIT_METHODS",
    "IMAGE_METHODS",
    "Sampled",
    "distance",
    "gradient_input",
    "method_for",
    "random",
    "relevance_of_regions",
]


@dataclass(frozen=True, slots=True)
class Sampled:
    """An explanation that draws masks, or is drawn altogether: a method with a seed.

    Attributes
    ----------
    draw : callable
        From a subject and a seed to one relevance a region.
    seed : int
    """

    draw: Callable[[Subject, int], NDArray[np.float64]]
    seed: int = 0

    def __call__(self, subject: Subject) -> NDArray[np.float64]:
        """The explanation with this seed: the same masks whenever it is asked."""
        return self.draw(subject, self.seed)

    def fresh(self, seed: int) -> Sampled:
        """The same method with other masks."""
        return replace(self, seed=seed)


def _digits(subject: Subject) -> DigitSubject:
    if not isinstance(subject, DigitSubject):
        raise UsageError("this method explains the bigram network alone; choose another for an encoder.")
    return subject


def relevance_of_regions(subject: Subject) -> NDArray[np.float64]:
    """BiLRP as `zij compare` gives it, (R,): each region's share in the cosine, over all of page B."""
    page = _digits(subject)
    own, other = embed(page.evidence), embed(page.other)
    matrix, _ = factor(page.evidence, own, level="glyph")
    scale = 1 / (own.norm * other.norm) if own.norm * other.norm > 0 else 0.0
    values = other.vector @ matrix * scale
    glyphs = sum(len(number.glyphs) for number in page.evidence.reading.numbers())
    where = np.where(page.evidence.glyphs >= 0, page.evidence.glyphs, glyphs + page.evidence.numbers)
    kept = page.labels >= 0
    region = np.full(matrix.shape[1], -1)
    region[where[kept]] = page.labels[kept]
    kept = region >= 0
    return np.asarray(np.bincount(region[kept], values[kept], minlength=page.regions), float)


def gradient_input(subject: Subject) -> NDArray[np.float64]:
    """Gradient of the cosine by the evidence, its norm included, times the evidence, (R,)."""
    page = _digits(subject)
    own, other = embed(page.evidence), embed(page.other)
    if not own.norm * other.norm > 0:
        return np.zeros(page.regions)
    a, b = own.vector / own.norm, other.vector / other.norm
    towards = (b - (a @ b) * a) / own.norm
    values = np.einsum("m,mik,ik->i", towards, gradients(page.evidence), probabilities(page.evidence))
    return page.pooled(values)


def _marginal(subject: Subject, *, method: PairMethod) -> NDArray[np.float64]:
    """Relevance of all pairs of candidates, summed over page B and over the regions of page A."""
    page = _digits(subject)
    return page.pooled(method(page.evidence, page.other).sum(axis=1))


def _noise(subject: Subject, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng([seed, 2]).standard_normal(subject.regions)


def distance(*, number: int = 1000, **options: Any) -> Sampled:
    """The Distance Explainer on the regions of a subject, of either kind.

    Parameters
    ----------
    number : int
        How many masks.
    **options
        Further ones of `zij.explain.distance.explainer.explain_regions`.

    Returns
    -------
    Sampled
    """

    options = {"permutations": 0, **options}  # significance is not asked for

    def draw(subject: Subject, seed: int) -> NDArray[np.float64]:
        found = explain_regions(
            subject.embeddings, subject.regions, subject.reference, number=number, seed=seed, **options
        )
        return np.asarray(found.maps[0], float)

    return Sampled(draw)


random: Method = Sampled(_noise)
"""White noise, a new one for each seed."""

DIGIT_METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "bilrp": relevance_of_regions,
        "hxp": partial(_marginal, method=PAIR_METHODS["hxp"]),
        "gxi": gradient_input,
        "saliency": partial(_marginal, method=PAIR_METHODS["saliency"]),
        "curvature": partial(_marginal, method=PAIR_METHODS["curvature"]),
        "products": partial(_marginal, method=PAIR_METHODS["products"]),
        "distance": distance(batch=64),
        "random": random,
    }
)
"""Methods for the bigram network by name."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """An encoder that is given what it is shown, not an image."""

    encoder: Encoder

    @property
    def name(self) -> str:
        return self.encoder.name

    @property
    def network(self) -> nn.Module:
        return self.encoder.network

    def prepare(self, shown: Tensor) -> Tensor:
        return shown

    def bounds(self) -> tuple[Tensor, Tensor]:
        return self.encoder.bounds()


def _of_images(subject: Subject, *, method: PixelMethod) -> NDArray[np.float64]:
    """Relevance of all pairs of pixels, summed over page B and over the regions of page A."""
    if not isinstance(subject, ImageSubject):
        raise UsageError(
            "this method explains encoders of images alone; choose another for the bigram network."
        )
    everywhere = np.zeros(subject.other_shown.shape[2:], np.int64)
    found = explain_images(
        _Shown(subject.encoder), subject.shown, subject.other_shown, method=method,
        regions=(subject.raster.numpy(), everywhere),
    )  # fmt: skip
    relevance = np.zeros(subject.regions)  # the last regions may be too small for the raster
    values = found.marginal("a")
    relevance[: len(values)] = values
    return relevance


IMAGE_METHODS: Mapping[str, Method] = MappingProxyType(
    {
        **{name: partial(_of_images, method=name) for name in METHODS},
        "distance": distance(number=500),
        "random": random,
    }
)
"""Methods for encoders of images by name."""


def method_for(subject: Subject, name: str) -> Method:
    """The method of a name for a subject's kind of model.

    Raises
    ------
    UsageError
        If there is none.
    """
    known = IMAGE_METHODS if isinstance(subject, ImageSubject) else DIGIT_METHODS
    if name not in known:
        raise UsageError(f"method {name!r} is not known; choose {', '.join(known)}.")
    return known[name]
