"""What processes do with files in tests of reading ahead."""

from __future__ import annotations

import os
from pathlib import Path

from zij.corpora.sources.readings import Content, TextKind
from zij.corpora.store.records import Packed
from zij.errors import InputError


def told(path: Path, kind: TextKind) -> Content:
    """The name of a file instead of what it says; some names are ill luck."""
    if path.name == "die":
        os._exit(7)
    if path.name == "fault":
        raise KeyError("a fault")
    if path.name == "bad":
        raise InputError(f"{path}: is bad; mend it.")
    return Content(Packed(path.name, "", "machine", 0, 0, b"", "", 0, os.getpid()))


def nothing(path: Path, kind: TextKind) -> Content:
    """Never called: the process that would call it ends while it starts."""
    raise AssertionError


if os.environ.get("ZIJ_TEST_FALLS"):
    os._exit(3)
