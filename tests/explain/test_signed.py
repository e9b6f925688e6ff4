"""The picture of a signed explanation: colours lie where the relevance does, and chance is pale."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from zij.explain.bilrp.pairs import Region
from zij.explain.distance.labels import BACKGROUND
from zij.explain.report.signed import PageRelevance, signed_picture
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Reading

BOXES = [Box(20, 20, 60, 40), Box(120, 20, 60, 40), Box(20, 90, 60, 40)]
REGIONS = tuple(Region(f"r{k}", "", box) for k, box in enumerate(BOXES))
PAGE = np.full((150, 200, 3), 230, np.uint8)
VALUES = np.array([1.0, -1.0, 1.0])
SURE = np.array([True, True, False])


def reading(turn: int = 0) -> Reading:
    return Reading("p.png", "", 200, 150, digit_height=26.0, turn=turn)


def tint(drawn: NDArray[np.uint8], box: Box) -> int:
    """How much redder than blue the picture is in the middle of a box, counted from its lower end."""
    page = drawn[-150:] if drawn.shape[1] == 200 else drawn[-200:]
    x, y = (int(v) for v in box.centre)
    red, _, blue = page[y, x].astype(int)
    return int(red - blue)


def test_red_is_near_blue_is_apart_and_chance_is_pale() -> None:
    drawn = signed_picture(PAGE, reading(), PageRelevance(REGIONS, VALUES, None, SURE))
    near, apart, unsure = (tint(drawn, box) for box in BOXES)
    assert near > 80 and apart < -60 and 5 < unsure < near / 2
    assert tint(drawn, Box(95, 70, 10, 10)) == 0
    plain = signed_picture(PAGE, reading(), PageRelevance(REGIONS, VALUES))
    assert tint(plain, BOXES[2]) == tint(plain, BOXES[0]) == near  # nothing is known of chance


def test_the_background_is_not_painted() -> None:
    whole = Region(BACKGROUND, "", Box(0, 0, 200, 150))
    found = PageRelevance((*REGIONS, whole), np.append(VALUES, 5.0))
    drawn = signed_picture(PAGE, reading(), found)
    assert found.outside and tint(drawn, Box(95, 70, 10, 10)) == 0
    np.testing.assert_array_equal(drawn, signed_picture(PAGE, reading(), PageRelevance(REGIONS, VALUES)))


def test_a_page_on_its_side_is_set_upright() -> None:
    drawn = signed_picture(PAGE, reading(turn=90), PageRelevance(REGIONS, VALUES, None, SURE))
    assert drawn.shape[1] == 150
    upright = Geometry.identity(200, 150).turned(1)
    assert tint(drawn, upright.box_to_raster(BOXES[0])) > 80
    assert tint(drawn, upright.box_to_raster(BOXES[1])) < -60


@pytest.mark.parametrize("sure", [None, "left"])
def test_a_map_lies_where_its_geometry_says(sure: str | None) -> None:
    raster = np.zeros((15, 20), np.float32)
    raster[2:6, 2:8], raster[2:6, 12:18] = 1.0, -1.0
    left = np.zeros(raster.shape, bool)
    left[:, :10] = True
    geometry = Geometry.identity(200, 150).scaled(0.1)
    found = PageRelevance(REGIONS, VALUES, None, None, raster, left if sure else None, geometry)
    drawn = signed_picture(PAGE, reading(), found)
    assert tint(drawn, BOXES[0]) > 80
    assert (-60 < tint(drawn, BOXES[1]) < -5) if sure else tint(drawn, BOXES[1]) < -60
    assert not found.silent


def test_a_page_of_which_nothing_is_known_can_be_drawn() -> None:
    empty = PageRelevance((), np.zeros(0), np.zeros(0), np.zeros(0, bool))
    drawn = signed_picture(PAGE, reading(), empty)
    assert empty.silent and (drawn[-150:] == drawn[-1, 0]).all()
