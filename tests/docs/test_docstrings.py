"""Every public name says what it takes, gives and refuses, in the sections of numpydoc.

What a function of one or two arguments takes may stand in its sentence; so may what any function gives, if
it has no section of arguments. What `zij`, `zij.corpus` and `zij.plots` offer has sections.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from docutils import nodes
from docutils.core import publish_doctree
from numpy.typing import NDArray
from numpydoc.docscrape import ClassDoc, FunctionDoc, NumpyDocString

import zij
from zij import errors
from zij.errors import UsageError

ROOT = Path(__file__).parents[2]
OUTSIDE = {id(getattr(module, n)) for module in (zij, zij.corpus, zij.plots) for n in module.__all__}
ERRORS = set(errors.__all__) - {"ZijError"}
SMALL = 2
"""Arguments that a sentence can tell."""


def modules() -> Iterator[str]:
    """Every public module, by its import name; the commands are described by their help."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        packages = tomllib.load(stream)["tool"]["setuptools"]["packages"]
    for package in packages:
        if package.startswith("zij.cli") or "._" in package:
            continue
        yield package
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__):
            if not found.ispkg and not found.name.startswith("_"):
                yield f"{package}.{found.name}"


def public() -> dict[str, Any]:
    """Every public class and function by its name, each once."""
    found: dict[int, tuple[str, Any]] = {}
    for module in map(importlib.import_module, modules()):
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__.startswith("zij."):
                found.setdefault(id(thing), (f"{thing.__module__}.{name}", thing))
    return dict(found.values())


PUBLIC = public()


def told(sections: NumpyDocString, *names: str) -> list[str]:
    """The names that some sections describe."""
    return [word.strip().lstrip("*") for s in names for p in sections[s] for word in p.name.split(",")]


