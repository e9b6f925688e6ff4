"""The one skeleton of all reports: a single HTML file that opens offline and sends nothing anywhere.

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
from importlib import resources

__all__ = ["Markup", "data_uri", "element", "escape", "json_block", "page"]

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
        Markup(f"<style>{_common_style()}{style}</style>"),
    ]
    end = f"<script>{script}</script>\n" if script else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n'
        + "\n".join(head)
        + f"\n</head>\n<body>\n{body}\n{end}</body>\n</html>\n"
    )


@functools.cache
def _common_style() -> str:
    return resources.files("zij").joinpath("html.css").read_text(encoding="utf-8")


def _allowed(script: str) -> str:
    if not script:
        return "'none'"
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
