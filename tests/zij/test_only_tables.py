"""Digits outside tables can be left out of a similarity: how many is recorded, and the parts still add up."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from commands import refused, zij
from made_pair import made_page

from zij.actions._inputs.only_tables import explainable, tables_alone
from zij.actions._inputs.sources import Source
from zij.actions._pairs.comparison import Asked, Found
from zij.actions._pairs.digits import by_digits
from zij.errors import InputError
from zij.tables.digits.network import load_weights
from zij.tables.geometry import Box
from zij.tables.reading import Glyph
from zij.tables.scan.image import Image

PARTS = ("relevance_listed", "relevance_unlisted", "relevance_outside_digits", "remainder")


def made_source(name: str, *doubtful: Glyph) -> Source:
    """A page of numbers in a table, with a 7 outside it."""
    rgb, reading = made_page(name)
    return Source(Path(name).stem, reading, Image(name, "0" * 64, rgb), doubtful)


@pytest.fixture
def sources() -> list[Source]:
    """The first page has two doubtful digits besides, one of them among those of its table."""
    return [
        made_source("a.png", Glyph(Box(20, 480, 18, 28), "5", 0.8), Glyph(Box(120, 95, 18, 28), "5", 0.8)),
        made_source("b.png"),
    ]


def compared(sources: list[Source], only_tables: bool) -> Found:
    return by_digits(sources, Asked(50, load_weights(), "cpu", False, None, print, only_tables))


def test_what_stands_outside_tables_is_left_out_and_stated(sources: list[Source]) -> None:
    all_of_it, tables = compared(sources, False), compared(sources, True)
    assert all_of_it.summary["parameters"]["only_tables"] is False
    assert "a_left_out" not in all_of_it.summary["parameters"]
    stated = tables.summary["parameters"]
    assert (stated["only_tables"], stated["a_left_out"], stated["b_left_out"]) == (True, 2, 1)
    for found in (all_of_it, tables):
        assert math.isclose(sum(found.summary[p] for p in PARTS), found.summary["similarity"], rel_tol=1e-9)
    assert set(all_of_it.pairs["a_id"]) - set(tables.pairs["a_id"]) == {"x1"}
    assert tables.sentence[0].endswith("(tables only)") and not all_of_it.sentence[0].endswith(")")
    bare = [replace(s, reading=replace(s.reading, loose=()), doubtful=s.doubtful[1:]) for s in sources]
    assert tables.summary["similarity"] == compared(bare, False).summary["similarity"]


def test_a_page_without_tables_has_nothing_left(sources: list[Source]) -> None:
    numbers = tuple(sources[0].reading.numbers())
    outside = replace(sources[0], reading=replace(sources[0].reading, tables=(), loose=numbers))
    found = compared([outside, sources[1]], True)
    assert found.sentence == ["similarity 0.00 (tables only): no digit stands in a table of a.png"]
    assert found.summary["similarity"] == 0 and found.summary["parameters"]["a_left_out"] == 26
    with pytest.raises(
        InputError, match=r"a\.png: all its digits stand outside tables, .* leave that option"
    ):
        explainable((outside, sources[1]), None, True)
    counted, facts = explainable((sources[0], sources[1]), None, True)
    assert counted[0].reading == tables_alone(sources[0]).reading and facts["a_left_out"] == 2


@pytest.mark.parametrize("command", ["compare", "explain"])
def test_it_belongs_to_digits(command: str, tmp_path: Path) -> None:
    words = (command, "a.png", "b.png", "-o", tmp_path / "out", "--model", "vgg16", "--only-tables")
    assert "leave it out for vgg16" in refused(zij(*words), "--only-tables")
