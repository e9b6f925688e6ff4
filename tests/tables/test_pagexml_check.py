"""Every check of `check_pagexml` finds the fault that it is there for, and nothing in a sound file."""

from __future__ import annotations

import pytest
from lxml import etree

from zij.tables.pagexml import check_pagexml, to_xml

SPACE = "{http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15}"
GRID = f"""<Grid xmlns="{SPACE[1:-1]}"><GridPoints index="0" points="10,200 60,200 110,200"/>
<GridPoints index="1" points="10,240 60,240 110,240"/></Grid>"""


@pytest.fixture
def root(reading):
    """The tree of a sound file with a grid."""
    root = etree.fromstring(to_xml(reading))
    find(root, "t2").append(etree.fromstring(GRID))
    return root


def find(root, name):
    (node,) = root.xpath("//*[@id=$name]", name=name)
    return node


def first(root, tag, within=None):
    node = root if within is None else find(root, within)
    return next(node.iter(SPACE + tag))


def put(tag, within=None, **attributes):
    """A mutation: set attributes of the first element of that name."""

    def mutate(root):
        for name, value in attributes.items():
            first(root, tag, within).set(name, value)

    return mutate


def write(tag, text, within=None):
    def mutate(root):
        first(root, tag, within).text = text

    return mutate


def drop(tag, within=None):
    def mutate(root):
        node = first(root, tag, within)
        node.getparent().remove(node)

    return mutate


def twice(tag, within=None):
    def mutate(root):
        node = first(root, tag, within)
        node.getparent().append(etree.fromstring(etree.tostring(node)))

    return mutate


def empty(tag, within=None):
    return lambda root: first(root, tag, within).__delitem__(slice(None))


