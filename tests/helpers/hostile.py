"""Files made to do harm, and a process with little memory that reads them."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

MEGABYTES = 200
SECONDS = 1.0
SPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
SHAPE = '<Coords points="1,1 9,1 9,9 1,9"/>'
BILLION = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


def page(
    body: str = "", head: str = "", text: str = "1", image: str = "a.png", encoding: str = "UTF-8"
) -> str:
    """A PAGE-XML file."""
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{head}'
        f'<PcGts xmlns="{SPACE}"><Metadata><Creator>{text}</Creator>'
        "<Created>2026-01-01T00:00:00Z</Created><LastChange>2026-01-01T00:00:00Z</LastChange></Metadata>"
        f'<Page imageFilename="{image}" imageWidth="9" imageHeight="9">{body}</Page></PcGts>'
    )


def cell(row: str = "0", text: str = "1", points: str = "", **attributes: str) -> str:
    """A table with one cell."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    shape = f'<Coords points="{points}"/>' if points else SHAPE
    return (
        f'<TableRegion id="t1">{SHAPE}<TextRegion id="c"{more}>{shape}'
        f'<Roles><TableCellRole rowIndex="{row}" columnIndex="0"/></Roles>'
        f'<TextLine id="l">{SHAPE}<TextEquiv><Unicode>{text}</Unicode></TextEquiv></TextLine>'
        "</TextRegion></TableRegion>"
    )


def entity(declared: str, encoding: str = "UTF-8") -> str:
    return page(text="&x;", head=f"<!DOCTYPE PcGts [{declared}]>", encoding=encoding)


def refused(outside: str, net: str) -> dict[str, bytes]:
    """Files that must be refused; none may open the file or the address that it names."""
    deep = 100_000
    return {
        "file entity": entity(f'<!ENTITY x SYSTEM "{outside}">').encode(),
        "public entity": entity(f'<!ENTITY x PUBLIC "x" "{outside}">').encode(),
        "parameter entity": entity(f'<!ENTITY % p SYSTEM "{outside}"> %p; <!ENTITY x "y">').encode(),
        "entity from the net": entity(f'<!ENTITY x SYSTEM "{net}/x">').encode(),
        "type outside": page(head=f'<!DOCTYPE PcGts SYSTEM "{outside}">').encode(),
        "type from the net": page(head=f'<!DOCTYPE PcGts SYSTEM "{net}/a.dtd">').encode(),
        "billion laughs": page(text="&e9;", head=f'<!DOCTYPE PcGts [<!ENTITY e0 "ha">{BILLION}]>').encode(),
        "quadratic blow-up": entity(f'<!ENTITY x "{"a" * 100_000}">').replace("&x;", "&x;" * 2000).encode(),
        "default attribute": page(head='<!DOCTYPE PcGts [<!ATTLIST Page custom CDATA "x">]>').encode(),
        "type in UTF-16": entity('<!ENTITY x "y">', "UTF-16").encode("utf-16"),
        "type in UTF-32": entity('<!ENTITY x "y">', "UTF-32").encode("utf-32"),
        "type in UTF-7": page(encoding="UTF-7")
        .encode()
        .replace(b"<PcGts", b"+ADwAIQ-DOCTYPE a+AD4-<PcGts", 1),
        "type in EBCDIC": entity('<!ENTITY x "y">', "IBM037").encode("cp037"),
        "undeclared entity": page(text="&x;").encode(),
        "100,000 levels": page("<a>" * deep + "</a>" * deep).encode(),
        "100,000 regions in each other": page('<TextRegion id="a">' * deep + "</TextRegion>" * deep).encode(),
        "60 MB of spaces in a text": page(text=" " * (60 * 2**20)).encode(),
        "a text of 20 MB": page(cell(text="1" * (20 * 2**20))).encode(),
        "9 MB of digits": page(cell(text="1" * (9 * 2**20))).encode(),
        "9 MB of text": page(cell(text="a " * (9 * 2**19))).encode(),
        "a name of 20 MB": page(f"<{'a' * 20 * 2**20}/>").encode(),
        "an attribute of 20 MB": page(cell(custom="a" * (20 * 2**20))).encode(),
        "6 million elements": page("<a/>" * (6 * 10**6)).encode(),
        "huge row": page(cell(row=str(2**31 - 1))).encode(),
        "huger row": page(cell(row=str(10**10 - 1))).encode(),
        "zip": b"PK\3\4" + bytes(100),
        "gzip bomb": b"\x1f\x8b\x08" + bytes(100),
        "nothing": b"",
        "NUL": b"\0" * 1000,
    }


def read(net: str) -> dict[str, bytes]:
    """Files that are read, though somebody meant them ill."""
    return {
        "image outside": page(image="../../x").encode(),
        "image of the system": page(image="/etc/passwd").encode(),
        "image from the net": page(image=f"{net}/a.png").encode(),
        "custom without end": page(cell(custom="a" * 500_000)).encode(),
        "custom of braces": page(cell(custom="a{ " * 200_000)).encode(),
        "row that is no number": page(cell(row="9" * 100_000)).encode(),
        "points of digits": page(cell(points="1" * 500_000)).encode(),
        "points of dots": page(cell(points="1." + "1" * 500_000)).encode(),
        "points of spaces": page(cell(points="1" + " " * 500_000 + ",1")).encode(),
        "8 MB of spaces": page(" " * (8 * 2**20)).encode(),
    }


def written(folder: Path, outside: str, net: str) -> dict[str, Path]:
    """All files, and one of a gigabyte that takes no room."""
    folder.mkdir()
    paths = {}
    for name, data in (refused(outside, net) | read(net)).items():
        paths[name] = folder / f"{name}.xml"
        paths[name].write_bytes(data)
    paths["a gigabyte"] = folder / "a gigabyte.xml"
    with paths["a gigabyte"].open("wb") as stream:
        stream.write(page().encode() + b" " * 2**20)
        stream.truncate(2**30)
    return paths


def outcome(path: Path) -> tuple[str, float, float]:
    """What was said of a file ("" where it was read), and the seconds of reading and of checking it."""
    from zij.actions import validate
    from zij.errors import PageXMLError
    from zij.tables.pagexml import read_pagexml

    said = ""
    start = time.process_time()
    try:
        read_pagexml(path)
    except PageXMLError as error:
        said = str(error)
    middle = time.process_time()
    validate([path])
    return said, middle - start, time.process_time() - middle


def used() -> int:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**10


if __name__ == "__main__":
    good = Path(sys.argv[1])
    outcome(good)  # everything that is needed is loaded
    before = used()
    for file in map(Path, sys.argv[2:]):
        sentence, reading, checking = outcome(file)
        print(f"{file.stem}\t{reading:.3f}\t{checking:.3f}\t{used() - before}\t{sentence}")  # noqa: T201
