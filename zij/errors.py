"""The errors that zij raises, all of one family.

    ZijError
    ├── UsageError        the request itself cannot be right (two inputs of one name, an unknown option value)
    ├── InputError        a file given by the user cannot be used
    │   ├── ImageError    not an image, damaged, empty, too large
    │   ├── PageXMLError  not PAGE-XML, or not safe to read
    │   └── TableError    a CSV that does not hold what it should
    ├── ModelError        weights or a model that cannot be used
    └── OutputError       a result cannot be written

Every message is one sentence that names the file, says what is wrong and what to do.
"""

from __future__ import annotations

__all__ = [
    "ImageError",
    "InputError",
    "ModelError",
    "OutputError",
    "PageXMLError",
    "TableError",
    "UsageError",
    "ZijError",
]


class ZijError(Exception):
    """Base of all errors that zij raises on purpose."""


class UsageError(ZijError):
    """The request itself cannot be right."""


class InputError(ZijError):
    """A file given by the user cannot be used."""


class ImageError(InputError):
    """A file is no image, or a damaged, empty or too large one."""


class PageXMLError(InputError):
    """A file is no PAGE-XML, or is not safe to read."""


class TableError(InputError):
    """A CSV file does not hold what it should."""


class ModelError(ZijError):
    """Weights or a model cannot be used."""


class OutputError(ZijError):
    """A result cannot be written."""
