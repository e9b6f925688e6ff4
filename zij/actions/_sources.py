"""Page arguments: an image, or a PAGE-XML file whose image lies beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zij.errors import InputError, UsageError
from zij.tables.cellscsv import apply_cells, read_cells
from zij.tables.image import Image, read_image
from zij.tables.network import Weights, load_weights
from zij.tables.pagexml import as_written, find_image, read_pagexml
from zij.tables.read import read
from zij.tables.reading import Glyph, Reading

__all__ = ["Progress", "Source", "chosen_device", "open_source", "stems"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A page as it comes to an action.

    Attributes
    ----------
    stem : str
        File name without folders and suffix; results are named after it.
    reading : Reading
        As PAGE-XML holds it, with ids.
    image : Image
    doubtful : tuple of Glyph
        Candidates below the lower threshold; empty where the reading came from a file.
    remarks : tuple of str
        What was tolerated on the way in.
    """

    stem: str
    reading: Reading
    image: Image
    doubtful: tuple[Glyph, ...] = ()
    remarks: tuple[str, ...] = ()


def open_source(
    page: str | Path, *, weights: Weights | None = None, device: str = "cpu", images: str | Path | None = None
) -> Source:
    """Read a page argument: an image is read by the digit network, a PAGE-XML file is taken as it stands.

    Where a `STEM.cells.csv` beside a PAGE-XML file says otherwise than the file, a person has corrected it,
    and its texts hold.

    Parameters
    ----------
    page : path
        An image or a PAGE-XML file.
    weights : Weights, optional
        The digit network for images; by default the one that comes with zij.
    device : str
        "cpu" or "cuda".
    images : path, optional
        Where the images of PAGE-XML files lie; beside them by default.

    Raises
    ------
    ZijError
        If the file is missing, damaged, or no page.
    """
    path = Path(page)
    if path.suffix.lower() != ".xml":
        result = read(path, weights=weights or load_weights(), device=device)
        return Source(path.stem, as_written(result.reading), result.page.image, result.doubtful)
    file = read_pagexml(path)
    reading = file.reading
    corrected = path.with_suffix(".cells.csv")
    if corrected.is_file():
        reading = apply_cells(reading, read_cells(corrected))
    image = read_image(find_image(file, Path(images) if images is not None else None))
    if (image.width, image.height) != (reading.width, reading.height):
        raise InputError(
            f"{path}: it was made for an image of {reading.width} x {reading.height} pixels, but "
            f"{image.name} has {image.width} x {image.height}; name the right image's folder with --images."
        )
    return Source(path.stem, as_written(replace(reading, image=image.name)), image, (), file.tolerated)


def stems(pages: Sequence[str | Path]) -> tuple[str, ...]:
    """The stems of page arguments.

    Raises
    ------
    UsageError
        If there is none, or two are the same, so that one result would overwrite the other.
    """
    if not pages:
        raise UsageError("no page is named; give one or more images or PAGE-XML files.")
    names = tuple(Path(page).stem for page in pages)
    for name in names:
        if names.count(name) > 1:
            both = " and ".join(str(page) for page, other in zip(pages, names, strict=True) if other == name)
            raise UsageError(
                f"{both}: two inputs are named {name!r} and would overwrite each other's results; rename one."
            )
    return names


def chosen_device(device: str) -> str:
    """ "cpu" or "cuda" for "auto", "cpu" or "cuda".

    Raises
    ------
    UsageError
        If it is none of these, or there is no GPU for "cuda".
    """
    import torch

    if device not in {"auto", "cpu", "cuda"}:
        raise UsageError(f"device {device!r} is not known; choose auto, cpu or cuda.")
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("there is no GPU that PyTorch can use; take --device cpu.")
    return ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
