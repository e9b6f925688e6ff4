"""Damaged manifests, tables, METS files and lists: each is to be read, or refused in one sentence."""

from __future__ import annotations

import copy
import json
import traceback
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from zij.corpora.sources.csvtext import read_sheet
from zij.corpora.sources.imageapi import image_addresses
from zij.corpora.sources.joining import join
from zij.corpora.sources.lists import listed_arguments
from zij.corpora.sources.manifest import Manifest, read_manifest
from zij.corpora.sources.mets import file_of, read_mets
from zij.corpora.sources.names import inside
from zij.corpora.store.records import Book, Metadata, Page
from zij.errors import ZijError

__all__ = ["KINDS", "fate", "fates"]

KINDS = ("manifest", "csv", "mets", "list")

BASE = "http://a.example"
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    3,
    1e308,
    10**300,
    "",
    " ",
    "x",
    "../../etc/passwd",
    "file:///etc/passwd",
    "\u0000\u202e",
    "\ud800",
    "http://[",
    [],
    {},
    [[]],
    [None],
    [{}],
    {"id": 3},
    {"@value": {"@value": "x"}},
    {"en": {"en": ["x"]}},
    "Choice",
    "Canvas",
    "Collection",
    "Manifest",
    "sc:Manifest",
    {"type": "Choice", "items": [{"type": "Choice"}]},
    "x" * 9000,
    {"@id": BASE + "/s", "profile": ["level0", {"maxWidth": "wide"}]},
    "1550",
    "NaN",
)

_BODY = {
    "id": f"{BASE}/i.jpg",
    "type": "Image",
    "width": 6000,
    "height": 9000,
    "service": [{"id": f"{BASE}/i", "type": "ImageService3", "profile": "level1"}],
}
THREE: dict[str, Any] = {
    "@context": "http://iiif.io/api/presentation/3/context.json",
    "id": f"{BASE}/m",
    "type": "Manifest",
    "label": {"en": ["Tables"]},
    "rights": "x",
    "navDate": "1585",
    "metadata": [{"label": {"en": ["Date"]}, "value": {"en": ["c. 1550"]}}],
    "requiredStatement": {"label": {"en": ["A"]}, "value": {"en": ["B"]}},
    "items": [
        {
            "id": f"{BASE}/c/1",
            "type": "Canvas",
            "width": 1,
            "height": 2,
            "label": {"none": ["1"]},
            "items": [{"items": [{"motivation": "painting", "target": "c", "body": _BODY}]}],
        }
    ],
}
TWO: dict[str, Any] = {
    "@id": f"{BASE}/m",
    "@type": "sc:Manifest",
    "label": "Tables",
    "attribution": ["x", {"@value": "y"}],
    "sequences": [
        {
            "canvases": [
                {
                    "@id": f"{BASE}/c/1",
                    "label": "1",
                    "width": 9,
                    "height": 9,
                    "images": [
                        {
                            "on": "c",
                            "resource": {
                                "@id": f"{BASE}/i.jpg",
                                "@type": "dctypes:Image",
                                "width": 9,
                                "height": 9,
                                "service": {
                                    "@id": f"{BASE}/i",
                                    "profile": "http://iiif.io/api/image/2/level2.json",
                                },
                            },
                        }
                    ],
                }
            ]
        }
    ],
}
LIST: dict[str, Any] = {
    "type": "Collection",
    "id": f"{BASE}/l",
    "items": [{"id": f"{BASE}/m", "type": "Manifest"}],
    "next": "x",
}
INFO: dict[str, Any] = {
    "width": 6000,
    "height": 9000,
    "profile": ["level0", {"maxWidth": 900}],
    "sizes": [{"width": 60, "height": 90}],
}

CSV = 'page_id,short_title,year,lat,tags,book\np1,"A, ""B""\nC",c. 1550,47.5,a|b,b\np2;x;s.a.;;;\n'
METS = (
    '<mets xmlns="http://www.loc.gov/METS/" xmlns:x="http://www.w3.org/1999/xlink"><fileSec><fileGrp>'
    '<file ID="a"><FLocat x:href="p1.jpg"/></file><file ID="b"><FLocat x:href="page/p1.xml"/></file>'
    '</fileGrp></fileSec><structMap TYPE="PHYSICAL"><div><div ORDER="2"><fptr FILEID="b"/></div>'
    '<div ORDER="1"><fptr><area FILEID="a"/></fptr></div></div></structMap></mets>'
)
TEXT = "# list\n\np1.jpg\r\n../a/p2.jpg\nhttp://a.example/m.json\n"
PIECES = (
    b'"',
    b";",
    b",",
    b"\t",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"<",
    b">",
    b"&a;",
    b"<!DOCTYPE x>",
    b"../",
    b"sep=;\n",
    b'""',
    b"\xed\xa0\x80",
    b"file",
    b"99999999999999999999",
    b"#",
    b"://",
    b"%2e%2e%2f",
    b"C:\\",
    b"|",
)
PAGES = [
    Page(
        n,
        f"file:/x/p{n}.jpg",
        f"p{n}",
        "b",
        n,
        "",
        f"p{n}.jpg",
        "",
        1,
        1,
        f"{BASE}/c/{n}",
        "",
        "",
        Metadata(),
        "new",
        "",
        0,
        0,
        "",
    )
    for n in (1, 2)
]


