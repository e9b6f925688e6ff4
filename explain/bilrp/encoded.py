"""What an encoder finds alike on two pages of tables: pairs of their numbers, and pairs of square patches.

The factors of both pages' pixels are summed into regions (`R = A^T B` commutes with sums of columns), so that
each view splits the whole similarity:

    similarity = pairs of regions + what lies outside the regions + what biases and stabilisers kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from zij.explain.bilrp.coverage import cell_edges, coverage
from zij.explain.bilrp.digits import regions as numbers_of
from zij.explain.bilrp.factors import Factors
from zij.explain.bilrp.heat import Heat
from zij.explain.bilrp.levels import Half, Level
from zij.explain.bilrp.pixels import PixelRelevance
from zij.explain.bilrp.table import Region, region_table
from zij.similarity.align import Alignment, align
from zij.similarity.encoders.encoder import Encoder
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.viewer.still import StaticViewer
    from zij.explain.viewer.widget import PairViewer

__all__ = ["EncodedPair", "encoded_pair", "page_geometry", "patch_side"]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPair:
    """Why an encoder finds two pages similar.

    Attributes
    ----------
    similarity, dot : float
        Cosine and dot product of the embeddings, from the embeddings alone.
    remainder : float
        What biases and stabilisers of the network kept.
    numbers, patches : Level
        The same similarity between the numbers of both readings, and between square patches of both pages.
    alignment : Alignment
    heats : (Heat, Heat)
        Relevance of the pixels of both pages, on the rasters that the encoder saw.
    patch : int
        Side of a patch in pixels of that raster.
    """

    similarity: float
    dot: float
    remainder: float
    numbers: Level
    patches: Level
    alignment: Alignment
    heats: tuple[Heat, Heat]
    patch: int

    @property
    def a(self) -> Half:
        """The first page's numbers."""
        return self.numbers.a

    @property
    def b(self) -> Half:
        """The second page's numbers."""
        return self.numbers.b

    @property
    def count(self) -> int:
        """Number of all pairs of numbers with relevance."""
        return self.numbers.count

    def pairs(self, top: int | None = None) -> pd.DataFrame:
        """The strongest pairs of numbers, a row each."""
        return self.numbers.pairs(top)

    def relevance(self, side: Literal["a", "b"]) -> NDArray[np.float64]:
        """Relevance of each number of a page: the sum over all numbers of the other page."""
        return self.numbers.relevance(side)

    def report(self, top: int | None = None) -> dict[str, float]:
        """The figures of the explanation, each computed for itself.

        Parameters
        ----------
        top : int, optional
            How many pairs are listed.

        Returns
        -------
        dict
            similarity, dot; relevance_listed and relevance_unlisted (pairs of numbers),
            relevance_outside_digits (pairs of which one end at least lies outside the numbers), remainder
            (biases and stabilisers): the four sum to the similarity; relevance_negative, of pairs of numbers.
        """
        found = self.numbers.report(top)
        found["relevance_outside_digits"] = found.pop("relevance_outside")
        return {
            "similarity": self.similarity, "dot": self.dot, **found, "remainder": self.remainder
        }  # fmt: skip

    def frame(self) -> pd.DataFrame:
        """All pairs of numbers in the columns of pairs.csv."""
        return self.pairs()

    def regions(self) -> pd.DataFrame:
        """Every number of both pages with its relevance: side, id, text, x, y, w, h, relevance."""
        return region_table(self)

    def viewer(
        self, *, threshold: float = 0.0, top: int = 2000, corresponding: bool = False
    ) -> PairViewer | StaticViewer:
        """The pairs of numbers to move about in, set in type where they were read.

        Parameters and errors are those of `zij.explain.bilrp.pairs.PairExplanation.viewer`.
        """
        from zij.explain.viewer.pairviewer import typeset_viewer

        return typeset_viewer(self, threshold=threshold, top=top, corresponding=corresponding)

    def _repr_html_(self) -> str:
        from zij.explain.report.inline import encoded_html

        return encoded_html(self)

    def patch_report(self, top: int | None = None) -> dict[str, float]:
        """The same of the pairs of patches; outside them lies the paper that makes the pages square."""
        found = self.patches.report(top)
        found["relevance_outside_pages"] = found.pop("relevance_outside")
        return {"pairs": self.patches.count, "side": self.patch, **found, "remainder": self.remainder}


