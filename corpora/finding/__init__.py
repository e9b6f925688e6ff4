"""Search in a corpus: the most similar pages, checked by arrangement."""

from zij.corpora.finding.exact import Nearest, nearest
from zij.corpora.finding.queries import query_of_page, query_of_reading
from zij.corpora.finding.records import Coverage, Hit, Hits, Query, Recall, Through
from zij.corpora.finding.search import CHECK, Searcher, search

__all__ = [
    "CHECK",
    "Coverage",
    "Hit",
    "Hits",
    "Nearest",
    "Query",
    "Recall",
    "Searcher",
    "Through",
    "nearest",
    "query_of_page",
    "query_of_reading",
    "search",
]
