"""Measure every figure of reading, invariance, nearness and explanation on real pages, as Markdown.

    python benchmarks/figures.py [DATA]

DATA is a folder of real pages with their truth (see the tests); `../shared/data` by default, with the
scorers in `../shared/tools`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from zij.actions import compare, open_source
from zij.explain.bilrp.digits import explain
from zij.similarity.embedding import Embedding, cosine, embed
from zij.similarity.evidence import EXTRA_FLOOR, evidence_from_reading
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.geometry import Box
from zij.tables.pagexml import read_pagexml, write_pagexml
from zij.tables.read import read
from zij.tables.scan.image import Image

SCALES = (0.6, 0.7, 0.85, 1.2, 1.4, 1.6)
LEAST = 8.0  # pixels that a digit must keep


def embedding_of(path: Path) -> tuple[Embedding, Embedding, float, int]:
    """Embeddings from the image and from its PAGE-XML, the digit height, and the number of tables."""
    source = open_source(path)
    seen = embed(evidence_from_reading(source.reading, source.doubtful))
    with tempfile.TemporaryDirectory() as folder:
        cv2.imwrite(str(Path(folder) / source.image.name), source.image.pixels[:, :, ::-1])
        target = Path(folder) / "page.xml"
        write_pagexml(target, source.reading)
        written = embed(evidence_from_reading(read_pagexml(target).reading))
    return seen, written, source.reading.digit_height, len(source.reading.tables)


def reading_figures(data: Path, tools: Path) -> Iterator[str]:
    """Scores of the digits and values of each page with truth, by the scorers."""
    pages = sorted(p for p in data.rglob("*") if p.suffix in {".jpg", ".png"} and "pagexml" not in p.parts)
    yield "| page | F1 | precision | recall | r | values recall | precision | rows | tables | false | ECE |"
    yield "|---" * 11 + "|"
    series = []
    with tempfile.TemporaryDirectory() as folder:
        for page in pages:
            digits, values = page.with_suffix(".digits.csv"), page.with_suffix(".cells.csv")
            if not digits.exists() and not values.exists():
                continue
            target = Path(folder) / "page.xml"
            source = open_source(page)
            write_pagexml(target, source.reading)
            d = score(tools / "score_digits.py", target, digits)
            v = score(tools / "score_values.py", target, values)
            cells = [d.get(k) for k in ("f1", "precision", "recall", "histogram_r")]
            cells += [v.get(k) for k in ("value_recall", "value_precision", "row_recall")]
            shown = " | ".join("" if c is None else f"{c:.4f}" for c in cells)
            error = f"{d['calibration_error']:.4f}" if d.get("calibration_error") is not None else ""
            tables, false = len(source.reading.tables), d.get("false_digits", "")
            yield f"| {page.stem} | {shown} | {tables} | {false} | {error} |"
            if page.parent.name == "fort_william":
                series.append([v[k] for k in ("value_recall", "value_precision", "row_recall")])
    if series:
        means = " | ".join(f"{value:.4f}" for value in np.mean(series, axis=0))
        yield f"| mean of {len(series)} pages of Fort William | | | | | {means} | | | |"


def size_figures() -> Iterator[str]:
    """Digits found on generated pages, by their height in pixels."""
    table = replace(climates(), rows=climates().rows[:15])
    for height, made_at in ((60, 60), (26, 26), (12, 26), (8, 26)):
        page = make_page(1, table, Setting.plain(digit_height=made_at))
        scale = height / made_at
        pixels = cv2.resize(page.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = list(read(Image("page.png", "", np.asarray(pixels, np.uint8))).reading.glyphs())
        boxes = ((glyph.text, glyph.box) for glyph in page.truth.glyphs())
        truth = [(Box(scale * b.x, scale * b.y, scale * b.w, scale * b.h), text) for text, b in boxes]
        right = sum(any(g.text == text and g.box.iou(box) > 0.4 for g in found) for box, text in truth)
        yield f"{height} pixels: {len(truth)} digits, {len(found)} found, {right} right"


def floor_figures(data: Path) -> Iterator[str]:
    """How the evidence outside digits depends on the probability from which it counts."""
    pages = [data / "climates" / name for name in ("pifferi_1604_p368.jpg", "clavius_1585_p465.jpg")]
    sources = [open_source(page) for page in pages]
    yield "| floor | similarity | outside digits | PAGE-XML, A | B |"
    yield "|---|---|---|---|---|"
    for floor in (0.05, 0.1, 0.3, EXTRA_FLOOR):
        seen = [evidence_from_reading(s.reading, s.doubtful, floor=floor) for s in sources]
        report = explain(seen[0], seen[1]).report()
        share = report["relevance_outside_digits"] / report["similarity"]
        written = [evidence_from_reading(source.reading) for source in sources]
        near = [cosine(embed(one), embed(two)) for one, two in zip(seen, written, strict=True)]
        yield f"| {floor} | {report['similarity']:.4f} | {share:.3f} | {near[0]:.4f} | {near[1]:.4f} |"


def score(tool: Path, page_xml: Path, truth: Path) -> dict[str, float]:
    """What a scorer says, empty where there is no truth."""
    if not truth.exists():
        return {}
    done = subprocess.run(
        [sys.executable, tool, page_xml, truth, "--json"], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.replace("NaN", "null")))


def invariance_figures(pages: list[Path]) -> Iterator[str]:
    """Cosine of turned and scaled copies, and of the PAGE-XML, to the upright image."""
    yield (
        "| page | PAGE-XML | "
        + " | ".join(f"{t}°" for t in (90, 180, 270))
        + " | "
        + " | ".join(f"x {s}" for s in SCALES)
        + " |"
    )
    yield "|---|---|---|---|---|" + "---|" * len(SCALES)
    with tempfile.TemporaryDirectory() as folder:
        for page in pages:
            upright, written, height, _ = embedding_of(page)
            image = cv2.imread(str(page))
            assert image is not None
            row = [cosine(upright, written)]
            copy = Path(folder) / "copy.png"
            for turns in (1, 2, 3):
                cv2.imwrite(str(copy), np.ascontiguousarray(np.rot90(image, -turns)))
                row.append(cosine(upright, embedding_of(copy)[0]))
            for scale in SCALES:
                if height * scale < LEAST:
                    row.append(float("nan"))
                    continue
                method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
                cv2.imwrite(str(copy), cv2.resize(image, None, fx=scale, fy=scale, interpolation=method))
                row.append(cosine(upright, embedding_of(copy)[0]))
            shown = " | ".join("digits under 8 px" if np.isnan(v) else f"{v:.4f}" for v in row)
            yield f"| {page.stem} | {shown} |"


def nearness_figures(data: Path) -> Iterator[str]:
    """Cosine of the Pifferi page to the Clavius page and to every other."""
    climates = data / "climates"
    pifferi = embedding_of(climates / "pifferi_1604_p368.jpg")[0]
    clavius = cosine(pifferi, embedding_of(climates / "clavius_1585_p465.jpg")[0])
    others = sorted(
        (cosine(pifferi, embedding_of(path)[0]), path.stem)
        for folder in ("almagest_1515", "petavius_1630", "fort_william", "not_tables")
        for path in sorted((data / folder).iterdir())
        if path.suffix in {".jpg", ".png"}
    )
    yield f"Pifferi to Clavius {clavius:.4f}; next: " + ", ".join(f"{n} {v:.4f}" for v, n in others[::-1][:4])
    yield f"margin {clavius - others[-1][0]:.4f} over {len(others)} pages"


def explanation_figures(data: Path) -> Iterator[str]:
    """The sums of explanation.json on the two climates pages."""
    pages = [data / "climates" / name for name in ("pifferi_1604_p368.jpg", "clavius_1585_p465.jpg")]
    with tempfile.TemporaryDirectory() as folder:
        result = compare(*pages, folder)
    s = result.summary
    parts = [s[f"relevance_{k}"] for k in ("listed", "unlisted", "outside_digits")] + [s["remainder"]]
    yield result.sentence.split("; report")[0]
    yield f"similarity {s['similarity']:.9f}, parts " + " + ".join(f"{p:.9f}" for p in parts)
    yield f"relative gap {abs(sum(parts) - s['similarity']) / s['similarity']:.1e}"
    yield f"outside digits {parts[2] / s['similarity']:.4f} of the similarity"
    yield f"pairs.csv sums to listed within {abs(result.pairs['relevance'].sum() - parts[0]):.1e}"


def main() -> None:
    """Print all figures."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data").resolve()
    climates = [data / "climates" / name for name in ("pifferi_1604_p368.jpg", "clavius_1585_p465.jpg")]
    parts = (
        ("Reading", reading_figures(data, data.parent / "tools")),
        ("Sizes of digits", size_figures()),
        ("Evidence outside digits", floor_figures(data)),
        ("Invariance", invariance_figures(climates)),
        ("Nearness", nearness_figures(data)),
        ("Explanation", explanation_figures(data)),
    )
    for title, lines in parts:
        print(f"\n## {title}\n")
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    main()
