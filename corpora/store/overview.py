"""A corpus as a whole: all pages as a frame, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zij.corpora.store.database import Database
from zij.corpora.store.records import Recipes, Summary
from zij.corpora.store.where import Where

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "frame", "summary", "years"]

COLUMNS = (
    "id", "name", "book", "title", "authors", "place", "date", "year_from", "year_to", "lat", "lng", "state",
    "source", "tables", "digits", "tags", "image", "sha256", "width", "height", "canvas", "service", "rights",
)  # fmt: skip
"""Columns of the frame of a corpus, in their order."""
_TYPES = {
    **dict.fromkeys(("id", "tables", "digits", "width", "height"), "int64"),
    **dict.fromkeys(("year_from", "year_to"), "Int64"),
    **dict.fromkeys(("lat", "lng"), "float64"),
}


def frame(database: Database, where: Where, recipes: Recipes) -> pd.DataFrame:
    """One row a page; see `Corpus.frame`.

    Parameters
    ----------
    database : Database
    where : Where
        Which pages.
    recipes : Recipes

    Returns
    -------
    DataFrame
        With the columns `COLUMNS`.
    """
    import pandas as pd

    text, values = where.sql(recipes)
    names = [name for name in COLUMNS if name != "tags"]
    with database.reading():
        columns = ", ".join(f"e.{name}" for name in names)
        rows = list(database.tuples(f"SELECT {columns} {text} ORDER BY e.id", values))
        tagged = database.rows("SELECT DISTINCT page, tag FROM tag WHERE removed_at = '' ORDER BY page, tag")
    tags: dict[int, str] = {}
    for page, tag in tagged:
        tags[page] = f"{tags[page]};{tag}" if page in tags else tag
    made = pd.DataFrame(rows, columns=names, dtype=object)
    made["tags"] = pd.Series([tags.get(page, "") for page in made["id"]], dtype=object)
    return made[list(COLUMNS)].astype(_TYPES)


def summary(database: Database, recipes: Recipes) -> Summary:
    """How a corpus stands."""
    text, values = Where().sql(recipes)

    def count(query: str) -> int:
        return int(database.rows(query)[0][0])

    with database.reading():
        states = dict(
            tuple(row) for row in database.rows(f"SELECT e.state, count(*) {text} GROUP BY e.state", values)
        )
        return Summary(
            pages=sum(states.values()),
            books=count("SELECT count(*) FROM book"),
            new=states.get("new", 0),
            read=states.get("read", 0),
            failed=states.get("failed", 0),
            stale=states.get("stale", 0),
            with_table=count("SELECT count(*) FROM page WHERE tables > 0"),
            without_digits=count("SELECT count(*) FROM page WHERE held IS NOT NULL AND digits = 0"),
            human=count("SELECT count(*) FROM page WHERE source = 'human'"),
            embedded=count("SELECT count(*) FROM vector WHERE page IS NOT NULL"),
            missed=count("SELECT count(*) FROM missed"),
            tags=count("SELECT count(*) FROM tag WHERE removed_at = ''"),
            tagged=count("SELECT count(DISTINCT page) FROM tag WHERE removed_at = ''"),
            judgements=count("SELECT count(*) FROM (SELECT DISTINCT low, high FROM judgement)"),
        )


def years(database: Database, where: Where, recipes: Recipes) -> tuple[int, int] | None:
    """First and last year of the pages that have one; None where none has.

    Parameters
    ----------
    database : Database
    where : Where
        Which pages.
    recipes : Recipes

    Returns
    -------
    (int, int) or None
    """
    text, values = where.sql(recipes)
    ends = "coalesce(e.year_from, e.year_to)", "coalesce(e.year_to, e.year_from)"
    ((first, last),) = database.rows(f"SELECT min({ends[0]}), max({ends[1]}) {text}", values)
    return None if first is None else (int(first), int(last))
