"""What is wrong in a PAGE-XML file although its schema accepts it.

The schema says nothing of points outside the image, references to nothing, cells that overlap, or children
outside their parents; these checks do. They also repeat, without the schema, what keeps a file from being
read at all: ids, points, confidences, empty groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lxml import etree

from zij.errors import PageXMLError
from zij.tables.pagexml._checks.finding import NORMAL_IN_TRANSKRIBUS, Finding, found
from zij.tables.pagexml._checks.image import image_findings
from zij.tables.pagexml._checks.page import page_checks
from zij.tables.pagexml._checks.places import broken_points, name_checks, place_checks
from zij.tables.pagexml._checks.schema import Schema
from zij.tables.pagexml._checks.tables import covering_checks, table_checks
from zij.tables.pagexml._checks.texts import level_checks, text_checks
from zij.tables.pagexml._reader.walk import Tree
from zij.tables.pagexml._tree.xml import children, parse

__all__ = ["check_pagexml", "examine_pagexml", "findings"]


def check_pagexml(data: bytes) -> list[str]:
    """What is wrong in a PAGE-XML file, one sentence without a full stop each; an empty list if nothing is.

    What `examine_pagexml` finds and does not tolerate, without schema and image.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    list of str
    """
    return [finding.what for finding in examine_pagexml(data) if not finding.tolerated]


def examine_pagexml(
    data: bytes,
    *,
    name: str = "the file",
    schema: Schema | None = None,
    folder: Path | None = None,
    images: Path | None = None,
) -> tuple[Finding, ...]:
    """What is wrong in a PAGE-XML file, where, and what to do about it.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What to call it where it cannot be read at all.
    schema : Schema, optional
        Checked too, if one is given.
    folder : path, optional
        Where the file lies: an image of the name that it records is compared with it if it lies there too.
        Nothing else is opened.
    images : path, optional
        Where the image must lie; then it is an error if it does not.

    Returns
    -------
    tuple of Finding
        In the order of the file's lines. Those that are normal in the files of Transkribus are marked as
        tolerated if this is one; they are no errors.
    """
    try:
        root = parse(data, name)
    except PageXMLError as error:
        return (Finding("unreadable", str(error).rstrip(".")),)
    checked = [*_findings(root), *broken_points(data, root)]
    checked += schema.findings(root) if schema is not None else ()
    if folder is not None or images is not None:
        checked += image_findings(root, folder, images)
    if _is_transkribus(root):
        checked = [replace(f, tolerated=True) if f.kind in NORMAL_IN_TRANSKRIBUS else f for f in checked]
    return tuple(sorted(checked, key=lambda finding: finding.line))


def findings(root: etree._Element, *, coverage: bool = True) -> list[str]:
    """The findings of `check_pagexml` in a parsed file.

    Without `coverage`, cells may overlap or be missing, and texts may differ between levels: a reading of
    which this is true is written as it stands.
    """
    return [finding.what for finding in _findings(root, coverage=coverage)]


def _findings(root: etree._Element, *, coverage: bool = True) -> list[Finding]:
    pages = list(children(root, "Page"))
    if len(pages) != 1:
        return [found("pages", root, f"the file has {len(pages)} Page elements instead of one")]
    tree = Tree(root)
    checks: list[Iterable[Finding]] = [
        page_checks(tree),
        place_checks(tree),
        text_checks(tree),
        table_checks(tree),
    ]
    if coverage:
        checks += [name_checks(tree), covering_checks(tree), level_checks(tree)]
    return [finding for check in checks for finding in check]


def _is_transkribus(root: etree._Element) -> bool:
    """Whether the file is in the dialect of Transkribus: its own elements in the namespace of 2013."""
    own = ("TableCell", "TranskribusMetadata")
    return any(next(root.iter(f"{{*}}{name}"), None) is not None for name in own)
