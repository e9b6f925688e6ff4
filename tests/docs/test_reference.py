"""The reference of files and parameters says what the code says."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from zij.actions._explaining import explain as _explain
from zij.actions._pages import families as _families
from zij.actions.corpus import _outliers
from zij.corpora.exchange import tablecsv
from zij.corpora.finding import words as search
from zij.corpora.judging.judgetables import figures_lines
from zij.corpora.seeing import places, times
from zij.corpora.store import overview
from zij.explain.bilrp import table as pairs
from zij.explain.checks import checking
from zij.explain.collation.apparatus import Apparatus, Witness
from zij.explain.collation.arithmetic import checkfiles
from zij.explain.collation.descent import words as descent
from zij.explain.collation.report import tables as apparatus
from zij.explain.distance import study
from zij.tables import cellscsv
from zij.tables.scores import faults, scoretable

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
FILES = (REFERENCE / "files.md").read_text("utf-8")
PARAMETERS = (REFERENCE / "parameters.md").read_text("utf-8")


def rows(text: str) -> Iterator[list[str]]:
    """The rows of all tables, without their heads."""
    for head, *_, body in re.findall(r"^(\|.*)\n(\|[-| ]+)\n((?:\|.*\n?)+)", text, re.M):
        for line in body.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == head.count("|") - 1, line
            yield cells


def written() -> dict[str, list[str]]:
    """The columns that the page of files names for each file, in its order; one a witness as `SIGLUM`."""
    found = {}
    for title, body in re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", FILES, re.M | re.S):
        names = []
        for first, *_ in rows(body):
            parts = [part.strip() for part in first.split(",")]
            names += [part.strip("`") if "`" in part else "SIGLUM" for part in parts]
        found[title] = names
    return found


def literal(module: Any, function: str, first: str) -> list[str]:
    """The list of strings that begins so in a function; or the keys of the dictionary."""
    tree = ast.parse(inspect.getsource(getattr(module, function)))
    for node in ast.walk(tree):
        items: Sequence[Any] = getattr(node, "elts", None) or getattr(node, "keys", None) or []
        names = [item.value for item in items if isinstance(item, ast.Constant)]
        if names and names[0] == first:
            return names
    raise AssertionError(f"{function} has no list that begins with {first}")


def of_apparatus(frame: Any) -> list[str]:
    return list(frame(Apparatus((Witness("SIGLUM", ()),), (), ())).columns)


def of_outliers() -> list[str]:
    one = np.zeros(1)
    pages = SimpleNamespace(names=["p"], digits=one)
    found = SimpleNamespace(
        few=one > 0, outlying=one > 0, nearest=[0], nearest_elsewhere=[0], distance=one,
        distance_elsewhere=one, order=[0],
    )  # fmt: skip
    return list(_outliers._table(pages, found).columns)  # type: ignore[arg-type]


def of_evaluation() -> list[str]:
    figure = SimpleNamespace(mean=0.0, low=0.0, high=0.0)
    near = SimpleNamespace(recall=0.0, recall_deviation=0.0, precision=0.0, precision_deviation=0.0)
    line = SimpleNamespace(
        measure=SimpleNamespace(name="m"),
        mode="",
        queries=0,
        precision=figure,
        recall=figure,
        neighbours=near,
    )
    return list(figures_lines(SimpleNamespace(figures=[line]))[0])  # type: ignore[arg-type]


def of_clusters() -> list[str]:
    from zij.actions.corpus import _cluster

    split = SimpleNamespace(
        labels=np.ones(1, int), sizes=np.ones(1, int), distances=np.zeros(1), medoids=np.zeros(1, int)
    )
    method = SimpleNamespace(split=split, stability=np.zeros(1))
    pages: Any = type("Pages", (), {"names": ["p"], "__len__": lambda _: 1})()
    return list(_cluster._table(pages, (method, method)).columns)  # type: ignore[arg-type]


def module(name: str) -> Any:
    return importlib.import_module(name)


CODE: Mapping[str, Sequence[str]] = {
    "STEM.cells.csv": cellscsv.COLUMNS,
    "pairs.csv": pairs.COLUMNS,
    "regions.csv": _explain.REGIONS,
    "explain: checks.csv": checking.COLUMNS,
    "study.csv": study.COLUMNS,
    "apparatus.csv": of_apparatus(apparatus.apparatus_frame),
    "variants.csv": of_apparatus(apparatus.variants_frame),
    "shared.csv": of_apparatus(apparatus.shared_frame),
    "descent.csv": descent.COLUMNS,
    "checks.csv": checkfiles.CHECKS,
    "residuals.csv": checkfiles.RESIDUALS,
    "models.csv": checkfiles.MODELS,
    "pages.csv": scoretable.COLUMNS,
    "errors.csv": faults.COLUMNS,
    "generate: misprints.csv": literal(module("zij.actions._pages.generate"), "generate", "page"),
    "families: misprints.csv": _families.ERRORS,
    "families.csv": _families.COLUMNS,
    "corpus: search.csv": search.COLUMNS,
    "clusters.csv": of_clusters(),
    "clusters-summary.csv": literal(module("zij.actions.corpus._cluster"), "_about", "method"),
    "clusters-k.csv": literal(module("zij.actions.corpus._cluster"), "_numbers", "k"),
    "map.csv": literal(module("zij.actions.corpus._map"), "_table", "page"),
    "outliers.csv": of_outliers(),
    "diversity_place.csv": places.PLACE_COLUMNS,
    "diversity_time.csv": times.TIME_COLUMNS,
    "corpus: evaluation.csv": of_evaluation(),
    "corpus: metadata.csv": ["page", "file", *(c for c in overview.COLUMNS if c not in ("id", "name"))],
}


@pytest.mark.parametrize("file", CODE)
def test_columns_are_those_of_the_code(file: str) -> None:
    assert written()[file] == list(CODE[file])


def test_every_table_of_columns_is_compared() -> None:
    others = {"explanation.json", "pairs.jsonld", "stemma.csv", "The folder of a corpus"}
    assert set(written()) - others == set(CODE)


def test_columns_that_stand_in_prose_are_those_of_the_code() -> None:
    assert list(tablecsv.COLUMNS) == [*cellscsv.COLUMNS[:5], "header", *cellscsv.COLUMNS[5:]]
    for name, columns in (("tags.csv", "`page`, `table`, `tag`, `who`, `at`"),):
        assert name in FILES and columns in FILES


def value(path: str) -> object:
    """What a name such as `zij.tables.read.ALONE` or `zij.compare(top)` has as its value, or its default."""
    name, argument = re.fullmatch(r"([\w.]+?)(?:\((\w+)\))?", path).groups()  # type: ignore[union-attr]
    parts = name.split(".")
    found: Any = None
    for count in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        break
    return inspect.signature(found).parameters[argument].default if argument else found


STATED = [
    (row[3].strip("`"), row[1])
    for row in rows(PARAMETERS)
    if row[3:] and row[3].startswith("`zij.") and row[1]
]


def test_defaults_are_stated() -> None:
    assert len(STATED) > 90


@pytest.mark.parametrize(("path", "stated"), STATED)
def test_default_is_that_of_the_code(path: str, stated: str) -> None:
    assert str(value(path)) == stated


def test_every_parameter_has_a_reason_and_an_origin() -> None:
    origins = ("published", "measured", "with pages in view", "judgement", "cost")
    for name, default, *_, why, origin in (row for row in rows(PARAMETERS) if len(row) == 6):
        assert why, name
        assert not default or origin.startswith(origins), f"{name}: {origin}"
