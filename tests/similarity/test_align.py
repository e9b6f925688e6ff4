"""Alignment finds again what was moved, dropped, added and misread on purpose."""

from __future__ import annotations

import csv
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from zij.similarity.align import align
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Number, Reading, Table

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
Grid = Mapping[tuple[int, int], str]


def table(grid: Grid, spans: Mapping[tuple[int, int], tuple[int, int]] | None = None) -> Table:
    cells = []
    for (row, column), text in sorted(grid.items()):
        box = Box(60 * column, 20 * row, 20, 12)
        rows, columns = (spans or {}).get((row, column), (1, 1))
        numbers = (Number((), text, box),) if text else ()
        state = "read" if text else "empty"
        cells.append(Cell(row, column, box, numbers, text, state, 1.0, rows, columns))  # type: ignore[arg-type]
    rows, columns = (1 + max(key[k] for key in grid) for k in (0, 1))
    return Table(Box(0, 0, 60 * columns, 20 * rows), rows, columns, tuple(cells))


def reading(*grids: Grid) -> Reading:
    return Reading("x.png", "", 3000, 3000, tuple(table(grid) for grid in grids), digit_height=12).with_ids()


def edition(
    grid: Grid, *, rows: Sequence[int], columns: Sequence[int], errors: float, seed: int = 0
) -> tuple[Grid, dict[str, str]]:
    """Another edition: rows and columns in that order (-1: a new row), digits misread; and the truth."""
    rng = np.random.default_rng(seed)
    other: dict[tuple[int, int], str] = {}
    truth = {}
    for new_row, row in enumerate(rows):
        for new_column, column in enumerate(columns):
            text = grid.get((row, column))
            if row < 0:
                other[new_row, new_column] = str(rng.integers(70, 99))
            elif text is not None:
                if text and rng.random() < errors:
                    k = int(rng.integers(len(text)))
                    text = text[:k] + str(rng.integers(10)) + text[k + 1 :]
                other[new_row, new_column] = text
                truth[f"t1_r{row}c{column}"] = f"t1_r{new_row}c{new_column}"
    return other, truth


def sines(rows: int, columns: int) -> Grid:
    """A table with an argument column and values that rarely repeat."""
    values = np.round(60 * np.sin(np.radians(np.arange(1, rows * columns + 1)))).astype(int) % 60
    grid = {(r, c): str(values[r * columns + c]) for r in range(rows) for c in range(1, columns)}
    return grid | {(r, 0): str(r + 1) for r in range(rows)}


@pytest.mark.parametrize("errors", [0.0, 0.05, 0.1])
def test_order_of_columns_and_missing_rows(errors: float) -> None:
    grid = sines(24, 7)
    rows = [r for r in range(24) if r not in (4, 15)]
    rows.insert(9, -1)
    other, truth = edition(grid, rows=rows, columns=[0, 2, 1, 3, 5, 6], errors=errors)
    alignment = align(reading(grid), reading(other))
    assert dict(alignment.cells) == truth
    assert alignment.tables[0].columns == ((0, 0), (1, 2), (2, 1), (3, 3), (5, 4), (6, 5))
    assert 0.7 < alignment.score <= 1.0
    assert alignment.corresponds("t1_r0c2", "t1_r0c1")
    assert not alignment.corresponds("t1_r0c2", "t1_r0c2")
    assert not alignment.corresponds("", "")


def test_the_same_table_scores_one_and_maps_to_itself() -> None:
    page = reading(sines(10, 4))
    alignment = align(page, page)
    assert alignment.score == 1.0
    assert dict(alignment.cells) == {cell.id: cell.id for cell in page.tables[0].cells}


def test_other_tables_do_not_correspond() -> None:
    rng = np.random.default_rng(0)
    pages = [reading({(r, c): str(rng.integers(60)) for r in range(30) for c in range(6)}) for _ in range(4)]
    assert all(align(pages[0], other).tables == () for other in pages[1:])
    assert align(pages[0], pages[1]).score == 0.0


def test_tables_of_a_page_are_told_apart() -> None:
    one, two, three = sines(12, 4), {k: str(int(v) + 300) for k, v in sines(12, 4).items()}, {(0, 0): "1"}
    alignment = align(reading(one, two), reading(three, two, one))
    assert {(match.a, match.b) for match in alignment.tables} == {(0, 2), (1, 1)}
    assert alignment.corresponds("t1_r3c2", "t3_r3c2")
    assert alignment.corresponds("t2_r3c2", "t2_r3c2")


