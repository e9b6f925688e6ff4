"""The pages of a corpus that can be looked at together, with what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zij.corpora.seeing.times import Span

if TYPE_CHECKING:
    import pandas as pd

    from zij.corpora.store import Corpus, Where

__all__ = ["SeenPages", "seen_pages"]


@dataclass(frozen=True, slots=True, eq=False)
class SeenPages:
    """Pages with a vector, in the order of their ids.

    Attributes
    ----------
    frame : DataFrame
        A row a page, with the columns of `Corpus.frame`.
    vectors : (N, D) ndarray of float32
        Square roots of counts.
    chosen : int
        Pages that were asked for.
    unprocessed : int
        Those of them without a vector.
    empty : int
        Those with a vector but without a digit, which are like nothing.
    """

    frame: pd.DataFrame
    vectors: NDArray[np.float32]
    chosen: int
    unprocessed: int
    empty: int

    def __len__(self) -> int:
        """How many pages."""
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """Names of the pages."""
        return self.texts("name")

    @property
    def digits(self) -> NDArray[np.int64]:
        """Digits of each page, (N,)."""
        return self.frame["digits"].to_numpy(dtype=np.int64)

    def texts(self, column: str) -> list[str]:
        """A column as text, "" where nothing is known."""
        return [str(value) if isinstance(value, str) else "" for value in self.frame[column]]

    def text(self, column: str, row: int) -> str:
        """What a column says of one page, "" where nothing is known."""
        value = self.frame.at[row, column]
        return value if isinstance(value, str) else ""

    def dated(self) -> tuple[NDArray[np.bool_], Span]:
        """Which pages have a year, and the years of those."""
        first, last = self.frame["year_from"], self.frame["year_to"]
        known = (first.notna() | last.notna()).to_numpy(dtype=bool)
        first, last = first.fillna(last)[known], last.fillna(first)[known]
        ends = np.sort(np.stack([first.to_numpy(dtype=np.int64), last.to_numpy(dtype=np.int64)]), axis=0)
        return known, Span(ends[0], ends[1])

    def left_out(self) -> str:
        """What was asked for and cannot be looked at, in words; "" for nothing."""
        parts = []
        if self.unprocessed:
            parts.append(f"{self.unprocessed:,} not processed")
        if self.empty:
            parts.append(f"{self.empty:,} without digits")
        return f"left out: {', '.join(parts)}" if parts else ""


def seen_pages(corpus: Corpus, where: Where | None = None) -> SeenPages:
    """The pages that fulfil a condition, as far as they have a vector that is not zero."""
    frame = corpus.frame(where).sort_values("id", kind="stable", ignore_index=True)
    vectors = corpus.vectors()
    rows = dict(zip(vectors.ids.tolist(), vectors.rows.tolist(), strict=True))
    found = np.array([rows.get(int(page), -1) for page in frame["id"]], np.int64)
    own = found >= 0
    full = own.copy()
    full[own] = np.asarray(vectors.norms)[found[own]] > 0
    matrix = np.array(vectors.matrix[found[full]], np.float32)
    return SeenPages(
        frame[full].reset_index(drop=True),
        matrix.reshape(-1, vectors.matrix.shape[1]),
        len(frame),
        int((~own).sum()),
        int((own & ~full).sum()),
    )
