"""Distances that are kept while they are collected, so that a run can be taken up again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, MutableMapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zij.errors import InputError, UsageError
from zij.files import write_bytes

__all__ = ["Keeper", "State"]

State = str | Path | MutableMapping[str, Any]
"""Where a run keeps what it has done: a file, or a mapping in memory."""
_NEAR = 1e-6  # of the first distances: another batch may round differently
_TIMES = 50  # how often at most a file is written


class Keeper:
    """The distances of one run in a file or a dict; nothing is kept without either.

    Parameters
    ----------
    state : path, dict or None
    parameters : mapping
        What decides the masks.
    anchors : (2, Q) ndarray
        Distances of the whole and the hidden page, by which another model, page or reference is known.
    number : int
        Masks that are wanted.

    Raises
    ------
    InputError
        If the file is damaged.
    UsageError
        If it belongs to another run.
    """

    def __init__(
        self, state: State | None, parameters: Mapping[str, Any], anchors: NDArray[np.float64], number: int
    ) -> None:
        self._state, self._anchors = state, anchors
        words = json.dumps(dict(parameters), sort_keys=True, default=str)
        self._mark = hashlib.sha256(words.encode()).hexdigest()
        self._every = max(number // _TIMES, 1)
        self.distances = np.zeros((number, anchors.shape[1]))
        found = self._load()
        self.done = self._saved = min(len(found), number)
        self.distances[: self.done] = found[: self.done]

    def add(self, distances: NDArray[np.float64]) -> None:
        """Take the distances of the next masks."""
        self.distances[self.done : self.done + len(distances)] = distances
        self.done += len(distances)
        if self.done - self._saved >= self._every:
            self.save()

    def save(self) -> None:
        """Write what is there."""
        if self._state is None or self._saved == self.done > 0:
            return
        content = {
            "mark": self._mark,
            "anchors": self._anchors,
            "distances": self.distances[: self.done].copy(),
        }
        if isinstance(self._state, MutableMapping):
            self._state.update(content)
        else:
            stream = BytesIO()
            np.savez(stream, allow_pickle=False, **content)  # type: ignore[arg-type]
            write_bytes(self._state, stream.getvalue())
        self._saved = self.done

    def _load(self) -> NDArray[np.float64]:
        """The distances of an earlier run, (m, Q)."""
        nothing = np.zeros((0, self._anchors.shape[1]))
        if self._state is None:
            return nothing
        if isinstance(self._state, MutableMapping):
            if not self._state:
                return nothing
            content: Mapping[str, Any] = self._state
        elif not Path(self._state).exists():
            return nothing
        else:
            content = _read(Path(self._state))
        name = self._state if isinstance(self._state, str | Path) else "the state"
        same = str(content["mark"]) == self._mark and content["anchors"].shape == self._anchors.shape
        if not same or not np.allclose(content["anchors"], self._anchors, rtol=0, atol=_NEAR):
            raise UsageError(
                f"{name}: it belongs to a run with another page, reference, model or settings; go on with"
                " those, or name another file."
            )
        return np.asarray(content["distances"], np.float64)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as file:
            content = {name: file[name] for name in ("mark", "anchors", "distances")}
        if content["distances"].ndim != 2 or not np.isfinite(content["distances"]).all():
            raise ValueError("its distances are damaged")
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise InputError(f"{path}: it holds no state of an explanation; name another file.") from error
    return content
