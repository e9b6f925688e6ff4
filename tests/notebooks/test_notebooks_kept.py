"""The notebooks as they are kept: without results, in one form, each with its switch."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebook_runs import FOLDER, kept, offline, runner

import zij

NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))


@pytest.fixture(params=NAMES)
def notebook(request: pytest.FixtureRequest) -> Any:
    return kept(request.param)


def test_there_are_six_and_the_readme_names_them() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    assert [name[0] for name in NAMES] == list("123456")
    assert re.findall(r"\(([^()]+)\.ipynb\)", text) == NAMES


def test_they_are_valid_and_bear_no_results(notebook: Any) -> None:
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook == runner().cleared(notebook), "say python notebooks/run.py --clear"


def test_clearing_takes_results_and_notes_of_editors_away() -> None:
    used = kept("3-corpus")
    code = next(cell for cell in used.cells if cell.cell_type == "code")
    code.execution_count, code.metadata = 7, nbformat.from_dict({"collapsed": True})
    code.outputs = [nbformat.v4.new_output("stream", text="old")]
    used.metadata["widgets"] = nbformat.from_dict({"state": {}})
    assert runner().cleared(used) == kept("3-corpus") != used


def test_cells_have_telling_ids(notebook: Any) -> None:
    for cell in notebook.cells:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", cell.id) and not re.fullmatch(
            "[0-9a-f]{8}", cell.id
        )


def test_they_begin_with_what_is_to_be_seen_and_the_switch(notebook: Any) -> None:
    first = notebook.cells[0]
    assert first.cell_type == "markdown" and re.match(r"# \S", first.source)
    assert re.search(r"minute|second", first.source)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert code.id == "switch" and re.match(r"SCANS = None\b", code.source)


def test_nothing_in_them_names_a_machine(notebook: Any) -> None:
    text = json.dumps(notebook)
    assert not re.search(r"/(work|tmp|home|root|Users)\b", text)
    assert set(re.findall(r"https?://([^/\s\"\\)]+)", text)) <= {"stemmaweb.net", "doi.org"}


def test_their_code_stands_in_short_cells(notebook: Any) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)
            assert len(cell.source.splitlines()) <= 40, cell.id


def test_what_they_name_of_zij_is_at_its_door(notebook: Any) -> None:
    """What else they use they import: tests run them in one kernel, where another may have loaded it."""
    doors = {"zij": zij, "zij.actions": zij.actions, "zij.corpus": zij.corpus, "plots": zij.plots}
    count = 0
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        for node in (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Attribute)):
            if door := doors.get(ast.unparse(node.value)):
                assert node.attr in door.__all__, f"{cell.id}: {ast.unparse(node)}"
                count += 1
    assert count > 1


@pytest.mark.parametrize(
    "words", ["socket.create_connection(('192.0.2.1', 80))", "urllib.request.urlopen('https://example.org')"]
)
def test_what_runs_without_a_network_is_seen_to_ask_for_it(words: str, tmp_path: Path) -> None:
    env = os.environ | offline(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-c", f"import socket, urllib.request; {words}"],
        env=env,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1 and "there is no network here" in ended.stderr
    assert (tmp_path / "asked").read_text()
