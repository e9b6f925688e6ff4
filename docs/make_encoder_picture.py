"""Draw docs/images/encoders.png and print the figures beside it: what three networks look at on one page.

Two generated editions of a table are compared by the bigram network, by ResNet-18 and by VGG-16, the latter
two with random weights; the first page is shown under the relevance of its pixels. Then a page is held
against the same page with all digits changed. Takes a few minutes.

    python docs/make_encoder_picture.py
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import zij
from zij.explain.bilrp.coverage import coverage
from zij.explain.bilrp.pixels import PixelRelevance
from zij.explain.report.heatmap import tinted
from zij.similarity.embedding import cosine, embed
from zij.similarity.encoders.resnet import resnet
from zij.similarity.encoders.vgg import vgg16
from zij.similarity.evidence import evidence_from_reading
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.geometry import Box
from zij.tables.reading import Reading

PICTURE = Path(__file__).parent / "images" / "encoders.png"
MODELS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("bigram network", {}),
    ("ResNet-18, random weights", {"model": "resnet18", "weights": "random"}),
    ("VGG-16 layer 31, random weights", {"model": "vgg16", "weights": "random"}),
)
WIDTH = 430  # pixels of a panel
COLOURS = 56


def main() -> None:
    """Compare, measure, draw."""
    panels = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = zij.generate(folder, count=2)
        a, b = (folder / f"{stem}.png" for stem in made.stems)
        for title, options in MODELS:
            found = zij.compare(a, b, folder / "out", pixels=True, device="cpu", **options)
            heat = found.heats[0]
            assert heat.pixels is not None
            reading = found.a.reading
            print(f"{title}: similarity {found.summary['similarity']:.4f}")
            shares = parts(heat.pixels, reading)
            for part, (share, area) in shares.items():
                print(f"  {part:24} {share:6.1%} of the relevance on {area:6.1%} of what the network saw")
            style = {"power": 1.0, "most": 0.75} if options else {"power": 0.5, "most": 1.0}
            words = f"{shares['digit boxes'][0]:.0%} of the relevance in the boxes of digits"
            panels.append(panel(title, words, tinted(found.a.image.pixels, heat.pixels, **style)))
    height = max(picture.height for picture in panels)
    sheet = Image.new("RGB", (sum(p.width for p in panels) + 20 * (len(panels) - 1), height), "white")
    for place, picture in enumerate(panels):
        sheet.paste(picture, (place * (WIDTH + 20), 0))
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size:,} bytes")
    for title, similarity in changed_digits().items():
        print(f"{title}: {similarity:.4f} with the same page, all its digits changed")


def changed_digits() -> dict[str, float]:
    """Similarity of a page with itself when 3 is added to each of its digits (9 becomes 2)."""
    table = climates()
    other = {str(d): str((d + 3) % 10) for d in range(10)}
    rows = tuple(tuple("".join(other.get(c, c) for c in text) for text in row) for row in table.rows)
    pages = [make_page(0, t, Setting.plain()) for t in (table, replace(table, rows=rows))]
    vectors = [embed(evidence_from_reading(page.truth)) for page in pages]
    found = {"bigram network": cosine(*vectors)}
    for title, encoder in (("ResNet-18, random weights", resnet(18, "random", dims=100)),
                           ("VGG-16 layer 31, random weights", vgg16("random"))):  # fmt: skip
        a, b = encoder.embed_many([page.pixels for page in pages])
        found[title] = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    return found


def parts(found: PixelRelevance, reading: Reading) -> dict[str, tuple[float, float]]:
    """Shares of the relevance, without its sign, and of the raster's area in each part of the page."""
    numbers = [g.box for g in reading.glyphs() if g.is_digit]
    tables = [table.box for table in reading.tables]
    page = [Box(0, 0, reading.width, reading.height)]
    digits, table, leaf = (
        np.asarray(coverage(boxes, found.geometry).sum(axis=0)).ravel() for boxes in (numbers, tables, page)
    )
    table = np.maximum(table, digits)
    amount = np.abs(found.map).ravel()
    masks: dict[str, NDArray[np.float64]] = {
        "digit boxes": digits,
        "rest of the table": table - digits,
        "page around the table": leaf - table,
        "paper added around it": 1 - leaf,
    }
    return {name: (float(amount @ mask / amount.sum()), float(mask.mean())) for name, mask in masks.items()}


def panel(title: str, words: str, heat: NDArray[np.uint8]) -> Image.Image:
    """A heat map between its title and its figure."""
    page = Image.fromarray(heat)
    page = page.resize((WIDTH, round(page.height * WIDTH / page.width)), Image.Resampling.LANCZOS)
    whole = Image.new("RGB", (WIDTH, page.height + 60), "white")
    whole.paste(page, (0, 30))
    draw = ImageDraw.Draw(whole)
    draw.text((2, 3), title, (20, 20, 20), ImageFont.load_default(size=18))
    draw.text((2, page.height + 35), words, (60, 60, 60), ImageFont.load_default(size=15))
    return whole


if __name__ == "__main__":
    main()
