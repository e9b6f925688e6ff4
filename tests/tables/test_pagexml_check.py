"""Every check finds the fault that it is there for, that one alone, and nothing in a sound file."""

from __future__ import annotations

import pytest
from lxml import etree

from zij.tables.pagexml import check_pagexml, examine_pagexml, to_xml
from zij.tables.pagexml._checks.finding import ADVICE, NORMAL_IN_TRANSKRIBUS

SPACE = "{http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15}"
GRID = f"""<Grid xmlns="{SPACE[1:-1]}"><GridPoints index="0" points="10,200 60,200 110,200"/>
<GridPoints index="1" points="10,240 60,240 110,240"/></Grid>"""
RELATION = f"""<Relations xmlns="{SPACE[1:-1]}"><Relation id="rel" type="link">
<SourceRegionRef regionRef="t1_r1c0_w1_g1"/>
<TargetRegionRef regionRef="t1_r1c1_w1_g1"/></Relation></Relations>"""


@pytest.fixture
def root(reading):
    """The tree of a sound file with one grid and a relation."""
    root = etree.fromstring(to_xml(reading))
    assert own(find(root, "t2")[-1]) == own(etree.fromstring(GRID))
    find(root, "t1").remove(find(root, "t1")[-1])  # one is enough
    first(root, "Page").insert(1, etree.fromstring(RELATION))
    return root


def own(grid):
    return [dict(line.attrib) for line in grid]


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


def change(name, **attributes):
    """A mutation: set attributes of the element of that id."""
    return lambda root: find(root, name).attrib.update(attributes.items())


def without(name, *others):
    """A mutation: take elements away, also from the reading order."""

    def mutate(root):
        for one in (name, *others):
            node = find(root, one)
            node.getparent().remove(node)
            for reference in root.xpath("//*[@regionRef=$name]", name=one):
                reference.getparent().remove(reference)

    return mutate


def reword(name, text):
    """A mutation: the first text of the element of that id itself."""

    def mutate(root):
        find(root, name).find(f"{SPACE}TextEquiv/{SPACE}Unicode").text = text

    return mutate


