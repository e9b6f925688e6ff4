"""Writing files whole or not at all, and telling what a file is."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from zij.errors import OutputError

__all__ = ["check_file", "check_folder", "sha256", "staged_folder", "write_bytes", "write_text"]


def sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_bytes(path: str | Path, content: bytes) -> Path:
    """Write a file so that either all of it is there or the old state remains.

    Parameters
    ----------
    path : path
        Where the file is to stand; missing folders are made.
    content : bytes
        All of the file.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    OutputError
        If the folder cannot be made or written to, or is full.
    """
    path = Path(path)
    partial: str | None = None
    new = _missing(path.parent)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".zij-")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(partial, 0o666 & ~_umask())
        os.replace(partial, path)
    except BaseException as error:
        if partial is not None:
            with contextlib.suppress(OSError):
                os.unlink(partial)
        _take_away(new)
        if isinstance(error, OSError):
            raise OutputError(_cannot_write(path, error)) from error
        raise
    return path


def write_text(path: str | Path, content: str) -> Path:
    """Write a text file, UTF-8 with LF, whole or not at all; see `write_bytes`."""
    return write_bytes(path, content.encode("utf-8"))


def check_folder(folder: str | Path) -> None:
    """Make sure that results can be written to a folder, before any work is done; nothing is left there.

    Raises
    ------
    OutputError
        If `folder` cannot be made or written to.
    """
    folder = Path(folder)
    new = _missing(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".zij-"):
            pass
    except OSError as error:
        raise OutputError(_cannot_write(folder, error)) from error
    finally:
        _take_away(new)


def check_file(path: str | Path) -> None:
    """Make sure that a file can be written, before any work is done; nothing is left behind.

    Raises
    ------
    OutputError
        If `path` is a folder, or its folder cannot be made or written to.
    """
    path = Path(path)
    if path.is_dir():
        raise OutputError(f"{path}: is a folder, but a file is to be written; name the file with -o.")
    check_folder(path.parent)


@contextlib.contextmanager
def staged_folder(folder: str | Path) -> Iterator[Path]:
    """A scratch folder whose files all move into `folder` when the block ends well.

    If the block raises, nothing of it reaches `folder`, and a folder made for it is taken away.

    Parameters
    ----------
    folder : path
        Where the files are to stand in the end; made if missing.

    Yields
    ------
    Path
        The scratch folder, on the same file system.

    Raises
    ------
    OutputError
        If `folder` cannot be made or written to, or is full.
    """
    folder = Path(folder)
    new = _missing(folder)
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            scratch = tempfile.TemporaryDirectory(dir=folder, prefix=".zij-")
        except OSError as error:
            raise OutputError(_cannot_write(folder, error)) from error
        with scratch as name:
            try:
                yield Path(name)
            except OutputError as error:  # the user knows the folder, not the scratch folder in it
                raise OutputError(str(error).replace(name, str(folder))) from error
            _move(Path(name), folder)
    except BaseException:
        _take_away(new)
        raise


def _move(scratch: Path, folder: Path) -> None:
    """Move all files of the scratch folder, if none is kept from it by a folder of its name."""
    paths = sorted(scratch.iterdir())
    for path in paths:
        if (target := folder / path.name).is_dir():
            raise OutputError(_cannot_write(target, IsADirectoryError()))
    with _undisturbed():
        for path in paths:
            try:
                os.replace(path, folder / path.name)
            except OSError as error:
                raise OutputError(_cannot_write(folder / path.name, error)) from error


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C and SIGTERM take effect when the block has ended, so that of several files all are moved."""
    if threading.current_thread() is not threading.main_thread():  # only there signals interrupt
        yield
        return
    waiting: list[int] = []
    before = {n: signal.signal(n, lambda n, _: waiting.append(n)) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        if waiting:
            signal.raise_signal(waiting[0])


def _missing(folder: Path) -> list[Path]:
    """The folder and its parents as far as they are not there yet, the innermost first."""
    return [path for path in (folder, *folder.parents) if not os.path.lexists(path)]


def _take_away(folders: list[Path]) -> None:
    """Remove folders that are empty."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot_write(path: Path, error: OSError) -> str:
    if error.errno == errno.ENAMETOOLONG:
        return f"{path}: cannot be written: the name is too long; rename the page or its folder."
    reasons: dict[type[OSError], str] = {
        PermissionError: "writing there is not permitted; choose another folder with -o",
        NotADirectoryError: "a part of that path is a file; choose another folder with -o",
        FileExistsError: "a part of that path is a file; choose another folder with -o",
        IsADirectoryError: "a folder of that name is in the way; choose another folder with -o",
    }
    what = error.strerror or str(error)
    advice = "make room or choose" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "choose"
    why = reasons.get(type(error), f"{what}; {advice} another folder with -o")
    return f"{path}: cannot be written: {why}."
