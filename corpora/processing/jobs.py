"""From what a corpus asks for to batches that workers can take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from zij.corpora.processing.page import Job
from zij.corpora.store import Corpus, Work

__all__ = ["EMBEDDED", "MOST_BYTES", "jobs_of"]

EMBEDDED = 32
"""Readings in a batch; what embedding one takes is hardly more than sending it."""
MOST_BYTES = 1 << 29
"""Largest image file that is sent."""


def jobs_of(corpus: Corpus, work: Sequence[Work], *, send_images: bool = False) -> Iterator[list[Job]]:
    """Batches of jobs, made when they are asked for: readings to be embedded first, then images to be read.

    Parameters
    ----------
    corpus : Corpus
    work : sequence of Work
    send_images : bool
        Put the bytes of the images in, for workers that cannot reach the files.

    Yields
    ------
    list of Job
    """
    waiting = iter([one.page_id for one in work if "read" not in one.steps])
    while ids := list(islice(waiting, EMBEDDED)):
        if batch := [
            _to_embed(corpus, page, body, digest, send_images)
            for page, body, digest in corpus.packed_readings(ids)
        ]:
            yield batch
    for page in [one.page_id for one in work if "read" in one.steps]:
        yield [_to_read(corpus, page, send_images)]


def _to_embed(corpus: Corpus, page: int, body: bytes, digest: str, send: bool) -> Job:
    image = corpus.image_file(page)
    return Job(
        page,
        name=f"{corpus.folder}: page {page}",
        image=str(image or ""),
        content=_content(image) if send else None,
        reading=body,
        digest=digest,
    )


def _to_read(corpus: Corpus, page: int, send: bool) -> Job:
    image, facts = corpus.image_file(page), corpus.page(page)
    return Job(
        page,
        name=facts.image or facts.name,
        image=str(image or ""),
        sha256=facts.sha256,
        content=_content(image) if send else None,
    )


def _content(image: Path | None) -> bytes | None:
    """The bytes of an image; None if it cannot be had, which the worker will tell."""
    try:
        if image is not None and image.stat().st_size <= MOST_BYTES:
            return image.read_bytes()
    except OSError:
        pass
    return None
