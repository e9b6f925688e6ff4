"""Where a page's numbers stand, small enough to keep for every page, and the check that is made with it."""

from zij.similarity.arrangement.entries import Arrangement, arrangement

__all__ = ["Arrangement", "arrangement"]
