"""Several files at once: all of them arrive, or none."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from zij import files
from zij.files import staged_folder


@pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="signals come to the main thread alone"
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_files_are_moved_waits(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = []

    def replace(source: Path, target: Path) -> None:
        if not moved:
            signal.raise_signal(number)
        moved.append(target.name)
        os.rename(source, target)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, interrupted)
    try:
        with pytest.raises(KeyboardInterrupt), staged_folder(tmp_path / "out") as folder:
            for name in ("a", "b", "c"):
                (folder / name).write_text(name)
            monkeypatch.setattr(files.os, "replace", replace)
        assert signal.getsignal(number) is interrupted
    finally:
        signal.signal(number, before)
    assert moved == ["a", "b", "c"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b", "c"]
