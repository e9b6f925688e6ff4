"""What holds for all tests."""

from __future__ import annotations

import hypothesis

hypothesis.settings.register_profile("zij", deadline=None)  # timings are never tested
hypothesis.settings.load_profile("zij")