def page_geometry(encoder: Encoder, reading: Reading) -> Geometry:
    """The map from a scan to the raster that an encoder is shown: the page set upright, then fitted."""
    upright = Geometry.identity(reading.width, reading.height).turned(reading.turn // 90)
    seen = encoder.geometry(upright.width, upright.height)
    left, top = seen.matrix[:, 2]
    return upright.scaled(seen.scale).cropped(Box(-left, -top, seen.width, seen.height))


def patch_side(geometry: Geometry) -> int:
    """Side of a patch in pixels of the raster, a multiple of 8: about 28 of them to the longer side."""
    return 8 * max(round(max(geometry.width, geometry.height) / 224), 1)


def encoded_pair(
    factors: Factors,
    a: Reading,
    b: Reading,
    geometries: tuple[Geometry, Geometry],
    *,
    pool: int = 1,
    alignment: Alignment | None = None,
) -> EncodedPair:
    """An explanation of pixels as one of numbers and patches.

    Parameters
    ----------
    factors : Factors
        Of `zij.explain.bilrp.images.explain_images`, summed over cells.
    a, b : Reading
        What stands on the pages, with ids.
    geometries : (Geometry, Geometry)
        From both scans to the rasters that the encoder saw, as of `page_geometry`.
    pool : int
        Side of the cells, as given to `explain_images`; 1, 2, 4 or 8.
    alignment : Alignment, optional
        How the tables lie on each other; found by `zij.similarity.align.align` by default.

    Returns
    -------
    EncodedPair
    """
    alignment = align(a, b) if alignment is None else alignment
    patch = max(patch_side(geometry) for geometry in geometries)
    numbers: list[Half] = []
    patches: list[Half] = []
    for factor, reading, geometry in zip((factors.a, factors.b), (a, b), geometries, strict=True):
        numbers.append(_numbers(factor, reading, geometry, pool))
        patches.append(_patches(factor, reading, geometry, pool, patch))
    kept = (np.zeros(len(factors.a)) if k is None else k.sum(1) for k in (factors.kept_a, factors.kept_b))
    others = factors.b.sum(axis=1), factors.a.sum(axis=1)
    marginals = factors.marginal("a"), factors.marginal("b")
    heats = [
        _heat(marginal, reading, geometry, pool, float(lost @ other) * factors.scale)
        for marginal, reading, geometry, lost, other in zip(
            marginals, (a, b), geometries, kept, others, strict=True
        )
    ]
    return EncodedPair(
        similarity=factors.similarity,
        dot=factors.dot,
        remainder=factors.remainder() or 0.0,
        numbers=Level(numbers[0], numbers[1], factors.scale, alignment),
        patches=Level(patches[0], patches[1], factors.scale, alignment),
        alignment=alignment,
        heats=(heats[0], heats[1]),
        patch=patch,
    )


def _numbers(factor: NDArray[np.float64], reading: Reading, geometry: Geometry, pool: int) -> Half:
    found = numbers_of(reading)
    shares = coverage([region.box for region in found], geometry, pool)
    return Half(found, factor @ shares.T, factor @ (1 - shares.sum(axis=0)))


def _patches(
    factor: NDArray[np.float64], reading: Reading, geometry: Geometry, pool: int, patch: int
) -> Half:
    page = coverage([Box(0, 0, reading.width, reading.height)], geometry, pool).toarray()[0]
    down, across = (-(-side // pool) for side in (geometry.height, geometry.width))
    wide = -(-geometry.width // patch)
    rows, columns = np.arange(down) * pool // patch, np.arange(across) * pool // patch
    owner = (rows[:, None] * wide + columns).ravel()
    on_page = np.unique(owner[page > 1e-6])
    numbers = np.full(owner.max() + 1, -1)
    numbers[on_page] = np.arange(len(on_page))
    inside = page > 1e-6
    shares = csr_array(
        (page[inside], (numbers[owner[inside]], np.flatnonzero(inside))), shape=(len(on_page), len(page))
    )
    regions = [_patch_region(int(k) // wide, int(k) % wide, patch, geometry, reading) for k in on_page]
    return Half(tuple(regions), factor @ shares.T, factor @ np.where(inside, 1 - page, 1.0))


def _patch_region(row: int, column: int, patch: int, geometry: Geometry, reading: Reading) -> Region:
    """A patch with the numbers whose middles it holds, and the cell in which its own middle lies."""
    raster = Box(column * patch, row * patch, patch, patch).clipped(geometry.width, geometry.height)
    box = geometry.box_to_original(raster).clipped(reading.width, reading.height)
    texts = [number.text for number in reading.numbers() if _holds(box, number.box.centre)]
    cells = (cell for table in reading.tables for cell in table.cells)
    cell = next((cell.id for cell in cells if cell.box.contains(*box.centre)), "")
    return Region(f"patch-{row + 1}-{column + 1}", " ".join(texts), box, cell)


def _holds(box: Box, point: tuple[float, float]) -> bool:
    """Whether a point is in a box, its left and upper edges included."""
    return box.x <= point[0] < box.right and box.y <= point[1] < box.bottom


def _heat(
    marginal: NDArray[np.float64], reading: Reading, geometry: Geometry, pool: int, kept: float
) -> Heat:
    """The relevance of a page's pixels, and how much of it lies in the boxes of digits."""
    boxes: Sequence[Box] = [
        box
        for number in reading.numbers()
        for box in [glyph.box for glyph in number.glyphs if glyph.is_digit] or [number.box]
    ]
    shares = np.asarray(coverage(boxes, geometry, pool).sum(axis=0)).ravel()
    values = marginal.ravel()
    on_digits, total = float(values @ shares), float(np.abs(values).sum())
    sides = [np.diff(cell_edges(side, pool)).astype(int) for side in (geometry.height, geometry.width)]
    spread = (marginal / np.outer(*sides)).repeat(sides[0], axis=0).repeat(sides[1], axis=1)
    found = PixelRelevance(spread, geometry, float(marginal.sum()) + kept, kept)
    return Heat(found, 0.0, on_digits, float(np.abs(values) @ shares) / total if total else 0.0)
