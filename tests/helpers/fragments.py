"""What every piece of HTML in a notebook must be, and what every function that draws into an Axes must do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lxml import html
from matplotlib import _pylab_helpers
from matplotlib.axes import Axes
from matplotlib.figure import Figure

LIMIT = 1_500_000
"""Bytes of a result at most."""
HOSTILE = "</td><script>document.title='ran'</script><img src=x onerror=alert(1)>&$x$"
"""A name that would do harm were it not escaped."""
_BARRED = ("script", "iframe", "object", "embed", "link", "form", "input", "base", "meta")


def piece(text: str) -> html.HtmlElement:
    """The one element that a result shows, after a look at all that must hold of each."""
    root = html.fragment_fromstring(text)
    assert root.tag == "div" and root.get("class") == "zij"
    assert len(text.encode()) < LIMIT
    assert not [one for one in root.iter() if one.tag in _BARRED]
    for one in root.iter():
        assert not [name for name in one.attrib if name.startswith("on")]
        for name in ("src", "href", "{http://www.w3.org/1999/xlink}href"):
            assert one.get(name, "data:").startswith(("data:image/", "data:", "#"))
    for sheet in root.iter("style"):
        rules = re.sub(r"/\*.*?\*/", "", sheet.text or "", flags=re.DOTALL)
        for selectors in re.findall(r"([^{}]+)\{", rules):
            assert all(one.strip().startswith(".zij") for one in selectors.split(",")), selectors
    return root


def words(root: html.HtmlElement) -> str:
    """All text that is read, with single blanks, without the style."""
    texts = root.xpath(".//text()[not(parent::style)]")
    return " ".join(" ".join(texts).split())


def alone(draw: Callable[[Axes], Any], *, rendered: bool = False) -> Axes:
    """An Axes after `draw`, which must give it back and leave its neighbour, figure and pyplot alone."""
    figure = Figure(figsize=(8, 4))
    own, other = figure.subplots(1, 2)
    before = [len(other.get_children()), other.get_xlim(), other.get_ylim(), len(figure.get_children())]
    drawn = len(own.lines) + len(own.patches) + len(own.texts) + len(own.collections)
    assert draw(own) is own
    after = [len(other.get_children()), other.get_xlim(), other.get_ylim(), len(figure.get_children())]
    assert after == before and figure.axes == [own, other]
    assert len(own.lines) + len(own.patches) + len(own.texts) + len(own.collections) > drawn
    assert not _pylab_helpers.Gcf.get_all_fig_managers()
    if rendered:  # what it says can be set, whatever signs there are
        figure.draw_without_rendering()
    return own
