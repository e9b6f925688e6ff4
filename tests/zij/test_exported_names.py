"""The public names of `import zij`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import zij


def test_names_are_sorted_and_listed() -> None:
    assert sorted(zij.__all__) == zij.__all__
    assert set(zij.__all__) <= set(dir(zij))


MODULES = {"actions", "corpus", "plots"}


@pytest.mark.parametrize("name", sorted(set(zij.__all__) - MODULES))
def test_every_name_is_there_and_is_public(name: str) -> None:
    value = getattr(zij, name)
    assert value.__name__ == name
    assert value.__doc__
    assert value.__module__.startswith("zij.")


def test_the_corpus_commands_are_functions_of_a_module() -> None:
    assert zij.corpus.__name__ == "zij.actions.corpus"
    assert sorted(zij.corpus.__all__) == zij.corpus.__all__
    for name in zij.corpus.__all__:
        value = getattr(zij.corpus, name)
        assert value.__name__ == name
        assert value.__doc__
        assert value.__module__.startswith("zij.actions.corpus._")


def test_explain_is_reached_by_import_zij_alone() -> None:
    assert zij.__getattr__("actions").explain is zij.actions.explain
    assert zij.actions.explain.__name__ == "explain"


def test_type_checkers_are_told_the_same_names() -> None:
    assert zij.__file__
    tree = ast.parse(Path(zij.__file__).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    told = [alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(told) == zij.__all__


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="'nonsense'"):
        zij.nonsense  # noqa: B018
