"""The house as designed: rooms import one way, the front door is light, and the wheel holds everything."""

from __future__ import annotations

import ast
import functools
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "zij": "zij",
    "tables": "zij.tables",
    "similarity": "zij.similarity",
    "explain": "zij.explain",
    "corpora": "zij.corpora",
}
RANKS = [
    "zij.html",
    "zij.tables",
    "zij.similarity",
    "zij.explain",
    "zij.corpora",
    "zij.plots",
    "zij.actions",
    "zij.cli",
    "zij.__main__",
]
GROUND = {"zij", "zij.errors", "zij.files", "zij.html"}
PAGEXML = ["_tree", "_reader", "_checks", "_dialects", "_write", "_changes", "document"]
"""The rooms within `zij.tables.pagexml`, in the same way."""


@functools.cache
def modules() -> dict[str, Path]:
    """Every module of the tree by its import name."""
    found = {}
    for folder, package in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            found[".".join([package, *(p for p in parts if p != "__init__")])] = path
    return found


def imported(source: str, module: str, is_package: bool) -> Iterator[str]:
    """Names of zij that a module's text imports, made absolute; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")
            base = base[: len(base) - node.level + is_package] if node.level else []
            yield from (".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("zij."):
            yield node.value  # importlib.import_module("zij....")


def rank(name: str) -> int | None:
    """How far right a name stands; 0 for what every room may use, None for what is not of zij."""
    if name.split(".")[0] != "zij":
        return None
    return next((r for r, room in enumerate(RANKS) if name == room or name.startswith(f"{room}.")), 0)


def offences(source: str, module: str, is_package: bool = False) -> list[str]:
    """Imports from the right of where `module` stands."""
    here = rank(module)
    assert here is not None
    return [name for name in imported(source, module, is_package) if (rank(name) or 0) > here]


@pytest.mark.parametrize("module", sorted(set(modules()) - {"zij"}))
def test_rooms_import_only_from_their_left(module: str) -> None:
    path = modules()[module]
    assert offences(path.read_text("utf-8"), module, path.name == "__init__.py") == []


def test_the_rooms_of_pagexml_do_so_too() -> None:
    home = "zij.tables.pagexml"

    def place(name: str) -> int:
        return next((n for n, room in enumerate(PAGEXML) if f"{name}.".startswith(f"{home}.{room}.")), 0)

    inside = {name: path for name, path in modules().items() if name.startswith(f"{home}.")}
    assert set(map(place, inside)) == set(range(len(PAGEXML)))
    for name, path in inside.items():
        met = imported(path.read_text("utf-8"), name, path.name == "__init__.py")
        assert [other for other in met if place(other) > place(name)] == [], name


@pytest.mark.parametrize("module", sorted(GROUND - {"zij"}))
def test_the_ground_uses_no_room(module: str) -> None:
    for name in imported(modules()[module].read_text("utf-8"), module, False):
        assert rank(name) in (0, None), name


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import zij.explain", "zij.tables.scan.page"),
        ("from zij import explain", "zij.tables.scan.page"),
        ("from zij.similarity import cosine", "zij.tables"),
        ("from ..explain import figure", "zij.similarity.bigrams"),
        ("from .. import explain as e", "zij.similarity.bigrams"),
        ("def f():\n    from zij.actions import compare", "zij.explain.bilrp"),
        ("importlib.import_module('zij.cli.pages')", "zij.actions"),
    ],
)
def test_the_walk_sees_every_form_of_import(source: str, module: str) -> None:
    assert offences(source, module)


def test_the_walk_allows_what_lies_to_the_left() -> None:
    source = "import numpy\nfrom zij import errors\nfrom . import reading\nfrom ..tables.geometry import Box"
    assert offences(source, "zij.explain.report.figure") == []


@pytest.mark.parametrize("code", ["import zij", "from zij.cli import main; main()"])
def test_the_front_door_is_light(code: str, tmp_path: Path) -> None:
    """Neither the import nor --help loads anything that takes long."""
    script = (
        "import sys; sys.argv = ['zij', '--help']\n"
        f"try:\n    {code}\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'torch', 'cv2', 'matplotlib', 'pandas', 'skimage', 'scipy', 'lxml', 'PIL', 'numpy'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or None)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr


def declared() -> dict[str, dict[str, str]]:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        return tomllib.load(stream)["tool"]["setuptools"]  # type: ignore[no-any-return]


def test_packages_are_those_of_the_tree() -> None:
    packages = {name for name, path in modules().items() if path.name == "__init__.py"}
    assert sorted(declared()["packages"]) == sorted(packages)
    folders = {p.parent for p in modules().values()}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_the_wheel_holds_every_module_and_data_file(tmp_path: Path) -> None:
    copy = tmp_path / "source"
    copy.mkdir()
    for name in ["pyproject.toml", "README.md", "LICENSE"]:
        shutil.copy(ROOT / name, copy)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        ".",
        "./source",
    ]
    built = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("zij-*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == {
        "/".join([*FOLDERS[path.relative_to(ROOT).parts[0]].split("."), *path.relative_to(ROOT).parts[1:]])
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_type_checkers_see_every_module() -> None:
    """`typings/zij` links every room and every module of the front door."""
    links = ROOT / "typings" / "zij"
    wanted = {room: ROOT / room for room in FOLDERS if room != "zij"}
    wanted |= {
        p.name: p for p in (ROOT / "zij").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    wanted["py.typed"] = ROOT / "zij" / "py.typed"
    for name, path in wanted.items():
        hint = f"run: ln -s ../../{path.relative_to(ROOT)} typings/zij/{name}"
        assert (links / name).is_symlink() and (links / name).resolve() == path.resolve(), hint
    assert {p.name for p in links.iterdir() if not p.name.startswith(".")} == set(wanted)
