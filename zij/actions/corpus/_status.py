"""`zij corpus status`: how a corpus stands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._showing.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

    from zij.corpora.store.records import Missed, Summary

__all__ = ["Status", "status"]

_SHOWN = 20  # entries of a list; the whole stands in the JSON form


@dataclass(frozen=True, slots=True)
class Status(Shown):
    """How a corpus stands.

    Attributes
    ----------
    folder : Path
    summary : Summary
        Counts.
    failed : tuple of (str, str)
        Name and reason of each page that could not be processed.
    missed : tuple of Missed
        What could not be had, with reasons.
    tags : tuple of (str, int)
        Each tag with how often it is used, the most frequent first.
    verdicts : tuple of (str, int)
        Each verdict with the number of pairs for which it holds.
    read_only : bool
        Whether nothing can be written there.
    """

    folder: Path
    summary: Summary
    failed: tuple[tuple[str, str], ...]
    missed: tuple[Missed, ...]
    tags: tuple[tuple[str, int], ...]
    verdicts: tuple[tuple[str, int], ...]
    read_only: bool

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Nothing: that pages failed earlier is what is told, not a failure of telling it."""
        return ()

    @property
    def sentence(self) -> str:
        """How many pages are done, and what is to be done next."""
        count = self.summary
        parts = [f"{count.read:,} of {_pages(count.pages)} processed"]
        parts += [f"{number:,} {what}" for what, number in self._open() if number]
        waiting = count.new + count.stale
        advice = "; next: zij corpus process" if waiting else ""
        return f"{', '.join(parts)}{advice}; corpus: {self.folder}"

    def _open(self) -> tuple[tuple[str, int], ...]:
        count = self.summary
        return ("new", count.new), ("stale", count.stale), ("failed", count.failed), ("missed", count.missed)

    def rows(self) -> dict[str, str]:
        """What is counted, and how much of it there is, in words."""
        count = self.summary
        return {
            "pages": f"{count.pages:,} of {count.books:,} book{'s' * (count.books != 1)}",
            "processed": f"{count.read:,}",
            "new": f"{count.new:,}",
            "stale": f"{count.stale:,}",
            "failed": f"{count.failed:,}",
            "with a table": f"{count.with_table:,}",
            "without digits": f"{count.without_digits:,}",
            "corrected or read elsewhere": f"{count.human:,}",
            "tags": f"{count.tags:,} on {_pages(count.tagged)}{_listed(self.tags)}",
            "judged pairs": f"{count.judgements:,}{_listed(self.verdicts)}",
            "missed": f"{count.missed:,}",
        }

    def lines(self) -> Iterator[str]:
        """All of it, for people; of long lists the beginning."""
        rows = self.rows()
        width = max(map(len, rows))
        for name, value in rows.items():
            yield f"{name:<{width}}  {value}"
        yield from _some("failed", [f"{name}: {reason}" for name, reason in self.failed])
        yield from _some("missed", [f"{item.item}: {item.reason}" for item in self.missed])

    def frame(self) -> pd.DataFrame:
        """The counts as a frame of one row, with the columns of `Summary`, all whole numbers."""
        import pandas as pd

        return pd.DataFrame([asdict(self.summary)])

    def troubles(self) -> pd.DataFrame:
        """What failed or could not be had, a row each: kind ("failed" or "missed"), what, source, reason."""
        import pandas as pd

        rows = [("failed", name, "", reason) for name, reason in self.failed]
        rows += [("missed", one.item, one.source, one.reason) for one in self.missed]
        return pd.DataFrame(rows, columns=["kind", "what", "source", "reason"], dtype="str")

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import status_html

        return status_html(self)

    def to_json(self) -> str:
        """All of it, for programs."""
        data = {
            "corpus": str(self.folder),
            **asdict(self.summary),
            "read_only": self.read_only,
            "tags_used": dict(self.tags),
            "verdicts": dict(self.verdicts),
            "failures": [{"page": name, "reason": reason} for name, reason in self.failed],
            "missed_items": [asdict(item) for item in self.missed],
        }
        return json.dumps(data, ensure_ascii=False, indent=1)


def _pages(number: int) -> str:
    return f"{number:,} page{'s' * (number != 1)}"


def _listed(counts: tuple[tuple[str, int], ...]) -> str:
    if not counts:
        return ""
    more = ", ..." if len(counts) > _SHOWN else ""
    return f" ({', '.join(f'{name} {number:,}' for name, number in counts[:_SHOWN])}{more})"


def _some(what: str, entries: list[str]) -> Iterator[str]:
    for entry in entries[:_SHOWN]:
        yield f"{what}: {entry}"
    if len(entries) > _SHOWN:
        yield f"{what}: and {len(entries) - _SHOWN:,} more; --json lists all."


def status(corpus: str | Path) -> Status:
    """Tell how a corpus stands: pages, books, what is done, failed, stale, missed, and what people said.

    Pages are stale against the model and parameters that the last `process` used.

    Parameters
    ----------
    corpus : path
        Folder of the corpus.

    Returns
    -------
    Status

    Raises
    ------
    ZijError
        If it cannot be opened.
    """
    from zij.corpora.store import open_corpus

    with open_corpus(corpus) as opened:
        tags = Counter(tag.tag for tag in opened.tags())
        verdicts = Counter(said.verdict for said in opened.judgements())
        return Status(
            opened.folder,
            opened.summary(),
            tuple(opened.failures()),
            tuple(opened.missed_items()),
            tuple(sorted(tags.items(), key=lambda item: (-item[1], item[0]))),
            tuple(sorted(verdicts.items(), key=lambda item: (-item[1], item[0]))),
            opened.read_only,
        )