# What is done to a sound file; the kind of the one finding; the id of its element; part of what it says.
SCHEMA_ACCEPTS = {
    "dangling end of a relation": (
        put("TargetRegionRef", regionRef="gone"),
        "reference", "rel", "refers to 'gone', which does not exist",
    ),
    "dangling place in the order": (
        lambda root: first(root, "OrderedGroup").append(
            etree.Element(SPACE + "RegionRefIndexed", index="99", regionRef="gone")
        ),
        "reference", "ro", "RegionRefIndexed of OrderedGroup 'ro' refers to",
    ),
    "point right of the image": (
        put("Baseline", "x1_l1", points="250,40 401,40"), "points-outside", "x1_l1", "beyond the image",
    ),
    "point below the image": (
        put("Baseline", "x1_l1", points="250,40 280,301"), "points-outside", "x1_l1", "beyond the image",
    ),
    "region beyond the image": (
        put("Coords", "x", points="250,20 290,20 290,301 250,301"), "points-outside", "x",
        "Coords of TextRegion 'x' reaches beyond the image",
    ),
    "no width": (put("Page", imageWidth="0"), "image-size", "", "stated to be 0 x 300 pixels"),
    "no height": (put("Page", imageHeight="0"), "image-size", "", "stated to be 400 x 0 pixels"),
    "no name of the image": (put("Page", imageFilename=""), "image-name", "", "the image has no name"),
    "name with a folder": (put("Page", imageFilename="../../x"), "image-path", "", "'../../x' is named with"),
    "address as name": (
        put("Page", imageFilename="https://example.org/x.png"), "image-path", "", "more than its file name",
    ),
    "name of a folder": (put("Page", imageFilename=".."), "image-path", "", "more than its file name"),
    "time of creation without zone": (
        write("Created", "2026-01-01T00:00:00"), "time-zone", "",
        "Created '2026-01-01T00:00:00' does not say",
    ),
    "time of change without zone": (
        write("LastChange", "2026-01-01T00:00:00"), "time-zone", "", "LastChange '2026-01-01T00:00:00'",
    ),
    "two texts of one index": (
        put("TextEquiv", "t1_r1c0_w1_g1", index="1"), "text-index", "t1_r1c0_w1_g1", "indices of their own",
    ),
    "a second text without index": (
        lambda root: find(root, "t2_r0c1").append(
            etree.fromstring(f'<TextEquiv xmlns="{SPACE[1:-1]}"><Unicode>5</Unicode></TextEquiv>')
        ),
        "text-index", "t2_r0c1", "indices of their own",
    ),
    "float that is none": (
        lambda root: list(root.iter(SPACE + "UserAttribute"))[-1].set("value", "much"),
        "attribute", "", "'zij:digit-height' of the page holds 'much', which is no xsd:float",
    ),
    "integer that is none": (
        lambda root: list(root.iter(SPACE + "UserAttribute"))[2].set("value", "1.5"),
        "attribute", "", "holds '1.5', which is no xsd:integer",
    ),
    "boolean that is none": (
        put("UserAttribute", type="xsd:boolean", value="yes"),
        "attribute", "", "'yes', which is no xsd:boolean",
    ),
    "overlapping cells": (
        put("TableCellRole", "t1_r1c0", colSpan="2"),
        "overlap", "t1", "overlap in 1 places, the first in row 1",
    ),
    "cells of the same place": (
        put("TableCellRole", "t1_r2c0", rowIndex="1", rowSpan="2"), "overlap", "t1", "row 1, column 0",
    ),
    "missing cell": (without("t1_r2c0"), "gap", "t1", "leave 1 places out, the first in row 2, column 0"),
    "table without its last row": (change("t1", rows="4"), "gap", "t1", "leave 2 places out"),
    "row beyond the table": (
        put("TableCellRole", "t1_r2c0", rowIndex="3"), "cell-beyond", "t1_r2c0", "beyond the 3 rows",
    ),
    "column beyond the table": (
        put("TableCellRole", "t1_r1c1", columnIndex="2"), "cell-beyond", "t1_r1c1", "and 2 columns",
    ),
    "span beyond the table": (
        put("TableCellRole", "t1_r1c1", rowSpan="3"), "cell-beyond", "t1_r1c1", "beyond the 3 rows",
    ),
    "giant index": (
        put("TableCellRole", "t1_r1c1", rowIndex="2147483647"), "cell-beyond", "t1_r1c1", "beyond the 3 rows",
    ),
    "negative row": (
        put("TableCellRole", "t1_r1c0", rowIndex="-1"),
        "cell-place", "t1_r1c0", "no valid row, column and spans",
    ),
    "span of none": (
        put("TableCellRole", "t1_r1c0", rowSpan="0"),
        "cell-place", "t1_r1c0", "no valid row, column and spans",
    ),
    "giant table": (change("t1", rows="1000000"), "table-size", "t1", "claims 1000000 rows and 2 columns"),
    "grid of too few lines": (
        lambda root: first(root, "Grid").append(
            etree.fromstring(f'<GridPoints xmlns="{SPACE[1:-1]}" index="2" points="10,241 60,241 110,241"/>')
        ),
        "grid", "t2", "Grid of TableRegion 't2' is not of 2 lines with 3 points each",
    ),
    "grid of too few points": (
        put("GridPoints", points="10,200 60,200"), "grid", "t2", "not of 2 lines with 3 points",
    ),
    "grid with lines exchanged": (
        put("GridPoints", points="10,240 60,241 110,242"), "grid-order", "t2", "are not in order",
    ),
    "grid with points exchanged": (
        put("GridPoints", points="60,200 10,200 110,200"), "grid-order", "t2", "are not in order",
    ),
    "grid with indices exchanged": (put("GridPoints", index="1"), "grid-order", "t2", "are not in order"),
    "word outside its line": (
        put("Coords", "t1_r1c0_w1", points="19,60 40,60 40,80 19,80"), "parent", "t1_r1c0_w1",
        "Word 't1_r1c0_w1' reaches beyond its TextLine",
    ),
    "glyph outside its word": (
        put("Coords", "t1_r1c0_w1_g1", points="15,60 30,60 30,80 15,80"), "parent", "t1_r1c0_w1_g1",
        "Glyph 't1_r1c0_w1_g1' reaches beyond its Word",
    ),
    "line outside its cell": (
        put("Coords", "t1_r1c0_l1", points="20,60 111,60 111,80 20,80"), "parent", "t1_r1c0_l1",
        "TextLine 't1_r1c0_l1' reaches beyond its TextRegion",
    ),
    "cell outside its table": (
        put("Coords", "t1_r0c0", points="5,10 210,10 210,50 5,50"), "parent", "t1_r0c0",
        "TextRegion 't1_r0c0' reaches beyond its TableRegion",
    ),
    "flat word": (
        put("Coords", "t1_r1c0_w1", points="20,60 40,60"),
        "no-area", "t1_r1c0_w1", "no Coords that span an area",
    ),
    "role of a cell on another region": (
        lambda root: setattr(find(root, "t2_r0c0"), "tag", SPACE + "ImageRegion"),
        "role-region", "t2_r0c0", "ImageRegion 't2_r0c0' is a cell but no TextRegion",
    ),
    "orders that contradict": (
        change("t1", custom="readingOrder {index:9;}"), "order-contradicts", "",
        "the custom indices in the page contradict the ReadingOrder",
    ),
    "orders that contradict in a table": (
        change("t1_r0c0", custom="readingOrder {index:9;}"), "order-contradicts", "t1",
        "custom indices in TableRegion 't1' contradict",
    ),
    "region ordered twice": (
        lambda root: first(root, "OrderedGroup").append(
            etree.Element(SPACE + "RegionRefIndexed", index="99", regionRef="x")
        ),
        "order-twice", "ro", "the reading order names 'x' 2 times",
    ),
    "index ordered twice": (
        put("RegionRefIndexed", index="1"),
        "order-index", "ro", "members of OrderedGroup 'ro' have the same index",
    ),
    "unknown state": (
        lambda root: find(root, "t1_r0c0").set(
            "custom", find(root, "t1_r0c0").get("custom").replace("state:read", "state:guessed")
        ),
        "state", "t1_r0c0", "the state 'guessed' of TextRegion 't1_r0c0' is none of",
    ),
    "text that is no integer": (
        put("TextEquiv", "t1_r0c0", dataType="xsd:integer"), "text-type", "t1_r0c0_l1",
        "a text of TextLine 't1_r0c0_l1' is 'Gradus', which is no xsd:integer",
    ),
    "word of other glyphs": (
        lambda root: [reword(name, "13 30")(root) for name in ("t1_r1c0", "t1_r1c0_l1")]
        + [reword("t1_r1c0_w1", "13")(root)],
        "levels", "t1_r1c0_w1", "the text of Word 't1_r1c0_w1' is not that of its glyphs",
    ),
    "line of other words": (
        lambda root: [reword(name, "12 31")(root) for name in ("t1_r1c0", "t1_r1c0_l1")],
        "levels", "t1_r1c0_l1", "the text of TextLine 't1_r1c0_l1' is not that of its words",
    ),
    "cell of other lines": (
        reword("t1_r1c1", "08"), "levels", "t1_r1c1",
        "the text of TextRegion 't1_r1c1' is not that of its lines",
    ),
}  # fmt: skip
SCHEMA_REFUSES = {
    "newline between points as a character": (
        put("Coords", "x1_g1", points="250,20 259,20\n259,40 250,40"), "points", "x1_g1",
        "Coords of Glyph 'x1_g1' is no list of two or more whole points",
    ),
    "negative point": (
        put("Baseline", "x1_l1", points="-1,40 280,40"), "points-outside", "x1_l1", "beyond the image",
    ),
    "fraction": (
        put("Coords", "t1", points="10.5,10 210,10 210,130 10,130"), "points", "t1", "no list of two or more",
    ),
    "two spaces": (
        put("Coords", "t1", points="10,10  210,10 210,130"), "points", "t1", "no list of two or more",
    ),
    "space at the end": (
        put("Coords", "t1", points="10,10 210,130 "), "points", "t1", "no list of two or more",
    ),
    "single point": (
        put("Baseline", "x1_l1", points="250,40"), "points", "x1_l1", "Baseline of TextLine 'x1_l1'",
    ),
    "no Coords": (
        drop("Coords", "x1_g1"), "no-area", "x1_g1", "Glyph 'x1_g1' has no Coords that span an area",
    ),
    "confidence above 1": (
        put("TextEquiv", "x1_g1", conf="1.2"),
        "confidence", "x1_g1", "'1.2' at Glyph 'x1_g1' is not from 0 to 1",
    ),
    "confidence NaN": (
        put("Coords", "t1", conf="NaN"), "confidence", "t1", "'NaN' at TableRegion 't1' is not from 0 to 1",
    ),
    "id twice": (change("x1_g2", id="x1_g1"), "id-twice", "x1_g1", "the id 'x1_g1' is given 2 times"),
    "id of the file again": (
        lambda root: root.set("pcGtsId", "x1"), "id-twice", "x1", "the id 'x1' is given 2 times",
    ),
    "id with a digit first": (change("x1_g1", id="1x"), "id-name", "1x", "the id '1x' is no XML name"),
    "id with a colon": (change("x1_g1", id="a:b"), "id-name", "a:b", "the id 'a:b' is no XML name"),
    "grid of one line": (
        drop("GridPoints"), "group", "t2", "Grid of TableRegion 't2' has too few members (1)",
    ),
    "empty group": (
        empty("OrderedGroup"), "group", "ro", "OrderedGroup of OrderedGroup 'ro' has too few members (0)",
    ),
    "empty UserDefined": (
        empty("UserDefined"), "group", "", "UserDefined of the page has too few members (0)",
    ),
    "empty Relations": (empty("Relations"), "group", "", "Relations of the page has too few members (0)"),
    "two roles": (
        lambda root: first(root, "Roles", "t2_r0c0").append(
            etree.Element(SPACE + "TableCellRole", rowIndex="0", columnIndex="9")
        )
        or change("t2", columns="10")(root)
        or [drop("Grid", "t2")(root), put("TableCellRole", "t2_r0c1", colSpan="8")(root)],
        "roles", "t2_r0c0", "TextRegion 't2_r0c0' has 2 roles as a cell",
    ),
    "text without Unicode": (
        drop("Unicode", "x1_g1"), "text-unicode", "x1_g1", "a TextEquiv of Glyph 'x1_g1' has no Unicode",
    ),
    "two pages": (twice("Page"), "pages", "", "2 Page elements instead of one"),
    "no metadata": (drop("Metadata"), "metadata", "", "the file has no Metadata"),
    "no time stamp": (
        write("LastChange", "yesterday"), "time-stamp", "", "LastChange 'yesterday' is no time stamp",
    ),
    "element without namespace": (
        lambda root: setattr(find(root, "x1_g2"), "tag", "{urn:x}Glyph"), "namespace", "x1_g2",
        "1 elements are not in the namespace of the file, the first Glyph of",
    ),
    "cell of another dialect": (
        lambda root: setattr(find(root, "t2_r0c0"), "tag", SPACE + "TableCell")
        or change("t2_r0c0", row="0", col="0")(root)
        or drop("Roles", "t2_r0c0")(root),
        "dialect", "t2_r0c0", "TableCell 't2_r0c0': only Transkribus' dialect of 2013-07-15 has this element",
    ),
}  # fmt: skip


