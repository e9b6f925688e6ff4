"""The notebooks run from top to bottom without a network, and what they show is seen in any browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import PROGRAM, Browser
from notebook_runs import cells_of, check_page, run

from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.overlay import save_png

# The other three stand in another file, so that two processes share them.
NAMES = ["2-comparing", "4-encoders", "5-collating"]

# With a reader's own scans: what comes after these cells is the same with any pages, or takes long.
UNTIL = {
    "1-reading": "others",
    "2-comparing": "mixed-pairs",
    "3-corpus": "search-table",
    "5-collating": "weights",
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser | None]:
    if PROGRAM is None:
        yield None
        return
    with Browser(tmp_path_factory.mktemp("profile"), width=1200, height=900) as opened:
        yield opened


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was run, by name."""
    folder = tmp_path_factory.mktemp("scans")
    table, scans = climates().with_rows(0, 12), []
    for number, contents in enumerate([table, table.with_cell(4, 5, "19")]):
        page = make_page(number, contents, Setting.plain(digit_height=20.0))
        scans.append(save_png(folder / f"scan-{number}.png", page.pixels))
    parts = {name: cells_of(name) for name in NAMES}
    parts |= {f"own-{name}": cells_of(name, scans=scans, until=last) for name, last in UNTIL.items()}
    return run(parts, tmp_path_factory.mktemp("kernel"))


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_its_page_opens(
    name: str, notebooks: dict[str, Any], tmp_path: Path, browser: Browser | None
) -> None:
    check_page(notebooks[name], tmp_path, browser)


def test_they_run_with_scans_of_their_reader(notebooks: dict[str, Any]) -> None:
    texts = [
        output.get("text", "") or str(output.get("data", {}).get("text/plain", ""))
        for name in UNTIL
        for cell in notebooks[f"own-{name}"].cells
        for output in cell.get("outputs", [])
    ]
    assert sum("passed over" in text.lower() for text in texts) >= len(UNTIL)
    assert any("scan-1.png" in text for text in texts)
