"""Draw docs/images/fails-1.jpg and those after it: how zij fails, as docs/explanation/limits.md shows it.

They are the figures of docs/gallery/plot_how_zij_fails.py, made small, so that a checkout shows them before
the documentation is built. A test holds them against what the script draws. Takes half a minute.

    python docs/make_limits_pictures.py
"""

from __future__ import annotations

import io
import runpy
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

HERE = Path(__file__).parent
SCRIPT = HERE / "gallery" / "plot_how_zij_fails.py"
WIDTH, HEIGHT = 840, 440  # pixels within which a picture lies


def main() -> None:
    """Run the script and keep its figures."""
    matplotlib.use("Agg")
    runpy.run_path(str(SCRIPT))
    for number in plt.get_fignums():
        path = picture_of(number)
        small(plt.figure(number)).save(path, quality=80, subsampling=0, optimize=True)
        print(f"{path.name}: {path.stat().st_size:,} bytes")


def picture_of(number: int) -> Path:
    """Where the picture of a figure of the script lies, by the figure's number from 1."""
    return HERE / "images" / f"fails-{number}.jpg"


def small(figure: Figure) -> Image.Image:
    """A figure as a picture within `WIDTH` and `HEIGHT`."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=100)
    picture = Image.open(stream).convert("RGB")
    scale = min(WIDTH / picture.width, HEIGHT / picture.height)
    size = round(picture.width * scale), round(picture.height * scale)
    return picture.resize(size, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
