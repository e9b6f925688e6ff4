"""zij: compare digitised numerical tables, and say exactly why they are similar.

Functions do what the commands of the same names do, and `read` reads one image into a `PageReading` and
writes nothing; the function of `zij explain` is `zij.actions.explain`, as `zij.explain` is a room of the
house; those of `zij corpus ...` are in `zij.corpus`, and what draws into matplotlib's Axes is in
`zij.plots`. Names are loaded when they are first used, so that `import zij` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zij import actions, plots
    from zij.actions import (
        annotate,
        check,
        collate,
        compare,
        convert,
        corpus,
        demo,
        evaluate,
        export,
        generate,
        study,
        train,
        validate,
    )
    from zij.errors import (
        ImageError,
        InputError,
        ModelError,
        OutputError,
        PageXMLError,
        TableError,
        UsageError,
        ZijError,
    )
    from zij.tables.read import PageReading, read
    from zij.tables.reading import Cell, Glyph, Number, Reading, Table
    from zij.tables.scan.page import Page

__version__ = "0.1.0"

__all__ = [
    "Cell",
    "Glyph",
    "ImageError",
    "InputError",
    "ModelError",
    "Number",
    "OutputError",
    "Page",
    "PageReading",
    "PageXMLError",
    "Reading",
    "Table",
    "TableError",
    "UsageError",
    "ZijError",
    "actions",
    "annotate",
    "check",
    "collate",
    "compare",
    "convert",
    "corpus",
    "demo",
    "evaluate",
    "export",
    "generate",
    "plots",
    "read",
    "study",
    "train",
    "validate",
]

_MODULES = {"actions": "zij.actions", "corpus": "zij.actions.corpus", "plots": "zij.plots"}
_HOMES = {
    **dict.fromkeys(("Cell", "Glyph", "Number", "Reading", "Table"), "zij.tables.reading"),
    "Page": "zij.tables.scan.page",
    "PageReading": "zij.tables.read",
    "read": "zij.tables.read",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'zij' has no attribute {name!r}")
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    home = "zij.errors" if name.endswith("Error") else _HOMES.get(name, "zij.actions")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
