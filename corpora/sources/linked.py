"""Values of linked data as manifests have them: a thing or a list of things, a text or a map of languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zij.corpora.sources.names import plain_text

__all__ = ["address_of", "id_of", "kind_of", "listed", "pixels_of", "text_of", "texts_of"]

LONGEST = 4096  # characters of a URI


def kind_of(data: Mapping[str, Any]) -> str:
    """The type of an object, without its prefix; "" where it has none."""
    value = data.get("type", data.get("@type", ""))
    name = next((part for part in listed(value) if isinstance(part, str)), "")
    return name.rpartition("/")[2].removeprefix("sc:").removeprefix("dctypes:").removeprefix("oa:")


def id_of(data: Mapping[str, Any]) -> str:
    """The URI of an object; "" where it has none."""
    return address_of(data.get("id", data.get("@id")))


def address_of(value: Any) -> str:
    """A URI; "" for what cannot be one."""
    if isinstance(value, dict):
        value = value.get("id", value.get("@id"))
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        return ""
    value = value.strip()
    return value if value.isprintable() and not any(sign.isspace() for sign in value) else ""


def listed(value: Any) -> list[Any]:
    """A list, whether the manifest has one, a single thing, or nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def pixels_of(value: Any) -> int:
    """A number of pixels; 0 for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**7:
        return 0
    return int(value)


def text_of(value: Any) -> str:
    """The first text of a label or value."""
    return next(iter(texts_of(value)), "")


def texts_of(value: Any, depth: int = 0) -> list[str]:
    """The texts of a label or value: a text, a list, a map of languages (English first), `@value`."""
    if isinstance(value, bool) or value is None or depth > 4:
        return []
    if isinstance(value, str | int | float):
        text = plain_text(str(value)[:20_000])
        return [text] if text else []
    if isinstance(value, list):
        return [text for part in value[:100] for text in texts_of(part, depth + 1)]
    if not isinstance(value, dict):
        return []
    for name in ("@value", "value"):
        if name in value:
            return texts_of(value[name], depth + 1)
    if "id" in value or "@id" in value:
        return texts_of(id_of(value), depth + 1)
    languages = sorted(value, key=lambda name: (name != "en", name != "none", str(name)))
    return texts_of(value[languages[0]], depth + 1) if languages else []
