"""Small readings with all that an export must bear, and the same as a folder of PAGE-XML."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_collection import collection, write_collection

from zij.tables.reading import Reading


@pytest.fixture(scope="session")
def readings() -> dict[str, Reading]:
    """By stem: a full page, an empty one, one without a table, one with Unicode and hostile texts."""
    return collection()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder `read` with those readings as PAGE-XML, their images beside them."""
    return write_collection(tmp_path / "read")
