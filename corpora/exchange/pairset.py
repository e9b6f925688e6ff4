"""Pairs of digit regions that `zij compare` found, read from its W3C annotations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from zij.corpora.exchange.leaf import Leaf
from zij.errors import InputError
from zij.tables.geometry import Box

__all__ = ["End", "Pair", "PairSet", "pair_files", "read_pairs"]

_LIMIT = 64 * 2**20
_XYWH = re.compile(r"xywh=(?:pixel:)?([0-9.]+),([0-9.]+),([0-9.]+),([0-9.]+)")


@dataclass(frozen=True, slots=True)
class End:
    """One region of a pair: the file and id of its element in PAGE-XML, and its box in the image."""

    file: str
    id: str
    box: Box


@dataclass(frozen=True, slots=True)
class Pair:
    """Two regions and the share of the similarity that comes from them.

    Attributes
    ----------
    a : End
    b : End
    rank : int
        From 1.
    relevance : float
        Negative where it takes away.
    comment : str
        In words.
    """

    a: End
    b: End
    rank: int
    relevance: float
    comment: str = ""


@dataclass(frozen=True, slots=True)
class PairSet:
    """The pairs of two pages.

    Attributes
    ----------
    name : str
        URN of the set.
    label : str
        What it is, in words.
    similarity : float
        Of the two pages.
    listed, unlisted : float
        Sum of the relevances of these pairs and of those left out of the list.
    pairs : tuple of Pair
        By rank.
    """

    name: str
    label: str
    similarity: float
    listed: float
    unlisted: float
    pairs: tuple[Pair, ...]

    def among(self, leaves: Sequence[Leaf]) -> tuple[tuple[Pair, Leaf, Leaf], ...]:
        """The pairs whose two pages are both there, with them."""
        known = {leaf.path.name: leaf for leaf in leaves}
        return tuple(
            (pair, known[pair.a.file], known[pair.b.file])
            for pair in self.pairs
            if pair.a.file in known and pair.b.file in known
        )


def pair_files(folder: str | Path) -> tuple[Path, ...]:
    """The files of pairs (`*.jsonld`) in a folder, by name."""
    return tuple(sorted(Path(folder).glob("*.jsonld")))


def read_pairs(path: str | Path) -> PairSet:
    """Read a `pairs.jsonld` of `zij compare`.

    Raises
    ------
    InputError
        If the file is missing, too large, no JSON, or no list of pairs.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(_LIMIT + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the name.") from error
    if len(data) > _LIMIT:
        raise InputError(f"{path}: more than {_LIMIT // 2**20} MB; list fewer pairs with --top.")
    try:
        page = json.loads(data)
        return PairSet(
            str(page["partOf"]["id"]),
            str(page["partOf"]["label"]),
            float(page["zij:similarity"]),
            float(page.get("zij:relevance_listed", "nan")),
            float(page.get("zij:relevance_unlisted", "nan")),
            tuple(_pairs(page["items"])),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path}: is no list of pairs as zij compare writes it ({_reason(error)}); "
            "compare the pages again."
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return str(error).partition("\n")[0].rstrip(".")[:100] or type(error).__name__


def _pairs(items: Iterable[Mapping[str, Any]]) -> Iterable[Pair]:
    for item in items:
        bodies = item["body"]
        region = next(body for body in bodies if body["type"] == "SpecificResource")
        comment = next((body["value"] for body in bodies if body["type"] == "TextualBody"), "")
        yield Pair(
            _end(item["zij:pageXmlA"], item["target"]),
            _end(item["zij:pageXmlB"], region),
            int(item["zij:rank"]),
            float(item["zij:relevance"]),
            str(comment),
        )


def _end(name: str, region: Mapping[str, Any]) -> End:
    file, _, element = name.rpartition("#")
    found = _XYWH.fullmatch(region["selector"]["value"])
    if found is None:
        raise ValueError(f"{region['selector']['value']!r} is no box")
    return End(unquote(file), element, Box(*(round(float(side)) for side in found.groups())))
