"""How much is lost when the same page comes turned or in another size.

    python benchmarks/copies.py [PAGE ...] [--data DIR] [--tools DIR]
                               [--turns 90 180 270] [--scales 0.5 1.4 2]

Each page is read as it is and from copies, turned clockwise and scaled as long as its digits keep 8
pixels, and scored against its truth by the tools that lie beside the project.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from zij.tables.pagexml import write_pagexml
from zij.tables.read import read
from zij.tables.scan.image import Image, read_image

SHARED = Path(__file__).parents[2] / "shared"
PAGES = ("climates/pifferi_1604_p368.jpg", "almagest_1515/f7r.png", "fort_william/1898-01.jpg")
LEAST = 8.0  # pixels of a digit


@dataclass(frozen=True)
class Copy:
    """A page as it is shown."""

    turn: int = 0
    scale: float = 1.0

    def __str__(self) -> str:
        return f"{self.turn} degrees, {self.scale:g}"

    def of(self, image: Image) -> Image:
        """The copy of an image."""
        pixels: NDArray[np.uint8] = image.pixels
        if self.scale != 1:
            method = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_CUBIC
            pixels = np.asarray(
                cv2.resize(pixels, None, fx=self.scale, fy=self.scale, interpolation=method), np.uint8
            )
        return Image(image.name, image.sha256, np.ascontiguousarray(np.rot90(pixels, -self.turn // 90)))


def score(page: Path, image: Image, copy: Copy, tools: Path, folder: Path) -> tuple[dict[str, float], float]:
    """Digit f1 and value_recall of a page's copy, as far as there is truth, and the height of its digits."""
    reading = read(copy.of(image)).reading
    written = write_pagexml(folder / "page.xml", reading)
    figures: dict[str, float] = {}
    for tool, kind, name in (
        ("score_digits.py", "digits", "f1"),
        ("score_values.py", "cells", "value_recall"),
    ):
        truth = page.with_suffix(f".{kind}.csv")
        if not truth.exists():
            continue
        command = [sys.executable, tools / tool, written, truth, "--json"]
        if kind == "digits":
            command += ["--turn", str(copy.turn), "--scale", str(copy.scale)]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        figures[name] = json.loads(done.stdout)[name]
    return figures, reading.digit_height


def main() -> None:
    """Print a line for each copy, and what is lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pages", nargs="*", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED / "data")
    parser.add_argument("--tools", type=Path, default=SHARED / "tools")
    parser.add_argument("--turns", type=int, nargs="*", default=[90, 180, 270])
    parser.add_argument("--scales", type=float, nargs="*", default=[0.5, 0.7, 1.4, 2.0])
    options = parser.parse_args()
    copies = [Copy(turn=turn) for turn in options.turns] + [Copy(scale=scale) for scale in options.scales]
    print("| page | copy | digit height | figure | as it is | copy | lost |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for page in options.pages or [options.data / name for name in PAGES]:
            image = read_image(page)
            plain, height = score(page, image, Copy(), options.tools, Path(folder))
            for copy in copies:
                if height * copy.scale < LEAST:
                    continue
                found, seen = score(page, image, copy, options.tools, Path(folder))
                for name, value in found.items():
                    lost = plain[name] - value
                    print(
                        f"| {page.stem} | {copy} | {seen:.1f} | {name} | {plain[name]:.4f} | {value:.4f} "
                        f"| {lost:+.4f}{' **' if lost > 0.01 else ''} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
