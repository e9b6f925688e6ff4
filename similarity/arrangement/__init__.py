"""Where a page's numbers stand, small enough to keep for every page, and the check that is made with it."""

from zij.similarity.arrangement.comparing import compare_arrangements, compare_prepared
from zij.similarity.arrangement.entries import Arrangement, arrangement
from zij.similarity.arrangement.match import ArrangementMatch, SharedPart
from zij.similarity.arrangement.prepared import Prepared, prepare

__all__ = [
    "Arrangement",
    "ArrangementMatch",
    "Prepared",
    "SharedPart",
    "arrangement",
    "compare_arrangements",
    "compare_prepared",
    "prepare",
]