def fate(number: int, folder: Path) -> str:
    """What becomes of the damaged file of a number: "read" or "refused"; anything else is raised."""
    rng = np.random.default_rng([number, 0x7A69])
    kind = KINDS[number % len(KINDS)]
    try:
        if kind == "manifest":
            _manifest(rng)
        elif kind == "csv":
            path = folder / "m.csv"
            path.write_bytes(_bytes(rng, CSV.encode()))
            join(read_sheet(path), PAGES, [Book("b")])
        elif kind == "mets":
            for href in read_mets(_bytes(rng, METS.encode())):
                found = [inside(name, folder, folder) for name in file_of(href)]
                assert all(path is None or path.resolve().is_relative_to(folder.resolve()) for path in found)
        else:
            path = folder / "l.txt"
            path.write_bytes(_bytes(rng, TEXT.encode()))
            assert all("\n" not in entry and "\0" not in entry for _, entry in listed_arguments(path))
    except ZijError as error:
        assert str(error).endswith(".") and "\n" not in str(error), error
        return "refused"
    return "read"


def fates(numbers: Iterable[int], folder: Path) -> tuple[Counter[str], dict[int, str]]:
    """How many files met which fate, and the last lines of what went wrong, by number."""
    counts: Counter[str] = Counter()
    faults = {}
    for number in numbers:
        try:
            counts[fate(number, folder)] += 1
        except Exception:
            counts["fault"] += 1
            faults[number] = "".join(traceback.format_exc().splitlines(keepends=True)[-3:])
    return counts, faults


def _manifest(rng: np.random.Generator) -> None:
    sound = (THREE, TWO, LIST)[rng.integers(3)]
    data, info = _changed(rng, sound), _changed(rng, INFO)
    if rng.random() < 0.05:
        for _ in range(300):
            data = {"type": "Choice", "items": [data], "label": [data]}
    found = read_manifest(data)
    if isinstance(found, Manifest):
        for canvas in found.canvases:
            assert canvas.trouble or canvas.image or canvas.service
            assert canvas.label.isprintable() and "\n" not in canvas.rights
            for address in image_addresses(canvas, 3000, lambda: info):
                assert address.isprintable() and " " not in address
    json.dumps([found.label, found.id], ensure_ascii=False).encode()


def _changed(rng: np.random.Generator, sound: Any) -> Any:
    data = copy.deepcopy(sound)
    for _ in range(rng.integers(1, 5)):
        places = list(_places(data))
        parent, key = places[rng.integers(len(places))]
        kind = rng.integers(5)
        if kind == 0:
            del parent[key]
        elif kind == 1:
            parent[key] = [parent[key]]
        elif kind == 2 and isinstance(parent[key], list) and parent[key]:
            parent[key] = parent[key][0]
        elif kind == 3:
            parent[key] = copy.deepcopy(places[rng.integers(len(places))][0])
        else:
            parent[key] = copy.deepcopy(VALUES[rng.integers(len(VALUES))])
        if not data:
            break
    return data


def _places(value: Any) -> Iterable[tuple[Any, Any]]:
    for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(part, dict | list):
            yield from _places(part)


def _bytes(rng: np.random.Generator, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.integers(1, 6)):
        start = int(rng.integers(len(changed) + 1))
        stop = min(start + int(rng.integers(20)), len(changed))
        kind = rng.integers(4)
        piece = PIECES[rng.integers(len(PIECES))]
        changed[start : start if kind == 0 else stop] = (
            piece,
            b"",
            bytes(changed[start:stop]) * 2,
            rng.bytes(3),
        )[kind]
    if rng.random() < 0.1:
        try:
            return bytes(changed).decode("utf-8", "replace").encode("utf-16")
        except UnicodeError:
            return bytes(changed)
    return bytes(changed)
