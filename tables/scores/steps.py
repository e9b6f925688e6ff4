"""Row by row, what was read for what: the steps that lead from the true values to those of the reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from zij.tables.geometry import Box
from zij.tables.scores.confusion import digit_pairs
from zij.tables.scores.faults import Fault
from zij.tables.scores.lines import ReadValue
from zij.tables.scores.truth import ANY, TrueCell
from zij.tables.scores.values import RowMatch, ValueMatch

__all__ = ["RowSteps", "Step", "row_steps", "surplus", "value_faults"]

_LEFT_OUT = 0.6  # cost of a value without a partner; two values that share nothing cost 1
_WIDEST = 400  # values of a gap, above which they are not aligned but listed


@dataclass(frozen=True, slots=True)
class Step:
    """A true value, a value read, or both.

    `kind` is "right", "wrong", "missed", "false", or "free" where the truth is not judged.
    """

    kind: Literal["right", "wrong", "missed", "false", "free"]
    truth: TrueCell | None
    read: ReadValue | None


@dataclass(frozen=True, slots=True)
class RowSteps:
    """One true row, as it was found, in order.

    Attributes
    ----------
    match : RowMatch
    steps : tuple of Step
    """

    match: RowMatch
    steps: tuple[Step, ...]

    @property
    def wrong(self) -> int:
        """How many values are not right."""
        return sum(step.kind in ("wrong", "missed", "false") for step in self.steps)


def row_steps(match: ValueMatch) -> tuple[RowSteps, ...]:
    """Align each true row with its row of the reading, also between the values that are the same.

    A true row of which nothing was found is aligned with a row of the reading of which nothing is known,
    where these stand in the same place between rows that were found.
    """
    taken: dict[int, set[int]] = {}
    for row in match.rows:
        if row.line is not None:
            taken.setdefault(row.line, set()).update(j for _, j in row.pairs)
    lines = _places(match.rows, taken, len(match.lines))
    known = [(n, k) for n, k in enumerate(lines) if k is not None]
    known.sort(key=lambda p: (p[1], match.rows[p[0]].pairs[0][1] if match.rows[p[0]].pairs else 0))
    found: dict[int, RowSteps] = {}
    for n, k in known:
        row, claimed = match.rows[n], taken.setdefault(k, set())
        steps = _freed(_row(row, match.lines[k].values, claimed))
        own = {id(step.read) for step in steps}
        claimed.update(j for j, value in enumerate(match.lines[k].values) if id(value) in own)
        found[n] = RowSteps(row, steps)
    nothing = ((n, row) for n, row in enumerate(match.rows) if n not in found)
    found |= {n: RowSteps(row, tuple(_without(row.cells))) for n, row in nothing}
    return tuple(found[n] for n in range(len(match.rows)))


def surplus(match: ValueMatch, rows: Iterable[RowSteps]) -> tuple[ReadValue, ...]:
    """Values read that belong to no true row, as many left out in reading order as are not judged."""
    steps = [step for row in rows for step in row.steps]
    used = {id(step.read) for step in steps if step.read is not None}
    free = sum(step.kind == "free" and step.read is None for step in steps)
    left = [value for line in match.lines for value in line.values if id(value) not in used]
    return tuple(left[free:])


def value_faults(rows: Iterable[RowSteps], beyond: Iterable[ReadValue]) -> tuple[Fault, ...]:
    """One fault for each value that is not right, row by row, then those beyond all rows."""
    faults = []
    for row in rows:
        for n, step in enumerate(row.steps):
            if step.kind in ("wrong", "missed", "false"):
                faults.append(_fault(row, n, step))
    faults += [
        Fault("value", "false", "", v.text, v.confidence, place=(v.table, v.row, v.column), box=v.box)
        for v in beyond
    ]
    return tuple(faults)


def _fault(row: RowSteps, n: int, step: Step) -> Fault:
    assert step.kind in ("wrong", "missed", "false")
    cell, value = step.truth, step.read
    names = (row.match.table, row.match.row, cell.column if cell else "")
    if value is None:
        assert cell is not None
        return Fault("value", "missed", cell.text, "", None, names, box=cell.box, near=_near(row.steps, n))
    place = value.table, value.row, value.column
    text = cell.text if cell else ""
    return Fault("value", step.kind, text, value.text, value.confidence, names, place, value.box)


def _near(steps: tuple[Step, ...], n: int) -> Box | None:
    """What was read before and behind a value of which nothing was read."""
    before = next((s.read.box for s in reversed(steps[:n]) if s.read), None)
    behind = next((s.read.box for s in steps[n + 1 :] if s.read), None)
    boxes = [box for box in (before, behind) if box is not None]
    return Box.hull(boxes) if boxes else None


def _places(rows: tuple[RowMatch, ...], taken: dict[int, set[int]], lines: int) -> list[int | None]:
    """The row of the reading for each true row, also for those between others that leave no doubt."""
    places = [row.line for row in rows]
    n = 0
    while n < len(rows):
        end = n
        while end < len(rows) and places[end] is None and rows[end].judged:
            end += 1
        if end > n:
            low = places[n - 1] if n else -1
            high = places[end] if end < len(rows) else lines
            if low is not None and high is not None:
                free = [k for k in range(low + 1, high) if k not in taken]
                if len(free) == end - n:
                    places[n:end] = free
        n = max(end, n + 1)
    return places


def _row(row: RowMatch, values: tuple[ReadValue, ...], taken: set[int]) -> Iterator[Step]:
    """The steps of a true row along a row of the reading, some of whose values belong to other true rows."""
    own = {j for _, j in row.pairs}
    others = taken - own
    first, last = (row.pairs[0][1], row.pairs[-1][1]) if row.pairs else (len(values), -1)
    start = max((j + 1 for j in others if j < first), default=0)
    stop = min((j for j in others if j > last), default=len(values)) if row.pairs else len(values)
    i, j = 0, start
    for a, b in (*row.pairs, (len(row.cells), stop)):
        gap = [values[k] for k in range(j, b) if k not in others]
        yield from _gap(row.cells[i:a], gap)
        if a < len(row.cells):
            yield Step("right", row.cells[a], values[b])
        i, j = a + 1, b + 1


def _freed(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps, with no value of a cell judged where one is not: 0.202 may have been read as two."""
    steps = tuple(steps)
    free = {(s.read.row, s.read.column) for s in steps if s.kind == "free" and s.read is not None}
    return tuple(
        Step("free", None, s.read)
        if s.kind == "false" and s.read is not None and (s.read.row, s.read.column) in free
        else s
        for s in steps
    )


