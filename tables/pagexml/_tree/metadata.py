"""What a PAGE-XML file says about the page as a whole, as it is read and as it is written."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from zij.tables.pagexml._tree.amend import insert, make, put_custom
from zij.tables.pagexml._tree.notes import put_attribute
from zij.tables.pagexml._tree.points import direction
from zij.tables.pagexml._tree.xml import children, custom_parts, decimal, local, whole
from zij.tables.reading import Reading

__all__ = ["Facts", "attributes", "clock", "custom_facts", "facts", "put_facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What `Reading` keeps of a page besides its digits.

    `ours` says whether zij wrote the file, `descends` whether the reading was once zij's, `edited` whether
    another hand has been at it since.
    """

    ours: bool
    descends: bool
    edited: bool
    source: str
    sha256: str = ""
    turn: int = 0
    skew: float = 0.0
    digit_height: float = 0.0
    model: str = ""
    parameters: tuple[tuple[str, str], ...] = ()


def facts(root: etree._Element, page: etree._Element) -> Facts:
    """The facts that a file's Metadata and Page element give."""
    head = next(children(root, "Metadata"), None)
    creator = _text(head, "Creator")
    ours = re.search(r"^\s*zij [0-9]", creator, re.MULTILINE) is not None
    known = custom_parts(page).get("zij", {}) | _stated(head)
    changed = _text(head, "Created") != _text(head, "LastChange") or "\n" in creator
    descends = ours or "source" in known
    source = known.get("source", "machine") if ours else creator or "an unknown program"
    turn, skew = _turn(page, known)
    model, parameters = _step(head)
    return Facts(
        ours,
        descends,
        changed or not ours,
        "human" if descends and (changed or not ours) else source,
        known.get("image-sha256", ""),
        turn,
        skew,
        decimal(known.get("digit-height")) or 0.0,
        model,
        parameters,
    )


def attributes(reading: Reading) -> list[tuple[str, str, str]]:
    """The facts that Metadata keeps, as (name, type, value)."""
    return [
        ("zij:image-sha256", "xsd:string", reading.sha256),
        ("zij:source", "xsd:string", reading.source),
        ("zij:turn", "xsd:integer", str(reading.turn)),
        ("zij:skew", "xsd:float", repr(float(reading.skew) + 0.0)),
        ("zij:digit-height", "xsd:float", repr(float(reading.digit_height) + 0.0)),
    ]


def custom_facts(reading: Reading) -> dict[str, str]:
    """What the page's custom attribute keeps where Metadata has no place for it."""
    facts = {name.removeprefix("zij:"): value for name, _, value in attributes(reading)}
    return {name: value for name, value in facts.items() if value and not set(value) & set("{;}")}


def put_facts(root: etree._Element, page: etree._Element, was: Reading, new: Reading, *, rich: bool) -> None:
    """Put what is new about a page into its file; `rich` says whether Metadata has a place for it."""
    if base_name(page.get("imageFilename", "")) != base_name(new.image):
        page.set("imageFilename", new.image)
    for name, old, value in (("Width", was.width, new.width), ("Height", was.height, new.height)):
        if old != value:
            page.set(f"image{name}", str(value))
    fresh = [fact for fact in attributes(new) if fact not in attributes(was)]
    head = next(children(root, "Metadata"), None)
    known = custom_parts(page).get("zij", {}) | _stated(head)
    if known.get("source", new.source) != new.source:  # told by texts until now, which agree from now on
        fresh += [fact for fact in attributes(new) if fact[0] == "zij:source" and fact not in fresh]
    if not rich:
        parts = custom_parts(page).get("zij", {})
        wanted = custom_facts(new)
        for name in (fact[0].removeprefix("zij:") for fact in fresh):
            if name in wanted:
                parts[name] = wanted[name]
            else:
                parts.pop(name, None)
        if fresh:
            put_custom(page, "zij", " ".join(f"{name}:{value};" for name, value in parts.items()))
    elif head is not None:
        for fact in fresh:
            put_attribute(head, *fact)
        if (was.model, was.parameters) != (new.model, new.parameters):
            _put_step(head, new)


def _put_step(head: etree._Element, reading: Reading) -> None:
    """Model and parameters of the step in which zij read the digits."""
    steps = (item for item in children(head, "MetadataItem") if item.get("name") == "digit-reading")
    step = next(steps, None)
    if step is None:
        step = insert(head, make("MetadataItem", head, type="processingStep", name="digit-reading"))
    step.set("value", reading.model)
    for group in list(children(step, "Labels")):
        if group.get("externalModel") == "zij-parameters":
            step.remove(group)
    if reading.parameters:
        labels = insert(step, make("Labels", head, externalModel="zij-parameters"))
        for name, value in reading.parameters:
            insert(labels, make("Label", head, type=name, value=value))


def base_name(name: str) -> str:
    """The last part of a path or address, whichever way it is written."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def clock() -> tuple[str, bool]:
    """The time stamp and whether it was given from outside."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch.isdecimal() or len(epoch) > 11:
        return "1970-01-01T00:00:00Z", False
    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), True


def _turn(page: etree._Element, known: dict[str, str]) -> tuple[int, float]:
    """Turn and skew: as zij noted them, else from the page's orientation, else from the baselines."""
    turn = whole(known.get("turn"))
    if turn is not None and turn in (0, 90, 180, 270):
        return turn, decimal(known.get("skew")) or 0.0
    orientation = decimal(page.get("orientation"))
    if orientation is not None and abs(orientation) <= 360:
        turn = round(orientation / 90) * 90
        return turn % 360, orientation - turn
    found = (direction(line) for line in page.iter() if local(line) == "TextLine")
    votes = Counter(turn for turn in found if turn is not None)
    return max(votes, key=lambda t: (votes[t], -t), default=0), 0.0


def _stated(head: etree._Element | None) -> dict[str, str]:
    defined = [] if head is None else list(children(head, "UserDefined"))
    nodes = [node for group in defined for node in children(group, "UserAttribute")]
    named = {node.get("name", ""): node.get("value", "") for node in nodes}
    return {name.removeprefix("zij:"): value for name, value in named.items() if name.startswith("zij:")}


def _step(head: etree._Element | None) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Model and parameters of the step in which zij read the digits."""
    for item in [] if head is None else children(head, "MetadataItem"):
        if item.get("name") == "digit-reading":
            groups = (g for g in children(item, "Labels") if g.get("externalModel") == "zij-parameters")
            labels = [label for group in groups for label in children(group, "Label")]
            return item.get("value", ""), tuple((n.get("type", ""), n.get("value", "")) for n in labels)
    return "", ()


def _text(head: etree._Element | None, name: str) -> str:
    node = None if head is None else next(children(head, name), None)
    return "" if node is None else (node.text or "").strip()
