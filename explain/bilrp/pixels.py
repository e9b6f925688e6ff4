"""Relevance of digits, taken on through the digit network to the pixels of the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zij.explain.bilrp.occurrences import MinRule, occurrences
from zij.explain.lrp.recipes import DIGITS, Recipe
from zij.explain.lrp.rules import STABILISER
from zij.explain.lrp.sweep import attribute
from zij.similarity.embedding import Embedding
from zij.similarity.evidence import Evidence
from zij.tables.digits.network import STRIDE, DigitNetwork
from zij.tables.geometry import Geometry
from zij.tables.scan.page import Page

__all__ = ["PixelRelevance", "contrast_seeds", "peak_relevance", "pixel_relevance", "raster_relevance"]

MARGIN = 64
"""Pixels around a tile: more than the 44 that the network sees to each side of a cell."""
STRIP, WIDTH = 256, 512
"""Pixels of a tile's height and width; they bound the memory."""
_SEARCH = 2
"""Cells around a box's centre among which the peak of a digit is looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class PixelRelevance:
    """Relevance of the pixels of a page.

    Attributes
    ----------
    map : (H, W) ndarray of float64
        On the raster that the digit network saw, the page upright.
    geometry : Geometry
        From the original image to that raster.
    seed : float
        Relevance of the digits that was handed down.
    remainder : float
        What biases and stabilisers of the network kept: `map.sum() + remainder` is `seed`.
    """

    map: NDArray[np.float64]
    geometry: Geometry
    seed: float
    remainder: float


def peak_relevance(
    evidence: Evidence,
    embedding: Embedding,
    weights: NDArray[np.float64],
    *,
    min_rule: MinRule = "share",
    only: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Relevance of each candidate for each digit, given what each dimension of the embedding is worth.

    Parameters
    ----------
    evidence : Evidence
    embedding : Embedding
        Of that evidence.
    weights : (110,) ndarray
        The other page's half: its embedding times `PairExplanation.scale` for all that the pages share, or a
        column of its factor for what one of its regions matches.
    min_rule : "share" or "winner"
        How a pair of digits divides its relevance ("matched" divides it as "share" does).
    only : (N,) ndarray of bool, optional
        Candidates to which the question is confined: occurrences that touch no other.

    Returns
    -------
    (N, 10) ndarray
        Candidates in the order of `evidence.peaks`.
    """
    found = occurrences(evidence)
    phi = np.sqrt(embedding.counts[found.features])
    relevance = found.activations / np.where(phi > 0, phi, 1) * weights[found.features]
    if only is not None and len(only):
        relevance = np.where(only[found.first] & (only[found.second] | (found.second < 0)), relevance, 0.0)
    shares = found.shares(min_rule) * relevance[:, None]
    pairs = found.features >= 10
    first = np.where(pairs, (found.features - 10) // 10, found.features)
    second = (found.features - 10) % 10
    peaks = np.zeros((len(evidence.peaks), 10))
    np.add.at(peaks, (found.first, first), shares[:, 0])
    np.add.at(peaks, (found.second[pairs], second[pairs]), shares[pairs, 1])
    return peaks


def pixel_relevance(
    page: Page,
    network: DigitNetwork,
    evidence: Evidence,
    relevance: NDArray[np.float64],
    *,
    scale: float,
    recipe: Recipe = DIGITS,
) -> PixelRelevance:
    """Relevance of the pixels of a page, from that of its candidate digits.

    Parameters
    ----------
    page : Page
        Upright, as it was read.
    network : DigitNetwork
        Folded.
    evidence : Evidence
        Of that page.
    relevance : (N, 10) ndarray
        From `peak_relevance`.
    scale : float
        Pixels of the network's raster for one of the page: `DIGIT_HEIGHT / view.digit_height`.
    recipe : Recipe
        Rules of the layers.

    Returns
    -------
    PixelRelevance
    """
    ink, geometry = page.raster(scale)
    found, remainder = raster_relevance(
        ink, network, geometry.to_raster(evidence.centres), relevance, recipe=recipe
    )
    return PixelRelevance(found, geometry, float(relevance.sum()), remainder)


def raster_relevance(
    ink: NDArray[np.floating],
    network: DigitNetwork,
    centres: NDArray[np.float64],
    relevance: NDArray[np.float64],
    *,
    recipe: Recipe = DIGITS,
) -> tuple[NDArray[np.float64], float]:
    """Relevance of the pixels of a raster, tile by tile.

    Parameters
    ----------
    ink : (H, W) ndarray
        Digits about 24 pixels high.
    network : DigitNetwork
        Folded; the computation has the precision of its weights.
    centres : (N, 2) ndarray
        x and y of the digits on the raster.
    relevance : (N, 10) ndarray
    recipe : Recipe

    Returns
    -------
    (H, W) ndarray of float64
    float
        What biases and stabilisers kept.
    """
    height, width = ink.shape
    padded = np.pad(ink, ((0, -height % STRIDE), (0, -width % STRIDE)))
    total, remainder = np.zeros(padded.shape), 0.0
    cells = np.clip((centres[:, ::-1] // STRIDE).astype(int), 0, np.array(padded.shape) // STRIDE - 1)
    owners = cells * STRIDE // (STRIP, WIDTH)
    for tile in np.unique(owners[relevance.any(axis=1)], axis=0):
        low = np.maximum(tile * (STRIP, WIDTH) - MARGIN, 0)
        high = np.minimum((tile + 1) * (STRIP, WIDTH) + MARGIN, padded.shape)
        part = slice(low[0], high[0]), slice(low[1], high[1])
        here = (owners == tile).all(axis=1)
        found, kept = _tile(padded[part], network, cells[here] - low // STRIDE, relevance[here], recipe)
        total[part] += found
        remainder += kept
    return total[:height, :width], remainder


def _tile(
    ink: NDArray[np.floating],
    network: DigitNetwork,
    cells: NDArray[np.int64],
    relevance: NDArray[np.float64],
    recipe: Recipe,
) -> tuple[NDArray[np.float64], float]:
    """Relevance of the pixels of a part, and what was kept; all that it took is freed at the end."""
    tensor = torch.from_numpy(np.ascontiguousarray(ink)[None, None]).to(network.classes.weight)
    attribution = attribute(network.trunk, tensor, recipe)
    seeds, kept = contrast_seeds(network, attribution.output, cells, relevance)
    found, more = attribution.relevance(seeds)
    return found[0, 0].double().numpy(), kept + float(more)


def contrast_seeds(
    network: DigitNetwork, features: Tensor, cells: NDArray[np.int64], relevance: NDArray[np.float64]
) -> tuple[Tensor, float]:
    """Relevance of the last features, from that of the digits.

    The evidence for digit k at a peak is its probability; its relevance is that of the contrast of its logit
    with the logit of "no digit", their ratio being a constant gate. The contrast is linear in the features:
    they share its relevance in proportion to their positive contributions (the contrast itself may be
    negative where a digit is doubtful).

    Parameters
    ----------
    network : DigitNetwork
    features : (1, C, h, w) tensor
        Output of the network's trunk.
    cells : (N, 2) ndarray
        Row and column of the digits; the peak is the cell within two where the evidence is strongest.
    relevance : (N, 10) ndarray

    Returns
    -------
    (1, C, h, w) tensor
    float
        What biases and stabilisers kept.
    """
    with torch.no_grad():
        evidence = torch.softmax(network.classes(features), dim=1)[0, :10]  # (10, h, w)
        weight, bias = network.classes.weight[:, :, 0, 0], network.classes.bias
        assert bias is not None
        weight, bias = weight[:10] - weight[10], bias[:10] - bias[10]
        seeds, kept = torch.zeros_like(features), 0.0
        for (row, column), values in zip(cells.tolist(), relevance, strict=True):
            amount = torch.from_numpy(values).to(features)
            y, x = _peak(evidence[int(values.argmax())], row, column)
            parts = torch.column_stack([features[0, :, y, x] * weight, bias])  # (10, C + 1)
            parts = parts.clamp(min=0)
            s = amount / (parts.sum(dim=1) + STABILISER)
            seeds[0, :, y, x] += s @ parts[:, :-1]
            kept += float(s @ (parts[:, -1] + STABILISER))
    return seeds, kept


def _peak(evidence: Tensor, row: int, column: int) -> tuple[int, int]:
    """The cell of strongest evidence near a place."""
    top, left = max(row - _SEARCH, 0), max(column - _SEARCH, 0)
    window = evidence[top : row + _SEARCH + 1, left : column + _SEARCH + 1]
    index = int(window.argmax())
    return top + index // window.shape[1], left + index % window.shape[1]
