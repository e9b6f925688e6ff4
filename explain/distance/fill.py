"""What stands in place of what is hidden."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zij.errors import UsageError
from zij.similarity.encoders.fitting import paper_colour

__all__ = ["Fill", "Hider"]

Fill = Literal["paper"] | float | NDArray[Any] | tuple[float, ...]


class Hider:
    """An image of which parts are hidden, in the image's own type and layout.

    Parameters
    ----------
    x : (H, W), (H, W, C) or (C, H, W) ndarray
    fill : "paper", number, (C,) or array like `x`
        What stands in place of hidden parts; masks between 0 and 1 mix.
    channels : "last" or "first"
        Where the channels of `x` stand.

    Raises
    ------
    UsageError
        If `x` is no image of finite numbers, or the fill does not fit it.
    """

    def __init__(self, x: NDArray[Any], fill: Fill = "paper", channels: str = "last") -> None:
        if channels not in ("last", "first"):
            raise UsageError(f"channels={channels!r} is not known; choose 'last' or 'first'.")
        if x.ndim not in (2, 3) or 0 in x.shape:
            raise UsageError(f"an image is (H, W) or has channels as well, not an array of shape {x.shape}.")
        if x.dtype.kind not in "uif" or not np.isfinite(x).all():
            raise UsageError(f"an image holds finite numbers; this one is {x.dtype}; convert it first.")
        self._layout, self._type = (x.ndim, channels), x.dtype
        last = np.moveaxis(x, 0, -1) if self._layout == (3, "first") else x.reshape(*x.shape[:2], -1)
        self.shape = last.shape[0], last.shape[1]
        self.depth = last.shape[2]
        rows = last.reshape(len(last), -1).astype(np.float32)  # (H, W x C)
        self.colour = _rows(_colour(last, fill), last.shape)
        self._low = min(float(rows.min()), float(self.colour.min()))
        self._high = max(float(rows.max()), float(self.colour.max()))
        self._rest = rows - self.colour

    def hide(self, masks: NDArray[np.float32]) -> NDArray[Any]:
        """The image under masks, (n, H, W x C), which are used up; each in the layout of the original."""
        masks *= self._rest
        masks += self.colour
        if self._type.kind == "f":
            np.clip(masks, self._low, self._high, out=masks)  # rounding must not lead out of 0..1
        else:
            np.rint(masks, out=masks)
        images = masks.astype(self._type, copy=False).reshape(len(masks), *self.shape, self.depth)
        if self._layout == (3, "first"):
            return np.ascontiguousarray(np.moveaxis(images, -1, 1))
        return images[..., 0] if self._layout[0] == 2 else images


def _colour(last: NDArray[Any], fill: Fill) -> NDArray[np.float32]:
    """The fill as (C,) or (H, W, C)."""
    if isinstance(fill, str):
        if fill != "paper":
            raise UsageError(f"fill {fill!r} is not known; choose 'paper', a value, or an array.")
        return np.asarray(paper_colour(last), np.float32)
    try:
        given = np.asarray(fill, np.float32)
        if given.ndim == 2:
            given = given[..., None]
        if given.ndim == 3:
            return np.broadcast_to(given, last.shape)
        given = np.broadcast_to(given, last.shape[2:])
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"the fill does not fit an image of {last.shape[1]} x {last.shape[0]} pixels in {last.shape[2]}"
            " channels; choose 'paper', a value, one a channel, or an image of that size."
        ) from error
    if not np.isfinite(given).all():
        raise UsageError("the fill is not finite; choose 'paper' or a number.")
    return given


def _rows(colour: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """One row for all, (1, W x C), or the whole image, (H, W x C)."""
    if colour.ndim == 1:
        return np.tile(colour, shape[1])[None]
    return np.ascontiguousarray(colour).reshape(shape[0], -1)
