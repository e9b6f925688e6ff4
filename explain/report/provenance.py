"""Where a report comes from: pages, hashes, settings and versions, as tables that can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from zij.html import Markup, element

__all__ = ["ORIGINS", "provenance"]

ORIGINS = """
.origins { margin: .6rem 0 1.2rem; }
.origins th, .origins td { vertical-align: top; }
.origins table { min-width: 0; }
.origins tbody th { font-weight: 400; min-width: 9rem; }
.origins .quiet { color: var(--quiet); white-space: nowrap; }
.origins summary { cursor: pointer; white-space: nowrap; }
.origins td { max-width: 26rem; overflow-wrap: anywhere; }
.print-only { display: none; }
@media print { .print-only { display: block; } }
"""
"""CSS of `provenance`."""

_PAGES = {
    "input": "given as",
    "source": "read by",
    "turn": "turned to stand upright, in degrees",
    "skew": "lines off level, in degrees",
    "digit_height": "height of a usual digit, in pixels",
    "floor": "least probability of a candidate",
    "lower": "least probability of a digit, if an uncertain one",
    "upper": "least probability of a digit that counts as read",
    "alone": "least probability of a digit outside tables",
    "left_out": "digits outside tables that were left out",
}
_SETTINGS = {
    "method": "method",
    "model": "measured by",
    "described": "which is",
    "top": "pairs listed at most",
    "digit_model": "digits read by",
    "root_stabiliser": "stabiliser of the square root",
    "evidence_floor": "least probability of a candidate outside the reading",
    "alignment_score": "how well cells of the two pages correspond, 0 to 1",
    "only_tables": "digits outside tables left out",
    "masks": "parts that were hidden or summed over",
    "number": "how many masks",
    "keep": "probability that a part is kept",
    "select": "which masks speak",
    "seed": "seed",
    "encoder: random_weights": "whether the encoder has learnt nothing",
    "dot": "dot product of the embeddings",
    "relevance_negative": "relevance of all negative pairs",
}
_NOT_SETTINGS = frozenset(
    {
        "similarity",
        "pairs",
        "pairs_listed",
        "relevance_listed",
        "relevance_unlisted",
        "relevance_outside_digits",
        "relevance_numbers",
        "remainder",
        "units",
        "versions",
        "hashes",
        "pages",
    }
)
_HASH = re.compile("[0-9a-f]{64}")
_SHOWN = 12  # signs of a hash


def provenance(summary: Mapping[str, Any]) -> Markup:
    """A section that says what a result was made from, and with what.

    Parameters
    ----------
    summary : mapping
        The contents of `explanation.json`.

    Returns
    -------
    Markup
        Two tables: what holds of either page, and what of both. A hash is shown by its first signs, and whole
        when it is opened or printed.
    """
    parameters = dict(summary.get("parameters") or {})
    paired = [key[2:] for key in parameters if key[:2] == "a_" and f"b_{key[2:]}" in parameters]
    pages = element(
        "table", _head("", "Page A", "Page B", "Name"), element("tbody", *_pages(summary, paired))
    )
    rest = {key: value for key, value in parameters.items() if key[2:] not in paired or key[:2] not in _SIDES}
    settings = element("table", _head("What", "Value", "Name"), element("tbody", *_settings(summary, rest)))
    note = "Names are those in explanation.json; the reference of parameters says what each means."
    return element(
        "section",
        element("h2", "Where this comes from"),
        element("p", note),
        *(
            element(
                "div", table, class_="wide origins", tabindex=0, role="region", aria_label=f"origin: {label}"
            )
            for table, label in ((pages, "the two pages"), (settings, "settings"))
        ),
    )


_SIDES = ("a_", "b_")


def _pages(summary: Mapping[str, Any], paired: list[str]) -> Iterator[Markup]:
    for key, words in (("pages", "file"), ("hashes", "SHA-256 of the file")):
        both = dict(summary.get(key) or {})
        if both:
            values = (str(both.get(side, "")) for side in "ab")
            yield _row(words, *(_cut(v, v[:_SHOWN]) if key == "hashes" else v for v in values), key)
    parameters = summary.get("parameters") or {}
    for name in paired:
        values = (parameters[f"{side}{name}"] for side in _SIDES)
        yield _row(_PAGES.get(name, _plain(name)), *values, f"a_{name}, b_{name}")


def _settings(summary: Mapping[str, Any], rest: Mapping[str, Any]) -> Iterator[Markup]:
    whole = {key: value for key, value in summary.items() if key not in _NOT_SETTINGS | {"parameters"}}
    figures: dict[str, Any] = {
        key: f"{float(whole.pop(key)):.6g}" for key in ("dot", "relevance_negative") if key in whole
    }
    for key, value in _flat({**whole, **rest, **figures}):
        yield _row(_SETTINGS.get(key, _plain(key)), value, key)
    versions = dict(summary.get("versions") or {})
    if versions:
        told = ", ".join(f"{name} {value}" for name, value in versions.items())
        yield _row("programs", told, "versions")


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}: ")
        else:
            yield f"{before}{key}", value


def _plain(key: str) -> str:
    return key.replace("_", " ")


def _head(*names: str) -> Markup:
    return element("thead", element("tr", *(element("th", name, scope="col") for name in names)))


def _row(words: str, *values: Any) -> Markup:
    *known, name = values
    cells = [element("td", _shown(value)) for value in known]
    return element(
        "tr", element("th", words, scope="row"), *cells, element("td", element("code", name, class_="quiet"))
    )


def _shown(value: Any) -> object:
    if isinstance(value, Markup):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    if not _HASH.search(text):
        return text
    return _cut(text, _HASH.sub(lambda match: match[0][:_SHOWN], text))


def _cut(text: str, short: str) -> Markup:
    """A long text by its beginning; the whole when it is opened, and on paper."""
    code = element("code", text)
    opened = element("details", element("summary", element("code", f"{short}\N{HORIZONTAL ELLIPSIS}")), code)
    return Markup(
        element("div", opened, class_="screen-only", title=text) + element("div", code, class_="print-only")
    )
