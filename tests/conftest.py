"""What holds for all tests."""

from __future__ import annotations

import sys

import hypothesis

hypothesis.settings.register_profile("zij", deadline=None)  # timings are never tested
hypothesis.settings.load_profile("zij")

# jsonschema would load 38 grammars of addresses, three seconds in every process, for formats nobody asks for
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
