"""Which numbers stand beside each other: the rows of a table."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zij.tables.layout.columns import Columns
from zij.tables.layout.marks import Marks
from zij.tables.layout.neighbours import Indices

__all__ = ["Rows", "find_rows", "row_pitch"]

Floats = NDArray[np.float64]

SAME = 0.45  # entries of a column nearer than this share of the pitch are one entry
ALIGNED = 0.28  # of two numbers in one cell, each stands at most so far off the line
CROWDED = 0.78  # rows nearer than this share of the pitch are not both rows, unless both are well filled
CROWDED_ALONE = 0.9  # the same for a row with one number where the others have four or more
MATCH = 0.55  # a number matches a row at most this share of the pitch away


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows from top to bottom.

    Attributes
    ----------
    of : (N,) ndarray of intp
        Row of each number, -1 for those in no column.
    span : (N,) ndarray of intp
        How many rows the number stands beside, from `of` on.
    centre : (R, C) ndarray
        v of each row's line in each column.
    pitch : float
        Usual distance of rows in pixels.
    """

    of: Indices
    span: Indices
    centre: Floats
    pitch: float

    def __len__(self) -> int:
        return len(self.centre)


def row_pitch(marks: Marks, columns: Columns, digit_height: float) -> float:
    """Usual distance of the rows, from the columns with most numbers, in pixels.

    Parameters
    ----------
    marks : Marks
    columns : Columns
    digit_height : float
        In pixels.

    Returns
    -------
    float
    """
    counts = np.bincount(columns.of[columns.of >= 0], minlength=len(columns))
    steps = [np.empty(0)]
    for c in np.flatnonzero(counts >= 0.6 * counts.max()).tolist():
        step = np.diff(np.sort(marks.v[columns.of == c]))
        steps.append(step[step > 0.7 * digit_height])
    every = np.concatenate(steps)
    return float(np.median(every)) if len(every) else 1.5 * digit_height


def find_rows(marks: Marks, columns: Columns, *, digit_height: float) -> Rows:
    """Find the rows by laying the columns beside each other one after the other, the fullest first.

    Each column is a sequence of entries from top to bottom; it is matched in order with the rows found so
    far, after a shift that may change slowly down the column (paper that is not flat, columns set apart by
    part of a line). Entries without a row open a new one; one that stands midway between two rows, in a
    column with few entries, spans both.

    Parameters
    ----------
    marks : Marks
    columns : Columns
    digit_height : float
        In pixels.

    Returns
    -------
    Rows
    """
    pitch = row_pitch(marks, columns, digit_height)
    entries = [_entries(marks, np.flatnonzero(columns.of == c), pitch) for c in range(len(columns))]
    order = _order(entries, columns)
    heights: list[dict[int, float]] = [{} for _ in entries]  # shift of each column at each of its rows
    rows = _Ladder(pitch)
    place: dict[int, tuple[int, int]] = {}
    for rank, c in enumerate(order):
        near = min(order[:rank], key=lambda d: (abs(d - c), d), default=None)
        v = np.array([marks.v[e].mean() for e in entries[c]])
        keys, spans, shift = rows.fitted(v, None if near is None else heights[near])
        heights[c] = shift
        for entry, key, span in zip(entries[c], keys, spans, strict=True):
            place.update({int(k): (key, span) for k in entry})
    found = _without_weak(marks, columns, _rows(marks, rows, heights, place))
    return _without_intruders(marks, columns, found)


def _entries(marks: Marks, member: Indices, pitch: float) -> list[Indices]:
    """Numbers of a column from top to bottom, those on one line together."""
    member = member[np.lexsort((marks.u0[member], marks.v[member]))]
    groups: list[list[int]] = []
    for k in member.tolist():
        if groups and marks.v[k] - marks.v[groups[-1]].mean() < SAME * pitch:
            groups[-1].append(k)
        else:
            groups.append([k])
    return [np.array(g, np.intp) for g in groups]


