"""What holds for all tests."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import hypothesis
import pytest

# While everything is imported there is nothing to collect; see the end.
gc.disable()

# What takes long begins first: of files of few tests, xdist would else make the end, one core waiting.
LONG = (
    "notebooks/",
    "docs/",
    "test_real_pages.py",
    "zij/test_docs.py",
    "zij/test_viewer_live.py",
    "zij/test_compare_encoder.py",
    "zij/test_determinism.py",
    "tables/test_train.py",
    "corpora/test_see.py",
    "zij/test_explain_checks.py",
    "zij/test_split_and_pixels.py",
    "corpora/test_evaluate.py",
    "explain/test_collation.py",
)

hypothesis.settings.register_profile("zij", deadline=None)  # timings are never tested
hypothesis.settings.load_profile("zij")

# jsonschema would load 38 grammars of addresses, three seconds in every process, for formats nobody asks for
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, the others in the order in which they are found."""
    here = f"{Path(__file__).parent.as_posix()}/"

    def place(item: pytest.Item) -> int:
        name = item.path.as_posix().removeprefix(here)
        return next((n for n, long in enumerate(LONG) if name.startswith(long)), len(LONG))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """The garbage collector need not go through all modules again and again, nor look every 700 objects.

    A fifth of the time of tests that make many small objects was the collector's.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 100)
