"""A schema that the user names, loaded without network, entities or files outside its folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from zij.errors import InputError
from zij.tables.pagexml._checks.finding import Finding, found
from zij.tables.pagexml._tree.xml import local

__all__ = ["Schema"]

_XS = "{http://www.w3.org/2001/XMLSchema}"
_REFERENCES = ("include", "import", "redefine", "override")
_LIMIT = 16 * 2**20
_SPACE = re.compile(r"\{[^{}]*\}")
_FACET = re.compile(r"\[facet '[^']*'\] ")
_ADDITIONS = re.compile(r"'(TableCell|TranskribusMetadata|CornerPts|Tag|Property|Link|UnicodeAlternative)'")


class Schema:
    """An XML schema of PAGE.

    Parameters
    ----------
    path : path
        An .xsd file; it may include others from its own folder.

    Raises
    ------
    InputError
        If it is missing, no schema, has a document type, or names files elsewhere.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        root = _loaded(self.path, self.path.parent, set())
        self.target = root.get("targetNamespace", "")
        try:
            self._schema = etree.XMLSchema(root)
        except etree.XMLSchemaParseError as error:
            raise InputError(
                f"{self.path}: is no usable schema ({_short(str(error))}); name another."
            ) from error

    def findings(self, root: etree._Element) -> Iterator[Finding]:
        """What the schema refuses in a file, one finding for each element.

        That Transkribus' own elements are not in PAGE's schema of 2013 is tolerated.
        """
        space = etree.QName(root).namespace or ""
        if space != self.target:
            what = (
                f"the file is of {_version(space)} and the schema {self.path.name} of {_version(self.target)}"
            )
            yield found("schema", root, what)
            return
        if self._schema.validate(root.getroottree()):
            return
        seen: set[str] = set()
        log: Any = self._schema.error_log
        for error in log:
            if error.path in seen:  # a facet and the type that has it are two errors in one place
                continue
            seen.add(error.path or "")
            message = _short(error.message)
            place = root.getroottree().xpath(error.path) if error.path else []
            first = place[0] if isinstance(place, list) and place else root
            node = first if isinstance(first, etree._Element) else root
            element = found("schema", node, "").element
            tolerated = _ADDITIONS.match(message.partition(":")[0].removeprefix("Element ")) is not None
            named = f" ({local(node)} of {element!r})" if element else ""
            yield Finding("schema", f"the schema says{named}: {message}", error.line, element, tolerated)


def _loaded(path: Path, folder: Path, seen: set[Path]) -> etree._Element:
    """The schema's root, after a look at all that it includes."""
    seen.add(path.resolve())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        with path.open("rb") as stream:
            data = stream.read(_LIMIT + 1)
        if len(data) > _LIMIT:
            raise InputError(f"{path}: more than {_LIMIT // 2**20} MB; name the schema of PAGE.")
        root = etree.fromstring(data, parser, base_url=str(path))
    except (OSError, etree.XMLSyntaxError) as error:
        raise InputError(
            f"{path}: cannot be read as a schema ({_short(str(error))}); check the name."
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise InputError(
            f"{path}: has a document type (DOCTYPE), which can hide entities; name another schema."
        )
    if root.tag != f"{_XS}schema":
        raise InputError(
            f"{path}: is no XML schema (it starts with {local(root)[:40]!r}); name an .xsd file."
        )
    for name in _REFERENCES:
        for node in root.iter(f"{_XS}{name}"):
            other = node.get("schemaLocation")
            inner = None if other is None else path.parent / other
            if inner is None or inner.resolve() in seen:
                continue
            if "://" in str(other) or not inner.resolve().is_relative_to(folder.resolve()):
                raise InputError(f"{path}: names a schema outside its folder ({other}); copy it there.")
            _loaded(inner, folder, seen)
    return root


def _short(message: str) -> str:
    """One line without namespaces."""
    lines = _FACET.sub("", _SPACE.sub("", message)).split()
    return " ".join(lines).rstrip(".")[:300]


def _version(space: str) -> str:
    return f"PAGE {space.rpartition('/')[2]}" if "/pagecontent/" in space else f"the namespace {space!r}"
