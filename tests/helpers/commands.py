"""The real program on small generated pages: what it prints, how it ends, what it leaves behind."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.digits.view import View
from zij.tables.generate.climates import climates
from zij.tables.generate.errors import copy_with_errors
from zij.tables.generate.fonts import roman_typeface
from zij.tables.generate.pages import Setting, make_page
from zij.tables.generate.sheet import Sheet

VIEW = View(0, 16.0, 1.0)
"""How the small pages are to be seen. Finding that out takes most of the time and is tested elsewhere."""


def given_view(*_: object, **__: object) -> View:
    """Stands for `choose_view`."""
    return VIEW


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def zij(*words: str | Path) -> Ended:
    """Run a command in this process."""
    from zij.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(word) for word in words])
        except SystemExit as end:
            assert isinstance(end.code, int)
            return Ended(end.code, out.getvalue(), err.getvalue())
    raise AssertionError("main came back")


def refused(ended: Ended, *names: str | Path) -> str:
    """What a command said that could do nothing: one clear sentence with the names in it."""
    assert ended.code == 2, ended
    assert ended.out == "", ended
    assert ended.err.startswith("zij: ") and ended.err.endswith(".\n") and ended.err.count("\n") == 1, ended
    assert "internal error" not in ended.err and "Traceback" not in ended.err, ended
    for name in names:
        assert str(name) in ended.err, (name, ended)
    return ended.err


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder with their contents, hidden ones too; empty where there is no folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def small_page(edition: int, rows: int = 5) -> NDArray[np.uint8]:
    """The first rows of the table of climates, about 600 x 360 pixels; each edition has its misprints."""
    table = climates()
    table = replace(table, rows=table.rows[:rows])
    copied, _ = copy_with_errors(np.random.default_rng(edition), table, 2 if edition else 0)
    return make_page(edition, copied, Setting.plain(digit_height=16.0, skew=0.4 * edition)).pixels


def letters_page(
    lines: Sequence[str] = ("FINIS TABVLARVM", "MEDIVM CLIMATVM", "PRINCIPIVM"),
) -> NDArray[np.uint8]:
    """A page with words and no digit."""
    face = roman_typeface()
    em = face.em_for_digits(24.0)
    sheet = Sheet(300, 560)
    for number, text in enumerate(lines):
        sheet.line(text, 40, 80 + 70 * number, lambda sign: face.sort(sign, em), truth=False)
    return np.repeat(255 - cv2.GaussianBlur(sheet.ink, (3, 3), 0)[..., None], 3, axis=2)