def test_a_table_cut_in_two_is_matched_with_both_parts() -> None:
    grid = sines(20, 5)
    upper = {(r, c): text for (r, c), text in grid.items() if r < 9}
    lower = {(r - 9, c): text for (r, c), text in grid.items() if r >= 9}
    alignment = align(reading(grid), reading(upper, lower))
    assert alignment.corresponds("t1_r3c2", "t1_r3c2")
    assert alignment.corresponds("t1_r12c2", "t2_r3c2")
    assert len(alignment.cells) == 100


def test_a_cell_set_beside_several_rows() -> None:
    """In one edition a number stands beside three rows as one cell, in the other in the middle row."""
    grid = {k: v for k, v in sines(9, 4).items() if k[1] < 3}
    spans = {(row, 3): (3, 1) for row in (0, 3, 6)}
    wide = grid | {(row, 3): str(50 + row) for row in (0, 3, 6)}
    narrow = grid | {(row + 1, 3): str(50 + row) for row in (0, 3, 6)}
    one = Reading("x.png", "", 3000, 3000, (table(wide, spans),)).with_ids()
    alignment = align(one, reading(narrow))
    for row in (0, 3, 6):
        assert alignment.corresponds(f"t1_r{row}c3", f"t1_r{row + 1}c3")


def test_rows_misread_altogether_are_matched_by_place() -> None:
    grid = dict(sines(12, 4))
    other = grid | {(5, c): "99" for c in range(4)}
    assert align(reading(grid), reading(other)).corresponds("t1_r5c2", "t1_r5c2")


def test_symmetric_and_deterministic() -> None:
    grid = sines(15, 5)
    other, _ = edition(grid, rows=range(2, 15), columns=[0, 3, 2, 1], errors=0.1)
    there, back = align(reading(grid), reading(other)), align(reading(other), reading(grid))
    assert {(k, v) for k, v in there.cells.items()} == {(v, k) for k, v in back.cells.items()}
    assert there == align(reading(grid), reading(other))


@pytest.mark.parametrize("grids", [(), ({(0, 0): ""},), ({(0, 0): "x"},)])
def test_nothing_to_match(grids: tuple[Grid, ...]) -> None:
    assert align(reading(*grids), reading(sines(5, 3))).cells == {}
    assert align(reading(sines(5, 3)), reading(*grids)).score == 0.0


def test_a_large_table_takes_little_time() -> None:
    rng = np.random.default_rng(1)
    grid = {(r, c): str(rng.integers(10**5)) for r in range(100) for c in range(30)}
    other, truth = edition(grid, rows=[r for r in range(100) if r != 5], columns=range(30), errors=0.1)
    pages = reading(grid), reading(other)
    start = time.process_time()
    alignment = align(*pages)
    assert time.process_time() - start < 5
    assert dict(alignment.cells) == truth


@pytest.mark.skipif(not DATA.exists(), reason="the data folder is absent")
def test_the_climates_page_against_another_edition() -> None:
    lines = list(csv.DictReader((DATA / "climates/pifferi_1604_p368.cells.csv").read_text().splitlines()))
    names = list(dict.fromkeys(line["column"] for line in lines))
    grid = {(int(line["row"]) - 1, names.index(line["column"])): line["text"] for line in lines}
    for seed in range(5):
        # without the climates' own numbers (roman elsewhere) and three rows that have no equal neighbour
        rows = [r for r in range(36) if r not in (1, 13, 25)]
        other, truth = edition(grid, rows=rows, columns=range(7), errors=0.08, seed=seed)
        alignment = align(reading(grid), reading(other))
        right = sum(alignment.corresponds(a, b) for a, b in truth.items())
        assert right >= 0.97 * len(truth)
        assert len(alignment.cells) <= len(truth)
        assert len(truth) > 180


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_number_beside_three_rows_corresponds_to_where_the_other_page_has_it(at: int) -> None:
    """One page sets it beside the group, the other on one of its lines and leaves the other two empty."""
    base = sines(9, 3)
    wide = {**base, **{(r, 3): str(30 + r) for r in (0, 3, 6)}}
    lone = {**base, **{(r, 3): str(30 + r - at) if r % 3 == at else "" for r in range(9)}}
    spans = {(r, 3): (3, 1) for r in (0, 3, 6)}
    one = Reading("x.png", "", 3000, 3000, (table(wide, spans),), digit_height=12).with_ids()
    two = reading(lone)
    found = align(one, two).cells
    assert {k: v for k, v in found.items() if k.endswith("c3")} == {
        f"t1_r{r}c3": f"t1_r{r + at}c3" for r in (0, 3, 6)
    }
