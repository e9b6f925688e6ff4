"""A corpus as it shows itself in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zij.html import data_uri, element, fragment, listing

if TYPE_CHECKING:
    from zij.corpora.store.corpus import Corpus
    from zij.corpora.store.records import Summary

__all__ = ["corpus_html", "summary_rows"]

PICTURES = 12
"""Pages of which a small picture is shown."""
FAILED = 5
"""Pages that failed and are named."""


def corpus_html(corpus: Corpus) -> str:
    """How many pages it has and how it stands, with the first pages in little, as a fragment.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    str
    """
    count = corpus.summary()
    years = corpus.years()
    span = f", {_span(*years)}" if years is not None else ""
    title = element("h3", f"Corpus {corpus.folder.name}")
    pages = f"{_many(count.pages, 'page')} of {_many(count.books, 'book')}{span}"
    waiting = count.new + count.stale
    done = f"{count.read:,} processed" + (f", {waiting:,} to be processed" if waiting else "")
    found = element("p", f"{pages}; {done}{f', {count.failed:,} failed' if count.failed else ''}.")
    table = listing(("what", "number"), summary_rows(count), numbers=("number",))
    parts = [found, *_pictures(corpus), element("details", element("summary", "all counts"), table)]
    failures = corpus.failures()
    if failures:
        parts.append(element("div", listing(("failed", "why"), failures, most=FAILED), class_="failed"))
    if corpus.read_only:
        parts.append(element("p", "It can be read but not written to.", class_="quiet"))
    return fragment(title, *parts, style=_STYLE)


_STYLE = """.zij.zij.zij .leaves { display: flex; flex-wrap: wrap; gap: .5rem; align-items: flex-end; }
.zij.zij.zij .leaves figure { width: 5.6rem; margin: 0; }
.zij.zij.zij .leaves img { max-height: 6rem; border: 1px solid var(--line); }
.zij.zij.zij .leaves figcaption { font-size: 11px; overflow-wrap: anywhere; }
"""


def summary_rows(count: Summary) -> list[tuple[str, str]]:
    """What is counted in a corpus, and the numbers."""
    return [
        ("pages", f"{count.pages:,}"),
        ("books", f"{count.books:,}"),
        ("processed", f"{count.read:,}"),
        ("new", f"{count.new:,}"),
        ("stale", f"{count.stale:,}"),
        ("failed", f"{count.failed:,}"),
        ("with a table", f"{count.with_table:,}"),
        ("without digits", f"{count.without_digits:,}"),
        ("corrected or read elsewhere", f"{count.human:,}"),
        ("tags", f"{count.tags:,}"),
        ("judged pairs", f"{count.judgements:,}"),
        ("missed", f"{count.missed:,}"),
    ]


def _pictures(corpus: Corpus) -> list[object]:
    """The first pages that have a small picture."""
    figures: list[object] = []
    ids = corpus.ids()
    for page in ids[: 4 * PICTURES]:
        jpeg = corpus.thumbnail(page)
        if jpeg and len(figures) < PICTURES:
            name = corpus.page(page).name
            image = element("img", src=data_uri(jpeg, "image/jpeg"), alt=f"page {name}")
            figures.append(element("figure", image, element("figcaption", name)))
    if not figures:
        return []
    more = len(ids) - len(figures)
    note = element("p", f"{_many(more, 'more page')} not shown.", class_="quiet") if more else ""
    return [element("div", *figures, class_="leaves"), note]


def _span(first: int, last: int) -> str:
    return f"of {first}" if first == last else f"from {first} to {last}"


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
