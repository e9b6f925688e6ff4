"""Time, memory and truthfulness of the Distance Explainer.

    python benchmarks/distance.py [speed] [page] [errors] [stopping] [pointing]

All parts by default, one thread, each figure with what is asked of it. The published program takes 3 seconds
beyond the model and 800 MB or more for the first part, and 60 GB for the second (by its law of memory; it was
not run).
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from torch import nn

from zij.explain.distance.explainer import explain_distance
from zij.explain.distance.explanation import DistanceExplanation

Model = Callable[[NDArray[Any]], NDArray[Any]]
Driven = tuple[Model, NDArray[np.uint8], NDArray[np.int64], int]


def row(what: str, value: str, asked: str = "") -> None:
    """One line of the table."""
    print(f"{what:<62} {value:>22}   {asked}", flush=True)


def network(*layers: tuple[int, int, int, int]) -> Model:
    """Convolutions (in, out, kernel, stride) with ReLU, and a mean; random weights from a fixed seed."""
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    steps: list[nn.Module] = []
    for inside, outside, kernel, stride in layers:
        layer = nn.Conv2d(inside, outside, kernel, stride, padding=kernel // 2 if stride < kernel else 0)
        weight = torch.randn(layer.weight.shape, generator=generator) / math.sqrt(inside * kernel**2)
        layer.weight.data, layer.bias.data = weight, torch.zeros(outside)  # type: ignore[union-attr]
        steps += [layer, nn.ReLU()]
    net = nn.Sequential(*steps, nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()

    def model(batch: NDArray[Any]) -> NDArray[Any]:
        with torch.inference_mode():
            planes = torch.from_numpy(batch).permute(0, 3, 1, 2)
            return np.asarray(net(planes.float() / (255 if planes.dtype == torch.uint8 else 1)).numpy())

    return model


SMALL = ((3, 16, 3, 2), (16, 32, 3, 2), (32, 64, 3, 2))
COARSE = ((3, 16, 8, 8),)


def peak() -> float:
    """Largest memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(model: Model, x: NDArray[Any], number: int, batch: int) -> tuple[float, float, float, float]:
    """Processor seconds in all and in the model alone, clock seconds, and growth of the peak in MB."""
    reference = model(x[None])[0] + 0.01 * np.random.default_rng(0).normal(size=model(x[None]).shape[1])
    inside = [0.0]

    def timed(images: NDArray[Any]) -> NDArray[Any]:
        start = time.process_time()
        found = model(images)
        inside[0] += time.process_time() - start
        return found

    model(np.repeat(x[None], batch, axis=0))
    explain_distance(timed, x[:64, :64], reference, number=20, batch=batch)
    before, inside[0] = peak(), 0.0
    start = time.process_time(), time.perf_counter()
    explain_distance(timed, x, reference, number=number, batch=batch)
    total, clock = time.process_time() - start[0], time.perf_counter() - start[1]
    return total, inside[0], clock, peak() - before


def speed() -> None:
    """224 x 224 pixels, 1000 masks."""
    x = np.random.default_rng(0).random((224, 224, 3)).astype(np.float32)
    total, model, _, growth = measured(network(*SMALL), x, 1000, 10)
    row("224 x 224, 1000 masks: processor seconds in all", f"{total:.2f}")
    row("  of which the model", f"{model:.2f}")
    row("  beyond the model", f"{total - model:.2f}", "at most 0.60")
    row("  growth of memory", f"{growth:.0f} MB", "at most 100 MB")


def page(number: int = 1000) -> None:
    """2400 x 1600 pixels, batches of 2."""
    x = np.random.default_rng(0).integers(0, 256, (2400, 1600, 3), np.uint8)
    total, model, clock, growth = measured(network(*COARSE), x, number, 2)
    row(f"2400 x 1600, {number} masks, batch 2: minutes on the clock", f"{clock / 60:.1f}")
    row("  processor seconds in all, of which the model", f"{total:.0f}, {model:.0f}")
    row("  growth of memory", f"{growth:.0f} MB", "under 1000 MB")


