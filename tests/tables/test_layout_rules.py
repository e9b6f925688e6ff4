"""Every rule of thumb of the table finder, with a page that is read right with it and wrong without it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import rule_pages as on
from laid_pages import H, LaidPage, is_right

import zij.tables.layout

ROOM = "zij.tables.layout"
INF = float("inf")


@dataclass(frozen=True)
class Rule:
    """A constant or function of the table finder, what it is replaced by, and what then goes wrong."""

    name: str
    off: object
    page: Callable[[], LaidPage | bool]
    wrong: str


RULES = [
    Rule("numbers.LEVEL", 1.3, on.staggered, "digits of two lines are joined"),
    Rule("numbers.WIDEST_PITCH", INF, on.single_digits_in_a_row, "columns of single digits are one number"),
    Rule("numbers.USUAL_REACH", 0.0, on.few_numbers, "in a small table numbers fall apart"),
    Rule("numbers.BANDWIDTH", 0.001, on.jittered, "unevenly set numbers fall apart"),
    Rule("numbers._parted", lambda *_: np.zeros(len(_[1]), bool), on.parted_by_rulings, "numbers join"),
    Rule("numbers._choose_reach", lambda _: 1.3, on.set_close, "columns set close are joined"),
    Rule(
        "numbers._expected_offsets",
        lambda *_: np.zeros(11),
        on.hanging_figures,
        "old-style figures fall apart",
    ),
    Rule(
        "numbers._fitted_offsets", lambda a, b, c, prior, e: prior, on.strange_figures, "numbers fall apart"
    ),
    Rule("points.SMALLEST", 0.0, on.points_with_specks, "a speck beside a point hides it"),
    Rule(
        "points.LARGEST",
        2.0,
        lambda: on.two_columns_with((0.45, 0.45)),
        "a letter between columns joins them",
    ),
    Rule("points.LONGEST", INF, lambda: on.two_columns_with((0.1, 0.3)), "remains of a ruling are points"),
    Rule(
        "points.WIDEST",
        9.0,
        lambda: on.two_columns_with((0.16, 0.16), gap=2.2),
        "columns are joined by leaders",
    ),
    Rule(
        "points.UNEVEN",
        INF,
        lambda: on.two_columns_with((0.16, 0.16), aside=-0.2),
        "a point after a number joins it to the next",
    ),
    Rule("points.OVERLAP", 0.0, on.points_under_digits, "points set close to a digit are not seen"),
    Rule("points.SHARE", 0.0, lambda: on.two_columns_with((0.16, 0.16), share=0.15), "specks join columns"),
    Rule("points.USUAL", np.full(4, INF), on.speck_within_a_number, "a speck in a number is a point"),
    Rule("blots.TOUCHING", 0.0, on.letters_beside, "a column is made of letters"),
    Rule("blots.LONGEST", 99, on.word_in_a_cell, "a word is an unread number"),
    Rule("blocks.FARTHEST_BESIDE", 40.0, lambda: on.two_tables(12 * H), "two tables are one"),
    Rule(
        "blocks._level",
        lambda a, b, step, h: np.ones(len(step), bool),
        lambda: on.two_tables(4 * H, 37),
        "one",
    ),
    Rule("blocks._agreeing", lambda m, label, **_: label, on.lonely_column, "a column set apart is lost"),
    Rule("columns.VALLEY", 0.0, on.across_the_gutter, "numbers that run across a gutter join columns"),
    Rule("columns.DOUBTFUL", 0.0, on.doubtful_column, "doubtful digits make a column"),
    Rule("columns._joined", lambda m, stack, *_: stack, on.indented, "indented numbers are a column"),
    Rule("columns._mostly_barred", lambda *_: False, on.barred, "columns parted by a ruling are one"),
    Rule("columns._lines_up", lambda m, k, h, n: k.sum() >= n, on.notes_beside, "notes beside are a column"),
    Rule("columns._at_the_point", lambda m, s, n, *_: (s, n), on.decimals_without_ink, "decimals are parted"),
    Rule("rows.SAME", 0.1, on.slipped_decimals, "two numbers of a cell make two rows"),
    Rule("rows.ALIGNED", INF, on.off_the_line, "a false digit off the line joins a cell"),
    Rule("rows.CROWDED", 0.0, on.between_lines, "a false digit makes a row"),
    Rule("rows.CROWDED_ALONE", 0.78, on.between_groups, "a false digit between groups makes a row"),
    Rule("rows.MATCH", 0.3, on.half_lower, "columns set lower have rows of their own"),
    Rule(
        "rows._smoothed", lambda v, at, h, before, reach=4: before, on.sagging, "columns set lower and lower"
    ),
    Rule("rows._without_weak", lambda m, c, rows: rows, on.between_lines, "a false digit makes a row"),
    Rule("rows._without_intruders", lambda m, c, rows: rows, on.off_the_line, "a false digit joins a cell"),
    Rule("grid.FARTHEST", 9.0, on.speck_far_beside, "a false digit is put into a number"),
    Rule("grid.SMALL", 0, on.chance, "figures of a text make a table"),
    Rule("grid._is_table", lambda *_: True, on.short_list, "a few numbers below each other make a table"),
    Rule("grid._straddling", lambda *_: {}, on.across_the_gutter, "numbers of two columns stay one"),
    Rule("grid._dislodged", lambda *_: [], on.dislodged, "a digit that slipped is lost"),
    Rule(
        "grid._without_lone_ends",
        lambda r, c, s: np.ones(len(r), bool),
        on.lone_line,
        "a line of text is a row",
    ),
    Rule(
        "grid._without_heading", lambda r, *_: np.ones(len(r), bool), on.words_ruled_off, "a heading is a row"
    ),
    Rule("grid._is_headed", lambda *_: False, on.first_row_ruled_off, "a heading is no heading"),
    Rule("grid.WIDER", 0.0, on.even_groups, "four columns far from each other are two tables"),
    Rule("grid.APART", INF, lambda: on.with_headings(2.9), "a heading not far above is no heading"),
    Rule("grid._ruled_spans", lambda g, h: (g.row, g.span), on.groups, "a number stands beside one row only"),
    Rule(
        "grid._evened",
        lambda bounds: bounds,
        lambda: on.groups("broken"),
        "a ruling not found joins two groups",
    ),
    Rule("grid.FARTHEST_BESIDE", 40.0, on.linked, "tables linked by a stray digit are one"),
    Rule("headings.headed", lambda grid, *_, **__: grid, lambda: on.with_headings(4), "a heading is lost"),
    Rule("headings.MOST", 1, lambda: on.with_headings(4, 6), "the second heading is lost"),
    Rule("headings.FARTHEST", INF, lambda: on.not_headed(14, (0, 1, 2, 3)), "a line of text is a heading"),
    Rule("headings.LEVEL", 0.0, lambda: on.with_headings(4, slip=2.0), "an uneven heading is lost"),
    Rule("headings.HEADED", 0.1, lambda: on.not_headed(4, (0, 2)), "numbers in words make a heading"),
    Rule(
        "headings.with_unread_rows",
        lambda grid, *_, **__: grid,
        lambda: on.unread_row(4),
        "a row is left out",
    ),
    Rule("headings.UNREAD", 0.0, lambda: on.unread_row(1), "a stain makes a row"),
    Rule("adoption.adopted", lambda grid, *_, **__: grid, on.half_read, "a doubtful digit is lost"),
    Rule("adoption.FULL", 0.0, lambda: on.half_read(share=0.3), "a letter joins a sparse column"),
    Rule("expectation.expected_digits", lambda *_, **__: {}, on.faint_digit, "a faint digit is not read"),
    Rule("expectation.PLACE", 2.0, lambda: on.faint_ruling(0.6), "a mark beside the digits is a digit"),
    Rule("expectation.FEWEST", 0, on.faint_in_a_short_table, "a mark in a table of three rows is a digit"),
    Rule("expectation.NEAREST", 0.0, on.faint_on_a_digit, "a stroke of a digit is a digit beside it"),
    Rule("expectation.ROWS", 99, on.faint_far_below, "what stands far above makes a mark a digit"),
    Rule("cells.TALLEST", INF, on.far_heading, "cells reach into the words under a heading"),
    Rule("cells.WIDEST", 99.0, on.open_side, "a cell reaches over an empty space"),
    Rule(
        "cells._usual_margin", lambda margin, h: margin, on.broken_ruling, "cells reach past a broken ruling"
    ),
    Rule("cells._part_corners", lambda bounds: None, on.bowed, "cells overlap at corners"),
    Rule("cells._make_room", lambda *_: None, on.lowered, "cells overlap"),
    Rule(
        "barriers._bridged",
        lambda p, h: np.array(sorted(p), float).reshape(-1, 4),
        on.chained_ruling,
        "joined",
    ),
    Rule("barriers.GAP", INF, lambda: not on.pieces_of_rulings(8), "rulings of two tables are one"),
    Rule("barriers.ASIDE", INF, lambda: not on.pieces_of_rulings(1, 0.6), "two rulings are one"),
]

EXEMPT = {
    "stains.SAMPLES": "saves time only",
    "blocks.FARTHEST_BELOW": "bounds the search only; lines of one block are at most 2.2 usual lines apart",
    "cells.UPPER": "says what is sure; a page of doubtful digits is in test_layout",
}


def switched_off(monkeypatch: pytest.MonkeyPatch, rule: Rule) -> None:
    """Replace a constant or function wherever the room has it."""
    module, name = rule.name.split(".")
    old = getattr(importlib.import_module(f"{ROOM}.{module}"), name)
    for found in pkgutil.iter_modules(zij.tables.layout.__path__):
        part = importlib.import_module(f"{ROOM}.{found.name}")
        if getattr(part, name, None) is old:
            monkeypatch.setattr(part, name, rule.off)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_is_needed(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    assert holds(rule)
    switched_off(monkeypatch, rule)
    assert not holds(rule), rule.wrong


def holds(rule: Rule) -> bool:
    """Whether the page of a rule is read right."""
    page = rule.page()
    return page if isinstance(page, bool) else is_right(page)


def test_every_constant_is_a_rule_or_has_a_reason() -> None:
    constants = set()
    for found in pkgutil.iter_modules(zij.tables.layout.__path__):
        names = vars(importlib.import_module(f"{ROOM}.{found.name}"))
        constants |= {f"{found.name}.{name}" for name in names if name.isupper() and name != "TYPE_CHECKING"}
    imported = {"adoption.ALIGNED", "expectation.ALIGNED", "grid.DOUBTFUL", "layout.UPPER"}
    assert constants - imported == {rule.name for rule in RULES if rule.name.split(".")[1].isupper()} | set(
        EXEMPT
    )
