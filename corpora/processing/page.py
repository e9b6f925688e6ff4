"""The work on one page: from image to reading, from reading to counts, arrangement and thumbnail."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from zij.corpora.store import PageResult, Recipes
from zij.corpora.store.codec import decode
from zij.errors import ImageError, UsageError, ZijError
from zij.similarity.arrangement import arrangement
from zij.similarity.sparse import embed_reading
from zij.tables.reading import Reading

if TYPE_CHECKING:
    from zij.tables.digits.network import Weights

__all__ = ["Job", "Means", "Work", "failed", "one_thread", "prepare", "process_page"]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One page with all that a worker needs.

    Attributes
    ----------
    page_id : int
    name : str
        Of the page, for messages.
    image : str
        Path of its image, "" for none.
    sha256 : str
        Of the image when it was added, "" if not known.
    content : bytes or None
        The image's bytes, where workers cannot reach its file.
    reading : bytes or None
        The stored reading that is to be embedded; None where the image is to be read.
    digest : str
        Of that reading.
    """

    page_id: int
    name: str
    image: str = ""
    sha256: str = ""
    content: bytes | None = None
    reading: bytes | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """How pages are processed, by every worker alike.

    Attributes
    ----------
    recipes : Recipes
    weights : str
        Path of the digit model, "" for the one that comes with zij.
    device : str
        "auto", "cpu" or "cuda".
    reads : bool
        Whether images are to be read, so that the digit model is needed.
    """

    recipes: Recipes
    weights: str = ""
    device: str = "auto"
    reads: bool = True


Work = Callable[[Job, Means], PageResult]
"""What is done with a page; `process_page`, or something else in tests."""


def process_page(job: Job, means: Means) -> PageResult:
    """Process one page; what is wrong with it is told in the result, never raised."""
    try:
        return _read(job, means) if job.reading is None else _embedded(job, means)
    except ZijError as error:
        reason = str(error)
    except MemoryError:
        reason = "there is not enough memory for this page; use fewer workers, or scale its image down."
    except Exception as error:  # a fault of zij costs one page, not the night
        reason = f"internal error ({type(error).__name__}: {error}); please report it."
    return failed(job, means, reason)


def prepare(means: Means) -> None:
    """Load what a worker needs before its first page, so that a model that cannot be used is told at once.

    Raises
    ------
    ModelError
        If the digit model cannot be read.
    UsageError
        If there is no such device.
    """
    if means.reads:
        _model(means.weights)
        _device(means.device)


def one_thread(means: Means) -> None:
    """Let the libraries of a worker process use one thread: the pages are what is done side by side."""
    import cv2

    cv2.setNumThreads(1)
    if means.reads:
        import torch

        torch.set_num_threads(1)


def failed(job: Job, means: Means, reason: str) -> PageResult:
    """The result of a page that could not be processed.

    Parameters
    ----------
    job : Job
    means : Means
    reason : str
        In a sentence.

    Returns
    -------
    PageResult
    """
    reason = " ".join(reason.split()) or "failed for a reason that was not told."
    if job.reading is None:
        return PageResult(job.page_id, failure=reason, read_by=means.recipes.read)
    return PageResult(job.page_id, failure=reason, embedded_by=means.recipes.embed)


def _read(job: Job, means: Means) -> PageResult:
    """Read a page's image and embed the reading."""
    from zij.corpora.processing.thumbnails import thumbnail
    from zij.tables.pagexml import as_written
    from zij.tables.read import read
    from zij.tables.scan.image import read_image

    with _file(job) as path:
        if path is None:
            raise ImageError(f"{job.name}: its image was not found; put it back, or add it again.")
        image = read_image(path)
    image = replace(image, name=Path(job.image).name or image.name)
    if job.sha256 and image.sha256 != job.sha256:
        raise ImageError(
            f"{job.image or job.name}: is another file than the one that was added; "
            "add it again with zij corpus add."
        )
    result = read(image, weights=_model(means.weights), device=_device(means.device))
    reading = as_written(result.reading)
    return replace(
        _made(job, means, reading),
        reading=reading,
        read_by=means.recipes.read,
        thumbnail=thumbnail(image.pixels, reading.turn),
    )


def _embedded(job: Job, means: Means) -> PageResult:
    """Embed a reading that is there."""
    from zij.corpora.processing.thumbnails import drawn_thumbnail, file_thumbnail

    reading = decode(job.reading or b"", job.name)
    with _file(job) as path:
        picture = file_thumbnail(path, reading.turn) if path else b""
    return replace(
        _made(job, means, reading),
        thumbnail=picture or drawn_thumbnail(reading),
        embedded_digest=job.digest,
    )


def _made(job: Job, means: Means, reading: Reading) -> PageResult:
    """What is made of a reading alone."""
    return PageResult(
        job.page_id,
        counts=embed_reading(reading).counts,
        arrangement=arrangement(reading).to_bytes(),
        embedded_by=means.recipes.embed,
    )


@contextlib.contextmanager
def _file(job: Job) -> Iterator[Path | None]:
    """Where a page's image lies on this machine; None where there is none."""
    if job.content is None:
        yield Path(job.image) if job.image else None
        return
    handle, name = tempfile.mkstemp(prefix="zij-", suffix=Path(job.image).suffix[:8])
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(job.content)
        yield Path(name)
    finally:
        os.unlink(name)


@cache
def _model(path: str) -> Weights:
    """The digit model, loaded once a process."""
    from zij.tables.digits.network import load_weights

    return load_weights(path or None)


@cache
def _device(device: str) -> str:
    """ "cpu" or "cuda" for "auto", "cpu" or "cuda", as it is on this machine."""
    import torch

    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise UsageError("there is no GPU that PyTorch can use; take --device cpu.")
    return "cuda" if there and device != "cpu" else "cpu"
