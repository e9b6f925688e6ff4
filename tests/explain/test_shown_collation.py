"""Collations, checks and trees in notebooks: true to the data, harmless, small; their frames and Axes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fragments import HOSTILE, alone, piece, words
from made_witnesses import reading, witness
from PIL import Image
from reckoned import chord_rows, table_of

from zij.actions import Checked, Collated
from zij.errors import UsageError
from zij.explain.collation.apparatus import Apparatus
from zij.explain.collation.arithmetic.checkfiles import (
    PageChecks,
    check_page,
    checks_csv,
    models_csv,
    residuals_csv,
)
from zij.explain.collation.arithmetic.curvesfigure import draw_residuals
from zij.explain.collation.collate import Collated as Found
from zij.explain.collation.collate import collate
from zij.explain.collation.descent.descent import Descent, descend
from zij.explain.collation.descent.drawing import draw_tree
from zij.explain.collation.descent.words import changes_csv
from zij.explain.collation.report import cuttings, inline
from zij.explain.collation.report.pictures import gallery
from zij.explain.collation.report.tables import apparatus_csv, shared_csv, variants_csv
from zij.explain.collation.report.variantsfigure import draw_variants
from zij.tables.reading import Reading


def altered(rows: Sequence[Sequence[str]], **changes: str) -> list[list[str]]:
    """The rows; `r3c4="7"` changes a cell."""
    made = [list(row) for row in rows]
    for name, text in changes.items():
        row, column = name[1:].split("c")
        made[int(row)][int(column)] = text
    return made


ROWS = [row[:5] for row in chord_rows(1, 24)]


@pytest.fixture(scope="module")
def found() -> Found:
    """Four witnesses, one of a name that would do harm, one that lacks rows; and one of another table."""
    other = [[str((37 * r * r + 11 * c + 5 * r) % 97 + 3) for c in range(4)] for r in range(20)]
    made = [
        witness("A", reading(ROWS)),
        witness(HOSTILE, reading(altered(ROWS, r5c2="61", r9c3="7", r12c4="33"))),
        witness("C", reading(altered(ROWS, r7c2="99")[:20])),
        witness("D", reading(altered(ROWS, r5c2="61"))),
        witness("E", reading(other)),
    ]
    return collate(made)


@pytest.fixture(scope="module")
def apparatus(found: Found) -> Apparatus:
    assert len(found.apparatus.witnesses) == 4 and found.apparatus.counts()["variant"] == 4
    return found.apparatus


@pytest.fixture(scope="module")
def tree(apparatus: Apparatus) -> Descent:
    made = descend(apparatus, replicates=20)
    assert made is not None
    return made


@pytest.fixture(scope="module")
def page() -> PageChecks:
    rows = altered(chord_rows(1, 45), r20c4="11", r30c3="5")
    made = Reading(HOSTILE, "", 800, 1000, (table_of(rows, glyphs=True),)).with_ids()
    checked = check_page(HOSTILE, made)
    assert checked.flagged == 2
    return checked


def same(frame: pd.DataFrame, text: str, texts: Sequence[str] = ()) -> None:
    """A frame says what a CSV file says, field by field; numbers are numbers."""
    lines = list(csv.reader(io.StringIO(text)))
    assert list(frame.columns) == lines[0] and len(frame) == len(lines) - 1
    for n, name in enumerate(frame.columns):
        values = frame.iloc[:, n]
        fields = [line[n] for line in lines[1:]]
        if values.dtype.kind in "if":
            assert name not in texts
            wanted = [float(field) if field else float("nan") for field in fields]
            np.testing.assert_array_equal(values.to_numpy(dtype=float), wanted)
        else:
            assert values.tolist() == fields


# -- the apparatus


def test_an_apparatus_shows_its_differences_and_counts(apparatus: Apparatus) -> None:
    root = piece(apparatus._repr_html_())
    rows = root.xpath("(.//table)[1]/tbody/tr")
    assert len(rows) == len(apparatus.differences()) == len(apparatus.variants())
    heads = [head.text_content() for head in root.xpath("(.//table)[1]/thead//th")]
    assert heads == ["place", "A", HOSTILE, "C", "D", "status", "kind", "why"]
    cells = [[cell.text_content() for cell in row] for row in rows]
    first = apparatus.differences()[0]
    assert cells[0][0] == f"row {first.row + 1} (3), column {first.column + 1}"
    assert cells[0][1:5] == [entry.text for entry in first.entries if entry is not None]
    assert cells[0][-2:] == [first.kind, first.reason]
    legend = words(root.xpath(".//*[contains(@class, 'counts')]")[0])
    counts = apparatus.counts()
    assert f"differ ({counts['variant']})" in legend and f"agree ({counts['agree']})" in legend
    assert f"not in all witnesses ({counts['only']})" in legend and "uncertain" not in legend
    (shared,) = root.xpath("(.//table)[2]/tbody/tr")
    assert [cell.text_content() for cell in shared] == [
        "row 6 (3), column 3", "61", "63", "chords of the arcs of columns 1-2, radius 60", f"{HOSTILE} D",
    ]  # fmt: skip


def test_what_is_cut_is_said(apparatus: Apparatus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline, "MOST", 3)
    root = piece(apparatus._repr_html_())
    assert len(root.xpath("(.//table)[1]/tbody/tr")) == 3
    assert f"{len(apparatus.differences()) - 3} more row" in words(root)


def test_many_witnesses_stand_in_one_column(apparatus: Apparatus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline, "ABREAST", 3)
    text = words(piece(apparatus._repr_html_()))
    assert "readings" in text and f"61 {HOSTILE} D" in text


def test_witnesses_that_agree_are_said_to(apparatus: Apparatus) -> None:
    agreeing = tuple(place for place in apparatus.places if place.status == "agree")
    assert "No witness differs" in words(piece(replace(apparatus, places=agreeing)._repr_html_()))
    nothing = Apparatus(apparatus.witnesses, (), ())
    piece(nothing._repr_html_())
    assert len(nothing.frame()) == 0 and list(nothing.variants().columns)[:3] == ["table", "row", "column"]


def test_a_collation_names_who_is_left_out(found: Found) -> None:
    text = words(piece(found._repr_html_()))
    assert "E is left out: it" in text and "Alignment, from 0 to 1: A " in text


def test_a_collated_table_shows_where_it_stands(apparatus: Apparatus) -> None:
    (table,) = apparatus.tables
    root = piece(table._repr_html_())
    assert f"{table.rows} rows, {table.columns} columns" in words(root)
    assert len(root.xpath(".//tbody/tr")) == 4
    named = replace(table, headings=(HOSTILE, *table.headings[1:]))
    assert HOSTILE in words(piece(named._repr_html_()))


def test_the_overview_has_every_place(apparatus: Apparatus, monkeypatch: pytest.MonkeyPatch) -> None:
    (drawing,) = piece(apparatus._repr_html_()).xpath(".//figure/svg")
    paths = {path.get("fill"): path.get("d") for path in drawing.iter("path")}
    assert paths["#b2182b"].count("M") == apparatus.counts()["variant"]
    assert paths["#3a6ea5"].count("M") == apparatus.counts()["only"]
    monkeypatch.setattr(inline, "ROOM", 100)
    root = piece(apparatus._repr_html_())
    assert not root.xpath(".//figure") and "1 table not drawn here" in words(root)


def test_a_result_of_collate_shows_crops_and_tree(
    apparatus: Apparatus, tree: Descent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey = np.random.default_rng(1).integers(0, 255, (4000, 2000, 3)).astype(np.uint8)[::4, ::4]
    pictures = gallery(
        apparatus, lambda witness, page: grey.repeat(4, 0).repeat(4, 1) if witness == 0 else None
    )
    result = Collated(
        tmp_path, apparatus, {}, "found & done", (("x.png", HOSTILE),), descent=tree, pictures=pictures
    )
    root = piece(result._repr_html_())
    crops = root.xpath(".//td//img")
    assert len(crops) == len(apparatus.differences())
    assert "found & done" in words(root) and HOSTILE in words(root) and "Descent" in words(root)
    assert len(root.xpath(".//img[@class='tree']")) == 1
    monkeypatch.setattr(cuttings, "ROOM", 1)
    text = words(piece(result._repr_html_()))
    assert f"{len(crops) - 1} crops left out" in text


def test_frames_of_an_apparatus_are_its_files(apparatus: Apparatus) -> None:
    sigla = [one.siglum for one in apparatus.witnesses]
    same(apparatus.frame(), apparatus_csv(apparatus), texts=sigla)
    same(apparatus.variants(), variants_csv(apparatus), texts=sigla)
    same(apparatus.shared(), shared_csv(apparatus), texts=["rule"])
    frame = apparatus.frame()
    assert frame["status"].value_counts().to_dict() == {k: n for k, n in apparatus.counts().items() if n}
    assert frame["confidence C"].isna().sum() == apparatus.counts()["only"]


def test_variants_are_drawn_in_their_axes(apparatus: Apparatus) -> None:
    axes = alone(lambda own: draw_variants(own, apparatus, texts=True))
    (table,) = apparatus.tables
    squares = {tuple(c.get_facecolor()[0]): len(c.get_paths()) for c in axes.collections}
    assert sorted(squares.values()) == sorted(n for n in apparatus.counts().values() if n)
    assert len(axes.texts) == len(apparatus.places)
    assert axes.get_xlim() == (0.5, table.columns + 0.5) and axes.get_ylim() == (table.rows + 0.5, 0.5)
    with pytest.raises(UsageError, match="no collated table 't9'; choose one of t1"):
        draw_variants(axes, apparatus, "t9")


# -- descent


def test_a_tree_shows_itself_and_is_drawn_in_its_axes(tree: Descent) -> None:
    root = piece(tree._repr_html_())
    (image,) = root.iter("img")
    assert image.get("src").startswith("data:image/png;base64,")
    assert "does not tell who copied whom" in words(root)
    axes = alone(lambda own: draw_tree(own, tree), rendered=True)
    assert {"A", "D"} <= {text.get_text() for text in axes.texts}
    same(tree.frame(), changes_csv(tree), texts=("text", "other_text"))


def test_the_picture_of_a_tree_is_no_wider_than_a_notebook(tree: Descent) -> None:
    from zij.explain.collation.descent.drawing import INLINE_DPI, descent_png

    assert Image.open(BytesIO(descent_png(tree, dpi=INLINE_DPI))).width <= 900


# -- checks


def test_checks_show_what_is_flagged(page: PageChecks) -> None:
    root = piece(page._repr_html_())
    text = words(root)
    assert "2 cells flagged" in text and HOSTILE in text
    flagged = root.xpath(".//td[contains(@class, 'read')]")
    assert [cell.text_content() for cell in flagged] == page.frame()["text"].tolist()
    (table,) = page.tables
    alone_ = words(piece(table._repr_html_()))
    assert "2 cells flagged" in alone_ and "row 21, column 5" in alone_


def test_many_flagged_cells_and_pages_are_cut(page: PageChecks, tmp_path: Path) -> None:
    many = replace(page, flags=(page.flags[0] * 30,))
    assert "20 more flagged cells not shown" in words(piece(many._repr_html_()))
    result = Checked(tmp_path, (page,) * 8, {}, "done", ())
    text = words(piece(result._repr_html_()))
    assert "2 more pages not shown" in text
    assert len(result.frame()) == 16


def test_a_page_without_a_table_is_said_to_have_none() -> None:
    bare = check_page("bare", Reading("bare.png", "", 10, 10, ()).with_ids())
    assert "No table was found on this page." in words(piece(bare._repr_html_()))
    assert list(bare.frame().columns)[:5] == ["table", "row", "column", "text", "expected"]


def test_frames_of_checks_are_their_files(page: PageChecks, tmp_path: Path) -> None:
    result = Checked(tmp_path, (page,), {}, "done", ())
    same(result.frame(), checks_csv([page]), texts=("text", "expected", "value"))
    same(result.residuals(), residuals_csv([page]), texts=("text", "value"))
    same(result.models(), models_csv([page]), texts=("column",))
    shares = result.frame()[["p_scan", "p_print", "p_computation"]]
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-9)


def test_residuals_are_drawn_in_their_axes(page: PageChecks) -> None:
    for curve in page.tables[0].curves:
        axes = alone(partial(draw_residuals, curve=curve))
        ringed = axes.lines[-1]
        assert (np.asarray(ringed.get_xdata()) - 1).tolist() == sorted(curve.flagged)
