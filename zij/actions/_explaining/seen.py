"""Pages as a model sees them, cut into parts that can be hidden, for `zij explain` and `zij study`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from zij.actions._inputs.sources import Source
from zij.errors import InputError, UsageError

if TYPE_CHECKING:
    from zij.explain.bilrp.pairs import Region
    from zij.explain.distance.masks import Masks
    from zij.explain.subjects import Level
    from zij.similarity.encoders.encoder import Encoder
    from zij.similarity.evidence import Evidence
    from zij.tables.geometry import Geometry

__all__ = ["LEVELS", "MASKS", "Seen", "look", "upright"]

MASKS = ("cells", "digits", "numbers", "rows", "columns", "rulings", "grid")
LEVELS: dict[str, Level] = {
    "cells": "cell", "digits": "glyph", "numbers": "number", "rows": "row", "columns": "column",
}  # fmt: skip
"""The parts that the bigram network sees, and what `DigitSubject` calls them."""
_RASTER = 256  # pixels of the longer side on which grids for digits are drawn


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One page as a model sees it.

    Attributes
    ----------
    source : Source
    kind : str
        What is hidden, one of `MASKS`.
    regions : tuple of Region
        The parts; for grids the numbers on the page, at whose middles the map is read off.
    vector : (D,) ndarray
        Embedding of the whole page.
    masks : callable
        Seed, probability of being kept, resolution of grids, whether in pairs: the masks of this page.
    embed : callable
        Masks to embeddings.
    repeat : int
        How often the model wants each value of a mask along its rows.
    geometry : Geometry, optional
        From the original to the raster of grid masks.
    labels : (H, W) ndarray of int, optional
        Region of each pixel of what an encoder is shown.
    """

    source: Source
    kind: str
    regions: tuple[Region, ...]
    vector: NDArray[np.float64]
    masks: Callable[[int, float, int, bool], Masks]
    embed: Callable[[NDArray[np.float32]], Any]
    repeat: int = 1
    geometry: Geometry | None = None
    labels: NDArray[np.int64] | None = None

    def parts(self, kept: NDArray[np.float32]) -> Any:
        """Embeddings of the page with its regions kept in that share, (n, R); not for grids."""
        if self.labels is None:
            return self.embed(kept)
        return self.embed(kept[:, self.labels.repeat(self.repeat, axis=1)])

    def values(self, values: NDArray[Any]) -> NDArray[Any]:
        """A map's values at the regions, (R,): themselves, or those at the middles of the numbers."""
        if self.geometry is None:
            return values
        points = np.array([region.box.centre for region in self.regions], float).reshape(-1, 2)
        x, y = _pixels(points, self.geometry).T
        return np.asarray(values[y, x])


def look(source: Source, kind: str, encoder: Encoder | None) -> Seen:
    """A page before the bigram network (None) or an encoder.

    Raises
    ------
    UsageError
        If the kind of masks is not known, or does not fit the model or the page.
    InputError
        If the model sees nothing on the page.
    """
    if kind not in MASKS:
        raise UsageError(f"masks of {kind!r} are not known; choose {', '.join(MASKS)}.")
    return _digits(source, kind) if encoder is None else _pixels_of(source, kind, encoder)


def _digits(source: Source, kind: str) -> Seen:
    """Before the bigram network: what is hidden takes the evidence of its digits away."""
    from zij.explain.bilrp.pairs import Region
    from zij.explain.distance.masks import RegionMasks
    from zij.explain.subjects import DigitSubject
    from zij.similarity.evidence import evidence_from_reading

    if kind == "rulings":
        raise UsageError(
            "the bigram network sees digits and no rulings; choose other masks or a model of images."
        )
    evidence = evidence_from_reading(source.reading, source.doubtful)
    if not len(evidence.peaks):
        raise InputError(
            f"{source.image.name}: no digits were read on this page, so that there is nothing to explain;"
            " correct its reading, or choose a model of images."
        )
    if kind == "grid":
        return _gridded_digits(source, evidence)
    subject = DigitSubject(evidence, evidence, LEVELS[kind])
    texts = _texts(source)
    regions = tuple(
        Region(name, texts.get(name, ""), box) for name, box in zip(subject.names, subject.boxes, strict=True)
    )
    return Seen(
        source, kind, regions, subject.reference,
        lambda seed, keep, _, pairs: RegionMasks(len(regions), seed, keep, pairs),
        subject.embeddings,
    )  # fmt: skip


