"""zij: compare digitised numerical tables, and say exactly why they are similar."""

from __future__ import annotations

__version__ = "0.1.0"
