"""One page as a model sees it beside another page, of which parts can be hidden: what a check works on."""

from zij.explain.subjects.digits import DigitSubject, Level
from zij.explain.subjects.images import ImageSubject, grid_labels
from zij.explain.subjects.subject import Method, Subject

__all__ = ["DigitSubject", "ImageSubject", "Level", "Method", "Subject", "grid_labels"]
