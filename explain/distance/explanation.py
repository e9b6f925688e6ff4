"""What the Distance Explainer found, with all that is known about how sure it is."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from zij.errors import InputError
from zij.files import write_bytes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DistanceExplanation", "Stopped"]

Stopped = Literal["complete", "early", "cancelled"]


@dataclass(frozen=True, slots=True, eq=False)
class DistanceExplanation:
    """Maps of what brings a page near to Q references and what takes it away.

    Attributes
    ----------
    maps : (Q, H, W) or (Q, R) ndarray of float32
        Above `neutral`: keeping the place brings the page nearer; below: it takes it away.
    errors : ndarray of float32
        Standard error of each value.
    chance : ndarray of float32
        Standard deviation of each value if hiding had no influence.
    largest : (Q, P) ndarray of float32
        Largest `z` anywhere on the map, for P shufflings of the distances.
    distances : (n, Q) ndarray of float64
        Of every masked page to every reference.
    whole, hidden : (Q,) ndarray of float64
        Distance of the page as it is, and of the page with everything hidden.
    neutral : float
        Value of a place without influence: 0, or plus or minus the share kept where one tail speaks.
    requested : int
        How many masks were asked for.
    stopped : "complete", "early" or "cancelled"
        Why no more masks were drawn.
    parameters : mapping
        All that the result depends on but for model, page and references.
    labels : (H, W) ndarray of int, optional
        Region of each pixel, where a label map was used.
    """

    maps: NDArray[np.float32]
    errors: NDArray[np.float32]
    chance: NDArray[np.float32]
    largest: NDArray[np.float32]
    distances: NDArray[np.float64]
    whole: NDArray[np.float64]
    hidden: NDArray[np.float64]
    neutral: float
    requested: int
    stopped: Stopped
    parameters: Mapping[str, Any]
    labels: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))

    @property
    def used(self) -> int:
        """How many masks were evaluated."""
        return len(self.distances)

    @property
    def z(self) -> NDArray[np.float32]:
        """Values in standard deviations of chance, signed; 0 where chance has none."""
        off = self.maps - np.float32(self.neutral)
        found = np.divide(off, self.chance, out=np.zeros_like(off), where=self.chance > 0)
        return np.asarray(found, np.float32)

    def threshold(self, level: float = 0.05) -> NDArray[np.float64]:
        """The `z` that chance reaches anywhere on a map with at most that probability, (Q,).

        The largest values of P shufflings are a sample of what chance gives; the value is the one that
        `level` (P + 1) of them or fewer exceed, infinity where there are too few.
        """
        count = self.largest.shape[1]
        rank = math.ceil((1 - level) * (count + 1) - 1e-9)
        if rank > count:
            return np.full(len(self.largest), np.inf)
        return np.asarray(np.sort(self.largest, axis=1)[:, rank - 1], np.float64)

    def significant(self, level: float = 0.05) -> NDArray[np.bool_]:
        """Where a map is further from neutral than chance gets anywhere on it, but for that share of maps."""
        limit = self.threshold(level)
        return np.asarray(np.abs(self.z) > limit.reshape(-1, *[1] * (self.maps.ndim - 1)))

    def rasters(self, values: NDArray[Any] | None = None) -> NDArray[Any]:
        """Maps as (Q, H, W): values of regions are given to all their pixels.

        Parameters
        ----------
        values : ndarray, optional
            In the shape of `maps`, which are taken by default. Pixels of no region get the neutral value.

        Raises
        ------
        InputError
            If there is no label map.
        """
        values = self.maps if values is None else values
        if values.ndim == 3:
            return values
        if self.labels is None:
            raise InputError(
                "the regions of this explanation have no pixels; it was made without a label map."
            )
        outside = np.full((len(values), 1), self.neutral, values.dtype)
        return np.concatenate([values, outside], axis=1)[:, self.labels]

    def frame(self) -> pd.DataFrame:
        """Every value of all maps, with its standard error and whether it stands out from chance.

        Returns
        -------
        DataFrame
            reference; region, or row and column of the raster; value (less the neutral one), standard_error,
            z, significant.
        """
        from zij.explain.report.inline import distance_frame

        return distance_frame(self)

    def _repr_html_(self) -> str:
        from zij.explain.report.inline import distance_html

        return distance_html(self)

    def to_npz(self, path: str | Path) -> Path:
        """Write all of it as an npz file, whole or not at all; equal explanations give equal bytes.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _PLAIN}
        plain = {name: getattr(self, name) for name in _PLAIN} | {"parameters": dict(self.parameters)}
        stream = BytesIO()
        text = np.array(json.dumps(plain, sort_keys=True))
        np.savez(stream, allow_pickle=False, plain=text, **{k: v for k, v in arrays.items() if v is not None})
        return write_bytes(path, stream.getvalue())

    @classmethod
    def from_npz(cls, path: str | Path) -> Self:
        """Read what `to_npz` wrote; nothing in the file is executed.

        Raises
        ------
        InputError
            If it is no such file.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                values = {name: file[name] for name in file.files}
            plain = json.loads(str(values.pop("plain")))
            found = cls(**values, **plain)
            shapes = {a.shape for a in (found.maps, found.errors, found.chance)}
            if len(shapes) > 1 or found.maps.ndim not in (2, 3):
                raise ValueError("its maps differ in shape")
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            why = str(error).splitlines()[0].rstrip(". ") if str(error) else type(error).__name__
            raise InputError(
                f"{path}: it is no explanation written by zij ({why}); make it again."
            ) from error
        return found


_PLAIN = ("neutral", "requested", "stopped", "parameters")
