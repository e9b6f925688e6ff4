"""Time and memory of clusters, map, outliers and diversity of a large corpus.

    python benchmarks/seeing.py [--pages N] [--keep FOLDER] [STEP...]

Makes a corpus of 10,000 pages, whose vectors are those of copied tables with misreadings (families of all
sizes, a third of the pages alone, a fifth of them parts), with small pictures, books, places and years. Then
each step, "cluster", "map", "outliers", "diversity" or "umap", runs in a process of its own, as the command
does. Readings of the size of a real page are not made: these commands do not open them.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zij.actions import corpus as actions
from zij.corpora.store import Metadata, NewPage, PageResult, Recipes, create_corpus
from zij.tables.geometry import Box
from zij.tables.reading import Cell, Glyph, Number, Reading, Table

STEPS = ("cluster", "map", "outliers", "diversity")
PLACES = (
    "Lyon",
    "Venice",
    "Wittenberg",
    "Rome",
    "Frankfurt",
    "Paris",
    "Geneva",
    "Antwerp",
    "Seville",
    "Basel",
)
MISREAD = 0.04
KINDS = 8


def copied_tables(pages: int, seed: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Counts of pages, (N, 110), and the table that each shows."""
    random = np.random.default_rng(seed)
    kinds = random.dirichlet(np.full(110, 0.3), KINDS)
    rows: list[NDArray[np.int64]] = []
    tables: list[int] = []
    while len(rows) < pages:
        copies = min(int(np.ceil(random.pareto(1.2) * 2)), 400) if random.random() < 0.7 else 1
        digits = max(int(random.lognormal(5.6, 0.6)), 20)
        table = random.multinomial(digits, random.dirichlet(60 * kinds[random.integers(KINDS)] + 0.02))
        number = tables[-1] + 1 if tables else 0
        for _ in range(copies):
            part = random.binomial(table, random.uniform(0.5, 0.95)) if random.random() < 0.2 else table
            lost = random.binomial(part, MISREAD)
            rows.append(part - lost + random.multinomial(int(lost.sum()), kinds.mean(axis=0)))
            tables.append(number)
    order = random.permutation(len(rows))[:pages]
    return np.array(rows)[order], np.array(tables)[order]


def small_reading(name: str, digits: int) -> Reading:
    """A reading with so many digits in one cell."""
    box = Box(0, 0, 10, 10)
    number = Number((Glyph(box, "7"),) * digits, "7" * digits, box)
    table = Table(box, 1, 1, (Cell(0, 0, box, (number,), number.text, "read"),))
    return Reading(f"{name}.png", "", 100, 100, (table,)).with_ids()


def small_picture(random: np.random.Generator) -> bytes:
    """A page with lines of grey, as JPEG."""
    pixels = np.full((128, 90), 226, np.uint8)
    pixels[10:118:4, 8:82] = random.integers(60, 220, (27, 74))
    stream = BytesIO()
    Image.fromarray(pixels).convert("RGB").save(stream, "JPEG", quality=78)
    return stream.getvalue()


def made_corpus(folder: Path, pages: int) -> None:
    """A corpus of so many pages."""
    counts, _ = copied_tables(pages)
    random = np.random.default_rng(1)
    pictures = [small_picture(random) for _ in range(50)]
    recipes = Recipes("benchmark", "benchmark")
    with create_corpus(folder) as corpus:
        corpus.use_recipes(recipes)
        new = [NewPage(f"file:{n}", f"page {n:06}", f"book {n // 40:04}") for n in range(pages)]
        ids = corpus.add_pages(new).ids
        years = 1472 + random.integers(0, 178, pages // 40 + 1)
        fields = {
            page: Metadata(place=PLACES[n // 40 % len(PLACES)], year_from=int(years[n // 40]),
                           year_to=int(years[n // 40]))
            for n, page in enumerate(ids)
        }  # fmt: skip
        corpus.set_page_fields(fields)
        for start in range(0, pages, 500):
            results = []
            for n in range(start, min(start + 500, pages)):
                made = small_reading(f"page {n:06}", int(counts[n].sum()))
                results.append(
                    PageResult(ids[n], made, "benchmark", counts[n].astype(float),
                               thumbnail=pictures[n % 50], embedded_by="benchmark")
                )  # fmt: skip
            corpus.put_results(results)


def run_step(step: str, folder: Path, out: Path) -> str:
    """One step; returns its closing line."""
    if step == "umap":
        return actions.map_(folder, out / step, method="umap").sentence
    return getattr(actions, "map_" if step == "map" else step)(folder, out / step).sentence


def measured(step: str, folder: Path, out: Path) -> None:
    """Print how long a step took, what it took of the processor, its peak memory, and what it wrote."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "--step", step, "--keep", str(folder), "--out", str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    clock = time.perf_counter() - start
    processor, memory, *sentence = done.stdout.splitlines()
    size = sum(path.stat().st_size for path in (out / step).iterdir()) / 1e6
    print(f"{step:<10} {clock:7.1f} s  {float(processor):7.1f} s of the processor  "
          f"{float(memory):6.0f} MB  {size:5.1f} MB written")  # fmt: skip
    print(f"           {' '.join(sentence)}")


def main() -> None:
    """Run the benchmark, or, in a process of its own, one step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", nargs="*", metavar="STEP", default=STEPS)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, help="folder of the corpus, used again if it is there")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--step")
    told = parser.parse_args()
    if told.step:
        sentence = run_step(told.step, told.keep, told.out)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, sentence, sep="\n")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = told.keep or Path(scratch) / "corpus"
        if not folder.exists():
            start = time.perf_counter()
            made_corpus(folder, told.pages)
            print(f"corpus of {told.pages:,} pages made in {time.perf_counter() - start:.0f} s")
        print(f"load before: {' '.join(f'{one:.1f}' for one in os.getloadavg())}")
        for step in told.steps:
            measured(step, folder, told.out or Path(scratch) / "out")


if __name__ == "__main__":
    main()