def _gridded_digits(source: Source, evidence: Evidence) -> Seen:
    """Grids over the page, looked up where the digits stand."""
    from zij.explain.distance.grids import GridMasks
    from zij.explain.distance.labels import regions_of
    from zij.similarity.embedding import embed
    from zij.similarity.masked import masked_counts
    from zij.tables.geometry import Geometry

    whole = Geometry.identity(source.reading.width, source.reading.height)
    raster = whole.scaled(_RASTER / max(whole.width, whole.height))
    x, y = _pixels(evidence.centres, raster).T
    return Seen(
        source, "grid", regions_of(source.reading, "numbers"), embed(evidence).vector,
        lambda seed, keep, s, pairs: GridMasks((raster.height, raster.width), seed, s, keep, pairs),
        lambda masks: np.sqrt(masked_counts(evidence, masks[:, y, x])),
        geometry=raster,
    )  # fmt: skip


def _pixels_of(source: Source, kind: str, encoder: Encoder) -> Seen:
    """Before an encoder: what is hidden gets the colour of the paper, on the raster that it takes."""
    from zij.explain.bilrp.encoded import page_geometry
    from zij.explain.distance.fill import Hider
    from zij.explain.distance.grids import GridMasks
    from zij.explain.distance.labels import label_map, regions_of
    from zij.explain.distance.masks import LabelMasks

    pixels = upright(source, encoder)
    geometry = page_geometry(encoder, source.reading)
    hider = Hider(pixels)
    vector = encoder.embed(pixels)
    embed = lambda masks: encoder.embed_many(list(hider.hide(masks)))  # noqa: E731
    if kind == "grid":
        return Seen(
            source, kind, regions_of(source.reading, "numbers"), vector,
            lambda seed, keep, s, pairs: GridMasks(hider.shape, seed, s, keep, pairs),
            embed, hider.depth, geometry,
        )  # fmt: skip
    found = label_map(source.reading, kind, geometry)  # type: ignore[arg-type]
    return Seen(
        source, kind, found.regions, vector,
        lambda seed, keep, _, pairs: LabelMasks(len(found.regions), seed, keep, pairs, labels=found.labels),
        embed, hider.depth, labels=found.labels,
    )  # fmt: skip


def upright(source: Source, encoder: Encoder) -> NDArray[np.uint8]:
    """A page set upright, on the raster that an encoder takes."""
    from zij.similarity.encoders.fitting import fit

    pixels = np.ascontiguousarray(np.rot90(source.image.pixels, -(source.reading.turn // 90)))
    return pixels if encoder.size is None else fit(pixels, encoder.size)


def _pixels(points: NDArray[np.float64], geometry: Geometry) -> NDArray[np.int64]:
    """The pixels of a raster, x and y, that hold points of the original."""
    found = np.floor(geometry.to_raster(points)).astype(np.int64)
    return np.clip(found, 0, [geometry.width - 1, geometry.height - 1])


def _texts(source: Source) -> dict[str, str]:
    """What stands in each part of a page, by its id."""
    reading = source.reading
    texts = {number.id: number.text for number in reading.numbers()}
    texts |= {glyph.id: glyph.text for glyph in reading.glyphs()}
    for table in reading.tables:
        for cell in table.cells:
            texts[cell.id] = cell.text
            for name in (f"{table.id}_r{cell.row}", f"{table.id}_c{cell.column}"):
                texts[name] = " ".join(part for part in (texts.get(name, ""), cell.text) if part)
    return texts
