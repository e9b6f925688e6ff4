"""What every result of an action shows in a notebook: its sentence, failures and files, then its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

from zij.html import Markup, element, fragment, listing

__all__ = ["ABOUT", "Result", "Shown", "shown"]

ABOUT: dict[str, str] = {
    "report.html": "the report, one page that opens offline",
    "pairs.csv": "pairs of places with their relevance, the most relevant first",
    "pairs.parquet": "the same pairs for programs",
    "pairs.jsonld": "the same pairs as W3C web annotations",
    "patches.csv": "pairs of patches with their relevance",
    "pair.png": "both pages with the pairs drawn",
    "pair.svg": "the same as vectors",
    "explanation.json": "what was asked and what came out, with versions, parameters and hashes",
    "regions.csv": "regions with their relevance",
    "study.csv": "what was measured on each pair",
    "study.json": "the study's figures, with versions, parameters and hashes",
    "apparatus.html": "the apparatus, one page that opens offline",
    "apparatus.csv": "each cell in every witness",
    "apparatus.txt": "the variants as a printed edition has them",
    "variants.csv": "the cells where witnesses differ, with kind and reason",
    "shared.csv": "readings that break a rule and stand in several witnesses",
    "collation.json": "what was collated, with versions, parameters and hashes",
    "stemma.csv": "the variants for programs that draw stemmata",
    "descent.csv": "changes on each branch of the tree",
    "descent.*": "the tree of witnesses",
    "checks.html": "the checks, one page that opens offline",
    "checks.csv": "what the checks say, one a line",
    "checks.json": "the checks' figures, with versions, parameters and hashes",
    "checks.png": "the checks' figures drawn",
    "residuals.csv": "by how much each cell differs from what the rule expects",
    "models.csv": "the rules that were tried",
    "evaluation.html": "the figures, one page that opens offline",
    "evaluation.csv": "the figures, one a line",
    "evaluation.json": "the figures, with versions, parameters and hashes",
    "evaluation.*": "the figures drawn",
    "queries.csv": "what was found for each page that was searched with",
    "pages.csv": "the figures of each page",
    "errors.csv": "each error with its place",
    "confusion.*": "which digits were read as which",
    "calibration.*": "how often a confidence is right",
    "worst.png": "the worst errors, cut out of their scans",
    "clusters.html": "the clusters, one page that opens offline",
    "clusters.csv": "the cluster of each page",
    "clusters-summary.csv": "each cluster in short",
    "clusters-k.csv": "the numbers of clusters that were tried",
    "clusters.*": "the clusters drawn",
    "map.html": "the map, one page that opens offline",
    "map.csv": "the place of each page on the map",
    "map.*": "the map drawn",
    "outliers.html": "the unusual pages, one page that opens offline",
    "outliers.csv": "how unusual each page is",
    "diversity_place.csv": "diversity of each place",
    "diversity_time.csv": "diversity of each span of years",
    "diversity*": "diversity drawn or summed up",
    "search.html": "what was found, one page that opens offline",
    "search.csv": "what was found, one page a line",
    "families.csv": "which page belongs to which family",
    "misprints.csv": "each misprint that was put in",
    "*.cells.csv": "cells, to be corrected in a spreadsheet",
    "*.truth.xml": "what really stands on the page, as PAGE-XML",
    "*.truth.csv": "what really stands in its cells",
    "*.overlay.png": "the scan with what was read",
    "*.pixels.png": "what each pixel contributes",
    "*.map.png": "what each place contributes",
    "*.xml": "PAGE-XML",
}
"""Patterns of file names and what such a file is; the first that fits holds."""

_NAMES = 6  # named of each kind of file


class Result(Protocol):
    """What the results of all actions have."""

    @property
    def sentence(self) -> str:
        """What was found and where it lies."""

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """What failed, and why."""


class Shown:
    """A result that shows itself in a notebook; where only text can be shown, by its closing sentence."""

    __slots__ = ()

    def _repr_html_(self: Result) -> str:
        return shown(self)

    def _repr_pretty_(self: Result, printer: Any, cycle: bool) -> None:
        printer.text(self.sentence)


def shown(
    result: Result,
    *children: object,
    files: Iterable[str | Path] | None = None,
    about: Mapping[str, str] | None = None,
    style: str = "",
) -> str:
    """A result as HTML for notebooks.

    Parameters
    ----------
    result : Result
        Anything with a closing sentence and failures.
    *children : object
        Text or markup of the result itself, after what all results show.
    files : iterable of str or Path, optional
        Names of what was written. By default what lies in the result's `folder` now and is of a kind that
        zij writes; give `()` where no files belong to the result.
    about : mapping of str to str, optional
        What files of a pattern are, before what `ABOUT` says of them.
    style : str
        More CSS; see `zij.html.fragment`.

    Returns
    -------
    str
        One `<div class="zij">`.
    """
    parts: list[object] = [element("p", result.sentence)]
    if result.failures:
        parts.append(_failures(result.failures))
    if files is None:
        files = _found(getattr(result, "folder", None), about or {})
    if kinds := _kinds([str(name) for name in files], about or {}):
        parts.append(_files(kinds, opened=not children))
    return fragment(*parts, *children, style=style)


def _failures(failures: tuple[tuple[str, str], ...]) -> Markup:
    head = element("p", f"{len(failures):,} failed:")
    return element("div", head, listing(["what", "why"], failures, most=20), class_="failed")


def _found(folder: Path | None, about: Mapping[str, str]) -> list[str]:
    """Names of the files in a folder that are of a known kind, sorted; none if it is gone."""
    if folder is None or not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    return [name for name in names if _kind(name, about)]


def _kind(name: str, about: Mapping[str, str]) -> str:
    known = {**about, **{pattern: kind for pattern, kind in ABOUT.items() if pattern not in about}}
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return next((kind for pattern, kind in known.items() if fnmatchcase(last, pattern)), "")


def _kinds(names: list[str], about: Mapping[str, str]) -> dict[str, list[str]]:
    """Names by what the files are."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        kinds.setdefault(_kind(name, about), []).append(name)
    return kinds


def _files(kinds: dict[str, list[str]], *, opened: bool) -> Markup:
    rows = []
    for kind, names in kinds.items():
        more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
        listed = [part for name in names[:_NAMES] for part in (", ", element("code", name))][1:]
        rows.append((element("span", *listed, more), kind))
    title = f"files ({sum(map(len, kinds.values())):,})"
    table = listing(["name", "what it is"], rows, most=40)
    return element("details", element("summary", title), table, open=opened)
