"""Page arguments: an image, a PAGE-XML file whose image lies beside it, or a page of a corpus."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zij.actions._inputs.references import Reference, page_of, reference
from zij.errors import InputError, UsageError
from zij.tables.cellslips import corrected_by
from zij.tables.digits.network import Weights, load_weights
from zij.tables.digits.view import View
from zij.tables.pagexml import as_written, find_image
from zij.tables.pagexml.document import PageDocument, open_document
from zij.tables.read import PageReading, read
from zij.tables.reading import Glyph, Reading
from zij.tables.scan.image import Image, read_image

__all__ = [
    "Progress",
    "Source",
    "chosen_device",
    "corrected_page",
    "is_pagexml",
    "open_opening",
    "open_source",
    "pair_stems",
    "stems",
]

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
    view : View or None
        Scale and orientation under which an image was read; None where the reading came from a file, or no
        digit was found.
    document : PageDocument or None
        The PAGE-XML file that the reading came from, which results are made of; None for an image.
    from_image : bool
        Whether its image was read just now, so that doubtful candidates are known.
    """

    stem: str
    reading: Reading
    image: Image
    doubtful: tuple[Glyph, ...] = ()
    remarks: tuple[str, ...] = ()
    view: View | None = None
    document: PageDocument | None = None
    from_image: bool = False


def open_source(
    page: str | Path, *, weights: Weights | None = None, device: str = "cpu", images: str | Path | None = None
) -> Source:
    """Read a page argument: an image is read by the digit network, a PAGE-XML file is taken as it stands.

    Of a page of a corpus (`CORPUS#PAGE`) the reading that holds is taken: a person's, else the machine's; if
    there is none yet, its image is read.

    Where a `STEM.cells.csv` beside a PAGE-XML file says otherwise than the file, a person has corrected it,
    and its texts hold.

    Parameters
    ----------
    page : path
        An image, a PAGE-XML file or `CORPUS#PAGE`.
    weights : Weights, optional
        The digit network for images; by default the one that comes with zij.
    device : str
        "cpu" or "cuda".
    images : path, optional
        Where the images of PAGE-XML files lie; beside them by default.

    Returns
    -------
    Source

    Raises
    ------
    ZijError
        If the file is missing, damaged, or no page.
    """
    path = Path(page)
    if (named := reference(page)) is not None:
        return _from_corpus(named, weights, device)
    if not is_pagexml(path):
        return _source(path.stem, read(path, weights=weights or load_weights(), device=device))
    document, reading = corrected_page(path)
    file = document.file
    image = read_image(find_image(file, Path(images) if images is not None else None))
    if (image.width, image.height) != (reading.width, reading.height):
        raise InputError(
            f"{path}: it was made for an image of {reading.width} x {reading.height} pixels, but "
            f"{image.name} has {image.width} x {image.height}; name the right image's folder with --images,"
            " or fit it with zij convert --rescale if it is the same picture."
        )
    reading = as_written(replace(reading, image=image.name))
    return Source(path.stem, reading, image, (), file.tolerated, document=document)


def _from_corpus(named: Reference, weights: Weights | None, device: str) -> Source:
    """A page of a corpus, read by the digit network if it has no reading yet."""
    page = page_of(named)
    assert page.image is not None  # it was needed
    if page.reading is None:
        found = read(page.image, weights=weights or load_weights(), device=device)
        return _source(page.reference.stem, found)
    image = read_image(page.image)
    if (image.width, image.height) != (page.reading.width, page.reading.height):
        raise InputError(
            f"{page.reference}: its reading was made for an image of {page.reading.width} x "
            f"{page.reading.height} pixels, but {image.name} has {image.width} x {image.height}; add the "
            "page again with the right image."
        )
    return Source(page.reference.stem, page.reading, image)