def signal(seed: int, number: int = 1000, **options: Any) -> DistanceExplanation:
    """An image of 8 x 8 tiles that count by their place, and neighbours together a little."""
    x = np.ones((64, 64), np.float32)
    weights = np.linspace(0, 1, 64)

    def model(batch: NDArray[Any]) -> NDArray[Any]:
        tiles = batch.reshape(len(batch), 8, 8, 8, 8).mean(axis=(2, 4)).reshape(len(batch), 64)
        both = 0.3 * tiles[:, 1:] * tiles[:, :-1]
        return np.concatenate([tiles * weights, both, np.full((len(batch), 1), 0.5)], axis=1)

    reference = np.concatenate([weights, np.zeros(64)])
    return explain_distance(
        model, x, reference, number=number, fill=0, seed=seed, batch=100, permutations=0, **options
    )


def nothing(seed: int, number: int = 1000, permutations: int = 199, **options: Any) -> DistanceExplanation:
    """A model that answers noise."""
    rng = np.random.default_rng(seed)
    x = np.ones((64, 64), np.float32)
    model = lambda batch: rng.normal(size=(len(batch), 8))  # noqa: E731
    return explain_distance(
        model,
        x,
        np.ones(8),
        number=number,
        fill=0,
        seed=seed,
        batch=500,
        permutations=permutations,
        **options,
    )


def errors() -> None:
    """Standard errors against the spread over seeds, noise against theory, false alarms."""
    ways: list[dict[str, Any]] = [{}, {"antithetic": True}, {"estimator": "regression"},
                                  {"estimator": "regression", "antithetic": True}]  # fmt: skip
    long = {name: signal(999, 20_000, estimator=name).maps[0] for name in ("tails", "regression")}
    for way in ways:
        runs = [signal(seed, **way) for seed in range(20)]
        maps = np.array([run.maps[0] for run in runs])
        spread = maps.std(axis=0, ddof=1)
        told = np.median([run.errors[0] for run in runs], axis=0)
        name = ", ".join(f"{v}" if k == "estimator" else "in pairs" for k, v in way.items()) or "tails"
        row(
            f"{name}: told error / spread over 20 seeds, median",
            f"{np.median(told / spread):.2f}",
            "0.8..1.25",
        )
        target = long[way.get("estimator", "tails")]
        rank = np.mean([spearmanr(one.ravel(), target.ravel()).statistic for one in maps])
        unsteady = math.sqrt((spread**2).mean()) / target.std()
        row("  spread / the map's own; Spearman to 20,000 masks", f"{unsteady:.3f}; {rank:.3f}")
    maps = np.array([nothing(seed, permutations=0).maps[0] for seed in range(40)])
    theory = math.sqrt(1 / 9) * math.sqrt(2 / 100)
    row("noise of a map of nothing / theory", f"{maps[:, 8:-8, 8:-8].std() / theory:.3f}", "0.95..1.05")
    alarms = np.mean([nothing(seed, 200).significant().any() for seed in range(1200)])
    row("maps of nothing with a significant place, of 1200", f"{alarms:.1%}", "at most 6 %")
    alarms = np.mean([nothing(s, 200, estimator="regression").significant().any() for s in range(1200)])
    row("  the same by regression", f"{alarms:.1%}", "at most 6 %")


def stopping() -> None:
    """Stop when the map stands out from its error."""
    long = signal(99, 10_000).maps[0].ravel()
    for tolerance in (0.3, 0.15):
        runs = [signal(seed, 10_000, tolerance=tolerance) for seed in range(5)]
        rank = np.mean([spearmanr(run.maps[0].ravel(), long).statistic for run in runs])
        used = np.mean([run.used for run in runs])
        row(f"tolerance {tolerance}: masks of 10,000, mean of 5 seeds", f"{used:.0f}", "at most 5000")
        row("  Spearman to 10,000 masks of another seed", f"{rank:.3f}", "0.95 at 0.15")
    again = spearmanr(signal(98, 10_000).maps[0].ravel(), long).statistic
    row("  of two runs of 10,000 masks", f"{again:.3f}")
    row("  masks of 10,000 on noise", str(nothing(0, 10_000, 0, tolerance=0.3).used), "10000")


