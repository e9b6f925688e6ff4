"""Agreement: whether methods find the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.explain.checks.faithfulness import order_of
from zij.explain.checks.ranks import spearman

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["agreement", "same_sign", "top_overlap"]

_SHARE = 0.1  # of the regions that count as the most relevant


def agreement(relevances: Mapping[str, NDArray[np.float64]], *, share: float = _SHARE) -> pd.DataFrame:
    """How far methods agree, two by two.

    Parameters
    ----------
    relevances : mapping of str to (R,) ndarray
        By the methods' names.
    share : float, default 0.1
        Share of the regions that count as the most relevant.

    Returns
    -------
    DataFrame
        one, two (names, each pair in both orders and each with itself), spearman, overlap (of the most
        relevant regions, 0 to 1), sign (share of the regions with the same sign).

    Raises
    ------
    UsageError
        If they are not of one length.
    """
    import pandas as pd

    if len({values.shape for values in relevances.values()}) > 1:
        raise UsageError("explanations of different regions cannot agree; compare those of one subject.")
    rows = [
        (one, two, spearman(a, b), top_overlap(a, b, share=share, lots=(i, j)), same_sign(a, b))
        for i, (one, a) in enumerate(relevances.items())
        for j, (two, b) in enumerate(relevances.items())
    ]
    return pd.DataFrame(rows, columns=["one", "two", "spearman", "overlap", "sign"])


def top_overlap(
    one: NDArray[np.float64],
    two: NDArray[np.float64],
    *,
    share: float = _SHARE,
    lots: tuple[int, int] = (0, 1),
) -> float:
    """Share of the most relevant regions of one explanation that are among those of the other.

    Parameters
    ----------
    one, two : (R,) ndarray
    share : float
        Of the regions, at least one.
    lots : (int, int)
        Seeds by which equal relevances are put in order, one each: what has no order agrees by chance alone.

    Returns
    -------
    float
    """
    count = max(round(share * len(one)), 1)
    first, second = (set(order_of(v, lot)[:count].tolist()) for v, lot in zip((one, two), lots, strict=True))
    return len(first & second) / count


def same_sign(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """Share of the regions to which both give the same sign, of those that either takes for relevant.

    NaN where neither finds anything.

    Parameters
    ----------
    one : (R,) ndarray of float64
    two : (R,) ndarray of float64

    Returns
    -------
    float
    """
    counted = (one != 0) | (two != 0)
    return float((np.sign(one) == np.sign(two))[counted].mean()) if counted.any() else float("nan")