def _order(entries: list[list[Indices]], columns: Columns) -> list[int]:
    """Columns, the fullest first, then always the one that is fullest for its distance to those taken."""
    counts = np.array([len(e) for e in entries], float)
    taken = [int(np.argmax(counts))]
    middle = (columns.left + columns.right) / 2
    width = max(float(np.ptp(middle)), 1.0)
    while len(taken) < len(entries):
        distance = np.abs(middle[:, None] - middle[taken]).min(1)
        value = counts / counts.max() - distance / width
        value[taken] = -np.inf
        taken.append(int(np.argmax(value)))
    return taken


class _Ladder:
    """Rows under construction: a key for each and the heights seen, in the frame of the first column."""

    def __init__(self, pitch: float) -> None:
        self.pitch = pitch
        self.seen: dict[int, list[float]] = {}

    def order(self) -> tuple[Indices, Floats]:
        """Keys and heights of the rows from top to bottom."""
        ordered = sorted((statistics.median(seen), key) for key, seen in self.seen.items())
        return np.array([key for _, key in ordered], np.intp), np.array([v for v, _ in ordered], float)

    def fitted(
        self, v: Floats, near: dict[int, float] | None
    ) -> tuple[list[int], list[int], dict[int, float]]:
        """Match a column's entries with the rows, adding new ones: keys, spans, the shift at each row."""
        keys, height = self.order()
        if not len(keys):
            return self._added(v, np.full(len(v), -1), np.zeros(len(v)), keys)
        shift = np.zeros(len(keys)) if near is None else _filled(keys, height, near)
        at = np.full(len(v), -1)
        for _ in range(3):
            at = _matched(v, np.maximum.accumulate(height + shift), self.pitch)
            shift = _smoothed(v, at, height, shift)
        where = np.maximum.accumulate(height + shift)
        at = _matched(v, where, self.pitch)
        return self._added(v, at, np.interp(v, where, shift), keys, sparse=len(v) < 0.5 * len(keys))

    def _added(
        self, v: Floats, at: Indices, shift: Floats, keys: Indices, *, sparse: bool = False
    ) -> tuple[list[int], list[int], dict[int, float]]:
        found, spans, shifts = [], [], {}
        _, height = self.order()
        for value, row, offset in zip(v.tolist(), at.tolist(), shift.tolist(), strict=True):
            own, span = value - offset, 1
            key = int(keys[row]) if row >= 0 else -1
            above = int(np.searchsorted(height, own)) - 1
            if (
                sparse
                and 0 <= above < len(height) - 1
                and self._midway(own, height[above], height[above + 1])
            ):
                key, span = int(keys[above]), 2
            elif key < 0:
                key = len(self.seen)
                self.seen[key] = [own]
            else:
                self.seen[key].append(own)
            found.append(key)
            spans.append(span)
            shifts[key] = offset
        return found, spans, shifts

    def _midway(self, value: float, above: float, below: float) -> bool:
        near = below - above < 1.4 * self.pitch
        return bool(near and min(value - above, below - value) > 0.36 * (below - above))


def _filled(keys: Indices, height: Floats, shift: dict[int, float]) -> Floats:
    """A column's shift at every row, from those it has entries in."""
    known = np.array([k in shift for k in keys.tolist()])
    if not known.any():
        return np.zeros(len(keys))
    values = np.array([shift[k] for k in keys[known].tolist()])
    return np.asarray(np.interp(height, height[known], values))


def _matched(v: Floats, height: Floats, pitch: float) -> Indices:
    """Row of each entry, in order and each row at most once, at least total distance; -1 for none.

    Both sequences ascend. Dynamic programming over the few rows that lie within reach of each entry; an
    entry without a row costs as much as one at the limit of reach.
    """
    limit = MATCH * pitch
    best: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}  # last row used -> cost and rows chosen
    for value in v.tolist():
        low, high = np.searchsorted(height, [value - limit, value + limit])
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for last, (cost, chosen) in best.items():
            options = [(last, cost + limit, -1)]
            options += [
                (r, cost + abs(value - float(height[r])), r) for r in range(int(low), int(high)) if r > last
            ]
            for end, total, row in options:
                if end not in following or total < following[end][0]:
                    following[end] = (total, (*chosen, row))
        best = _pruned(following, int(low))
    return np.array(min(best.values())[1], np.intp)


