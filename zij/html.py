"""The one skeleton of all reports: a single HTML file that opens offline and sends nothing anywhere.

A result that shows itself in a notebook is a `fragment`, with the same care and no script.

Text is escaped where it enters: `element` escapes every child and attribute that is not `Markup` already,
so that a file name or a reading can never become markup. The page forbids the network and every script
but the one that it was made with.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import re
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import islice

__all__ = ["Markup", "data_uri", "element", "escape", "fragment", "json_block", "listing", "page", "scoped"]

_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "wbr"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is HTML already and is not escaped again."""

    __slots__ = ()


def escape(text: object) -> Markup:
    """Any text as HTML: signs with a meaning escaped, control characters and lone surrogates replaced.

    Markup is returned as it is.
    """
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text)), quote=True))


def element(tag: str, /, *children: object, **attributes: object) -> Markup:
    """One HTML or SVG element; children and attribute values are escaped unless they are `Markup`.

    Parameters
    ----------
    tag : str
        Name, chosen by the program, never by a file.
    *children : object
        Text or markup, in order.
    **attributes : object
        `class_` and `for_` stand for the Python keywords, `_` for a hyphen; `True` writes the bare name,
        `None` and `False` leave the attribute out.

    Returns
    -------
    Markup
        The element.
    """
    words = [tag]
    for key, value in attributes.items():
        key = key.rstrip("_").replace("_", "-")
        if value is True:
            words.append(key)
        elif value is not None and value is not False:
            words.append(f'{key}="{escape(value)}"')
    opening = f"<{' '.join(words)}>"
    if tag in _VOID:
        return Markup(opening)
    return Markup(f"{opening}{''.join(map(escape, children))}</{tag}>")


def data_uri(content: bytes, media_type: str) -> Markup:
    """Bytes as a `data:` address, for images that are part of the page."""
    return Markup(f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}")


def json_block(name: str, value: object) -> Markup:
    """Data for the page's script, as an inert element with the id `name`.

    Raises
    ------
    ValueError
        If a number in `value` is infinite or not a number.
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(f'<script type="application/json" id="{escape(name)}">{text}</script>')


def page(title: str, body: Markup, *, style: str = "", script: str = "", language: str = "en") -> str:
    """A whole HTML file.

    Parameters
    ----------
    title : str
        Plain text, shown in the window's title.
    body : Markup
        The content, made with `element`.
    style, script : str
        CSS and JavaScript of this kind of report, written by the program; put after the common style and
        at the end of the page. The script runs because the policy names its hash; no other can.
    language : str
        BCP 47 code.

    Returns
    -------
    str
        Text of a file that needs no other file.

    Raises
    ------
    ValueError
        If `style` or `script` would end its own element.
    """
    if "</" in style or "</script" in script.lower() or "<!--" in script:
        raise ValueError("a style or script that closes its own element cannot be put into a page")
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src {_allowed(script)}; base-uri 'none'; form-action 'none'"
    )
    head = [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        Markup(f"<style>{_style('html.css')}{style}</style>"),
    ]
    end = f"<script>{script}</script>\n" if script else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n'
        + "\n".join(head)
        + f"\n</head>\n<body>\n{body}\n{end}</body>\n</html>\n"
    )


def fragment(*children: object, style: str = "") -> str:
    """What a result shows in a notebook: a light card that stands by itself on any background.

    The common style gives `.zij` its colours as variables (`--ink`, `--quiet`, `--line`, `--panel`, `--for`,
    `--against`, `--accent`) and knows the classes `quiet` (muted notes), `failed`, `scroll` (wide content),
    `side` (children side by side) and, for cells of tables, `number`.

    Parameters
    ----------
    *children : object
        Text or markup, in order.
    style : str
        CSS of this kind of result, written by the program. Every selector begins with `.zij.zij.zij`, so
        that it touches nothing else in the notebook and outweighs the notebook's own style.

    Returns
    -------
    str
        One `<div class="zij">`, which needs no script, no file and no network.

    Raises
    ------
    ValueError
        If `style` would end its own element.
    """
    if "</" in style:
        raise ValueError("a style that closes its own element cannot be put into a fragment")
    sheet = Markup(f"<style>{_style('fragment.css')}{style}</style>")
    return str(element("div", sheet, *children, class_="zij"))


def listing(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    total: int | None = None,
    most: int = 50,
    numbers: Iterable[str] = (),
) -> Markup:
    """A table of rows, cut where it is long, with a line that says how many rows are left out.

    Parameters
    ----------
    columns : sequence of str
        Headings.
    rows : iterable of sequence
        A value for each column, as text or markup.
    total : int, optional
        Number of all rows, where `rows` is no sequence.
    most : int
        Rows shown at most.
    numbers : iterable of str
        Columns set flush right.

    Returns
    -------
    Markup
        The table, which scrolls sideways where it is too wide.
    """
    if total is None:
        rows = list(rows)
        total = len(rows)
    right = frozenset(numbers)
    kinds = ["number" if column in right else None for column in columns]
    head = element("tr", *(element("th", c, class_=k) for c, k in zip(columns, kinds, strict=True)))
    body = [
        element("tr", *(element("td", value, class_=k) for value, k in zip(row, kinds, strict=True)))
        for row in islice(rows, most)
    ]
    table = element("table", element("thead", head), element("tbody", *body))
    left = total - len(body)
    note = element("p", f"{left:,} more row{'s' * (left != 1)} not shown.", class_="quiet") if left else ""
    return element("div", element("div", table, class_="scroll"), note)


@functools.cache
def scoped(style: str) -> str:
    """The CSS of a report made fit for `fragment`: it holds within `.zij` alone, in its light form.

    Parameters
    ----------
    style : str
        Rules without nesting; media queries are left out, and what is said of `:root` is said of the card.
    """
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    plain = re.sub(r"@media[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", plain)
    card, rules = ".zij.zij.zij", []
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", plain):
        names = [name.strip() for name in selectors.split(",")]
        inside = ", ".join(card if name == ":root" else f"{card} {name}" for name in names)
        rules.append(f"{inside} {{{body}}}")
    return "\n".join(rules)


@functools.cache
def _style(name: str) -> str:
    return resources.files("zij").joinpath(name).read_text(encoding="utf-8")


def _allowed(script: str) -> str:
    if not script:
        return "'none'"
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
