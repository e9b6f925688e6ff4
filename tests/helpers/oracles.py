"""Other people's programs that only tests ask: they stand apart in `.venv/oracles`, where `make` puts them.

They bring packages that users do not have, and with which pandas behaves otherwise; so they run in a process
of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

__all__ = ["ask", "environment"]


def environment(name: str) -> dict[str, str]:
    """The environment variables under which Python sees an oracle's packages; the test is skipped without it.

    Where CI is set, they must be there.
    """
    folder = Path(sys.prefix) / "oracles" / name
    if not folder.is_dir():
        assert not os.environ.get("CI"), f"make has not installed {name} into {folder}"
        pytest.skip(f"{name} is not in {folder}; make installs it there")
    return {**os.environ, "PYTHONPATH": str(folder)}


def ask(name: str, script: Path, *words: str | Path) -> str:
    """What a script prints that runs with an oracle's packages."""
    command = [sys.executable, str(script), *map(str, words)]
    ended = subprocess.run(command, env=environment(name), capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout
