"""What holds for all tests."""

from __future__ import annotations

import gc
import sys

import hypothesis

hypothesis.settings.register_profile("zij", deadline=None)  # timings are never tested
hypothesis.settings.load_profile("zij")

# jsonschema would load 38 grammars of addresses, three seconds in every process, for formats nobody asks for
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]


def pytest_collection_finish() -> None:
    """The garbage collector need not go through all modules again and again."""
    gc.collect()
    gc.freeze()
