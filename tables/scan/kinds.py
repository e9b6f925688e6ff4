"""Which files are taken for images of pages, by their names and by their first bytes."""

from __future__ import annotations

__all__ = ["SUFFIXES", "kind_of_image"]

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".webp", ".jp2", ".j2k", ".jpx", ".jpc", ".j2c"}
)
"""Suffixes, in small letters, of the images that zij reads."""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),  # without the boxes around it
)


def kind_of_image(start: bytes) -> str:
    """The kind of an image.

    Parameters
    ----------
    start : bytes
        The first 12 bytes of a file, or more.

    Returns
    -------
    str
        "JPEG", "PNG", "TIFF", "WebP" or "JPEG 2000"; "" for anything else.
    """
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WebP"
    return next((kind for signature, kind in _STARTS if start.startswith(signature)), "")
