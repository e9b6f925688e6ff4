"""The viewer with a kernel: in a real JupyterLab, moved, pointed at and read out from Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import PROGRAM, Browser
from lab import running_lab

CELLS = [
    """
from made_pair import made_sheets
from zij.explain.viewer.pairviewer import pair_viewer
viewer = pair_viewer(*made_sheets())
viewer
""".strip(),
    """
print(f"chosen {viewer.selected} {len(viewer.selected_pairs)} {viewer.threshold:.4f}")
if viewer.selected.startswith("b:"):
    viewer.selected = "a:x1"
""".strip(),
]
HERE = re.compile(r"(http|ws)://127\.0\.0\.1:|data:|blob:")
PAGES = '.zij-viewer [data-part="pages"]'
VIEW = f"document.querySelector('{PAGES}').getAttribute('viewBox').split(' ').map(Number)"
LINES = "document.querySelectorAll('.zij-viewer .line').length"
PANEL = "document.querySelector('.zij-viewer .panel').innerText"
PRINTED = "[...document.querySelectorAll('.jp-OutputArea-output pre')].map(e => e.textContent).join()"


@pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")
def test_the_widget_in_jupyterlab(tmp_path: Path) -> None:
    pytest.importorskip("jupyterlab")
    pytest.importorskip("anywidget")
    profile = tmp_path / "profile"
    with running_lab(tmp_path / "lab", CELLS) as url, Browser(profile, width=1300, height=1100) as browser:
        _run_first_cell(browser, url)
        _move(browser)
        _point_and_slide(browser)
        _ask_python(browser)
        assert [
            u for u in browser.requests if not re.match(r"(http|ws)://127\.0\.0\.1:|data:|blob:", u)
        ] == []


def _run_first_cell(browser: Browser, url: str) -> None:
    """Open the notebook, wait for its kernel, and press Shift and Enter."""
    browser.visit(url)
    browser.wait("document.querySelectorAll('.jp-CodeCell .cm-content').length === 2")
    browser.point(".jp-CodeCell .cm-content", click=True)
    browser.wait("(document.querySelector('#jp-main-statusbar')?.textContent || '').includes('| Idle')")
    browser.press("Enter", shift=True)
    browser.wait("document.querySelector('.zij-viewer .line')")
    browser.settle()
    assert browser.ask(LINES) == 18


def _move(browser: Browser) -> None:
    whole = browser.ask(VIEW)
    browser.wheel(PAGES, -120, control=True)
    browser.wait(f"{VIEW}[2] < {0.5 * whole[2]}")
    near = browser.ask(VIEW)
    browser.drag(PAGES, 60, 40)
    browser.wait(f"{VIEW}[0] < {near[0]} && {VIEW}[1] < {near[1]}")
    browser.ask(f"document.querySelector('{PAGES}').focus()")
    browser.press("-")
    assert browser.ask(VIEW)[2] == pytest.approx(1.25 * near[2], rel=1e-3)
    browser.press("0")
    assert browser.ask(VIEW) == whole
    assert browser.ask("document.querySelectorAll('.jp-CodeCell').length") == 2  # no key was JupyterLab's


def _point_and_slide(browser: Browser) -> None:
    browser.point('.zij-viewer .region[aria-label="12, row 1, column 1, page A"]')
    browser.wait(f"{LINES} === 2")
    assert "12 on page A" in browser.ask(PANEL)
    browser.ask("document.querySelector('.zij-viewer [data-part=\"threshold\"]').focus()")
    for _ in range(6):
        browser.press("PageUp")
    browser.point(".jp-CodeCell .cm-content")
    browser.wait(f"{LINES} === 12")
    browser.point('.zij-viewer .region[aria-label="12, row 1, column 1, page B"]', click=True)
    browser.wait(f"{LINES} === 1")


def _ask_python(browser: Browser) -> None:
    """The second cell tells what was chosen, and chooses another region, which the page shows.

    Widgets send one change after the other, each when the kernel is done with the last, so that a cell that
    is run at once may be sooner: it is run again until the choice on page B has arrived.
    """
    cell = '.jp-CodeCell[data-windowed-list-index="1"]'
    browser.point(f"{cell} .cm-content", click=True)
    for run in range(2, 42):
        browser.press("Enter", control=True)
        browser.wait(f"document.querySelector('{cell} .jp-InputPrompt').textContent === '[{run}]:'")
        browser.wait(f"{PRINTED}.includes('chosen')")
        if "chosen b:" in browser.ask(PRINTED):
            break
    assert browser.ask(PRINTED).strip() == "chosen b:t1_r0c0_w1 1 0.0216"
    browser.wait(f"{PANEL}.includes('7 on page A')")
