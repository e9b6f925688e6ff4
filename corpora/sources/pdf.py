"""The pages of a PDF as images: the scan itself where a page is nothing else, else rendered."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow

from zij.corpora.sources.found import Gathering, Told, Wishes, reason_of
from zij.corpora.sources.names import safe_name
from zij.corpora.store.records import Missed, NewPage
from zij.errors import OutputError, UsageError
from zij.files import sha256, write_bytes

__all__ = ["pdf_pages", "scan_of"]

MOST = 20_000  # pages of one file
LEAST = 2400  # pixels that the longer side of a rendered page has at least
_PIXELS = 120e6  # of an image in the file, above which it is not touched
_SAME = 12.0  # mean difference of grey, of 255, up to which the scan is what the page shows
_PREVIEW = 160  # pixels, longer side


def pdf_pages(path: Path, source: str, wishes: Wishes, *, book: str = "") -> Gathering:
    """The pages of a PDF; images are written to `wishes.images`, pages known already are not made again.

    Parameters
    ----------
    path : Path
    source : str
        What it is called in the corpus.
    wishes : Wishes
    book : str
        Name of the book; by default that of the file.

    Returns
    -------
    Gathering

    Raises
    ------
    UsageError
        If pypdfium2 is missing.
    """
    try:
        import pypdfium2 as pdfium
    except ImportError as error:
        raise UsageError(f'{path}: PDF needs pypdfium2; install it with pip install "zij[pdf]".') from error

    try:
        digest = sha256(path)
        document = pdfium.PdfDocument(path)
        count = len(document)
    except (OSError, ValueError, pdfium.PdfiumError) as error:
        yield Missed(source, str(path), _why(error))
        return
    book = book or path.stem
    folder = wishes.images / f"{safe_name(path.stem, 40)}-{digest[:16]}"
    try:
        if count > MOST:
            yield Missed(source, str(path), f"has {count:,} pages, more than {MOST:,}; split the file")
        elif count == 0:
            yield Missed(source, str(path), "has no pages; save it again")
        else:
            for number in range(count):
                wishes.progress(f"{path.name}, page {number + 1}", number, count)
                yield from _page(document, path, number, source, wishes, folder, book)
    finally:
        document.close()


def _why(error: Exception) -> str:
    text = reason_of(error).rstrip(".").replace(".)", ")")
    if "assword" in text:
        return "is locked with a password; save it without one"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or error}"
    return f"is no PDF, or a damaged one ({text}); save it again"


def _page(
    document: Any, path: Path, number: int, source: str, wishes: Wishes, folder: Path, book: str
) -> Gathering:
    """One page, numbered from 0."""
    key = f"pdf:{path.resolve().as_posix()}#{number + 1}"
    known = wishes.known(key)
    if known is not None and known.file is not None and known.file.parent.name == folder.name:
        yield known.again()
        return
    item = f"{path}, page {number + 1}"
    try:
        page = document[number]
        try:
            data, suffix, size, found = _image(page, wishes)
        finally:
            page.close()
    except (ValueError, RuntimeError, MemoryError, OSError) as error:  # PdfiumError is a RuntimeError
        yield Missed(source, item, reason_of(error))
        return
    for remark in found:
        yield Told(item, remark)
    try:
        file = write_bytes(folder / f"p{number + 1:04d}{suffix}", data)
    except OutputError as error:
        raise OutputError(f"{error} (page {number + 1} of {path})") from error
    yield NewPage(
        key=key, name=f"{path.stem}_p{number + 1:04d}", book=book, sequence=number + 1,
        label=_label(document, number), file=file, sha256=sha256(file), width=size[0], height=size[1],
        rights=wishes.rights,
    )  # fmt: skip


def _label(document: Any, number: int) -> str:
    """What the file calls the page ("xii"), "" where it says nothing but its number."""
    try:
        label = str(document.get_page_label(number))
    except (RuntimeError, ValueError):
        return ""
    return label[:100] if label.isprintable() and label != str(number + 1) else ""


def _image(page: Any, wishes: Wishes) -> tuple[bytes, str, tuple[int, int], list[str]]:
    """Bytes, suffix and size of a page's image, and what is to be told."""
    width, height = page.get_size()
    if not (width > 0 and height > 0 and np.isfinite(width) and np.isfinite(height)):
        raise ValueError(f"has no size ({width:g} x {height:g} points); save the PDF again")
    scans = _scans(page)
    largest = max((scan[1] for scan in scans), key=max, default=(0, 0))
    if largest[0] * largest[1] > _PIXELS:
        raise ValueError(f"holds an image of {largest[0]} x {largest[1]} pixels, too large; scale it down")
    exact = scan_of(page, scans)
    if exact is not None:
        return exact[0], ".jpg", exact[1], []
    goal = min(max(LEAST, *largest), max(wishes.size, LEAST))
    scale = goal / max(width, height)
    bitmap = page.render(scale=scale, may_draw_forms=False)
    picture = bitmap.to_pil().convert("RGB")
    return *_encoded(picture), []