def refused(function: Callable[..., Any]) -> set[str]:
    """Errors of zij that a function raises itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    raised = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc)
    names = (getattr(getattr(one, "func", one), "id", "") for one in raised)
    return {name for name in names if name in ERRORS}


def wrong_sentence(thing: Any) -> str:
    lines = inspect.cleandoc(thing.__doc__ or "").split("\n\n")[0].split("\n")
    if not lines[0] or len(lines) > 2 or not lines[-1].rstrip().endswith((".", "?", ":")):
        return "does not begin with a sentence of one line, or two at most"
    return ""


def wrong_class(thing: type) -> str:
    if not dataclasses.is_dataclass(thing):
        return ""
    doc, text = ClassDoc(thing, config={"show_class_members": False}), str(thing.__doc__)
    named = told(doc, "Attributes", "Parameters")
    fields = [field.name for field in dataclasses.fields(thing) if not field.name.startswith("_")]
    if lost := [name for name in named if not hasattr(thing, name) and name not in fields]:
        return f"describes {', '.join(lost)}, which it has not"
    if named and (lost := [name for name in fields if name not in named]):
        return f"says nothing of {', '.join(lost)}"
    silent = [n for n in fields if n not in named and not re.search(rf"\b{n.rstrip('s')}", text, re.I)]
    if not named and (len(fields) > SMALL + 1 or silent):
        return f"does not say what {', '.join(silent or fields)} are; give it a section Attributes"
    return ""


def wrong_function(thing: Callable[..., Any]) -> str:
    doc, signature = FunctionDoc(thing), inspect.signature(thing)
    named, own = told(doc, "Parameters", "Other Parameters"), list(signature.parameters)
    if lost := [name for name in named if name not in own]:
        return f"describes {', '.join(lost)}, which it does not take"
    if named != [name for name in own if name in named]:
        return "describes its arguments in another order"
    silent = [name for name in own if name not in named]
    if silent and (named or len(own) > SMALL or id(thing) in OUTSIDE):
        return f"does not say what {', '.join(silent)} are"
    gives = str(signature.return_annotation) not in ("None", "NoReturn")
    if gives and own and (named or id(thing) in OUTSIDE) and not (doc["Returns"] or doc["Yields"]):
        return "does not say what it gives"
    if (
        lost := refused(thing)
        - {w for p in doc["Raises"] for w in re.findall(r"\w+", p.type)}
        - (ERRORS if "ZijError" in str(doc["Raises"]) else set())
    ):
        return f"does not say when it raises {', '.join(sorted(lost))}"
    return ""


def wrong_shapes(thing: Callable[..., Any]) -> str:
    """Arrays state their shapes, wherever in the text."""
    annotations = " ".join(str(p.annotation) for p in inspect.signature(thing).parameters.values())
    annotations += str(inspect.signature(thing).return_annotation)
    text = str(thing.__doc__)
    if "NDArray" in annotations and not re.search(
        r"\(([\w .+*'/-]+,[\w ,.+*'/-]*|\.\.\.)\)|scalar|shape", text
    ):
        return "does not say of which shape its arrays are"
    return ""


CHECKS: dict[str, Callable[[Any], str]] = {
    "sentence": wrong_sentence,
    "class": lambda thing: wrong_class(thing) if inspect.isclass(thing) else "",
    "function": lambda thing: "" if inspect.isclass(thing) else wrong_function(thing),
    "shapes": lambda thing: "" if inspect.isclass(thing) else wrong_shapes(thing),
}


@pytest.mark.parametrize("check", CHECKS)
def test_every_public_name_says_what_it_is(check: str) -> None:
    wrong = {name: said for name, thing in PUBLIC.items() if (said := CHECKS[check](thing))}
    assert not wrong, "\n".join(f"{name} {said}" for name, said in wrong.items())


def test_every_public_constant_says_what_it_is() -> None:
    """In a text below it, or in a comment; but for aliases of types, which say it themselves."""
    with rooms() as found:
        silent = [
            f"{name}.{constant}"
            for name in modules()
            for module in [importlib.import_module(name)]
            for constant in getattr(module, "__all__", ())
            for value in [getattr(module, constant)]
            if not (inspect.ismodule(value) or callable(value)) and not found.said_of(module, constant)
        ]
    assert not silent, ", ".join(silent)


@contextlib.contextmanager
def rooms() -> Iterator[Any]:
    """The extension that builds the reference."""
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    try:
        yield importlib.import_module("rooms")
    finally:
        sys.path.pop(0)


def test_names_are_found() -> None:
    assert len(PUBLIC) > 1000
    assert {"zij.actions._pairs.compare.compare", "zij.tables.reading.Reading"} <= set(PUBLIC)


def swapped(rows: int, columns: int) -> int:
    """How many cells there are.

    Parameters
    ----------
    columns : int
    rows : int

    Returns
    -------
    int
    """
    if rows < 0:
        raise UsageError("a table has no fewer rows than none; give 0 or more.")
    return rows * columns


def stranger(rows: int) -> int:
    """How many cells there are.

    Parameters
    ----------
    cells : int
    """
    return rows


def silent(rows: int, columns: int, layers: int) -> NDArray[np.int64]:
    """How many cells there are"""
    return np.full((rows, columns), layers)


@dataclasses.dataclass
class Silent:
    """A record."""

    rows: int


def test_what_is_missing_is_seen() -> None:
    assert wrong_function(swapped) == "describes its arguments in another order"
    assert wrong_function(stranger) == "describes cells, which it does not take"
    assert wrong_function(silent) == "does not say what rows, columns, layers are"
    assert wrong_sentence(silent) and wrong_shapes(silent) and not wrong_shapes(swapped)
    assert refused(swapped) == {"UsageError"}
    assert wrong_class(Silent) == "does not say what rows are; give it a section Attributes"


def documented() -> Iterator[tuple[str, str]]:
    """Every docstring that the reference shows: of modules, names and methods."""
    for name in modules():
        yield name, str(importlib.import_module(name).__doc__)
    for name, thing in PUBLIC.items():
        yield name, str(thing.__doc__)
        for member, value in vars(thing).items() if inspect.isclass(thing) else ():
            text = getattr(getattr(value, "__func__", value), "__doc__", None)
            shown = inspect.isroutine(value) or isinstance(value, property)
            if shown and text and not member.startswith("_"):
                yield f"{name}.{member}", text


def test_markup_is_whole() -> None:
    """Bars, asterisks and backticks mean what they say; the reference is built from these texts."""
    with rooms() as found:
        plain = found.plain
    quiet = {"report_level": 2, "halt_level": 5, "warning_stream": False, "input_encoding": "unicode"}
    heads = r"^(Parameters|Attributes|Returns|Yields|Raises)\n-+\n((?:.+\n?)*)"
    wrong = []
    for name, text in documented():
        entries = re.sub(
            heads, lambda m: re.sub(r"^(?=\S)", "\n", m[2], flags=re.M), inspect.cleandoc(text), flags=re.M
        )
        escaped = re.sub(r"^\*{1,2}(?=\w)", "", plain(entries), flags=re.M)
        if re.search(r"[*|`]|\w_\b", re.sub(r"``[^`]+``|`[^`\n]+`(?!\w)", "", escaped)):  # few have any
            tree = publish_doctree(escaped, settings_overrides=quiet)
            wrong += [
                f"{name}: {said.astext()}" for said in tree.findall(nodes.system_message) if said["level"] > 1
            ]
    assert not wrong, "\n".join(wrong)
