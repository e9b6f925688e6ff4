"""Checking JSON against the part of JSON Schema that zij's own forms use.

JSON Schema, draft 2020-12, https://json-schema.org/draft/2020-12/json-schema-core. The keywords are type,
const, enum, minimum, maximum, properties, required, additionalProperties (false), items and `$ref` into
`$defs`; any other is refused, so that no rule is silently passed over.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["reading_schema", "schema_text", "violations"]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}
_SILENT = frozenset({"$schema", "$id", "$defs", "title", "description"})


@cache
def reading_schema() -> Mapping[str, Any]:
    """The schema of a reading as JSON, `reading.schema.json` of this package."""
    return dict(json.loads(schema_text()))


def schema_text() -> str:
    """The text of `reading.schema.json`, the JSON schema of readings."""
    return files("zij.corpora.exchange").joinpath("reading.schema.json").read_text("utf-8")


def violations(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """What in a JSON value is not as the schema says, such as "tables[0].rows is -1, less than 0".

    Parameters
    ----------
    value : any
        As `json.loads` gives it.
    schema : mapping
        The schema.

    Yields
    ------
    str

    Raises
    ------
    NotImplementedError
        If the schema uses a keyword that is not known here.
    """
    yield from _check(value, schema, schema, "")


def _check(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], where: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _check(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, where)
        return
    place = where or "the file"
    if not _is(value, schema.get("type")):
        yield f"{place} is no {schema['type']}"
        return
    for keyword, rule in schema.items():
        if keyword == "const" and not _same(value, rule):
            yield f"{place} is not {json.dumps(rule)}"
        elif keyword == "enum" and not any(_same(value, one) for one in rule):
            yield f"{place} is none of {', '.join(map(json.dumps, rule))}"
        elif keyword == "minimum" and value < rule:
            yield f"{place} is {value}, less than {rule}"
        elif keyword == "maximum" and value > rule:
            yield f"{place} is {value}, more than {rule}"
        elif keyword == "items":
            for n, item in enumerate(value):
                yield from _check(item, rule, root, f"{where}[{n}]")
        elif keyword in ("properties", "required", "additionalProperties"):
            yield from _members(value, keyword, rule, schema, root, where)
        elif keyword not in _SILENT | {"type", "const", "enum", "minimum", "maximum"}:
            raise NotImplementedError(f"the schema's keyword {keyword!r}")


def _members(
    value: dict[str, Any],
    keyword: str,
    rule: Any,
    schema: Mapping[str, Any],
    root: Mapping[str, Any],
    where: str,
) -> Iterator[str]:
    if keyword == "required":
        yield from (f"{where or 'the file'} has no {name!r}" for name in rule if name not in value)
    elif keyword == "additionalProperties":
        strange = [name for name in value if name not in schema["properties"]]
        yield from (f"{where or 'the file'} has a member {name[:40]!r} that is not known" for name in strange)
    else:
        for name, part in rule.items():
            if name in value:
                yield from _check(value[name], part, root, f"{where}.{name}".lstrip("."))


def _is(value: Any, kind: str | None) -> bool:
    if kind is None:
        return True
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return math.isfinite(value) and value.is_integer()
    return isinstance(value, _TYPES[kind])


def _same(value: Any, other: Any) -> bool:
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)
