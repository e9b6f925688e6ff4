"""Regions, places and rows of a list of pairs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_pair import NUMBERS, made_sheets

from zij.explain.bilrp.pairs import Region
from zij.explain.report.sheets import drawn_first, places, regions, row_shares, strongest_rows
from zij.tables.geometry import Box


@pytest.mark.parametrize("side", ["a", "b"])
def test_regions_are_distinct_and_every_pair_finds_its_own(side: str) -> None:
    pairs = made_sheets()[2]
    found, index = regions(pairs, side)
    assert len(set(found)) == len(found) == pairs[f"{side}_id"].nunique()
    for n, row in enumerate(pairs.to_dict("records")):
        region = found[index[n]]
        box = Box(*(row[f"{side}_{key}"] for key in "xywh"))
        assert (region.id, region.text, region.box) == (row[f"{side}_id"], row[f"{side}_text"], box)


def test_no_pairs_no_regions() -> None:
    found, index = regions(made_sheets()[2].head(0), "a")
    assert found == [] and len(index) == 0


@pytest.mark.parametrize("count", [0, 1, 5, 10_000])
def test_corresponding_pairs_are_drawn_first_and_the_strongest_of_each(count: int) -> None:
    pairs = made_sheets()[2]
    drawn = drawn_first(pairs, count)
    assert len(drawn) == min(count, len(pairs))
    keys = [(not row.corresponds, -abs(row.relevance)) for row in drawn.itertuples()]
    assert all(one <= two for one, two in pairwise(keys))
    left = pairs.drop(drawn.index)
    assert not len(drawn) or drawn["corresponds"].all() or not left["corresponds"].any()


def test_places_by_id_by_centre_and_outside() -> None:
    sheet = made_sheets()[1]
    cell = sheet.reading.tables[0].cells[4]
    number, glyph = cell.numbers[0], cell.numbers[0].glyphs[1]
    loose = sheet.reading.loose[0]
    found = places(
        sheet.reading,
        [
            Region(number.id, "", Box(0, 0, 1, 1)),
            Region(glyph.id, "", Box(0, 0, 1, 1)),
            Region("another", "", glyph.box),
            Region(loose.id, "7", loose.box),
        ],
    )
    assert [str(place) for place in found[:3]] == ["row 2, column 2"] * 3
    assert found[3] is None


def test_what_each_row_holds() -> None:
    a, _, pairs, _ = made_sheets()
    expected = dict.fromkeys(range(len(NUMBERS)), 0.0)
    for record in pairs.to_dict("records"):
        expected[int(record["a_id"].split("_r")[1].split("c")[0])] += record["relevance"]
    assert row_shares(pairs, a.reading) == pytest.approx({(0, row): value for row, value in expected.items()})


@given(st.lists(st.floats(0, 1), min_size=1, max_size=4), st.floats(0.1, 1))
def test_the_strongest_run_is_the_shortest_that_holds_enough(values: list[float], share: float) -> None:
    """Against all runs, tried one by one."""
    a, _, pairs, _ = made_sheets()
    firsts = [pairs["a_id"].str.contains(f"_r{row}c").to_numpy().argmax() for row in range(len(values))]
    few = pairs.iloc[firsts].assign(relevance=values)
    runs = [(i, j) for i in range(len(values)) for j in range(i, len(values))]
    whole = sum(values)
    enough = [(j - i, i, j) for i, j in runs if sum(values[i : j + 1]) >= share * whole > 0]
    best = strongest_rows(few, a.reading, share=share)
    if best is None:
        assert not enough or np.isclose(whole * share, whole)
    else:
        _, first, last, held = best
        assert last - first == min(enough)[0]
        assert held == pytest.approx(sum(values[first : last + 1]))
        rivals = [sum(values[i : j + 1]) for length, i, j in enough if length == last - first]
        assert held == pytest.approx(max(rivals))


def test_upright_is_at_most_as_long_as_asked() -> None:
    _, b, _, _ = made_sheets()
    page, geometry = b.upright(260)
    assert page.shape[:2] == (geometry.height, geometry.width) == (260, 200)
    for glyph in b.reading.glyphs():
        box = geometry.box_to_raster(glyph.box)
        x, y = box.centre
        assert page[int(y), int(x)].max() < 80
    assert b.upright(9999)[0].shape == (520, 400, 3)