def _encoded(picture: Pillow.Image) -> tuple[bytes, str, tuple[int, int]]:
    """A rendered page: PNG where it is grey, JPEG of high quality where it has colours."""
    stream = io.BytesIO()
    pixels = np.asarray(picture)
    if (pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 0] == pixels[..., 2]).all():
        Pillow.fromarray(np.ascontiguousarray(pixels[..., 0])).save(stream, "PNG", compress_level=6)
        return stream.getvalue(), ".png", picture.size
    picture.save(stream, "JPEG", quality=92, subsampling=0)
    return stream.getvalue(), ".jpg", picture.size


def _scans(page: Any) -> list[tuple[Any, tuple[int, int]]]:
    """The images on a page with their sizes in pixels."""
    from pypdfium2 import raw

    found = []
    for thing in page.get_objects(max_depth=3):
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            found.append((thing, tuple(thing.get_px_size())))
    return found


def scan_of(page: Any, scans: list[tuple[Any, tuple[int, int]]]) -> tuple[bytes, tuple[int, int]] | None:
    """The JPEG file that a page consists of, as it is, and its size; None where the page is more or other.

    It must be the page's one object but for text that the scan shows, too, cover the page, stand upright, and
    look like the page: what a mask or a profile would change shows when both are held against each other.
    """
    from pypdfium2 import raw

    if len(scans) != 1 or page.get_rotation() != 0:
        return None
    scan, size = scans[0]
    kinds = {thing.type for thing in page.get_objects(max_depth=3)}
    if not kinds <= {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_FORM}:
        return None
    if list(scan.get_filters()) != ["DCTDecode"]:
        return None
    data = bytes(scan.get_data(decode_simple=False))
    try:
        with Pillow.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            if (
                picture.size != size
                or picture.mode not in ("L", "RGB")
                or picture.getexif().get(0x0112, 1) != 1
            ):
                return None
            picture.draft("L", (_PREVIEW, _PREVIEW))
            preview = picture.convert("L")
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError):
        return None
    width, height = page.get_size()
    if not _covers(page, scan):
        return None
    shown = page.render(scale=2 * _PREVIEW / max(width, height), may_draw_forms=False).to_pil().convert("L")
    return (data, size) if _difference(preview, shown) <= _SAME else None


def _covers(page: Any, scan: Any) -> bool:
    """Whether an image lies upright on the page, from edge to edge."""
    if scan.level:  # inside a form, whose place it takes
        return False
    matrix = scan.get_matrix()
    if not (matrix.a > 0 and matrix.d > 0 and abs(matrix.b) + abs(matrix.c) < 1e-3 * (matrix.a + matrix.d)):
        return False
    edges = np.array(page.get_cropbox(), float)  # left, bottom, right, top
    slack = 0.01 * max(edges[2] - edges[0], edges[3] - edges[1])
    return bool((np.abs(np.array(scan.get_bounds(), float) - edges) <= slack).all())


def _difference(one: Pillow.Image, other: Pillow.Image) -> float:
    """Greatest of the mean differences in sixteen fields of two pictures of the same thing, 0 to 255."""
    size = (_PREVIEW // 4, _PREVIEW // 4)
    a, b = (np.asarray(image.resize(size, Pillow.Resampling.BOX), np.float64) for image in (one, other))
    fields = np.abs(a - b).reshape(4, size[1] // 4, 4, size[0] // 4).mean(axis=(1, 3))
    return float(fields.max())