SCHEMA_ACCEPTS = {
    "dangling reference": (
        put("RegionRefIndexed", regionRef="gone"),
        "refers to 'gone', which does not exist",
    ),
    "point right of the image": (
        put("Coords", "t1_r0c0", points="10,10 401,10 401,50 10,50"),
        "Coords of TextRegion 't1_r0c0' reaches beyond the image",
    ),
    "point below the image": (put("Baseline", "x1_l1", points="250,40 280,301"), "beyond the image"),
    "no width": (put("Page", imageWidth="0"), "stated to be 0 x 300 pixels"),
    "no name of the image": (put("Page", imageFilename=""), "the image has no name"),
    "time without zone": (write("Created", "2026-01-01T00:00:00"), "does not say its time zone"),
    "two texts of one index": (put("TextEquiv", "t1_r1c0_w1_g1", index="1"), "indices of their own"),
    "a second text without index": (twice("TextEquiv", "t2_r0c1_w1_g1"), "indices of their own"),
    "float that is none": (
        lambda root: list(root.iter(SPACE + "UserAttribute"))[-1].set("value", "much"),
        "holds 'much', which is no xsd:float",
    ),
    "integer that is none": (
        lambda root: list(root.iter(SPACE + "UserAttribute"))[2].set("value", "1.5"),
        "holds '1.5', which is no xsd:integer",
    ),
    "boolean that is none": (
        put("UserAttribute", type="xsd:boolean", value="yes"),
        "holds 'yes', which is no xsd:boolean",
    ),
    "overlapping cells": (put("TableCellRole", "t1_r1c0", colSpan="2"), "overlap in 1 places"),
    "missing cell": (drop("TextRegion", "t2"), "leave 1 places out"),
    "row beyond the table": (put("TableCellRole", "t1_r2c0", rowIndex="3"), "beyond the 3 rows"),
    "column beyond the table": (put("TableCellRole", "t1_r1c1", columnIndex="2"), "and 2 columns"),
    "span beyond the table": (put("TableCellRole", "t1_r1c1", rowSpan="3"), "beyond the 3 rows"),
    "negative row": (put("TableCellRole", "t1_r1c0", rowIndex="-1"), "no valid row, column and spans"),
    "span of none": (put("TableCellRole", "t1_r1c0", rowSpan="0"), "no valid row, column and spans"),
    "grid of too few lines": (lambda root: find(root, "t2").set("rows", "2"), "not of 3 lines with 3 points"),
    "grid of too few points": (put("GridPoints", points="10,200 60,200"), "not of 2 lines with 3 points"),
    "word outside its line": (
        put("Coords", "t1_r1c0_w1", points="20,60 40,60 40,95 20,95"),
        "Word 't1_r1c0_w1' reaches beyond its TextLine",
    ),
    "glyph outside its word": (
        put("Coords", "t1_r1c0_w1_g1", points="15,60 30,60 30,80 15,80"),
        "Glyph 't1_r1c0_w1_g1' reaches beyond its Word",
    ),
    "cell outside its table": (
        put("Coords", "t1_r0c0", points="5,10 210,10 210,50 5,50"),
        "TextRegion 't1_r0c0' reaches beyond its TableRegion",
    ),
    "role of a cell on another region": (
        lambda root: setattr(find(root, "t1_r0c0"), "tag", SPACE + "ImageRegion"),
        "ImageRegion 't1_r0c0' is a cell but no TextRegion",
    ),
    "orders that contradict": (
        lambda root: find(root, "t1").set("custom", "readingOrder {index:9;}"),
        "the custom indices in the page contradict the ReadingOrder",
    ),
    "region ordered twice": (put("RegionRefIndexed", regionRef="t2"), "the reading order names 't2' 2 times"),
    "unknown state": (
        lambda root: find(root, "t1_r0c0").set("custom", "zij {state:guessed;}"),
        "the state 'guessed' of TextRegion 't1_r0c0' is none of",
    ),
    "flat line": (put("Coords", "t1_r1c0_w1", points="20,60 40,60"), "no Coords that span an area"),
}
SCHEMA_REFUSES = {
    "negative point": (
        put("Coords", "t1", points="-1,10 210,10 210,130"),
        "no list of two or more whole points",
    ),
    "fraction": (put("Coords", "t1", points="10.5,10 210,10 210,130"), "no list of two or more whole points"),
    "two spaces": (
        put("Coords", "t1", points="10,10  210,10 210,130"),
        "no list of two or more whole points",
    ),
    "space at the end": (put("Coords", "t1", points="10,10 210,130 "), "no list of two or more whole points"),
    "single point": (put("Baseline", "x1_l1", points="250,40"), "no list of two or more whole points"),
    "no Coords": (drop("Coords", "x1_g1"), "Glyph 'x1_g1' has no Coords that span an area"),
    "confidence above 1": (
        put("TextEquiv", "x1_g1", conf="1.2"),
        "'1.2' at Glyph 'x1_g1' is not from 0 to 1",
    ),
    "confidence NaN": (put("Coords", "t1", conf="NaN"), "'NaN' at TableRegion 't1' is not from 0 to 1"),
    "id twice": (lambda root: find(root, "t2").set("id", "t1"), "the id 't1' is given 2 times"),
    "id with a digit first": (lambda root: find(root, "x1_g1").set("id", "1x"), "the id '1x' is no XML name"),
    "id with a colon": (lambda root: find(root, "x1_g1").set("id", "a:b"), "the id 'a:b' is no XML name"),
    "grid of one line": (drop("GridPoints"), "Grid of TableRegion 't2' has too few members (1)"),
    "empty group": (empty("OrderedGroup"), "OrderedGroup of OrderedGroup 'ro' has too few members (0)"),
    "empty UserDefined": (empty("UserDefined"), "UserDefined of the page has too few members (0)"),
    "empty Relations": (
        lambda root: first(root, "Page").insert(1, etree.Element(SPACE + "Relations")),
        "Relations of the page has too few members (0)",
    ),
    "two roles": (twice("TableCellRole", "t1_r0c0"), "TextRegion 't1_r0c0' has 2 roles as a cell"),
    "text without Unicode": (drop("Unicode", "x1_g1"), "a TextEquiv of Glyph 'x1_g1' has no Unicode"),
    "two pages": (twice("Page"), "2 Page elements instead of one"),
    "no metadata": (drop("Metadata"), "the file has no Metadata"),
    "no time stamp": (write("LastChange", "yesterday"), "LastChange 'yesterday' is no time stamp"),
}


def test_sound_files_have_no_findings(root, schema):
    assert check_pagexml(etree.tostring(root)) == []
    schema.assertValid(root)


@pytest.mark.parametrize("name", SCHEMA_ACCEPTS)
def test_faults_that_the_schema_accepts(root, schema, name):
    mutate, finding = SCHEMA_ACCEPTS[name]
    mutate(root)
    if name not in ("dangling reference", "role of a cell on another region"):
        schema.assertValid(etree.fromstring(etree.tostring(root)))
    assert any(finding in found for found in check_pagexml(etree.tostring(root)))


@pytest.mark.parametrize("name", SCHEMA_REFUSES)
def test_faults_that_the_schema_refuses_too(root, schema, name):
    mutate, finding = SCHEMA_REFUSES[name]
    mutate(root)
    assert not schema.validate(etree.fromstring(etree.tostring(root)))
    assert any(finding in found for found in check_pagexml(etree.tostring(root)))


def test_newline_between_points(root):
    data = etree.tostring(root).replace(b"10,10 210,10", b"10,10&#10;210,10", 1)
    assert any("no list of two or more whole points" in found for found in check_pagexml(data))


def test_flat_cell_of_no_table(reading):
    data = to_xml(reading, profile="flat").replace(b"table {id:t2;}", b"table {id:t7;}")
    assert "2 cells name the table 't7', which does not exist" in check_pagexml(data)


def test_what_is_no_pagexml_is_one_finding():
    assert check_pagexml(b"<alto/>") == [
        "the file: not PAGE-XML (it starts with 'alto'); export the page as PAGE."
    ]