def _without(cells: tuple[TrueCell, ...]) -> Iterator[Step]:
    for cell in cells:
        yield Step("free" if cell.text == ANY else "missed", cell, None)


def _gap(cells: tuple[TrueCell, ...], values: list[ReadValue]) -> Iterator[Step]:
    """Align what stands between two values that are the same, with as little change as can be."""
    if not cells or not values or max(len(cells), len(values)) > _WIDEST:
        yield from _without(cells)
        yield from (Step("false", None, value) for value in values)
        return
    rows, columns = len(cells), len(values)
    cost = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    change = [[_change(cell.text, value.text) for value in values] for cell in cells]
    alone = [0.0 if cell.text == ANY else _LEFT_OUT for cell in cells]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            ways = []
            if i < rows and j < columns:
                ways.append(cost[i + 1][j + 1] + change[i][j])
            if i < rows:
                ways.append(cost[i + 1][j] + alone[i])
            if j < columns:
                ways.append(cost[i][j + 1] + _LEFT_OUT)
            cost[i][j] = min(ways, default=0.0)
    i = j = 0
    while i < rows or j < columns:
        if i < rows and j < columns and cost[i][j] == cost[i + 1][j + 1] + change[i][j]:
            same = "right" if cells[i].text == values[j].text else "wrong"
            yield Step("free" if cells[i].text == ANY else same, cells[i], values[j])  # type: ignore[arg-type]
            i, j = i + 1, j + 1
        elif i < rows and cost[i][j] == cost[i + 1][j] + alone[i]:
            yield from _without(cells[i : i + 1])
            i += 1
        else:
            yield Step("false", None, values[j])
            j += 1


def _change(truth: str, read: str) -> float:
    """How far a value is from another, from 0 to 1."""
    if truth in (ANY, read):
        return 0.0
    if abs(len(truth) - len(read)) > 8:
        return 1.0
    pairs = digit_pairs(truth[:60], read[:60])
    return sum(one != two for one, two in pairs) / len(pairs)
