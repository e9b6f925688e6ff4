"""Values that were read in table cells, held against the rows of the true table."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from zij.errors import InputError
from zij.tables.reading import Reading
from zij.tables.scores.histogram import correlation, histogram
from zij.tables.scores.lines import Line, read_lines, runs
from zij.tables.scores.sequence import common_length, common_pairs, positions
from zij.tables.scores.truth import ANY, MOST, TrueCell, TrueRow

__all__ = ["RowMatch", "ValueMatch", "ValueScores", "score_values"]


@dataclass(frozen=True, slots=True)
class ValueScores:
    """Figures of one page.

    Attributes
    ----------
    true_values : int
        Values that are judged.
    read_values : int
        Values read in table cells.
    value_recall : float
        True values found in their row, in order, in true values.
    value_precision : float
        The same in the values read, as many left out as are not judged.
    row_recall : float
        True rows that stand in one row of the reading, whole, in order and with nothing in between.
    histogram_r : float
        Correlation of the 110 counts of isolated digits and digit pairs in tables.
    """

    true_values: int
    read_values: int
    value_recall: float
    value_precision: float
    row_recall: float
    histogram_r: float


@dataclass(frozen=True, slots=True)
class RowMatch:
    """One true row and where it was found.

    Attributes
    ----------
    table, row : str
        As the truth names them.
    cells : tuple of TrueCell
        One a value, those that are not judged among them.
    line : int or None
        Number of the row of the reading.
    pairs : tuple of (int, int)
        Places in `cells` and in the row of the reading where the same value stands.
    whole : bool
        Whether all values stand there with nothing in between.
    """

    table: str
    row: str
    cells: tuple[TrueCell, ...]
    line: int | None
    pairs: tuple[tuple[int, int], ...]
    whole: bool

    @property
    def judged(self) -> tuple[int, ...]:
        """Places of the cells that are judged."""
        return tuple(n for n, cell in enumerate(self.cells) if cell.text != ANY)


@dataclass(frozen=True, slots=True)
class ValueMatch:
    """What was found of a true table.

    Attributes
    ----------
    scores : ValueScores
    joined : bool
        Whether the digits of one cell make one value, or each run of them does: whichever fits better.
    rows : tuple of RowMatch
        All true rows.
    lines : tuple of Line
        All rows of the reading.
    """

    scores: ValueScores
    joined: bool
    rows: tuple[RowMatch, ...]
    lines: tuple[Line, ...]


def score_values(reading: Reading, truth: Sequence[TrueRow]) -> ValueMatch:
    """Hold the values of a reading's tables against the truth.

    Each true row is paired with the row of the reading that shares most of its sequence, the best pair
    first; a row of the reading may serve several true ones (two tables side by side read as one), each of
    its values once.

    Parameters
    ----------
    reading : Reading
        With ids.
    truth : sequence of TrueRow

    Returns
    -------
    ValueMatch

    Raises
    ------
    InputError
        If the reading has more values than a page can hold.
    """
    found = []
    for joined in (False, True):
        lines = read_lines(reading, joined=joined)
        if sum(len(line.values) for line in lines) > 2 * MOST:
            raise InputError(
                f"more than {2 * MOST:,} values were read in tables; this is no reading of a page."
            )
        found.append(_match(_in_values(truth, joined), lines, joined))
    return max(found, key=lambda m: m.scores.value_recall + m.scores.value_precision + m.scores.row_recall)


def _in_values(truth: Sequence[TrueRow], joined: bool) -> list[TrueRow]:
    """The rows with one cell a value; rows without any are left out."""
    rows = []
    for row in truth:
        cells: list[TrueCell] = []
        for cell in row.cells:
            texts = [ANY] if cell.text == ANY else runs(cell.text)
            if joined and texts:
                texts = ["".join(texts)]
            cells += [TrueCell(text, cell.column, cell.box) for text in texts]
        if cells:
            rows.append(TrueRow(row.table, row.row, tuple(cells)))
    return rows


def _match(truth: list[TrueRow], lines: tuple[Line, ...], joined: bool) -> ValueMatch:
    places = [[n for n, cell in enumerate(row.cells) if cell.text != ANY] for row in truth]
    judged = [[row.cells[n].text for n in at] for row, at in zip(truth, places, strict=True)]
    read = [[value.text for value in line.values] for line in lines]
    found = _paired(judged, read)
    rows = []
    for t, row in enumerate(truth):
        line, pairs = found.get(t, (None, []))
        at = [j for _, j in pairs]
        whole = bool(at) and len(at) == len(judged[t]) and at[-1] - at[0] == len(at) - 1
        cells = tuple((places[t][i], j) for i, j in pairs)
        rows.append(RowMatch(row.table, row.row, row.cells, line, cells, whole))
    free = sum(len(row.cells) for row in truth) - sum(map(len, judged))
    return ValueMatch(_scores(judged, read, rows, free), joined, tuple(rows), lines)


def _paired(
    judged: list[list[str]], read: list[list[str]]
) -> dict[int, tuple[int | None, list[tuple[int, int]]]]:
    """For each true row its row of the reading, and the places of the values that they share."""
    left: list[list[str | None]] = [list(row) for row in read]
    queue = _candidates(judged, read)
    found: dict[int, tuple[int | None, list[tuple[int, int]]]] = {}
    while queue:
        count, t, k = heapq.heappop(queue)
        if t in found:
            continue
        pairs = common_pairs(judged[t], left[k])
        if len(pairs) < -count:  # another true row took some of it: it comes back in its new place
            if pairs:
                heapq.heappush(queue, (-len(pairs), t, k))
            continue
        found[t] = (k, pairs)
        for _, j in pairs:
            left[k][j] = None
    return found


def _candidates(judged: list[list[str]], read: list[list[str]]) -> list[tuple[int, int, int]]:
    """Pairs of rows that share a value, as a heap of (-shared, true row, row of the reading)."""
    holders: dict[str, set[int]] = defaultdict(set)
    for k, line in enumerate(read):
        for text in line:
            holders[text].add(k)
    queue = []
    for t, row in enumerate(judged):
        bits = positions(row)
        for k in set().union(*(holders.get(text, ()) for text in bits)):
            queue.append((-common_length(bits, len(row), read[k]), t, k))
    heapq.heapify(queue)
    return queue


def _scores(judged: list[list[str]], read: list[list[str]], rows: list[RowMatch], free: int) -> ValueScores:
    hits = sum(len(row.pairs) for row in rows)
    required, seen = sum(map(len, judged)), sum(map(len, read))
    offered = max(hits, seen - free)
    full = sum(1 for row in judged if row)
    counts = [histogram(text for row in side for text in row) for side in (judged, read)]
    return ValueScores(
        true_values=required,
        read_values=seen,
        value_recall=hits / required if required else 0.0,
        value_precision=hits / offered if offered else 0.0,
        row_recall=sum(row.whole for row in rows) / full if full else 0.0,
        histogram_r=correlation(*counts) if seen else math.nan,
    )
