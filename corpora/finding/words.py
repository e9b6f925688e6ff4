"""What was found, in words and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from zij.corpora.finding.records import Coverage, Hit, Hits
from zij.corpora.finding.said import judged_words
from zij.corpora.store import Page
from zij.similarity.arrangement import ArrangementMatch, SharedPart
from zij.tables.csvframe import csv_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLUMNS",
    "Line",
    "counted",
    "hit_line",
    "hit_lines",
    "hits_csv",
    "hits_frame",
    "ranges",
    "shared_words",
    "through_words",
    "unsearched",
]

Line = tuple[object, ...]
"""A hit as it stands in `search.csv`."""

COLUMNS = (
    "rank", "similarity", "page", "arrangement", "near_duplicate", "agreeing", "differing", "share_query",
    "share_page", "parts", "query_table", "query_rows", "query_columns", "page_table", "page_rows",
    "page_columns", "row_shift", "column_shift", "through", "through_score", "book", "title", "authors",
    "place", "date", "image", "transposed", "tags",
    "judged",
)  # fmt: skip
"""Columns of search.csv; the part is the largest of those shared, its rows and columns counted from 0."""

MOST_RUNS = 5
"""Runs of rows or columns that are told one by one."""


def ranges(numbers: Iterable[int]) -> str:
    """Whole numbers, one added to each, as people write them: 1-3, 5."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a + 1) if a == b else f"{a + 1}-{b + 1}" for a, b in runs)


def shared_words(match: ArrangementMatch) -> str:
    """The largest shared part as the query has it, and where that stands on the hit; "" without one."""
    if not match.parts:
        return ""
    more = len(match.parts) - 1
    others = f", and {more} part{'s' * (more > 1)} more" if more else ""
    whole = match.agreeing + match.differing
    return f"{_part_words(match.parts[0])}{others}; {match.agreeing:,} of {whole:,} numbers agree"


def _part_words(part: SharedPart) -> str:
    words = []
    if part.table_a or part.table_b:
        words.append(_same("table", [part.table_a], [part.table_b]))
    (rows, columns), (rows_b, columns_b) = part.lines("a"), part.lines("b")
    if part.transposed:
        pairs = ("row", rows, "column", columns_b), ("column", columns, "row", rows_b)
        words += [f"{_lines(one, here)} = {_lines(two, there)}" for one, here, two, there in pairs]
    else:
        words += [_same("row", rows, rows_b), _same("column", columns, columns_b)]
    return ", ".join(words)


def _same(what: str, here: Sequence[int], there: Sequence[int]) -> str:
    """The numbers of tables, rows or columns on both pages, once where they are the same."""
    one, two = _short(here), _short(there)
    return _lines(what, here) + (f" = {two}" if one != two else "")


def _lines(what: str, numbers: Sequence[int]) -> str:
    """ "row 3", "rows 1-30"."""
    return f"{what}{'s' * (len(set(numbers)) > 1)} {_short(numbers)}"


def _short(numbers: Sequence[int]) -> str:
    """The numbers, or where these are many scattered ones how many between the first and the last."""
    told = ranges(numbers)
    if told.count(",") < MOST_RUNS:
        return told
    return f"{len(set(numbers))} of {min(numbers) + 1}-{max(numbers) + 1}"


def hit_line(hit: Hit, width: int = 0) -> str:
    """One hit in one line: rank, similarity, name, score of the check, shared part, and judgement."""
    line = f"{hit.rank:>3}  {hit.similarity:.4f}  {hit.name:<{width}}"
    judged = judged_words(hit.said, hit.page_id)
    if hit.match is None and hit.through is None:
        return f"{line}  {judged}".rstrip()
    words = [f"{hit.arrangement:.2f}" if hit.arrangement is not None else "-   "]
    if hit.match is not None and hit.shares:
        words.append(shared_words(hit.match))
    elif hit.through is not None:
        words.append(through_words(hit))
    if hit.near_duplicate:
        words[-1] += "; near duplicate"
    if judged:
        words[-1] += f"; {judged}" if len(words) > 1 else f"  {judged}"
    return f"{line}  {'  '.join(words)}"


