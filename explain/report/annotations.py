"""The pairs as W3C Web Annotations: one link a pair, from a region of page A to a region of page B.

Web Annotation Data Model, https://www.w3.org/TR/annotation-model/. The file needs no change when one of the
PAGE-XML files is edited: each end is named by its element and by its box in the image.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from zij.tables.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["annotation_page", "annotations_text", "pair_set"]

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
FRAGMENTS = "http://www.w3.org/TR/media-frags/"
TERMS = "urn:zij:terms:"
STATED = (
    "relevance_listed",
    "relevance_unlisted",
    "relevance_outside_digits",
    "remainder",
    "relevance_negative",
)


def annotation_page(
    pairs: pd.DataFrame,
    a: Reading,
    b: Reading,
    summary: Mapping[str, Any],
    *,
    page_xml: tuple[str, str] | None = None,
    created: str | None = None,
) -> dict[str, Any]:
    """An AnnotationPage with one linking annotation for each pair.

    The target is the region on page A, the body the region on page B; relevances keep their sign, and what
    all pairs sum to stands beside what the listed ones do, so that a cut is visible.

    Parameters
    ----------
    pairs : DataFrame
        The columns of pairs.csv.
    a, b : Reading
        The two pages.
    summary : mapping
        The numbers of explanation.json.
    page_xml : (str, str), optional
        Names of the PAGE-XML files that hold the regions; default `A-STEM.xml` and `B-STEM.xml`.
    created : str, optional
        Time to state (xsd:dateTime); left out by default, so that the same input gives the same bytes.

    Returns
    -------
    dict
        JSON-LD.
    """
    name = pair_set(a, b, summary)
    files = page_xml or (f"A-{PurePath(a.image).stem}.xml", f"B-{PurePath(b.image).stem}.xml")
    images = _image(a), _image(b)
    rows = pairs.to_dict("records")
    stated = {f"zij:{key}": float(summary[key]) for key in STATED if key in summary}
    return {
        "@context": [CONTEXT, {"zij": TERMS}],
        "id": f"{name}#page",
        "type": "AnnotationPage",
        "partOf": {
            "id": name,
            "type": "AnnotationCollection",
            "label": f"Pairs of digit regions behind the similarity of {a.image} and {b.image}",
            "total": len(rows),
        },
        "startIndex": 0,
        **({"created": created} if created else {}),
        "generator": {"id": "urn:zij", "type": "Software", "name": _program(summary)},
        "zij:model": str(summary.get("described", summary.get("model", ""))),
        "zij:similarity": float(summary["similarity"]),
        **stated,
        "items": [_annotation(row, name, files, images, len(rows)) for row in rows],
    }


def annotations_text(*args: Any, **options: Any) -> str:
    """The text of pairs.jsonld; takes what `annotation_page` takes."""
    page = annotation_page(*args, **options)
    return json.dumps(page, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _annotation(
    row: Mapping[Any, Any],
    name: str,
    files: tuple[str, str],
    images: tuple[dict[str, Any], dict[str, Any]],
    total: int,
) -> dict[str, Any]:
    rank, relevance = int(row["rank"]), float(row["relevance"])
    where = "in corresponding cells" if row["corresponds"] else "not in corresponding cells"
    shared = f" share {row['feature']}" if row["feature"] else ""
    comment = (
        f"{row['a_text']} and {row['b_text']}{shared}: "
        f"relevance {relevance:.6g}, rank {rank} of {total}, {where}"
    )
    return {
        "id": f"{name}#p{rank}",
        "type": "Annotation",
        "motivation": "linking",
        "zij:rank": rank,
        "zij:relevance": relevance,
        "zij:corresponds": bool(row["corresponds"]),
        "zij:feature": str(row["feature"]),
        "zij:pageXmlA": f"{quote(files[0])}#{row['a_id']}",
        "zij:pageXmlB": f"{quote(files[1])}#{row['b_id']}",
        "target": _end(row, "a", images[0]),
        "body": [
            {**_end(row, "b", images[1]), "purpose": "linking"},
            {
                "type": "TextualBody",
                "purpose": "commenting",
                "language": "en",
                "format": "text/plain",
                "value": comment,
            },
        ],
    }


def _end(row: Mapping[Any, Any], side: str, image: dict[str, Any]) -> dict[str, Any]:
    """A region of an image, in whole pixels of the original."""
    box = ",".join(str(round(row[f"{side}_{key}"])) for key in "xywh")
    selector = {"type": "FragmentSelector", "conformsTo": FRAGMENTS, "value": f"xywh={box}"}
    return {"type": "SpecificResource", "source": image, "selector": selector}


def _image(reading: Reading) -> dict[str, Any]:
    """The image as a resource: its file name, and what it takes to know it again."""
    return {
        "id": quote(reading.image),
        "type": "Image",
        "zij:sha256": reading.sha256,
        "zij:width": reading.width,
        "zij:height": reading.height,
    }


def pair_set(a: Reading, b: Reading, summary: Mapping[str, Any]) -> str:
    """Name of this set of pairs, a URN that depends on the pages, the model and the parameters alone.

    Parameters
    ----------
    a : Reading
    b : Reading
    summary : mapping of str to object
        The contents of `explanation.json`.

    Returns
    -------
    str
    """
    question = json.dumps([summary.get("model"), summary.get("parameters")], sort_keys=True, default=str)
    key = "\n".join([a.image, a.sha256, b.image, b.sha256, question])
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, key)}"


def _program(summary: Mapping[str, Any]) -> str:
    versions = summary.get("versions") or {}
    return f"zij {versions['zij']}" if "zij" in versions else "zij"
