"""Pages of the rooms: every public module of a package, and every public name of each, in a chosen order."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import GenericAlias, ModuleType
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

import zij

__all__ = ["plain", "public_modules", "said_of", "setup"]

_LONGEST_VALUE = 60


def public_modules(package: str) -> list[str]:
    """The package and those of its modules that begin with no underscore, packages inside it left out."""
    home = importlib.import_module(package)
    inner = [
        m.name for m in pkgutil.iter_modules(home.__path__) if not m.ispkg and not m.name.startswith("_")
    ]
    return [package, *(f"{package}.{name}" for name in sorted(inner))]


class RoomDirective(SphinxDirective):
    """A package as sections, one a module.

    Its content names modules that come first, a line each; all others follow in the order of the alphabet.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The sections, after a list of them."""
        package = self.arguments[0]
        there = public_modules(package)
        first = [f"{package}.{line.strip()}" for line in self.content if line.strip()]
        if unknown := set(first) - set(there):
            raise self.error(f"no public modules of {package}: {', '.join(sorted(unknown))}")
        modules = [
            importlib.import_module(name) for name in dict.fromkeys([*first, *there]) if name != package
        ]
        home = importlib.import_module(package)
        for module in (home, *modules):
            self.env.note_dependency(str(module.__file__))
        parts = [*_overview(modules), *_package(home)]
        for module in modules:
            title = module.__name__
            parts += [
                title,
                "-" * len(title),
                "",
                f".. py:module:: {title}",
                "",
                plain(str(module.__doc__)),
                "",
            ]
            parts += _names(module, [name for name in module.__all__ if _home(module, name) == title])
        return self.parse_text_to_nodes("\n".join(parts), allow_section_headings=True)


class NamesDirective(SphinxDirective):
    """The names of a module that its content lists, a line each, described as names of that module."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Their descriptions."""
        module = importlib.import_module(self.arguments[0])
        names = [line.strip() for line in self.content if line.strip()]
        for name in names:
            self.env.note_dependency(str(inspect.getsourcefile(getattr(module, name))))
        return self.parse_text_to_nodes("\n".join(_names(module, names, self.arguments[0])))


def _overview(modules: list[ModuleType]) -> Iterator[str]:
    yield from [".. list-table::", "   :widths: 40 60", ""]
    for module in modules:
        yield f"   * - :py:mod:`~{module.__name__}`"
        yield f"     - {plain(_summary(module))}"
    yield ""


def _summary(thing: object) -> str:
    return " ".join(str(thing.__doc__).split("\n\n")[0].split())


def _package(home: ModuleType) -> Iterator[str]:
    """What the package itself offers: names of its hidden modules, and those that its modules share."""
    names = [name for name in getattr(home, "__all__", []) if not inspect.ismodule(getattr(home, name))]
    hidden = [name for name in names if _is_hidden(_home(home, name))]
    shared = [name for name in names if name not in hidden]
    if shared:
        links = ", ".join(f":py:obj:`~{_home(home, name)}.{name}`" for name in shared)
        yield from [f"``{home.__name__}`` itself offers {links}.", ""]
    if hidden:
        title = home.__name__
        yield from [title, "-" * len(title), "", f".. py:module:: {title}", ""]
        yield from _names(home, hidden)


def _home(module: ModuleType, name: str) -> str:
    found = getattr(module, name)
    return str(found.__module__) if _is_described(found) else module.__name__


def _is_hidden(module: str) -> bool:
    return any(part.startswith("_") for part in module.split("."))


def _names(module: ModuleType, names: list[str], called: str = "") -> Iterator[str]:
    """Directives for names of a module, by what it is called: constants with their values first."""
    called = called or module.__name__
    values = [name for name in names if not _is_described(getattr(module, name))]
    for name in values:
        found = getattr(module, name)
        if callable(found):  # an alias of a type
            yield from [f".. py:data:: {called}.{name}", f"   :value: {found!r}".replace("~", ""), ""]
            continue
        yield f".. py:data:: {called}.{name}"
        if len(repr(found)) <= _LONGEST_VALUE:
            yield f"   :value: {found!r}"
        yield from ["", *(f"   {line}" for line in plain(said_of(module, name)).split("\n")), ""]
    for name in names:
        if name not in values:
            kind = "class" if inspect.isclass(getattr(module, name)) else "function"
            yield f".. auto{kind}:: {called}.{name}"
            if kind == "class":
                yield "   :members:"
            yield ""


