"""`zij corpus tag`: words put on pages and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._showing.shown import Shown
from zij.actions.corpus._who import speaker
from zij.errors import InputError, UsageError

if TYPE_CHECKING:
    from zij.corpora.store import Corpus, Where

__all__ = ["Tagged", "tag"]


@dataclass(frozen=True, slots=True)
class Tagged(Shown):
    """What `tag` changed.

    Attributes
    ----------
    folder : Path
    tag : str
    table : str
        Id of the table, "" where pages were tagged.
    removed : bool
        Whether the tag was taken away.
    pages : int
        How many pages were named or found.
    changed : int
        On how many of them the tag was not there yet, or was there to be taken away.
    failures : tuple of (str, str)
        Name and reason of each page that could not be tagged.
    """

    folder: Path
    tag: str
    table: str
    removed: bool
    pages: int
    changed: int
    failures: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        """On how many pages the tag stands now."""
        of = f"table {self.table} of " if self.table else ""
        done = "taken from" if self.removed else "put on"
        before = self.pages - self.changed
        was = f"; {before:,} {'did not have it' if self.removed else 'had it'}" if before else ""
        pages = f"{self.changed:,} page{'s' * (self.changed != 1)}"
        return f"tag {self.tag!r} {done} {of}{pages}{was}; corpus: {self.folder}"

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import tagged_html

        return tagged_html(self)


def tag(
    corpus: str | Path,
    tag: str,
    pages: Sequence[str | int] = (),
    *,
    table: str = "",
    remove: bool = False,
    who: str | None = None,
    where: Sequence[str] | Where | None = None,
) -> Tagged:
    """Put a tag on pages, or on one table of each; or take it away. Who did it and when is remembered.

    Parameters
    ----------
    corpus : path
        Folder of the corpus.
    tag : str
        Up to 100 signs without comma, semicolon, * and ?.
    pages : sequence of str or int
        Names or ids.
    table : str
        Id of a table such as "t1", as it stands in PAGE-XML and cells.csv; "" for the page.
    remove : bool
        Take the tag away.
    who : str, optional
        Default: the login name.
    where : sequence of str or Where, optional
        Conditions, instead of names.

    Returns
    -------
    Tagged

    Raises
    ------
    ZijError
        If nothing could be done.
    """
    from zij.corpora.store import open_corpus
    from zij.corpora.store.where import described

    conditions, name = described(where), speaker(who)
    if bool(pages) == bool(conditions):
        raise UsageError("say which pages: either by their names or by --where.")
    if table and not re.fullmatch(r"t[1-9][0-9]{0,5}", table):
        raise UsageError(f"{table!r} is no table; tables are t1, t2, ... as in cells.csv.")
    with open_corpus(corpus) as opened:
        failures: list[tuple[str, InputError]] = []
        ids: list[int] = []
        for page in pages or opened.ids(conditions):
            try:
                found = opened.page(page)
                if not remove:
                    _check_table(opened, found.name, found.tables, table)
                ids.append(found.id)
            except InputError as error:
                failures.append((str(page), error))
        if failures and not ids:
            for _, another in failures[1:]:
                failures[0][1].add_note(str(another))
            raise failures[0][1]
        ids = list(dict.fromkeys(ids))
        change = opened.untag if remove else opened.tag
        changed = change(ids, tag, table=table, who=name)
        reasons = tuple((page, str(reason)) for page, reason in failures)
        return Tagged(opened.folder, tag.strip(), table, remove, len(ids), changed, reasons)


def _check_table(corpus: Corpus, page: str, tables: int, table: str) -> None:
    """Refuse a table that the page does not have."""
    if table and int(table[1:]) > tables:
        has = f"has {tables} table{'s' * (tables != 1)}" if tables else "has no table that was read"
        raise InputError(f"{page}: {has}, and {table} cannot be tagged; see its cells with zij annotate.")
