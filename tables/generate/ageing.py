"""What printing, four centuries and a scanner do to type: from clean ink to what a camera sees."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["camera", "cloud", "press", "warp"]

Ink = NDArray[np.float32]


def cloud(rng: Generator, shape: tuple[int, int], grain: float) -> Ink:
    """Smooth noise of mean 0 and deviation about 1, with blots some `grain` pixels wide.

    Parameters
    ----------
    rng : Generator
    shape : (int, int)
        Rows and columns.
    grain : float
        In pixels.

    Returns
    -------
    (H, W) ndarray of float32
    """
    small = (max(round(shape[0] / grain), 1) + 3, max(round(shape[1] / grain), 1) + 3)
    noise = rng.standard_normal(small).astype(np.float32)
    big = cv2.resize(noise, None, fx=grain, fy=grain, interpolation=cv2.INTER_CUBIC)
    y, x = (big.shape[0] - shape[0]) // 2, (big.shape[1] - shape[1]) // 2
    return np.asarray(big[y : y + shape[0], x : x + shape[1]])


def press(rng: Generator, ink: NDArray[np.uint8], *, wear: float = 1.0, pixel: float = 1.0) -> Ink:
    """Print clean type: ink spreads or fails, sorts are worn and clogged.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    ink : (H, W) ndarray of uint8
        Clean type, 255 where there is ink.
    wear : float
        How bad it is, 0 for a perfect press.
    pixel : float
        Size of the printing's faults in pixels (a stroke is some 3 of them wide).

    Returns
    -------
    (H, W) ndarray of float32
        0 paper to 1 ink.
    """
    spread = (0.5 + wear * rng.uniform(0.2, 1.6)) * pixel
    soft = cv2.GaussianBlur(ink.astype(np.float32) / 255, (0, 0), spread)
    threshold = 0.42 + wear * rng.uniform(-0.2, 0.13)
    coarse = cloud(rng, ink.shape, 40 * pixel) * rng.uniform(0.0, 0.08)
    fine = cloud(rng, ink.shape, 3.0 * pixel) * rng.uniform(0.02, 0.16)
    steep = rng.uniform(5, 16)
    printed = 1 / (1 + np.exp(-steep * (soft - threshold - wear * (coarse + fine))))
    printed *= soft > 0.02
    if rng.random() < 0.5 * wear:
        printed *= np.clip(
            1.0 - np.maximum(cloud(rng, ink.shape, 8 * pixel) - rng.uniform(0.8, 2.5), 0), 0.25, 1
        )
    return np.asarray(printed, np.float32)


def warp(
    rng: Generator, ink: Ink, matrix: NDArray[np.float64], size: tuple[int, int], bend: float
) -> tuple[Ink, NDArray[np.float64]]:
    """Place a sheet under the camera: an affine map and a slow bend of the paper.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    ink : (H, W) ndarray
        The sheet.
    matrix : (2, 3) ndarray
        From the result's pixel centres to the sheet's.
    size : (int, int)
        Height and width of the result.
    bend : float
        Pixels of the sheet by which the paper is out of true.

    Returns
    -------
    result : (height, width) ndarray of float32
    shift : (height, width, 2) ndarray
        Sheet position (x, y) that each pixel of the result shows.
    """
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    u = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]).astype(np.float32)
    v = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]).astype(np.float32)
    if bend:
        u += bend * cloud(rng, size, 90.0)
        v += bend * cloud(rng, size, 90.0)
    seen = cv2.remap(ink, u, v, cv2.INTER_LINEAR, borderValue=0)
    return np.asarray(seen, np.float32), np.stack([u, v], axis=-1).astype(np.float64)


def camera(rng: Generator, ink: Ink, *, detail: float, roughness: float = 1.0) -> Ink:
    """See printed ink through a scanner: lost detail, blur, noise, JPEG.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    ink : (H, W) ndarray of float32
        0 paper to 1 ink.
    detail : float
        Share of the resolution that is left, 0.2 to 1.
    roughness : float
        Strength of noise and compression.

    Returns
    -------
    (H, W) ndarray of float32
        0 paper to 1 ink, noisy, in steps of 1/255.
    """
    height, width = ink.shape
    if detail < 0.95:
        small = (max(round(width * detail), 8), max(round(height * detail), 8))
        ink = np.asarray(cv2.resize(ink, small, interpolation=cv2.INTER_AREA), np.float32)
    ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.2, 0.85)), np.float32)
    noise = rng.standard_normal(ink.shape).astype(np.float32) * rng.uniform(0.0, 0.05) * roughness
    if rng.random() < 0.4:
        noise += cloud(rng, (ink.shape[0], ink.shape[1]), 2.5) * rng.uniform(0, 0.03) * roughness
    seen = np.clip(255 * (1 - 0.8 * (ink + noise)), 0, 255).astype(np.uint8)
    if rng.random() < 0.75:
        seen = _compressed(seen, int(rng.integers(25, 96)))
    result = (255 - seen.astype(np.float32)) / (255 * 0.8)
    if result.shape != (height, width):
        return np.asarray(cv2.resize(result, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    return np.asarray(result, np.float32)


def _compressed(grey: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """An image after a JPEG of that quality."""
    _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
