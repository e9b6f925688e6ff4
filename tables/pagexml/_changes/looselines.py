"""The lines outside tables in a PAGE-XML tree, made to say what the numbers of a reading say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from lxml import etree

from zij.tables.geometry import Box
from zij.tables.pagexml._changes.sync import Sync, matched
from zij.tables.pagexml._reader.text import hypotheses
from zij.tables.pagexml._tree.amend import drop
from zij.tables.pagexml._tree.xml import children, local
from zij.tables.reading import Number

__all__ = ["LooseLines"]


class LooseLines:
    """Changes the lines outside tables.

    Parameters
    ----------
    sync : Sync
        Changes single lines.
    page : Element
    lines : sequence of (Element, int)
        The lines that are there, with the count of the numbers in each.
    add : callable
        Writes numbers that stand in none of them.
    """

    def __init__(
        self,
        sync: Sync,
        page: etree._Element,
        lines: Sequence[tuple[etree._Element, int]],
        add: Callable[[Sequence[Number]], None],
    ) -> None:
        self.sync = sync
        self.page = page
        self.lines = lines
        self.add = add

    def put(self, was: Sequence[Number], new: Sequence[Number], marked: Collection[str]) -> None:
        """All numbers outside tables; those `marked` get elements of their own."""
        region = next((n for n in self.page if local(n) == "TextRegion" and n.get("id") == "x"), None)
        if self.sync.native and len(was) != len(new):
            if region is not None:
                drop(region)
            self.add(new)
            return
        rest = _shared_out(was, new)
        for node, size in self.lines:
            before, was = was[:size], was[size:]
            here = [number for _ in range(size) if (number := next(rest)) is not None]
            words = any(number.id in marked for number in here)
            if words or [replace(n, id="") for n in before] != [replace(n, id="") for n in here]:
                self._line(node, before, here, words=words)
        self.add(list(filter(None, rest)))
        if self.sync.native and region is not None:
            self.sync.box(region, Box.hull(number.box for number in new))

    def _line(
        self, node: etree._Element, was: Sequence[Number], new: Sequence[Number], *, words: bool
    ) -> None:
        """A line outside tables, whose other words stay."""
        own = next((text for text, _ in hypotheses(node)), "")
        said = own or " ".join(number.text for number in was)
        text = " ".join(number.text for number in new) if self.sync.native else _exchanged(said, was, new)
        parent = node.getparent()
        before = _joined(parent)
        self.sync.line(node, text, new, Box.hull(n.box for n in (*was, *new)), words=words)
        if parent is None or before is None:
            return
        region_text = next((t for t, _ in hypotheses(parent)), None)
        if region_text is not None and region_text == before and (after := _joined(parent)) != before:
            self.sync.text(parent, after or "", None)


def _shared_out(was: Sequence[Number], new: Sequence[Number]) -> Iterator[Number | None]:
    """For each old number the new one in its place, or None; then those that are left."""
    if len(was) == len(new):
        return iter(new)
    old, wanted = ([f"{n.box.x:.0f} {n.box.y:.0f} {n.text}" for n in numbers] for numbers in (was, new))
    kept = {old: new for new, old in matched(old, wanted)}
    left = [number for place, number in enumerate(new) if place not in kept.values()]
    return iter([*(new[kept[n]] if n in kept else None for n in range(len(was))), *left])


def _joined(region: etree._Element | None) -> str | None:
    if region is None:
        return None
    found = [next((t for t, _ in hypotheses(line)), "") for line in children(region, "TextLine")]
    return "\n".join(found)


def _exchanged(text: str, was: Sequence[Number], new: Sequence[Number]) -> str:
    """A line's text with other numbers in the places of its own."""
    parts, rest = [], text
    for old in was:
        head, found, tail = rest.partition(old.text)
        if not found:
            return " ".join(number.text for number in new)
        parts.append(head)
        rest = tail
    texts = [number.text for number in new]
    if len(texts) <= len(was):
        texts += [""] * (len(was) - len(texts))
    else:
        texts = [*texts[: len(was) - 1], " ".join(texts[len(was) - 1 :])] if was else texts
    line = "".join(head + found for head, found in zip(parts, texts, strict=False)) + rest
    return " ".join(line.split()) if len(new) != len(was) else line
