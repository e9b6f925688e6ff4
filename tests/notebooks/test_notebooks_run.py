"""The notebooks run from top to bottom without a network, and what they show is seen in any browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import PROGRAM, Browser
from notebook_runs import cells_of, check_page, run

# The other three stand in another file, so that two processes share them.
NAMES = ["1-reading", "3-corpus", "6-teaching"]


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
    return run({name: cells_of(name) for name in NAMES}, tmp_path_factory.mktemp("kernel"))


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_its_page_opens(
    name: str, notebooks: dict[str, Any], tmp_path: Path, browser: Browser | None
) -> None:
    check_page(notebooks[name], tmp_path, browser)
