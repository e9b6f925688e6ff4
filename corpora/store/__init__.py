"""A corpus on disk: its SQLite file, readings, vectors and the scholar's notes."""

from zij.corpora.store.corpus import Corpus, create_corpus, is_corpus, open_corpus
from zij.corpora.store.records import (
    GIVEN,
    VERDICTS,
    AddedPages,
    Book,
    Judgement,
    Metadata,
    Missed,
    NewPage,
    Packed,
    Page,
    PageResult,
    Recipes,
    StoredReading,
    Summary,
    Tag,
    Work,
)
from zij.corpora.store.vectors import Vectors
from zij.corpora.store.where import Where, parse_where

__all__ = [
    "GIVEN",
    "VERDICTS",
    "AddedPages",
    "Book",
    "Corpus",
    "Judgement",
    "Metadata",
    "Missed",
    "NewPage",
    "Packed",
    "Page",
    "PageResult",
    "Recipes",
    "StoredReading",
    "Summary",
    "Tag",
    "Vectors",
    "Where",
    "Work",
    "create_corpus",
    "is_corpus",
    "open_corpus",
    "parse_where",
]