def one_finding(root, kind, element, what):
    """The only finding, which is the expected one."""
    data = etree.tostring(root)
    [finding] = examine_pagexml(data)
    assert (finding.kind, finding.element, finding.tolerated) == (kind, element, False)
    assert what in finding.what
    assert element in finding.what
    assert check_pagexml(data) == [finding.what]
    return finding


def test_sound_files_have_no_findings(root, schema):
    assert examine_pagexml(etree.tostring(root)) == ()
    schema.assertValid(root)


@pytest.mark.parametrize("name", SCHEMA_ACCEPTS)
def test_faults_that_the_schema_accepts(root, schema, name):
    mutate, *expected = SCHEMA_ACCEPTS[name]
    mutate(root)
    if name not in ("role of a cell on another region",):
        schema.assertValid(etree.fromstring(etree.tostring(root)))
    one_finding(root, *expected)


@pytest.mark.parametrize("name", SCHEMA_REFUSES)
def test_faults_that_the_schema_refuses_too(root, schema, name):
    mutate, *expected = SCHEMA_REFUSES[name]
    mutate(root)
    assert not schema.validate(etree.fromstring(etree.tostring(root)))
    one_finding(root, *expected)


def test_findings_have_the_line_of_their_element(root):
    text = etree.tostring(root).decode().splitlines()
    line = next(n for n, words in enumerate(text, 1) if 'id="x1_g1"' in words)
    put("TextEquiv", "x1_g1", conf="1.2")(root)
    drop("Coords", "x1_g1")(root)
    data = etree.tostring(root)
    assert [f.line for f in examine_pagexml(data)] == [line, line + 1]
    assert [f.line for f in examine_pagexml(b"\n" * 60_000 + data)] == [line + 60_000, line + 60_001]


