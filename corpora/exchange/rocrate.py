"""A deposit described as a RO-Crate: what its files are, who made them, and from what.

RO-Crate 1.1, https://doi.org/10.5281/zenodo.4541002.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from zij.corpora.exchange.leaf import Leaf, by_image
from zij.corpora.exchange.options import NOT_STATED, Options
from zij.files import sha256

__all__ = ["METADATA", "crate"]

METADATA = "ro-crate-metadata.json"
"""Name of the file that describes a crate."""
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}]
UNDATED = "1970-01-01"

_TYPES = {
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown",
    ".cff": "text/yaml",
    ".txt": "text/plain",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".jp2": "image/jp2",
    ".jpx": "image/jpx",
}


def crate(folder: Path, leaves: Sequence[Leaf], options: Options, *, copied: bool) -> str:
    """The text of `ro-crate-metadata.json` for the files that lie in a folder.

    Parameters
    ----------
    folder : Path
        With all files of the deposit but this one and the list of check sums.
    leaves : sequence of Leaf
        The pages.
    options : Options
        Title, authors, date and licences. RO-Crate must have a date; where none is stated, 1970-01-01
        stands for it, and the description says so.
    copied : bool
        Whether the images lie in the folder `images`.

    Returns
    -------
    str
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    parts = [_file(folder, path, options) for path in paths]
    images = [_image(name, group[0], options, copied) for name, group in by_image(leaves).items()]
    if copied:
        known = {image["@id"]: image for image in images}
        parts = [{**part, **known.pop(part["@id"], {})} for part in parts]
        images = list(known.values())
    licences = [*_licence(options.licence), *_licence(options.image_licence)]
    graph = [
        _descriptor(),
        _root(options, [part["@id"] for part in parts]),
        *parts,
        *images,
        *_authors(options),
        *_making(leaves, copied),
        *{entity["@id"]: entity for entity in licences}.values(),
    ]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _descriptor() -> dict[str, Any]:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }


def _root(options: Options, parts: Iterable[str]) -> dict[str, Any]:
    said = "Readings of numerical tables, made with zij."
    if not options.date:
        said += f" The date of publication is not stated; {UNDATED} stands for it."
    authors = [{"@id": entity["@id"]} for entity in _authors(options)]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": options.title or "Readings of tables",
        "description": said,
        "datePublished": options.date or UNDATED,
        "license": _licence_of(options.licence),
        **({"author": authors} if authors else {}),
        "hasPart": [{"@id": part} for part in parts],
    }


def _file(folder: Path, path: Path, options: Options) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    return {
        "@id": quote(name),
        "@type": "File",
        "name": name,
        "encodingFormat": _TYPES.get(path.suffix.lower(), "application/octet-stream"),
        "contentSize": str(path.stat().st_size),
        "sha256": sha256(path),
    }


def _image(name: str, leaf: Leaf, options: Options, copied: bool) -> dict[str, Any]:
    reading = leaf.head
    return {
        "@id": _image_id(name, copied),
        "@type": ["File", "ImageObject"] if copied else "ImageObject",
        "name": name,
        "width": f"{reading.width} px",
        "height": f"{reading.height} px",
        **({"sha256": reading.sha256} if reading.sha256 and not copied else {}),
        "license": _licence_of(options.image_licence),
    }


def _image_id(name: str, copied: bool) -> str:
    return quote(f"images/{name}") if copied else f"#image-{quote(name)}"


def _authors(options: Options) -> list[dict[str, Any]]:
    return [
        {"@id": f"#author-{n}", "@type": "Person", "name": name} for n, name in enumerate(options.authors, 1)
    ]


def _making(leaves: Sequence[Leaf], copied: bool) -> list[dict[str, Any]]:
    """The act of reading: program and models, images in, PAGE-XML out."""
    models = sorted({leaf.head.model for leaf in leaves} - {""})
    used = [{"@id": f"#model-{n}", "@type": "CreativeWork", "name": m} for n, m in enumerate(models, 1)]
    program = {
        "@id": "#zij", "@type": "SoftwareApplication", "name": "zij", "softwareVersion": version("zij")
    }  # fmt: skip
    return [
        {
            "@id": "#reading",
            "@type": "CreateAction",
            "name": "Reading of the tables",
            "instrument": [{"@id": entity["@id"]} for entity in (program, *used)],
            "object": [{"@id": _image_id(name, copied)} for name in by_image(leaves)],
            "result": [{"@id": quote(f"page/{leaf.stem}.xml")} for leaf in leaves],
        },
        program,
        *used,
    ]


def _licence_of(text: str) -> str | dict[str, str]:
    return {"@id": text} if re.match(r"https?://\S+$", text) else text or NOT_STATED


def _licence(text: str) -> list[dict[str, Any]]:
    """An entity for a licence that is named by its address."""
    found = _licence_of(text)
    return [] if isinstance(found, str) else [{**found, "@type": "CreativeWork", "name": text}]
