"""Files that came in part, and how the rest is asked for."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

__all__ = ["Partial", "alone", "starts_at"]


@dataclass(frozen=True, slots=True)
class Partial:
    """What is known of a file that came in part: from where, and which version.

    Attributes
    ----------
    part : Path
        What came.
    note : Path
        From where it came, and which version it is of.
    """

    part: Path
    note: Path

    @classmethod
    def of(cls, part: Path) -> Self:
        """The file of that name."""
        return cls(part, part.with_name(f"{part.name}.json"))

    @property
    def size(self) -> int:
        """Bytes that are there."""
        try:
            return self.part.stat().st_size
        except OSError:
            return 0

    def headers(self, url: str) -> dict[str, str]:
        """What to ask so that the rest comes, if it is still of the same version; else the whole."""
        try:
            noted = json.loads(self.note.read_text("utf-8"))
            version = noted["version"] if noted["url"] == url else ""
        except (OSError, ValueError, KeyError, TypeError):
            version = ""
        if not isinstance(version, str) or not version or not self.size:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": version}

    def begin(self, url: str, headers: Mapping[str, str]) -> None:
        """Note the version of what begins to come; without one nothing can be resumed."""
        tag = headers.get("etag", "")
        version = tag if tag and not tag.startswith("W/") else headers.get("last-modified", "")
        with contextlib.suppress(OSError):
            if version and headers.get("content-encoding", "identity").lower() in ("", "identity"):
                self.note.write_text(json.dumps({"url": url, "version": version}), "utf-8")
            else:
                self.note.unlink(missing_ok=True)

    def forget(self) -> None:
        """Take away what came in part."""
        for path in (self.part, self.note):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def starts_at(headers: Mapping[str, str], start: int) -> bool:
    """Whether an answer is the rest from that byte on."""
    return bool(headers.get("content-range", "").replace(" ", "").startswith(f"bytes{start}-"))


def alone(stream: IO[bytes]) -> bool:
    """Whether no other process writes the file; where that can be told, it stays so until it is closed."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