@pytest.mark.parametrize("sign", ["\n", "\t", "\r\n"])
def test_newline_between_points(root, schema, sign):
    """XML makes a space of it, so that neither the schema nor a program that parses the file sees it."""
    before = first(root, "Coords", "x1_g1").get("points")
    data = etree.tostring(root).replace(before.encode(), before.replace(" ", sign, 1).encode())
    schema.assertValid(etree.fromstring(data))
    [finding] = examine_pagexml(data)
    assert (finding.kind, finding.element) == ("points", "x1_g1")
    assert finding.what == "Coords of Glyph 'x1_g1' has a line break between its points"
    assert examine_pagexml(data.replace(b"<Metadata>", b"<!-- points='1,1\n2,2' --><Metadata>"))


def test_flat_cell_of_no_table(reading):
    data = to_xml(reading, profile="flat").replace(b"table {id:t2;}", b"table {id:t7;}")
    assert check_pagexml(data) == [
        "2 cells name the table 't7', which does not exist",
    ]


def test_giant_indices_where_no_size_is_stated(reading):
    """The reader would refuse the file for it."""
    data = (
        to_xml(reading).replace(b' rows="3" columns="2"', b"").replace(b'rowIndex="2"', b'rowIndex="2000000"')
    )
    assert check_pagexml(data) == ["TableRegion 't1' claims 2000001 rows and 2 columns"]


def test_what_is_no_pagexml_is_one_finding():
    assert check_pagexml(b"<alto/>") == [
        "the file: not PAGE-XML (it starts with 'alto'); export the page as PAGE"
    ]


def test_each_kind_of_finding_has_a_mutation_and_advice():
    """Those of images and schemas have theirs below and in the tests of the command."""
    shown = {case[1] for case in (SCHEMA_ACCEPTS | SCHEMA_REFUSES).values()}
    elsewhere = {
        "image-absent",
        "image-differs",
        "image-hash",
        "schema",
        "unreadable",
        "table",
        "corners",
        "pair",
    }
    assert shown | elsewhere == set(ADVICE)
    assert shown.isdisjoint(elsewhere)
    assert set(ADVICE) > NORMAL_IN_TRANSKRIBUS
    assert all(advice and not advice.endswith(".") for advice in ADVICE.values())