def said_of(module: ModuleType, name: str) -> str:
    """What a module says of one of its constants: in a text below it, else in a comment beside or above it.

    Autodoc would show what Python says of numbers and tuples.
    """
    body, lines = _source(module)
    for place, node in enumerate(body):
        if isinstance(node, ast.ImportFrom) and any((a.asname or a.name) == name for a in node.names):
            return said_of(importlib.import_module(str(node.module)), name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = {inner.id for one in targets if one for inner in ast.walk(one) if isinstance(inner, ast.Name)}
        if name not in names:
            continue
        after = body[place + 1] if place + 1 < len(body) else None
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            return inspect.cleandoc(str(after.value.value))
        return _comment(lines, node.lineno - 1, int(node.end_lineno or node.lineno) - 1)
    return ""


@lru_cache
def _source(module: ModuleType) -> tuple[list[ast.stmt], list[str]]:
    """Statements and lines of a module."""
    source = inspect.getsource(module)
    return ast.parse(source).body, source.split("\n")


def _comment(lines: list[str], first: int, last: int) -> str:
    """The comment at the end of the first or last line of a statement, else that in the lines above it."""
    for line in (lines[first], lines[last]):
        if (found := re.search(r"  # (?!fmt:|type:|noqa)(.+)$", line)) is not None:
            return found[1][:1].upper() + found[1][1:].rstrip(".") + "."
    above = first
    while above and lines[above - 1].startswith("# "):
        above -= 1
    text = " ".join(line.removeprefix("# ") for line in lines[above:first])
    return text[:1].upper() + text[1:].rstrip(".") + "." * bool(text)


def _is_described(found: object) -> bool:
    """Whether it is a class or a function, and no alias of a type as `Line = tuple[str, ...]` is."""
    return inspect.isroutine(found) or (inspect.isclass(found) and not isinstance(found, GenericAlias))


def _ask_exactly(_app: Sphinx, doctree: nodes.document) -> None:
    """Let no name be looked for in all modules: that takes minutes, and complains of every second `Page`."""
    for node in doctree.findall(addnodes.pending_xref):
        if node.get("refdomain") == "py":
            node.attributes.pop("refspecific", None)


def _find(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, inner: nodes.Element) -> Any:
    """Lead a reference by a short name, or to the hidden home of a name, to where that is described.

    Where several things have the name, there is no link; nor for a lone small word, which is an argument.
    """
    target = str(node["reftarget"])
    if node.get("refdomain") != "py" or not ("." in target or target[:1].isupper()):
        return None
    domain = env.domains["py"]
    found = _described(env).get(target.rsplit(".", 1)[-1], [])
    if len(found) != 1:
        found = [name for name in found if name in (f"zij.{target}", f"zij.actions.{target}")]
    if len(found) != 1:
        return None
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", found[0], node, inner)


def _described(env: BuildEnvironment) -> dict[str, list[str]]:
    """Full names of all that is described, by their last part."""
    objects = env.domains["py"].objects  # type: ignore[attr-defined]
    kept: tuple[int, dict[str, list[str]]] = getattr(env, "_zij_described", (-1, {}))
    if kept[0] != len(objects):
        by_name: dict[str, list[str]] = {}
        for name in objects:
            by_name.setdefault(name.rsplit(".", 1)[-1], []).append(name)
        kept = len(objects), by_name
        env._zij_described = kept  # type: ignore[attr-defined]
    return kept[1]


def plain(text: str) -> str:
    """Text in which a bar, and an underscore at the end of a word, mean nothing, "`Label`s" is code.

    What is indented after a colon is code, too.
    """
    parts = re.split(r"(`+[^`]*`+)", re.sub(r"(?<!:):\n\n(?= +\S)", "::\n\n", text))
    for place in range(0, len(parts), 2):  # what stands between pieces of code
        letters = place and re.match(r"\w", parts[place])
        parts[place] = "\\ " * bool(letters) + re.sub(r"(\||_(?!\w))", r"\\\1", parts[place])
    return "".join(parts)


def _plain_docstring(
    _app: Sphinx, _what: str, _name: str, _thing: Any, _options: Any, lines: list[str]
) -> None:
    lines[:] = plain("\n".join(lines)).split("\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Give Sphinx the two directives, and a way to the homes of names."""
    app.add_directive("room", RoomDirective)
    app.add_directive("names", NamesDirective)
    app.connect("doctree-read", _ask_exactly)
    app.connect("missing-reference", _find)
    app.connect("autodoc-process-docstring", _plain_docstring, priority=1)  # before numpydoc reads it
    sys.modules.setdefault("zij.corpus", zij.corpus)  # so that its functions are found under that name
    return {"parallel_read_safe": True}
