"""Notes on elements: UserDefined and Labels, or the custom attribute where a version has neither.

Transkribus' dialect, and PAGE before 2018, keep them as `zij-attribute {name:...; type:...; value:...;}` and
`zij-label {model:...; id:...; type:...; value:...; comments:...;}` in `custom`, which Transkribus hands on.
"""

from __future__ import annotations

import re
from itertools import groupby

from lxml import etree

from zij.tables.pagexml._tree.amend import insert, make
from zij.tables.pagexml._tree.model import Notes, clean_text
from zij.tables.pagexml._tree.xml import children

__all__ = ["escaped", "notes_of", "put_attribute", "put_notes", "unescaped", "without_notes"]

Attribute = tuple[str, str, str]
Group = tuple[str, str, tuple[tuple[str, str, str], ...]]

_KEPT = ("zij:border-", "zij:corner-pts", "zij:kept:")
_OURS = re.compile(r"\s*(zij-attribute|zij-label)\s*\{([^{}]*)\}")
_SPECIAL = re.compile(r"[\\;{}]|[^\S ]|^ | $")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def notes_of(node: etree._Element) -> Notes | None:
    """The notes on an element, but for what only leads back to Transkribus; None where it has none."""
    attributes = tuple(
        (a.get("name", ""), a.get("type", ""), a.get("value", ""))
        for group in children(node, "UserDefined")
        for a in children(group, "UserAttribute")
        if not a.get("name", "").startswith(_KEPT)
    )
    labels = tuple(
        (
            group.get("externalModel", ""),
            group.get("externalId", ""),
            tuple(
                (n.get("type", ""), n.get("value", ""), n.get("comments", ""))
                for n in children(group, "Label")
            ),
        )
        for group in children(node, "Labels")
    )
    if "zij-" in node.get("custom", ""):
        more = _in_custom(node.get("custom", ""))
        attributes, labels = attributes + more.attributes, labels + more.labels
    return Notes(attributes, labels) if attributes or labels else None


def put_notes(node: etree._Element, notes: Notes, *, rich: bool) -> None:
    """Add notes to an element; one of the same name or the same external model and id is replaced.

    Parameters
    ----------
    node : Element
    notes : Notes
    rich : bool
        Whether the file's version has UserDefined and Labels.
    """
    if not (notes.attributes or notes.labels):
        return
    if not rich:
        kept = _merged(_in_custom(node.get("custom", "")), notes)
        without_notes(node)
        node.set("custom", " ".join(filter(None, [node.get("custom"), _custom_notes(kept)])))
        return
    for name, kind, value in notes.attributes:
        put_attribute(node, clean_text(name), kind, clean_text(value))
    for group in notes.labels:
        _put_labels(node, group)


def without_notes(node: etree._Element) -> None:
    """Take zij's notes out of the custom attribute."""
    old = node.get("custom")
    if old is not None and (others := _OURS.sub("", old)) != old:
        if others:
            node.set("custom", others)
        else:
            del node.attrib["custom"]


def _custom_notes(notes: Notes) -> str:
    """Notes as parts of a custom attribute."""
    parts = []
    for name, kind, value in notes.attributes:
        parts.append(_part("zij-attribute", name=name, type=kind, value=value))
    for model, external, labels in notes.labels:
        for kind, value, comments in labels:
            part = _part("zij-label", model=model, id=external, type=kind, value=value, comments=comments)
            parts.append(part)
    return " ".join(parts)


def _part(part_name: str, **values: str) -> str:
    pairs = (f"{key}:{escaped(value)};" for key, value in values.items() if value)
    return f"{part_name} {{{' '.join(pairs)}}}"


def escaped(text: str) -> str:
    r"""A value for a custom attribute; what would end it there is written as \\u and four digits."""
    return _SPECIAL.sub(lambda match: f"\\u{ord(match[0]):04x}", clean_text(text))


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def _in_custom(custom: str) -> Notes:
    attributes: list[Attribute] = []
    labels: list[tuple[tuple[str, str], tuple[str, str, str]]] = []
    for name, body in _OURS.findall(custom):
        pairs = (pair.partition(":") for pair in body.split(";"))
        known = {key.strip(): unescaped(value.strip()) for key, colon, value in pairs if colon}
        kind, value = known.get("type", ""), known.get("value", "")
        if name == "zij-attribute":
            attributes.append((known.get("name", ""), kind, value))
        else:
            owner = known.get("model", ""), known.get("id", "")
            labels.append((owner, (kind, value, known.get("comments", ""))))
    groups = tuple(
        (*owner, tuple(label for _, label in found)) for owner, found in groupby(labels, lambda x: x[0])
    )
    return Notes(tuple(attributes), groups)


def _merged(old: Notes, new: Notes) -> Notes:
    names = {name for name, _, _ in new.attributes}
    owners = {(model, external) for model, external, _ in new.labels}
    attributes = tuple(a for a in old.attributes if a[0] not in names)
    labels = tuple(group for group in old.labels if group[:2] not in owners)
    return Notes(attributes + new.attributes, labels + new.labels)


def put_attribute(node: etree._Element, name: str, kind: str, value: str) -> None:
    """Set one UserAttribute of an element; one of the same name is replaced."""
    defined = next(children(node, "UserDefined"), None)
    if defined is None:
        defined = insert(node, make("UserDefined", node))
    same = (a for a in children(defined, "UserAttribute") if a.get("name") == name)
    found = next(same, None)
    if found is None:
        found = insert(defined, make("UserAttribute", node, name=name))
    found.set("type", kind)
    found.set("value", value)


def _put_labels(node: etree._Element, group: Group) -> None:
    model, external, labels = group
    owner = {"externalModel": clean_text(model), "externalId": clean_text(external)}
    for old in list(children(node, "Labels")):
        if all(old.get(key, "") == value for key, value in owner.items()):
            found = old
            for label in list(children(old, "Label")):
                old.remove(label)
            break
    else:
        found = insert(node, make("Labels", node, **_given(**owner)))
    for kind, value, comments in labels:
        given = _given(type=kind, comments=comments)
        insert(found, make("Label", node, value=clean_text(value), **given))


def _given(**attributes: str) -> dict[str, str]:
    return {name: clean_text(value) for name, value in attributes.items() if value}
