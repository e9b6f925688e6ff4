"""An approximate index, kept in the corpus and measured on it.

It is an option: exact search of a million pages takes a tenth of a second, and finds all.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zij.corpora.finding.exact import Nearest, cosines, nearest
from zij.corpora.finding.records import Recall
from zij.corpora.store import Corpus, Vectors
from zij.errors import OutputError, UsageError
from zij.files import sha256, write_bytes, write_text

__all__ = ["ApproximateIndex", "approximate_index"]

QUERIES = 100
"""Pages with which the recall is measured."""
SEED = 0
CONNECTIVITY = 16
EXPANSION_ADD = 128
EXPANSION_SEARCH = 256
FORMAT = 1
INDEX, NOTES = "bigram.usearch", "bigram.json"


@dataclass(frozen=True, slots=True, eq=False)
class ApproximateIndex:
    """An index of the vectors of a corpus as they are now.

    Attributes
    ----------
    index : object
        As usearch has it.
    vectors : Vectors
        Those that it is of.
    recall : Recall
        Measured with the index.
    remarks : tuple of str
        That it could not be kept, if so.
    """

    index: Any
    vectors: Vectors
    recall: Recall
    remarks: tuple[str, ...] = ()

    def nearest(self, query: NDArray[np.floating], k: int) -> Nearest:
        """The `k` nearest vectors that the index finds, their similarities computed from the vectors."""
        return _found(self.index, self.vectors, query, k)


def approximate_index(corpus: Corpus, vectors: Vectors, k: int) -> ApproximateIndex:
    """The index kept in the corpus, or a new one where there is none for these vectors.

    A new one is made by one thread, vector after vector, so that it is the same each time. With it the recall
    at `k` is measured: the share of the truly nearest pages that it finds for `QUERIES` pages chosen by a
    fixed seed, a page itself not counted.

    Parameters
    ----------
    corpus : Corpus
        Where it cannot be written, the index is made and not kept, and a remark says so.
    vectors : Vectors
        Its vectors.
    k : int
        For how many nearest pages it is to be good.

    Returns
    -------
    ApproximateIndex

    Raises
    ------
    UsageError
        If the package usearch is missing.
    """
    try:
        from usearch.index import Index
    except ImportError as error:
        raise UsageError(
            'an approximate index needs the package usearch; install it with pip install "zij[ann]", or '
            "leave it out: exact search is fast."
        ) from error
    home = corpus.folder / "index"
    state = _state(vectors)
    notes = _kept_notes(home, state)
    index = _kept(home, notes, Index) if notes else None
    if index is not None and str(k) in notes["recall"]:
        return ApproximateIndex(index, vectors, Recall(k, **notes["recall"][str(k)]))
    measured = notes["recall"] if index is not None else {}
    content = None
    if index is None:
        index = _built(vectors, Index)
        content = bytes(index.save())
    recall = _measured(index, vectors, k)
    measured[str(k)] = {"queries": recall.queries, "share": recall.share}
    remarks = () if corpus.read_only else _keep(home, state, content, measured)
    if corpus.read_only:
        remarks = ("the index was not kept, as nothing can be written to the corpus",)
    return ApproximateIndex(index, vectors, recall, remarks)


def _state(vectors: Vectors) -> dict[str, Any]:
    """What an index depends on. A slot is never written twice, so that slots and norms stand for all."""
    import usearch

    held = hashlib.sha256(vectors.slots.tobytes() + vectors.norms.tobytes()).hexdigest()
    return {
        "format": FORMAT,
        "usearch": usearch.__version__,
        "connectivity": CONNECTIVITY,
        "expansion_add": EXPANSION_ADD,
        "expansion_search": EXPANSION_SEARCH,
        "vectors": held,
    }


def _built(vectors: Vectors, kind: Any) -> Any:
    index = _new(kind, vectors)
    rows = _rows(vectors)
    for start in range(0, len(rows), 10_000):
        part = rows[start : start + 10_000]
        index.add(part.astype(np.uint64), np.array(vectors.matrix[part]), threads=1)
    return index


def _new(kind: Any, vectors: Vectors) -> Any:
    return kind(
        ndim=vectors.matrix.shape[1], metric="cos", dtype="f32", connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD, expansion_search=EXPANSION_SEARCH,
    )  # fmt: skip


def _rows(vectors: Vectors) -> NDArray[np.int64]:
    """Rows that can be found."""
    return np.flatnonzero((vectors.slots >= 0) & (vectors.norms > 0))


def _found(index: Any, vectors: Vectors, query: NDArray[np.floating], k: int) -> Nearest:
    exact = np.asarray(query, np.float64)
    length = float(np.linalg.norm(exact))
    rows = np.zeros(0, np.int64)
    if length > 0 and len(index):
        keys = index.search(exact.astype(np.float32), k, threads=1).keys
        rows = np.asarray(keys).astype(np.int64)
        rows = rows[(rows >= 0) & (rows < len(vectors.slots))]
        rows = rows[vectors.slots[rows] >= 0]
    similarities = cosines(vectors.matrix, rows, exact / (length or 1.0))
    order = np.lexsort((vectors.slots[rows], -similarities))
    return Nearest(vectors.slots[rows][order], similarities[order])


def _measured(index: Any, vectors: Vectors, k: int) -> Recall:
    """The recall, a page itself not counted, for it would always be found."""
    rows = _rows(vectors)
    chosen = np.random.default_rng(SEED).choice(rows, min(QUERIES, len(rows)), replace=False)
    queries = np.array(vectors.matrix[chosen])
    found, wanted = 0, 0
    true = nearest(vectors.matrix, vectors.norms, vectors.slots, queries, k + 1)
    for row, query, exact in zip(chosen, queries, true, strict=True):
        page = vectors.slots[row]
        here = exact.ids != page
        least = exact.similarities[here][:k].min(initial=1.0)
        near = _found(index, vectors, query, k + 1)
        # whatever is as similar as the last of the true ones is as good
        good = int(((near.ids != page) & (near.similarities >= least)).sum())
        size = int(here[: k + 1].sum())
        found, wanted = found + min(good, size, k), wanted + min(size, k)
    return Recall(k, len(chosen), round(found / wanted, 6) if wanted else 1.0)


def _kept_notes(home: Path, state: dict[str, Any]) -> dict[str, Any]:
    """What stands beside the kept index, if that is of these vectors; else nothing."""
    try:
        with open(home / NOTES, "rb") as stream:
            notes = json.loads(stream.read(100_000))
        kept = {name: notes[name] for name in state}
        fair = all(
            set(one) == {"queries", "share"} and isinstance(one["queries"], int) and 0 <= one["share"] <= 1
            for one in notes["recall"].values()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return notes if kept == state and fair else {}


def _kept(home: Path, notes: dict[str, Any], kind: Any) -> Any:
    """The kept index; None where it is missing or damaged."""
    try:
        if sha256(home / INDEX) != notes.get("sha256"):
            return None
        return kind.restore(str(home / INDEX))
    except Exception:  # whatever a damaged file makes of the package: the index is made again
        return None


def _keep(
    home: Path, state: dict[str, Any], content: bytes | None, recall: dict[str, Any]
) -> tuple[str, ...]:
    """Write the index, where it is new, and what is known of it; a remark where that cannot be done."""
    try:
        if content is not None:
            write_bytes(home / INDEX, content)
        notes = {**state, "sha256": sha256(home / INDEX), "recall": recall}
        write_text(home / NOTES, json.dumps(notes, indent=1) + "\n")
    except (OutputError, OSError) as error:
        return (f"the index was not kept: {error}",)
    return ()
