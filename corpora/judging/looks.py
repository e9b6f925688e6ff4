"""How alike pages look to a network that has learnt nothing: a baseline of the publication."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zij.corpora.judging.measures import Measure
from zij.corpora.store import Corpus, Page
from zij.errors import ImageError

__all__ = ["MOST", "random_vgg"]

MOST = 2000
"""Pages whose features are kept at once, 100 kB each."""

Progress = Callable[[str, int, int], None]


def random_vgg(
    corpus: Corpus, pages: Sequence[Page], *, seed: int = 0, progress: Progress | None = None
) -> Measure | str:
    """Nearness of the pages' images in the features of a VGG-16 with random weights, up to its last layer.

    As published, features are compared by their Euclidean distance; how they were pooled there is not told,
    and here they are not.

    Parameters
    ----------
    corpus : Corpus
    pages : sequence of Page
    seed : int
        Of the weights.
    progress : Progress, optional

    Returns
    -------
    Measure or str
        In words why not, where it cannot be.
    """
    files = [corpus.image_file(page) for page in pages]
    if not any(files):
        return "the pages have no images"
    if len(pages) > MOST:
        return f"more than {MOST:,} pages would take too long; judge some of them with --where"
    features, seen = _features(files, seed, progress)
    if not seen.any():
        return "no image of the pages can be read"
    squares = np.einsum("nd,nd->n", features, features, dtype=np.float64)

    def scores(query: int) -> NDArray[np.float64]:
        if not seen[query]:
            return np.zeros(len(files))
        distances = squares + squares[query] - 2.0 * (features @ features[query])
        return np.where(seen, -np.sqrt(np.maximum(distances, 0.0)), -np.inf)

    words = "nearness of the images in the features of a VGG-16 with random weights"
    without = int(np.count_nonzero(~seen))
    words += f"; {without} pages without an image stand last" if without else ""
    return Measure("vgg", "random-weight VGG", words, scores)


def _features(
    files: Sequence[Path | None], seed: int, progress: Progress | None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Features, (n, D), and whose there are."""
    from zij.similarity.encoders.vgg import vgg16
    from zij.tables.scan.image import read_image

    encoder = vgg16("random", projection=None, seed=seed)
    features, seen = np.zeros((len(files), 0), np.float32), np.zeros(len(files), bool)
    for n, file in enumerate(files):
        if progress is not None:
            progress("showing pages to VGG-16", n, len(files))
        try:
            pixels = read_image(file).pixels if file is not None else None
        except ImageError:
            pixels = None
        if pixels is None:
            continue
        found = encoder.embed(pixels)
        if not seen.any():
            features = np.zeros((len(files), len(found)), np.float32)
        features[n], seen[n] = found, True
    return features, seen
