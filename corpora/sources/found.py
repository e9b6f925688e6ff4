"""What a source yields: pages, what could not be had, and what was tolerated; and under which wishes."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from zij.corpora.store.records import Book, Missed, NewPage, Page

__all__ = ["Found", "Known", "Told", "Wishes", "reason_of"]

_LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was tolerated or passed over, and that the scholar is to know.

    Attributes
    ----------
    item : str
        The file or page.
    remark : str
        A short phrase; the same phrase of many items is told once, with their number.
    """

    item: str
    remark: str


Found = NewPage | Missed | Told | Book
"""A `Book` stands for what a source says of a book, which holds where nobody has said anything else."""


@dataclass(frozen=True, slots=True)
class Known:
    """A page that the corpus has already, with the file of its image."""

    page: Page
    file: Path | None

    def again(self) -> NewPage:
        """The page as it was added, for a source that need not look at it again."""
        page = self.page
        return NewPage(
            key=page.key, name=page.name, book=page.book, sequence=page.sequence, label=page.label,
            file=self.file, sha256=page.sha256, width=page.width, height=page.height, canvas=page.canvas,
            service=page.service, rights=page.rights,
        )  # fmt: skip


def _nothing(key: str) -> Known | None:
    return None


def _unseen(file: Path, stamp: str) -> str:
    return ""


def _waiting(step: str, done: int, total: int) -> None:
    return None


def _label(label: str, manifest: str) -> str:
    return label


@dataclass(frozen=True, slots=True)
class Wishes:
    """How sources are to be gathered.

    Attributes
    ----------
    images : Path
        Folder for what is downloaded or rendered; nothing else is written.
    known : callable
        Gives the page of a key that the corpus has already, or None.
    seen : callable
        Gives the SHA-256 of a file that the corpus knows with a stamp, or "".
    rights : str
        What holds for pages of which nothing else is said.
    size : int
        Pixels that the longer side of a downloaded or rendered image shall have at most.
    offline : bool
        Whether the network is forbidden.
    rate : float
        Requests a second to one host.
    book_for : callable
        Gives the name of the book of a manifest, of its label and address.
    workers : int or None
        Processes that read files with readings; None for one a core, and none where there are few such files.
    private : bool
        Whether a manifest in a file may name images on this machine and its own network.
    seed : int
        Of the waiting times between attempts.
    progress : callable
        Called with what is being done, how much is done, and how much there is (0 if not known).
    """

    images: Path
    known: Callable[[str], Known | None] = _nothing
    seen: Callable[[Path, str], str] = _unseen
    book_for: Callable[[str, str], str] = _label
    rights: str = ""
    size: int = 3000
    offline: bool = False
    rate: float = 2.0
    workers: int | None = None
    private: bool = False
    seed: int = 0
    progress: Callable[[str, int, int], None] = _waiting


Gathering = Generator[Found, None, None]


def reason_of(error: BaseException, path: object = "") -> str:
    """What an error says, without the name that its sentence starts with."""
    text = " ".join(str(error).split()) or type(error).__name__
    start = f"{path}: "
    return (text[len(start) :] if path and text.startswith(start) else text)[:_LONGEST_REASON]
