"""Time and memory of reading and comparing, steady state, and each stage of it.

    python benchmarks/speed.py [A B]
    python benchmarks/speed.py --reading SCAN

A and B are two scans; two generated pages by default. The second form shows the stages of reading one page,
the second time in a process, and the memory that it takes. The published network (Eberle et al.) takes some
900 seconds of processor time for a page of 1812 x 2535 pixels: an estimate from parts measured on
another machine, not run here; the ratio printed is against that.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from zij.actions import annotate, compare, generate
from zij.explain.bilrp.digits import explain
from zij.explain.report.figure import save_pair
from zij.explain.report.html import pair_report
from zij.explain.report.sheets import Sheet
from zij.similarity.evidence import evidence_from_reading
from zij.tables.digits.detect import detect
from zij.tables.digits.network import load_weights
from zij.tables.digits.view import choose_view
from zij.tables.overlay import draw_overlay
from zij.tables.pagexml import as_written, to_xml
from zij.tables.read import reading_of
from zij.tables.scan.image import read_image
from zij.tables.scan.page import prepare

PUBLISHED = 900.0  # seconds of processor time a page
ROUNDS = 5


def timed(action: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median seconds of the clock and of the processor, after one round to warm up."""
    action()
    clock, processor = [], []
    for _ in range(rounds):
        start = time.perf_counter(), time.process_time()
        action()
        clock.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    return statistics.median(clock), statistics.median(processor)


Times = dict[str, tuple[float, float]]


@contextmanager
def stage(name: str, times: Times) -> Iterator[None]:
    """Add the seconds of a block to a stage, of the clock and of the processor."""
    start = time.perf_counter(), time.process_time()
    yield
    clock, processor = times.get(name, (0.0, 0.0))
    times[name] = (clock + time.perf_counter() - start[0], processor + time.process_time() - start[1])


def reading_stages(path: Path) -> Times:
    """Seconds of each stage of reading a page."""
    times: Times = {}
    weights = load_weights()
    with stage("read image", times):
        image = read_image(path)
    with stage("page, light, skew", times):
        page = prepare(image)
    with stage("scale and orientation", times):
        view = choose_view(page, weights)
    with stage("digits", times):
        found = detect(page, weights, view=view)
    with stage("rulings, rows, columns, cells", times):
        reading_of(found, weights)
    return times


def print_reading(path: Path) -> None:
    """Stages of reading a page in the steady state, and the peak of memory."""
    reading_stages(path)
    times = reading_stages(path)
    clock, processor = (sum(values) for values in zip(*times.values(), strict=True))
    print(f"\n| reading {path.stem} | seconds | processor seconds |\n|---|---|---|")
    for name, (seconds, of_processor) in times.items():
        print(f"| {name} | {seconds:.2f} | {of_processor:.2f} |")
    print(f"| all | {clock:.2f} | {processor:.2f} (published / ours {PUBLISHED / processor:.0f}) |")
    print(f"\npeak memory {peak_memory():.0f} MB", flush=True)


def peak_memory() -> float:
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform != "darwin" else 1024**2
    )


def enlarged(path: Path, out: Path, *, megapixels: float = 50) -> Path:
    """A scan made so large."""
    pixels = read_image(path).pixels
    factor = (megapixels * 1e6 / (pixels.shape[0] * pixels.shape[1])) ** 0.5
    large = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(out), np.asarray(large)[:, :, ::-1])
    return out


def stages(paths: list[Path]) -> Times:
    """Seconds of each stage of comparing two pages."""
    times: Times = {}
    weights, sources = load_weights(), []
    for path in paths:
        with stage("read image", times):
            image = read_image(path)
        with stage("page, light, skew", times):
            page = prepare(image)
        with stage("scale and orientation", times):
            view = choose_view(page, weights)
        with stage("digits", times):
            found = detect(page, weights, view=view)
        with stage("rulings, rows, columns, cells", times):
            result = reading_of(found, weights)
            reading = as_written(result.reading)
        with stage("PAGE-XML", times):
            to_xml(reading)
        with stage("overlay", times):
            draw_overlay(image.pixels, reading)
        sources.append((image, reading, result.doubtful))
    with stage("evidence, embedding, explanation", times):
        a, b = (evidence_from_reading(reading, doubtful) for _, reading, doubtful in sources)
        explanation = explain(a, b)
        pairs = explanation.pairs(2000)
        summary = {**explanation.report(2000), "pairs": explanation.count}
    sheets = [Sheet(reading, image.pixels) for image, reading, _ in sources]
    with tempfile.TemporaryDirectory() as folder, stage("figure", times):
        save_pair(Path(folder) / "a.png", Path(folder) / "a.svg", sheets[0], sheets[1], pairs, summary)
    with stage("report", times):
        pair_report(sheets[0], sheets[1], pairs, summary)
    return times


def main() -> None:
    """Print all times."""
    torch.set_num_threads(min(2, os.cpu_count() or 1))
    if sys.argv[1:2] == ["--reading"]:
        print_reading(Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(p) for p in sys.argv[1:3]]
        if len(paths) < 2:
            made = generate(folder, count=2)
            paths = [made.folder / f"{stem}.png" for stem in made.stems]
        out = Path(folder) / "out"
        print(
            f"two threads of {os.cpu_count()} cores, torch {torch.__version__}, median of {ROUNDS} rounds\n"
        )
        print("| what | seconds | processor seconds | published / ours |\n|---|---|---|---|")
        for path in paths:
            clock, processor = timed(lambda path=path: annotate([path], out))  # type: ignore[misc]
            print(f"| annotate {path.stem} | {clock:.2f} | {processor:.2f} | {PUBLISHED / processor:.0f} |")
        clock, processor = timed(lambda: compare(paths[0], paths[1], out))
        print(f"| compare the pair | {clock:.2f} | {processor:.2f} | {2 * PUBLISHED / processor:.0f} |")
        print(f"\npeak memory {peak_memory():.0f} MB\n\n| stage, both pages | seconds | processor seconds |")
        print("|---|---|---|")
        stages(paths)
        for name, (seconds, of_processor) in stages(paths).items():
            print(f"| {name} | {seconds:.2f} | {of_processor:.2f} |")
        sys.stdout.flush()
        large = enlarged(paths[0], Path(folder) / "50_megapixels.jpg")
        for path in (paths[0], large):  # each in a process of its own, to see its memory
            subprocess.run([sys.executable, __file__, "--reading", path], check=True)


if __name__ == "__main__":
    main()
