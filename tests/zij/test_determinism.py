"""The same input gives the same bytes, wherever and whenever the program runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import files, small_page

from zij.tables.overlay import save_png

PROGRAM = """
import sys
from zij.tables.digits import view
view.HEIGHTS = (17.0, 21.0)  # the others only take time
from zij.cli import main
try:
    main(["annotate", "a.png", "-o", sys.argv[1]])
except SystemExit as end:
    assert end.code == 0, end.code
main(["compare", "a.png", "b.png", "-o", sys.argv[1]])
"""


def run(folder: Path, out: Path, seed: str) -> dict[str, bytes]:
    """Annotate and compare two small pages in a process of its own, in their folder."""
    folder.mkdir()
    for number, name in enumerate("ab"):
        save_png(folder / f"{name}.png", small_page(number, rows=3))
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(out)],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC+{seed}", "COLUMNS": f"{40 + int(seed)}"},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return files(folder / out)


def test_every_file_is_the_same_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    one = run(tmp_path / "one", Path("out"), "1")
    two = run(tmp_path / "two folders away", tmp_path / "elsewhere" / "results", "2")
    assert len(one) == 3 + 8
    assert list(one) == list(two)
    assert [name for name in one if one[name] != two[name]] == []
    for name, content in one.items():
        assert str(tmp_path).encode() not in content, name
