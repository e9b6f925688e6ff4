"""PAGE-XML files damaged at random, and what is to become of them: read, or refused in one sentence.

What is read must be written again in each profile, or refused in one sentence; its document must take a
correction. Anything else, such as an error of Python, is a fault.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree
from made_readings import KINDS, made_reading

from zij.errors import InputError, OutputError, PageXMLError, UsageError
from zij.tables.pagexml import as_written, examine_pagexml, page_from_bytes, to_xml
from zij.tables.pagexml.document import document_from_bytes
from zij.tables.reading import Reading

__all__ = ["damaged", "fate", "fates", "seeds"]

PROFILES = ("nested", "flat", "transkribus")
SPACES = ("2010-03-19", "2013-07-15", "2017-07-15", "2019-07-15", "2024-07-15", "x")
NAMES = (
    "PcGts", "Metadata", "Creator", "Created", "LastChange", "Page", "TableRegion", "TextRegion",
    "ImageRegion", "TableCell", "Roles", "TableCellRole", "Grid", "GridPoints", "TextLine", "Word", "Glyph",
    "Coords", "Baseline", "Point", "TextEquiv", "Unicode", "PlainText", "UserDefined", "UserAttribute",
    "Labels", "Label", "ReadingOrder", "OrderedGroup", "UnorderedGroup", "RegionRefIndexed", "RegionRef",
    "OrderedGroupIndexed", "CornerPts", "Relations", "Relation", "x",
)  # fmt: skip
ATTRIBUTES = (
    "id", "regionRef", "index", "points", "conf", "custom", "rowIndex", "columnIndex", "rowSpan", "colSpan",
    "row", "col", "label", "header", "rows", "columns", "imageFilename", "imageWidth", "imageHeight",
    "orientation", "type", "name", "value", "externalId", "comments", "pcGtsId", "x", "y",
)  # fmt: skip
VALUES = (
    "", " ", "-1", "0", "1", "2", "999", "2147483647", "99999999999", "9" * 5000, "1e999", "-0.0", "0.5",
    "1.5", "NaN", "inf", "a", "t1", "t1_r0c0", "t1_r0c0_w1", "x1", "0,0", "-5,-5 1e9,3", "1,1 1,1",
    "1,1 9,9", "0,0 9,0 9,9 0,9", "1.5,2.5 7,9", "{", "}", "zij {state:x;}", "zij {state:empty;}",
    "zij {state:unread; confidence:2;}", "zij {turn:90; skew:x;}", "readingOrder {index:1;}",
    "readingOrder {index:x;} structure {type:cell;}", "table {id:t1;}", "table {id:;}", "true", "false",
    "\u00a0", "e\u0301", "\U0001d7ce", "1 2 3 4", "12 30", "\u0661\u0662", "½", "0 1 2 3", "../../x",
    "a.png", "1\n2",
)  # fmt: skip


def seeds(folder: Path | None = None, largest: int = 25_000) -> list[bytes]:
    """Sound files: readings of all kinds in each profile, and the small ones of a folder."""
    made = [to_xml(made_reading(n, kind), profile=p) for n, kind in enumerate(KINDS) for p in PROFILES]  # type: ignore[arg-type]
    real = sorted(folder.rglob("*.xml")) if folder is not None and folder.is_dir() else []
    return [data for data in made if len(data) < largest] + [
        path.read_bytes() for path in real if path.stat().st_size < largest
    ]


def damaged(rng: np.random.Generator, sound: Sequence[bytes]) -> bytes:
    """One of the sound files with one to five damages, of bytes or of the tree."""
    data = sound[rng.integers(len(sound))]
    if rng.random() < 0.3:
        return _bytes(rng, data)
    root = etree.fromstring(data)
    for _ in range(rng.integers(1, 6)):
        nodes = [node for node in root.iter() if isinstance(node.tag, str)]
        _tree(rng, nodes, nodes[rng.integers(len(nodes))])
    data = etree.tostring(root, xml_declaration=True, encoding=_one(rng, ("UTF-8", "UTF-16", "ISO-8859-1")))
    return _bytes(rng, data) if rng.random() < 0.1 else data


def _bytes(rng: np.random.Generator, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.integers(1, 5)):
        start = int(rng.integers(len(changed)))
        stop = start + int(rng.integers(60))
        kind = rng.integers(5)
        piece = bytes(changed[start:stop])
        new = (b"", piece * 2, rng.bytes(4), _one(rng, VALUES).encode(), b"<")[kind]
        changed[start : start if kind == 4 else stop] = new
    return bytes(changed)


def _tree(rng: np.random.Generator, nodes: list[etree._Element], node: etree._Element) -> None:
    """One damage to an element."""
    space = node.tag.rpartition("}")[0] + "}" if "}" in node.tag else ""
    parent = node.getparent()
    kind = rng.integers(9)
    if kind == 0:
        node.set(_one(rng, ATTRIBUTES), _one(rng, VALUES))
    elif kind == 1 and node.attrib:
        node.set(_one(rng, sorted(node.attrib)), _one(rng, VALUES))
    elif kind == 2 and node.attrib:
        del node.attrib[_one(rng, sorted(node.attrib))]
    elif kind == 3:
        node.tag = space + _one(rng, NAMES)
    elif kind == 4:
        node.text = _one(rng, VALUES)
    elif kind == 5:
        node.tag = f"{{http://schema.primaresearch.org/PAGE/gts/pagecontent/{_one(rng, SPACES)}}}x".replace(
            "}x", "}" + node.tag.rpartition("}")[2]
        )
    elif parent is not None and kind == 6:
        parent.remove(node)
    elif parent is not None:  # a copy of it stands in another element, or in itself
        goal = nodes[rng.integers(len(nodes))]
        goal.insert(int(rng.integers(len(goal) + 1)), etree.fromstring(etree.tostring(node)))


def _one(rng: np.random.Generator, things: Sequence[str]) -> str:
    return things[rng.integers(len(things))]


def fate(data: bytes, *, whole: bool = True) -> str:
    """What becomes of a file: "refused", "read", or "read, not to be written".

    With `whole` it is also written, turned into another profile, and corrected; the profiles take turns.

    Raises
    ------
    Exception
        Whatever is a fault of the reader, the checks or the writer.
    """
    found = examine_pagexml(data)
    assert all("\n" not in finding.what for finding in found)
    try:
        file = page_from_bytes(data, "a.xml")
    except PageXMLError as error:
        _sentence(error)
        return "refused"
    if not whole:
        return "read"
    turn = len(data) % len(PROFILES)
    written = _written(file.reading, PROFILES[turn])
    document = document_from_bytes(data, "a.xml")
    assert document.tobytes() == data
    _corrected(document.reading, document.updated)
    _tried(lambda: document.as_profile(PROFILES[turn - 1]))  # type: ignore[arg-type]
    return "read" if written else "read, not to be written"


def _written(reading: Reading, profile: str) -> bool:
    data = _tried(lambda: to_xml(reading, profile=profile))  # type: ignore[arg-type]
    if data is None:
        return False
    again = page_from_bytes(data, "a.xml").reading  # what is written can be read
    if profile != "transkribus":
        assert [t.rows for t in again.tables] == [t.rows for t in as_written(reading).tables]
    return True


def _corrected(reading: Reading, update: Callable[[Reading], object]) -> None:
    """Put another text into the first cell."""
    tables = [table for table in reading.tables if table.cells]
    if tables:
        cell = replace(tables[0].cells[0], text="7", numbers=(), state="read", source="human")
        table = replace(tables[0], cells=(cell, *tables[0].cells[1:]))
        _tried(lambda: update(replace(reading, tables=(table, *reading.tables[1:]))))


def _tried(action: Callable[[], Any]) -> Any:
    """What an action gives; None where it is refused in one sentence."""
    try:
        return action()
    except (OutputError, InputError, UsageError) as error:
        _sentence(error)
        return None


def _sentence(error: Exception) -> None:
    text = str(error)
    assert "\n" not in text and text.endswith(".") and len(text) < 500, text


def fates(numbers: range, sound: Sequence[bytes], *, every: int = 1) -> tuple[Counter[str], dict[int, str]]:
    """How often each fate befell, and the last lines of each fault by the number of its file.

    Only one in `every` is written, too.
    """
    count: Counter[str] = Counter()
    faults = {}
    for number in numbers:
        data = damaged(np.random.default_rng([number, 0xF0]), sound)
        try:
            count[fate(data, whole=number % every == 0)] += 1
        except Exception:
            count["fault"] += 1
            faults[number] = traceback.format_exc(limit=-6)
    return count, faults