ROWS, COLUMNS, HIGH, WIDE = 12, 8, 20, 30


def table(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64], int]:
    """A table with strokes for digits on paper, the cell of each pixel, and the cell that drives a model."""
    rng = np.random.default_rng([seed, 5])
    x = np.full((ROWS * HIGH + 20, COLUMNS * WIDE + 20, 3), (236, 228, 205), np.uint8)
    labels = np.full(x.shape[:2], ROWS * COLUMNS, np.int64)
    for cell in range(ROWS * COLUMNS):
        top, left = 10 + cell // COLUMNS * HIGH, 10 + cell % COLUMNS * WIDE
        labels[top : top + HIGH, left : left + WIDE] = cell
        x[top, left : left + WIDE] = x[top : top + HIGH, left] = 90
        for k in range(2):
            strokes = rng.random((12, 9)) < 0.45
            part = x[top + 4 : top + 16, left + 5 + 11 * k : left + 14 + 11 * k]
            part[strokes] = 40
    return x, labels, int(rng.integers(ROWS * COLUMNS))


def driven(seed: int) -> Driven:
    """A model that is a random function of one cell's pixels, and the page."""
    x, labels, cell = table(seed)
    inside = labels == cell
    weights = np.random.default_rng([seed, 6]).normal(size=(int(inside.sum()) * 3, 24)) / 40

    def model(batch: NDArray[Any]) -> NDArray[Any]:
        pixels = batch[:, inside].reshape(len(batch), -1) / 255 - 0.8
        return np.tanh(pixels @ weights)

    return model, x, labels, cell


def pointing() -> None:
    """How often the strongest place lies in the cell that drives the pair, by number of masks."""
    pages = [driven(seed) for seed in range(20)]
    counts = (10, 15, 20, 30, 50, 100, 200, 500)
    ways: dict[str, dict[str, Any]] = {
        "cells": {},
        "cells, regression in pairs": {"estimator": "regression", "antithetic": True},
        "grids of 8 x 8": {"masks": "grid"},
        "grids of 16 x 16": {"masks": "grid", "resolution": 16},
    }
    print("\npointing at the one cell of 96 that drives the pair, 20 pages; by number of masks")
    row("", " ".join(f"{n:>5}" for n in counts))
    needed = {}
    for name, way in ways.items():
        hits = {n: np.mean([hit(one, n, way) for one in pages]) for n in counts}
        row(name, " ".join(f"{hits[n]:>5.2f}" for n in counts), "0.95")
        needed[name] = next((n for n in counts if hits[n] >= 0.95), None)
    row("masks needed for 0.95", ", ".join(f"{k}: {v or 'more'}" for k, v in needed.items()))


def hit(one: Driven, number: int, way: dict[str, Any]) -> bool:
    """Whether the strongest place lies in the driving cell."""
    model, x, labels, cell = one
    options = {"masks": labels, **way}
    found = explain_distance(model, x, model(x[None])[0], number=number, batch=50, permutations=0, **options)
    best = int(found.maps[0].argmax())
    return bool((labels.ravel()[best] if options["masks"] is not labels else best) == cell)


PARTS = {"speed": speed, "page": page, "errors": errors, "stopping": stopping, "pointing": pointing}


def main() -> None:
    """Each part in a process of its own, so that memory is measured from the start."""
    if len(sys.argv) == 3 and sys.argv[1] == "--only":
        PARTS[sys.argv[2]]()
        return
    for name in sys.argv[1:] or PARTS:
        subprocess.run([sys.executable, __file__, "--only", name], check=True)


if __name__ == "__main__":
    main()
