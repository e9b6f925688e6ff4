"""The table of pairs: from indices and relevances to the columns of pairs.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.explain.bilrp.strongest import groups
from zij.tables.geometry import Box

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.bilrp.encoded import EncodedPair
    from zij.explain.bilrp.pairs import PairExplanation

__all__ = ["COLUMNS", "NEAR", "Region", "pair_table", "ranked", "region_table"]

NEAR = 0.05
"""Pairs whose relevances differ by no more than this share are near equals: corresponding ones go first."""

_BOX = ("id", "text", "x", "y", "w", "h")
COLUMNS = (
    "rank",
    "relevance",
    "corresponds",
    *(f"a_{name}" for name in _BOX),
    *(f"b_{name}" for name in _BOX),
    "feature",
)
"""Columns of the table of pairs."""


@dataclass(frozen=True, slots=True)
class Region:
    """An element of a reading with relevance, or a patch of a page; `cell` is "" outside tables.

    Attributes
    ----------
    id : str
        Of the element, or a name of the patch.
    text : str
    box : Box
        Pixels of the original image.
    cell : str
        Id of the cell.
    """

    id: str
    text: str
    box: Box
    cell: str = ""


def ranked(
    values: NDArray[np.float64], corresponds: NDArray[np.bool_], top: int | None = None
) -> NDArray[np.int64]:
    """The order in which pairs are listed: by relevance without sign, corresponding ones first among equals.

    Near equals, within 5 % of the largest of them, form a group.

    Parameters
    ----------
    values : (P,) ndarray
        Relevances.
    corresponds : (P,) ndarray of bool
    top : int, optional
        How many; all by default.

    Returns
    -------
    (top,) ndarray of int
        Indices of the pairs.
    """
    size = np.abs(values)
    order = np.argsort(-size, kind="stable")
    group = groups(size[order], NEAR)
    return order[np.lexsort((np.arange(len(order)), ~corresponds[order], group))[:top]]


def pair_table(
    a: Sequence[Region],
    b: Sequence[Region],
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    relevance: NDArray[np.float64],
    corresponds: NDArray[np.bool_],
    features: Sequence[str] | None = None,
) -> pd.DataFrame:
    """A row for each pair, in the order given.

    Parameters
    ----------
    a, b : sequence of Region
        The regions of the two pages.
    i, j : (P,) ndarray of int
        Which regions make the pairs.
    relevance, corresponds : (P,) ndarray
    features : sequence of str, optional
        What the pairs share; nothing that has a name by default.

    Returns
    -------
    DataFrame
        With the columns `COLUMNS`; boxes in whole pixels of the original images.
    """
    import pandas as pd

    table: dict[str, object] = {
        "rank": np.arange(1, len(relevance) + 1), "relevance": relevance, "corresponds": corresponds
    }  # fmt: skip
    for name, regions, index in (("a", a, i), ("b", b, j)):
        rounded = [region.box.rounded() for region in regions]
        boxes = np.array([[box.x, box.y, box.w, box.h] for box in rounded], np.int64)
        table[f"{name}_id"] = [regions[k].id for k in index]
        table[f"{name}_text"] = [regions[k].text for k in index]
        for key, column in zip("xywh", boxes.reshape(-1, 4)[index].T, strict=True):
            table[f"{name}_{key}"] = column
    table["feature"] = [""] * len(relevance) if features is None else list(features)
    return pd.DataFrame(table, columns=list(COLUMNS))


def region_table(found: PairExplanation | EncodedPair) -> pd.DataFrame:
    """Every region of both pages with what it has in all pairs together.

    Returns
    -------
    DataFrame
        side ("a" or "b"), id, text, x, y, w, h (whole pixels of the original image), relevance.
    """
    import pandas as pd

    rows = []
    for side, half in (("a", found.a), ("b", found.b)):
        for region, value in zip(half.regions, found.relevance(side), strict=True):  # type: ignore[arg-type]
            box = region.box.rounded()
            place = (int(box.x), int(box.y), int(box.w), int(box.h))
            rows.append((side, region.id, region.text, *place, float(value)))
    return pd.DataFrame(rows, columns=["side", *_BOX, "relevance"])
