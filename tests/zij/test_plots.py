"""`zij.plots`: all functions of all rooms that draw into an Axes, loaded when they are asked for."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import zij
from zij import plots

ROOT = Path(__file__).parents[2]


def drawing() -> Iterator[tuple[str, str]]:
    """Module and name of every public function `draw_...` whose first parameter is the Axes."""
    for room in ("tables", "similarity", "explain", "corpora", "zij"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("draw_"):
                    arguments = [*node.args.posonlyargs, *node.args.args]
                    if arguments and arguments[0].arg == "axes":
                        yield str(path.relative_to(ROOT)), node.name


def test_every_function_that_draws_is_named() -> None:
    found = list(drawing())
    names = [name for _, name in found]
    assert len(names) > 20
    assert sorted(names) == plots.__all__, found  # each once, so that no name means two things


@pytest.mark.parametrize("name", plots.__all__)
def test_each_is_there_takes_the_axes_first_and_says_what_it_takes(name: str) -> None:
    function = getattr(plots, name)
    assert function.__name__ == name and name in dir(plots)
    parameters = inspect.signature(function).parameters
    assert next(iter(parameters)) == "axes"
    told = inspect.getdoc(function) or ""
    assert "Parameters\n---" in told and "Returns\n---" in told
    assert all(f"\n{parameter}" in told or f", {parameter}" in told for parameter in parameters), told


def test_it_is_at_the_front_door() -> None:
    assert zij.plots is plots
    with pytest.raises(AttributeError, match="'draw_nonsense'"):
        plots.draw_nonsense  # noqa: B018


def test_type_checkers_are_told_the_same_names() -> None:
    tree = ast.parse((ROOT / "zij" / "plots.py").read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    told = [alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(told) == plots.__all__
