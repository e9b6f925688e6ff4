"""The relevance of pixels for a similarity: what is traced, what is stated, where the picture shows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_pair import made_page, turned
from numpy.typing import NDArray

from zij.explain.bilrp.digits import explain
from zij.explain.bilrp.heat import Heat, page_heat, page_view
from zij.explain.bilrp.pixels import PixelRelevance
from zij.explain.report.heatmap import heat_picture, tinted
from zij.similarity.evidence import evidence_from_reading
from zij.tables.digits.network import DigitNetwork, Weights
from zij.tables.digits.view import View
from zij.tables.geometry import Box, Geometry
from zij.tables.reading import Reading
from zij.tables.scan.image import Image
from zij.tables.scan.page import prepare

RED, BLUE = (178, 24, 43), (33, 102, 172)


def weights(*, blind_to: int | None = None) -> Weights:
    torch.manual_seed(0)
    network = DigitNetwork((4, 6, 8), ((1, 1),), normalised=True).eval().folded().requires_grad_(False)
    assert network.classes.bias is not None
    network.classes.bias[10] = 0.0
    if blind_to is not None:
        network.classes.bias[blind_to] = -60.0
    return Weights(network, "made", {})


def heat(
    rgb: NDArray[np.uint8], reading: Reading, digits: Weights, *, view: View | None = None
) -> tuple[Heat, float]:
    """The heat of a page compared with itself, and the similarity."""
    evidence = evidence_from_reading(reading)
    explanation = explain(evidence, evidence)
    page = prepare(Image(reading.image, reading.sha256, rgb))
    sides = explanation.a, explanation.b
    found = page_heat(page, digits, evidence, *sides, scale=explanation.scale, view=view)
    return found, explanation.similarity


def test_what_is_traced_and_what_is_kept_is_the_similarity() -> None:
    found, similarity = heat(*made_page(), weights())
    figures = found.report()
    assert figures["relevance_seeded"] == pytest.approx(similarity, abs=1e-6)
    assert figures["relevance_not_traced"] == 0
    arrived = figures["relevance_at_pixels"]
    assert arrived + figures["relevance_kept_by_biases"] == pytest.approx(similarity, abs=1e-4)
    assert found.pixels is not None and np.abs(found.pixels.map).sum() > 0.1


def test_digits_that_the_network_does_not_see_are_stated() -> None:
    rgb, reading = made_page()
    seen, similarity = heat(rgb, reading, weights())
    found, _ = heat(rgb, reading, weights(blind_to=3))
    assert seen.pixels is not None and found.pixels is not None
    assert 0.01 < found.not_traced < 0.5
    assert found.pixels.seed + found.not_traced == pytest.approx(similarity, abs=1e-6)
    three = next(g for g in reading.glyphs() if g.text == "3")
    faint = replace(three, confidence=1e-4)  # what the evidence hardly sees the network need not see either
    tables = tuple(
        replace(table, cells=tuple(
            replace(cell, numbers=tuple(
                replace(n, glyphs=tuple(faint if g is three else g for g in n.glyphs)) for n in cell.numbers
            )) for cell in table.cells
        )) for table in reading.tables
    )  # fmt: skip
    less, _ = heat(rgb, replace(reading, tables=tables), weights(blind_to=3))
    assert less.not_traced < found.not_traced


def test_digits_beyond_the_image_are_not_traced() -> None:
    rgb, reading = made_page()
    outside = replace(reading, width=400, height=520)
    cut = np.ascontiguousarray(rgb[:, :200])
    found, similarity = heat(cut, outside, weights())
    assert found.not_traced > 0.1
    assert found.report()["relevance_seeded"] + found.not_traced == pytest.approx(similarity, abs=1e-6)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_lying_page_has_the_same_heat(quarters: int) -> None:
    upright, _ = heat(*made_page(), weights())
    lying, _ = heat(*turned(*made_page(), quarters), weights())
    assert upright.pixels is not None and lying.pixels is not None
    np.testing.assert_allclose(lying.pixels.map, upright.pixels.map, atol=1e-6)
    assert lying.share_on_digits == pytest.approx(upright.share_on_digits, abs=1e-3)


def test_share_in_boxes_is_that_of_the_boxes() -> None:
    rgb, reading = made_page()
    found, _ = heat(
        rgb, reading, weights(), view=View(0, 24.0, 0.0)
    )  # a pixel of the map is one of the image
    assert found.pixels is not None
    inside = np.zeros(rgb.shape[:2], bool)
    for glyph in reading.glyphs():
        b = glyph.box
        inside[int(b.y) : int(b.bottom), int(b.x) : int(b.right)] = True
    amount = np.abs(found.pixels.map)
    assert found.share_on_digits == pytest.approx(amount[inside].sum() / amount.sum())
    assert found.on_digits == pytest.approx(found.pixels.map[inside].sum())


def test_view_of_a_reading() -> None:
    _, reading = made_page()
    assert page_view(reading) == View(0, 28.0, 0.0)
    _, lying = turned(*made_page(), 1)
    assert page_view(replace(lying, digit_height=0.0)) == View(3, 28.0, 0.0)
    assert page_view(replace(reading, tables=(), loose=())) is None


def test_page_without_digits() -> None:
    rgb, reading = made_page()
    empty = replace(reading, tables=(), loose=(), digit_height=0.0)
    found, similarity = heat(rgb, empty, weights())
    assert similarity == 0 and set(found.report().values()) == {0.0}
    picture = heat_picture(rgb, empty, found)
    assert picture.shape[1] == rgb.shape[1] and picture.shape[0] > rgb.shape[0]


def test_picture_shows_relevance_where_it_is() -> None:
    """A red and a blue spot on a lying page stand where the geometry puts them, whatever the raster."""
    rgb = np.full((300, 400, 3), 255, np.uint8)
    reading = Reading("p.png", "", 400, 300, turn=90, digit_height=34.0)
    geometry = Geometry.identity(400, 300).turned(1).scaled(0.7)
    spots = {RED: (100.0, 60.0), BLUE: (300.0, 200.0)}
    values = np.zeros((geometry.height, geometry.width))
    for colour, spot in spots.items():
        x, y = geometry.to_raster(np.array([spot]))[0].astype(int)
        values[y - 4 : y + 5, x - 4 : x + 5] = 0.01 if colour == RED else -0.01
    found = Heat(PixelRelevance(values, geometry, float(values.sum()), 0.0))
    picture = heat_picture(rgb, reading, found)
    body = picture[picture.shape[0] - 400 :].astype(int)
    assert body.shape == (400, 300, 3)
    upright = Geometry.identity(400, 300).turned(1)
    for colour, spot in spots.items():
        rows, columns = np.nonzero(np.abs(body - np.array(colour)).max(axis=2) < 60)
        centre = np.array([[columns.mean() + 0.5, rows.mean() + 0.5]])
        np.testing.assert_allclose(upright.to_original(centre)[0], spot, atol=1.5)
    far = upright.box_to_raster(Box(190, 10, 10, 10))
    assert (body[int(far.y), int(far.x)] == 255).all()
    assert np.array_equal(heat_picture(rgb, reading, found), picture)


def test_a_page_is_tinted_as_it_lies() -> None:
    """Red where relevance is, blue where it is against, grey elsewhere; the colour is in proportion."""
    grey = np.full((40, 60, 3), 120, np.uint8)
    values = np.zeros((20, 30))
    values[2:8, 2:8], values[2:8, 20:26], values[12:18, 2:8] = 1.0, -1.0, 0.5
    found = PixelRelevance(values, Geometry.identity(60, 40).scaled(0.5), 1.0, 0.0)
    picture = tinted(grey, found).astype(int)
    assert picture.shape == grey.shape
    red, blue, half, plain = (picture[y, x] for y, x in ((10, 10), (10, 46), (30, 10), (30, 46)))
    assert len(set(plain.tolist())) == 1 and red[0] > red[2] and blue[2] > blue[0]
    faded = (plain - half) / np.where(plain == red, 1, plain - red)
    assert faded[1:] == pytest.approx(0.5, abs=0.05)
    assert (tinted(grey, None) == tinted(grey, found)[30, 46]).all()
