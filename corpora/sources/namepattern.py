"""Facts that stand in the names of files, taken by a pattern that the scholar gives."""

from __future__ import annotations

import contextlib
import re
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import FrameType

from zij.corpora.sources.dates import read_date
from zij.corpora.store.records import Book, Metadata, NewPage
from zij.errors import UsageError

__all__ = ["NamePattern"]

GROUPS = ("book", "author", "authors", "title", "year", "date", "place", "page")
_LONGEST = 200  # signs of a name that are looked at
_PATIENCE = 2.0  # seconds for one name


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A regular expression with named groups: book, author, title, year, place, page.

    Attributes
    ----------
    expression : re.Pattern
        It is looked for anywhere in a name; `^` and `$` tie it down.
    """

    expression: re.Pattern[str]

    @classmethod
    def of(cls, text: str) -> NamePattern:
        """The pattern that a text stands for.

        Raises
        ------
        UsageError
            If it is none, or has no group of a known name.
        """
        try:
            expression = re.compile(text)
        except (re.error, RecursionError, OverflowError) as error:
            raise UsageError(f"name pattern {text[:100]!r}: is no regular expression ({error}).") from error
        groups = set(expression.groupindex)
        if not groups & set(GROUPS):
            raise UsageError(
                f"name pattern {text[:100]!r}: names nothing; give groups such as (?P<book>...), of "
                f"{', '.join(GROUPS)}."
            )
        return cls(expression)

    def applied(self, page: NewPage) -> tuple[NewPage, Book | None] | None:
        """A page with what its name tells, and its book if the pattern names one; None where it does not fit.

        Facts go to the book where the pattern names one, so that a book's pages share them. What the page
        says of itself already holds.

        Raises
        ------
        UsageError
            If the pattern takes too long.
        """
        name = page.file.stem if page.file is not None and page.file.stem else page.name
        with _patience(self.expression.pattern):
            match = self.expression.search(name[:_LONGEST])
        if match is None:
            return None
        said = {group: text.strip() for group, text in match.groupdict().items() if text and text.strip()}
        date = said.get("year") or said.get("date") or ""
        dated = read_date(date) if date else None
        facts = Metadata(
            title=said.get("title", ""), authors=said.get("author") or said.get("authors") or "",
            place=said.get("place", ""), date=date, year_from=dated.year_from if dated else None,
            year_to=dated.year_to if dated else None,
        )  # fmt: skip
        label = said.get("page", "")
        digits = label if label.isascii() and label.isdecimal() and len(label) < 9 else ""
        page = replace(page, label=page.label or label, sequence=int(digits) if digits else page.sequence)
        if "book" in said:
            return replace(page, book=said["book"]), Book(said["book"], facts)
        return (replace(page, fields=facts) if page.fields == Metadata() else page), None


@contextlib.contextmanager
def _patience(pattern: str) -> Iterator[None]:
    """Break off a match that takes too long, where the system can do that."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def late(_number: int, _frame: FrameType | None) -> None:
        raise UsageError(
            f"name pattern {pattern[:100]!r}: takes longer than {_PATIENCE:g} s for one name; write it "
            "without repetitions inside repetitions."
        )

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
