"""Evidence maps of a raster, and the candidate digits at their peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter
from scipy.spatial import cKDTree

from zij.tables.digits.network import STRIDE, Weights
from zij.tables.digits.parts import BLOCK, inked, parts

__all__ = ["FLOOR", "LOWER", "UPPER", "Peaks", "pick_peaks", "scores_of", "tile_peaks"]

FLOOR = 0.05  # probability below which a candidate is not looked at
LOWER = 0.5  # from here on a candidate is a digit, if an uncertain one
UPPER = 0.9  # from here on a digit is read
_MARGIN = 48  # pixels around a part that it needs to see: the network sees 44
_BLANK = 96  # pixels of a blank square whose middle sees nothing else


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Candidate digits on the network's raster.

    Attributes
    ----------
    cells : (N, 2) ndarray of int
        Row and column on the evidence maps.
    boxes : (N, 4) ndarray of float64
        x, y, w, h in pixels of the raster.
    probabilities : (N, 10) ndarray of float64
    """

    cells: NDArray[np.int64]
    boxes: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    @property
    def best(self) -> NDArray[np.float64]:
        """Probability of each candidate's likeliest digit, (N,)."""
        return np.asarray(self.probabilities.max(1, initial=0.0))


def scores_of(
    ink: NDArray[np.float32],
    weights: Weights,
    *,
    device: str = "cpu",
    where: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Evidence maps of an ink raster, read part by part where there is ink.

    Elsewhere they hold what the network says of blank paper.

    Parameters
    ----------
    ink : (H, W) ndarray of float32
        Digits are about 24 pixels high.
    weights : Weights
    device : str
        Of torch.
    where : (H / 16, W / 16) ndarray of bool, optional
        Blocks of 16 x 16 pixels outside which nothing is wanted; H and W rounded up.

    Returns
    -------
    probabilities : (11, h, w) ndarray
        h and w are H / 4 and W / 4, rounded up.
    sides : (4, h, w) ndarray
        Left, top, right, bottom of the box in pixels of the raster.
    """
    height, width = ink.shape
    padded = np.pad(ink, ((0, -height % BLOCK), (0, -width % BLOCK)))
    wanted = inked(padded) if where is None else where & inked(padded)
    size = -(-height // STRIDE), -(-width // STRIDE)
    probabilities, sides = (np.empty((n, *size), np.float32) for n in (11, 4))
    network = weights.network.to(device)
    blank = _run(network, np.zeros((1, 1, _BLANK, _BLANK), np.float32), weights.temperature, device)
    for whole, empty in zip((probabilities, sides), blank, strict=True):
        middle = empty.shape[2] // 2
        whole[:] = empty[0, :, middle, middle][:, None, None]
    for part in parts(wanted, margin=_MARGIN // BLOCK):
        top, bottom, left, right = (BLOCK * n for n in part)
        y, x = max(top - _MARGIN, 0), max(left - _MARGIN, 0)
        cut = padded[None, None, y : bottom + _MARGIN, x : right + _MARGIN]
        found = _run(network, cut, weights.temperature, device)
        y0, x0 = (top - y) // STRIDE, (left - x) // STRIDE
        rows, columns = slice(top // STRIDE, bottom // STRIDE), slice(left // STRIDE, right // STRIDE)
        for whole, piece in zip((probabilities, sides), found, strict=True):
            place = whole[:, rows, columns]
            place[:] = piece[0, :, y0 : y0 + place.shape[1], x0 : x0 + place.shape[2]]
    return probabilities, _corners(sides)


def _run(
    network: torch.nn.Module, ink: NDArray[np.float32], temperature: float, device: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    tensor = (
        torch.from_numpy(np.ascontiguousarray(ink)).to(device).contiguous(memory_format=torch.channels_last)
    )
    with torch.inference_mode():
        scores, sides = network(tensor)
        probabilities = torch.softmax(scores.float() / temperature, 1)
    return probabilities.cpu().numpy(), sides.cpu().numpy()


def _corners(sides: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distances from each cell's centre as absolute box edges."""
    y, x = ((np.arange(n, dtype=np.float32) + 0.5) * STRIDE for n in sides.shape[1:])
    return np.stack([x[None] - sides[0], y[:, None] - sides[1], x[None] + sides[2], y[:, None] + sides[3]])


def tile_peaks(
    tiles: NDArray[np.float32], weights: Weights, *, floor: float, device: str = "cpu"
) -> list[Peaks]:
    """Candidates of several rasters of one size, (N, H, W), H and W multiples of 4.

    Parameters
    ----------
    tiles : (N, H, W) ndarray of float32
    weights : Weights
    floor : float
        Probability below which nothing is a candidate.
    device : str
        Of torch.

    Returns
    -------
    list of Peaks
        One a raster.
    """
    probabilities, sides = _run(weights.network.to(device), tiles[:, None], weights.temperature, device)
    return [pick_peaks(p, _corners(s), floor=floor) for p, s in zip(probabilities, sides, strict=True)]


def pick_peaks(
    probabilities: NDArray[np.float32], edges: NDArray[np.float32], *, floor: float = FLOOR
) -> Peaks:
    """Candidates at the peaks of digit evidence, one for each place.

    Parameters
    ----------
    probabilities : (11, h, w) ndarray
    edges : (4, h, w) ndarray
        Left, top, right, bottom in raster pixels.
    floor : float
        Candidates whose likeliest digit is less probable are dropped.

    Returns
    -------
    Peaks
        In reading order of the raster (by rows of cells).
    """
    digit = 1 - probabilities[10]
    peak = (digit >= maximum_filter(digit, 3)) & (probabilities[:10].max(0) >= floor)
    rows, columns = np.nonzero(peak)
    order = np.lexsort((columns, rows, -digit[rows, columns]))
    rows, columns = rows[order], columns[order]
    x0, y0, x1, y1 = edges[:, rows, columns].astype(np.float64)
    boxes = np.column_stack([x0, y0, np.maximum(x1 - x0, 1), np.maximum(y1 - y0, 1)])
    kept = _suppress(boxes)
    kept = kept[np.lexsort((columns[kept], rows[kept]))]
    cells = np.column_stack([rows, columns])[kept]
    return Peaks(cells, boxes[kept], probabilities[:10, rows[kept], columns[kept]].T.astype(np.float64))


def _suppress(boxes: NDArray[np.float64], *, overlap: float = 0.3) -> NDArray[np.int64]:
    """Indices of boxes, the best first, none of which overlaps a better one too much."""
    if not len(boxes):
        return np.zeros(0, np.int64)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    near = cKDTree(centres).query_ball_point(centres, 0.75 * np.hypot(boxes[:, 2], boxes[:, 3]))
    alive = np.ones(len(boxes), bool)
    kept = []
    for i, others in enumerate(near):
        if not alive[i]:
            continue
        kept.append(i)
        worse = np.array([j for j in others if j > i and alive[j]], int)
        if worse.size:
            alive[worse[_overlap(boxes[i], boxes[worse]) > overlap]] = False
    return np.array(kept, np.int64)


def _overlap(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shared area over the smaller box's: a stroke within a digit is no digit of its own."""
    shared = np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    area = np.clip(shared, 0, None).prod(1)
    return np.asarray(area / np.minimum(box[2:].prod(), others[:, 2:].prod(1)))