def through_words(hit: Hit) -> str:
    """What a hit shares with a page that shares a part with the query."""
    assert hit.through is not None
    part = hit.through.match.parts[0]
    return f"no part in common, but with {hit.through.name}: {_part_words(part)}"


def unsearched(coverage: Coverage) -> str:
    """Which pages were left out: "3 failed and 12 not yet processed pages were not searched"; "" for none."""
    named = [("failed", coverage.failed), ("not yet processed", coverage.waiting)]
    there = [(number, what) for what, number in named if number]
    empty = coverage.without_digits
    if not there:
        return f"{counted(empty, 'page')} without digits {_were(empty)} not searched" if empty else ""
    total = sum(number for number, _ in there)
    kinds = " and ".join(f"{number:,} {what}" for number, what in there)
    more = f", nor {_were(empty)} {empty:,} without digits" if empty else ""
    return f"{kinds} page{'s' * (total != 1)} {_were(total)} not searched{more}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def counted(number: int, what: str) -> str:
    """A number of things."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def hit_lines(found: Hits, pages: Sequence[Page]) -> tuple[Line, ...]:
    """The hits as lines of `search.csv`, with the columns `COLUMNS`.

    Parameters
    ----------
    found : Hits
    pages : sequence of Page
        The page of each hit.

    Returns
    -------
    tuple of Line
    """
    lines = []
    for hit, page in zip(found.hits, pages, strict=True):
        known, link = page.metadata, hit.through
        lines.append((
            hit.rank, f"{hit.similarity:.6f}", hit.name, *_match_fields(hit),
            *((link.name, f"{link.score:.4f}") if link else ("", "")),
            page.book, known.title, known.authors, known.place, known.date, page.image, _transposed(hit),
            ";".join(hit.said.tags), hit.said.judgement.verdict if hit.said.judgement else "",
        ))  # fmt: skip
    return tuple(lines)


def hits_csv(found: Hits, pages: Sequence[Page]) -> str:
    """The hits as CSV with `COLUMNS`; see `hit_lines`."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(hit_lines(found, pages))
    return stream.getvalue()


def hits_frame(lines: Iterable[Line]) -> pd.DataFrame:
    """The lines of hits as a frame with `COLUMNS`.

    Returns
    -------
    DataFrame
        A row a hit; similarity, scores and shares are floats from 0 to 1 (NaN where nothing was checked),
        counts whole numbers (<NA> likewise), rows, columns and all else text as in the file.
    """
    whole = ("agreeing", "differing", "parts", "query_table", "page_table", "row_shift", "column_shift")
    floats = ("similarity", "arrangement", "share_query", "share_page", "through_score")
    kinds = {"rank": "int64", **dict.fromkeys(whole, "Int64"), **dict.fromkeys(floats, "float64")}
    return csv_frame(COLUMNS, lines, kinds)


def _match_fields(hit: Hit) -> Iterator[object]:
    match = hit.match
    if match is None:
        yield from [""] * (COLUMNS.index("through") - COLUMNS.index("arrangement"))
        return
    yield f"{match.score:.4f}"
    yield "yes" if hit.near_duplicate else "no"
    yield from (match.agreeing, match.differing, f"{match.share_a:.4f}", f"{match.share_b:.4f}")
    yield len(match.parts)
    if not match.parts:
        yield from [""] * (COLUMNS.index("through") - COLUMNS.index("query_table"))
        return
    part = match.parts[0]
    for table, (rows, columns) in ((part.table_a, part.lines("a")), (part.table_b, part.lines("b"))):
        yield table
        yield f"{rows[0]}-{rows[-1]}"
        yield " ".join(map(str, columns))
    yield from ("", "") if part.transposed else part.shift


def _transposed(hit: Hit) -> str:
    if not hit.shares or hit.match is None:
        return ""
    return "yes" if hit.match.transposed else "no"
