"""The pair's figure: arcs from box to box, and the share that is drawn."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from lxml import etree
from made_pair import HEIGHT, WIDTH, made_sheets
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from zij.errors import OutputError
from zij.explain.report.figure import AGAINST, FOR, GAP, draw_pair, drawn_line, save_pair
from zij.explain.report.sheets import drawn_first
from zij.tables.geometry import Box


def upright_box(box: Box, quarters: int) -> Box:
    """A box of the lying page on the page as it was made: the turn undone by hand."""
    if quarters == 1:  # lying = (HEIGHT - y - h, x)
        return Box(box.y, HEIGHT - box.x - box.w, box.h, box.w)
    assert quarters == 0
    return box


@pytest.fixture(params=[0, 1])
def drawn(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Any, int]]:
    a, b, pairs, summary = made_sheets(quarters=request.param)
    axes = Figure().add_subplot()
    assert draw_pair(axes, a, b, pairs, summary, arcs=17) is axes
    yield axes, drawn_first(pairs, 17), request.param


def arcs_of(axes: Any) -> PathCollection:
    return next(c for c in axes.collections if isinstance(c, PathCollection))


def test_arcs_run_from_box_to_box(drawn: tuple[Any, Any, int]) -> None:
    """A page is 1 high, y points up, page B begins behind the gap; outlines leave 8 % of room."""
    axes, pairs, quarters = drawn
    expected = set()
    for row in pairs.to_dict("records"):
        a = Box(*(row[f"a_{key}"] for key in "xywh"))
        b = upright_box(Box(*(row[f"b_{key}"] for key in "xywh")), quarters)
        right, left = a.right + 0.08 * min(a.w, a.h), b.x - 0.08 * min(b.w, b.h)
        begin = (right / HEIGHT, 1 - (a.y + a.h / 2) / HEIGHT)
        end = (WIDTH / HEIGHT + GAP + left / HEIGHT, 1 - (b.y + b.h / 2) / HEIGHT)
        expected.add(tuple(np.round([*begin, *end], 9).tolist()))
    paths = arcs_of(axes).get_paths()
    ends = {tuple(np.round([*path.vertices[0], *path.vertices[-1]], 9).tolist()) for path in paths}
    assert ends == expected and len(paths) == len(pairs)


def test_colour_is_the_sign_and_opacity_the_strength(drawn: tuple[Any, Any, int]) -> None:
    axes, pairs, _ = drawn
    arcs = arcs_of(axes)
    colours = arcs.get_edgecolor()
    hexes = [to_hex(colour) for colour in colours]
    negative = int((pairs["relevance"] < 0).sum())
    assert negative > 0
    assert hexes.count(AGAINST) == negative and hexes.count(FOR) == len(pairs) - negative
    dashed = [style[1] is not None for style in arcs.get_linestyle()]
    assert dashed == [colour == AGAINST for colour in hexes]
    strengths = np.sort(pairs["relevance"].abs().to_numpy())
    np.testing.assert_allclose(np.sort(colours[:, 3]), 0.08 + 0.72 * strengths / strengths[-1])


def test_only_drawn_regions_are_outlined(drawn: tuple[Any, Any, int]) -> None:
    axes, pairs, _ = drawn
    outlines = [c for c in axes.collections if isinstance(c, PolyCollection)]
    assert [len(c.get_paths()) for c in outlines] == [pairs["a_id"].nunique(), pairs["b_id"].nunique()]


def test_the_line_below_says_what_is_left_out() -> None:
    _, _, pairs, summary = made_sheets()
    first = pairs.head(3)
    summary |= {"similarity": 2 * float(first["relevance"].sum()), "pairs": 1523}
    line = drawn_line(first, summary, len(pairs))
    assert line.startswith(f"drawn: 3 of 1,523 pairs, 50 % of the similarity {summary['similarity']:.3f}; ")
    del summary["pairs"]
    assert f"of {len(pairs)} pairs" in drawn_line(first, summary, len(pairs))


def test_patches_are_called_patches_and_the_encoder_is_named() -> None:
    """Of a great many pairs each has little: a share below ten per cent has a decimal."""
    _, _, pairs, summary = made_sheets()
    told = {**summary, "units": "patches", "described": "vgg16 layer 31, random weights", "similarity": 100.0}
    line = drawn_line(pairs, told, len(pairs))
    share = f"{float(pairs['relevance'].sum()):.1f} %"
    assert f" pairs of patches, {share} of the similarity 100.000 by vgg16 layer 31, random weights;" in line


def test_patches_are_outlined_without_room() -> None:
    a, b, pairs, summary = made_sheets(quarters=0)
    axes = Figure().add_subplot()
    draw_pair(axes, a, b, pairs, {**summary, "units": "patches"}, arcs=1)
    outline = next(c for c in axes.collections if isinstance(c, PolyCollection)).get_paths()[0]
    first = pairs.iloc[0]
    assert np.ptp(outline.vertices[:, 0]) == pytest.approx(first["a_w"] / HEIGHT)


def test_both_files_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    before = dict(matplotlib.rcParams)
    for name in ("one", "two"):
        save_pair(
            tmp_path / f"{name}.png", tmp_path / f"{name}.svg", *made_sheets("$a_b$ <i>&.png", "文.png")
        )
    for kind in ("png", "svg"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()
    assert dict(matplotlib.rcParams) == before
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.width == 2080 and "Software" not in picture.info
    root = etree.parse(tmp_path / "one.svg").getroot()
    text = " ".join("".join(element.itertext()) for element in root.iter("{*}text"))
    assert "$a_b$ <i>&.png" in text and "文.png" in text and "drawn: " in text
    assert not [*root.iter("{*}date")]
    links = [str(e.get("{http://www.w3.org/1999/xlink}href")) for e in root.iter("{*}image", "{*}use")]
    assert links and all(link.startswith(("data:image/png", "#")) for link in links)


def test_no_pairs_is_a_figure_too(tmp_path: Path) -> None:
    a, b, pairs, summary = made_sheets()
    save_pair(tmp_path / "p.png", tmp_path / "p.svg", a, b, pairs.head(0), {**summary, "similarity": 0.0})
    with Image.open(tmp_path / "p.png") as picture:
        assert picture.width == 2080


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        save_pair(tmp_path / "file" / "p.png", tmp_path / "p.svg", *made_sheets())
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_pyplot_is_not_used() -> None:
    module = sys.modules["zij.explain.report.figure"]
    assert module.__file__ and "pyplot" not in Path(module.__file__).read_text("utf-8")
