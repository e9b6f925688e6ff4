"""Writing files whole or not at all, and telling what a file is."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from zij.errors import OutputError

__all__ = ["sha256", "staged_folder", "write_bytes", "write_text"]


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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(partial, 0o666 & ~_umask())
        os.replace(partial, path)
    except OSError as error:
        if partial is not None:
            with contextlib.suppress(OSError):
                os.unlink(partial)
        raise OutputError(_cannot_write(path, error)) from error
    return path


def write_text(path: str | Path, content: str) -> Path:
    """Write a text file, UTF-8 with LF, whole or not at all; see `write_bytes`."""
    return write_bytes(path, content.encode("utf-8"))


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
    new = [p for p in (folder, *folder.parents) if not p.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            scratch = tempfile.TemporaryDirectory(dir=folder, prefix=".zij-")
        except OSError as error:
            raise OutputError(_cannot_write(folder, error)) from error
        with scratch as name:
            yield Path(name)
            try:
                for path in sorted(Path(name).iterdir()):
                    os.replace(path, folder / path.name)
            except OSError as error:
                raise OutputError(_cannot_write(folder, error)) from error
    except BaseException:
        for made in new:
            with contextlib.suppress(OSError):
                made.rmdir()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot_write(path: Path, error: OSError) -> str:
    reason: Mapping[type[OSError], str] = {
        PermissionError: "writing there is not permitted; choose another folder with -o",
        NotADirectoryError: "a part of that path is a file; choose another folder with -o",
        FileExistsError: "a part of that path is a file; choose another folder with -o",
        IsADirectoryError: "a folder of that name is in the way; choose another folder with -o",
    }
    why = reason.get(type(error), f"{error.strerror or error}; make room or choose another folder with -o")
    return f"{path}: cannot be written: {why}."