def corrected_page(path: Path) -> tuple[PageDocument, Reading]:
    """A PAGE-XML file, and its reading as corrected in the `STEM.cells.csv` beside it.

    What in the corrections may be a slip stands among what the file tolerated.

    Raises
    ------
    ZijError
        If one of the files cannot be used.
    """
    document = open_document(path)
    cells = path.with_suffix(".cells.csv")
    if not cells.is_file():
        return document, document.reading
    reading, slips = corrected_by(document.reading, cells)
    file = replace(document.file, tolerated=(*document.file.tolerated, *slips))
    return replace(document, file=file), reading


def is_pagexml(page: str | Path) -> bool:
    """Whether a page argument is taken for PAGE-XML, by its suffix."""
    return Path(page).suffix.lower() == ".xml" and reference(page) is None


def open_opening(
    page: str | Path, *, weights: Weights | None = None, device: str = "cpu"
) -> tuple[Source, ...]:
    """Read the two pages of an opening, as `STEM-left` and `STEM-right`; as one page where there is no fold.

    Raises
    ------
    ZijError
        If the file is missing, damaged, or no page.
    """
    from zij.tables.opening import read_opening

    path = Path(page)
    found = read_opening(read_image(path), weights or load_weights(), device=device)
    if len(found) == 1:
        return (_source(path.stem, found[0]),)
    return tuple(
        _source(f"{path.stem}-{side}", half) for side, half in zip(("left", "right"), found, strict=True)
    )


def _source(stem: str, result: PageReading) -> Source:
    reading, image = as_written(result.reading), result.page.image
    return Source(stem, reading, image, result.doubtful, view=result.view, from_image=True)


def stems(pages: Sequence[str | Path]) -> tuple[str, ...]:
    """The stems of page arguments.

    Raises
    ------
    UsageError
        If there is none, one is a web address, a table of cells or no text, or two are the same, so that one
        result would overwrite the other.
    """
    if not pages:
        raise UsageError("no page is named; give one or more images or PAGE-XML files.")
    for page in pages:
        if re.match("[a-z]+://", str(page), re.IGNORECASE):
            raise UsageError(f"{page}: zij fetches nothing from the web; save the image and name the file.")
        if str(page).lower().endswith(".cells.csv"):
            raise UsageError(
                f"{page}: is a table of cells and no page; name {Path(page).name[:-10]}.xml beside it, for "
                "which its corrections hold, or the scan."
            )
        if any("\ud800" <= sign <= "\udfff" for sign in str(page)):  # so Python shows bytes that are no text
            raise UsageError(
                f"{page}: its name is not UTF-8 and cannot stand in the results; rename the file."
            )
    first: dict[str, str | Path] = {}
    for page in pages:
        named = reference(page)
        stem = named.stem if named is not None else Path(page).stem
        if (other := first.get(stem)) is None:
            first[stem] = page
            continue
        if Path(page).resolve() == Path(other).resolve():
            raise UsageError(f"{page}: is named twice; name it once.")
        raise UsageError(
            f"{other} and {page}: two inputs are named {stem!r} and would overwrite each other's "
            "results; " + ("write them into different folders." if named is not None else "rename one.")
        )
    return tuple(first)


def pair_stems(pages: Sequence[str | Path]) -> tuple[str, ...]:
    """The stems of two pages; of a file that an earlier comparison wrote (`A-STEM.xml`), its page's.

    So what is compared again keeps its name, and no `A-A-STEM.xml` comes about.

    Raises
    ------
    UsageError
        As `stems`.
    """
    return tuple(
        stem[2:] if stem[:2] in ("A-", "B-") and stem[2:] and _is_compared(Path(page)) else stem
        for page, stem in zip(pages, stems(pages), strict=True)
    )


def _is_compared(page: Path) -> bool:
    """Whether a page argument is PAGE-XML with what a comparison notes about the other page."""
    try:
        return is_pagexml(page) and b'type="similar-page"' in page.read_bytes()
    except OSError:  # what reads the page says it better
        return False


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