def _pruned(
    states: dict[int, tuple[float, tuple[int, ...]]], low: int
) -> dict[int, tuple[float, tuple[int, ...]]]:
    """Of the states whose last row lies above all that can follow, only the cheapest."""
    past = [(state, last) for last, state in states.items() if last < low]
    kept = {last: state for last, state in states.items() if last >= low}
    if past:
        state, last = min(past)
        kept[last] = state
    return kept


def _smoothed(v: Floats, at: Indices, height: Floats, before: Floats, reach: int = 4) -> Floats:
    """Shift of a column at every row: running median of the matched entries, constant for short columns."""
    hit = at >= 0
    if hit.sum() < 4:
        return before
    rows, residual = height[at[hit]], v[hit] - height[at[hit]]
    if hit.sum() < 10:
        return np.full(len(height), float(np.median(residual)))
    padded = np.pad(residual, reach, constant_values=np.nan)
    windows = np.sort(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1)  # NaN last
    last = np.isfinite(windows).sum(1) - 1
    at = np.arange(len(residual))
    return np.asarray(np.interp(height, rows, (windows[at, last // 2] + windows[at, (last + 1) // 2]) / 2))


def _rows(
    marks: Marks, ladder: _Ladder, shifts: list[dict[int, float]], place: dict[int, tuple[int, int]]
) -> Rows:
    keys, height = ladder.order()
    rank = {int(k): r for r, k in enumerate(keys.tolist())}
    of, span = np.full(len(marks), -1, np.intp), np.ones(len(marks), np.intp)
    for k, (key, count) in place.items():
        of[k], span[k] = rank[key], count
    centre = np.stack([height + _filled(keys, height, shift) for shift in shifts], axis=1)
    return Rows(of, span, centre, ladder.pitch)


def _without_weak(marks: Marks, columns: Columns, rows: Rows) -> Rows:
    """Rows that hold next to nothing and stand too near another are taken out.

    Their numbers go to the nearest row, where it has none in that column, or to no row (-1).
    """
    of, centre = rows.of.copy(), rows.centre
    filled = np.array([len(np.unique(columns.of[of == r])) for r in range(len(rows))])
    weak = filled <= max(1.0, 0.2 * float(np.median(filled)))
    crowded = np.where((filled <= 1) & (np.median(filled) >= 4), CROWDED_ALONE, CROWDED)
    middle = centre.mean(1)
    alive = np.ones(len(rows), bool)
    for r in np.flatnonzero(weak & (filled < np.max(filled, initial=0))).tolist():
        others = np.flatnonzero(alive & (np.arange(len(rows)) != r))
        if not len(others) or np.abs(middle[others] - middle[r]).min() > crowded[r] * rows.pitch:
            continue
        alive[r] = False
        for k in np.flatnonzero(of == r).tolist():
            to = int(others[np.argmin(np.abs(centre[others, columns.of[k]] - marks.v[k]))])
            free = not np.any((of == to) & (columns.of == columns.of[k]))
            near = abs(centre[to, columns.of[k]] - marks.v[k]) < MATCH * rows.pitch
            of[k] = to if free and near else -1
    number = np.cumsum(alive) - 1
    span = np.array(
        [
            number[min(r + n, len(rows)) - 1] - number[r] + 1 if r >= 0 else 1
            for r, n in zip(of, rows.span, strict=True)
        ]
    )
    return Rows(
        np.where(of >= 0, number[of], -1).astype(np.intp), span.astype(np.intp), centre[alive], rows.pitch
    )


def _without_intruders(marks: Marks, columns: Columns, rows: Rows) -> Rows:
    """Numbers off the line, in a cell that has one on the line, belong to no row (-1)."""
    of = rows.of.copy()
    inside = np.flatnonzero(of >= 0)
    off = np.abs(marks.v[inside] - rows.centre[of[inside], columns.of[inside]]) / rows.pitch
    cells: dict[tuple[int, int], list[int]] = {}
    for n, k in enumerate(inside.tolist()):
        cells.setdefault((int(of[k]), int(columns.of[k])), []).append(n)
    for members in cells.values():
        if min(off[members]) <= ALIGNED:
            of[inside[[n for n in members if off[n] > ALIGNED and len(members) > 1]]] = -1
    return replace(rows, of=of)
