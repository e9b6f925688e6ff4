"""`zij evaluate`: how well pages were read, held against what really stands on them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zij import __version__
from zij.actions._inputs.sources import Progress, chosen_device, open_source
from zij.actions._showing.shown import Shown
from zij.errors import InputError, OutputError, UsageError, ZijError
from zij.files import check_folder, sha256, staged_folder, write_bytes, write_text
from zij.tables.digits.network import Weights, load_weights
from zij.tables.pagexml import image_size, read_pagexml
from zij.tables.reading import Reading
from zij.tables.scan.image import read_image
from zij.tables.scores.beside import JudgedPage, judged_pages, truth_of
from zij.tables.scores.calibration import BINS
from zij.tables.scores.contact import Card, contact_sheet, cut_out, worst
from zij.tables.scores.digits import MIN_IOU
from zij.tables.scores.faults import COLUMNS as FAULT_COLUMNS
from zij.tables.scores.faults import fault_row
from zij.tables.scores.page import PageScores, score_page
from zij.tables.scores.scoretable import COLUMNS, page_row
from zij.tables.scores.summary import Summary, summarise
from zij.tables.scores.words import counted, findings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Evaluated", "evaluate"]

CARDS = 60  # places on the contact sheet


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated(Shown):
    """What `evaluate` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    pages : tuple of PageScores
    summary : Summary
    failures : tuple of (str, str)
        Name and reason of each page that could not be judged.
    untold : int
        Images without a file of truth, or with nothing but what zij itself has read.
    tolerated : tuple of (str, str)
        Name of a page, and what in its corrections may be a slip.
    """

    folder: Path
    pages: tuple[PageScores, ...]
    summary: Summary
    failures: tuple[tuple[str, str], ...]
    untold: int
    tolerated: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """What was found and where it lies."""
        found = [counted(len(self.pages), "page"), *findings(self.summary.whole)]
        errors = counted(self.summary.whole.faults, "error")
        if self.summary.pairs:
            errors += f", most often {self.summary.pairs[0]}"
        parts = [": ".join(found), errors]
        if self.untold:
            parts.append(f"{counted(self.untold, 'page')} without truth passed over")
        return "; ".join([*parts, f"report: {self.folder / 'evaluation.html'}"])

    def frame(self) -> pd.DataFrame:
        """The figures of each page, as in `pages.csv`; see `zij.actions._showing.frames.scores_frame`."""
        from zij.actions._showing.frames import scores_frame

        return scores_frame(self)

    def errors(self) -> pd.DataFrame:
        """Each error with its place, as in `errors.csv`; see `zij.actions._showing.frames.errors_frame`."""
        from zij.actions._showing.frames import errors_frame

        return errors_frame(self)

    def _repr_html_(self) -> str:
        from zij.actions._showing.pages import evaluated_html

        return evaluated_html(self)


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """A page's scores, its image if there is one, and the hashes of its files of truth."""

    scores: PageScores
    image: Path | None
    truth_sha256: str
    remarks: tuple[str, ...] = ()


def evaluate(
    pages: str | Path,
    out: str | Path = "evaluation",
    *,
    readings: str | Path | None = None,
    weights: str | Path | None = None,
    device: str = "auto",
    images: str | Path | None = None,
    progress: Progress | None = None,
) -> Evaluated:
    """Score the readings of a folder of pages against the truth that lies beside them.

    The truth of `STEM.jpg` is `STEM.digits.csv` (boxes of digits), `STEM.cells.csv` (values of tables), or a
    corrected `STEM.xml`. Writes `evaluation.html`, `pages.csv`, `errors.csv`, `confusion.png` and `.svg`,
    `calibration.png` and `.svg`, and `worst.png`, all or none.

    Parameters
    ----------
    pages : path
        Folder with images and truth, searched with its subfolders.
    out : path
        Folder for the results.
    readings : path, optional
        Folder with a `STEM.xml` for each page, as `annotate` writes it; else the pages are read now.
    weights : path, optional
        Another digit network.
    device : "auto", "cpu" or "cuda"
    images : path, optional
        Where the images lie of pages that have none beside their truth.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Evaluated

    Raises
    ------
    ZijError
        If nothing could be done: no page has truth beside it, none could be judged, or the folder cannot be
        written to. Where several pages failed, the error is that of the first, and its notes (`__notes__`)
        are the others' reasons.
    """
    folder, out = Path(pages), Path(out)
    known = None if readings is None else Path(readings)
    if known is not None and weights is not None:
        raise UsageError("weights are of no use for readings that are there already; give one of the two.")
    if known is not None and not known.is_dir():
        raise InputError(f"{known}: is no folder; name that in which zij annotate wrote its PAGE-XML.")
    without = [out] if known is None else [out, known]
    scans = None if images is None else Path(images)
    found, untold = judged_pages(folder, without=without, images=scans)
    if not found:
        raise _nothing(folder)
    reader = _Reader(known, weights, device, found)
    check_folder(out)
    judged: list[_Judged] = []
    failures: list[tuple[str, ZijError]] = []
    for done, page in enumerate(found):
        if progress is not None:
            progress(f"judging {page.name}", done, len(found))
        try:
            one = _judge(page, reader)
        except (InputError, OutputError) as error:
            failures.append((page.name, error))
            continue
        untold += one is None
        judged += [] if one is None else [one]
    if not judged:
        first = failures[0][1] if failures else _nothing(folder)
        for _, another in failures[1:]:
            first.add_note(str(another))
        raise first
    reasons = tuple((name, str(reason)) for name, reason in failures)
    told = tuple((one.scores.name, remark) for one in judged for remark in one.remarks)
    result = Evaluated(out, tuple(one.scores for one in judged), summarise([one.scores for one in judged]),
                       reasons, untold, told)  # fmt: skip
    _write(result, judged, folder)
    return result


class _Reader:
    """Gives the reading of a page: out of a folder of PAGE-XML, or by the digit network."""

    def __init__(
        self,
        readings: Path | None,
        weights: str | Path | None,
        device: str,
        pages: Sequence[JudgedPage],
    ) -> None:
        self.readings = readings
        self.weights: Weights | None = None if self.readings else load_weights(weights)
        self.device = chosen_device(device)
        stems = [page.name.rpartition("/")[2] for page in pages]
        self._shared = {stem for stem in stems if stems.count(stem) > 1}

    def read(self, page: JudgedPage, image: Path | None) -> Reading:
        """The reading of one page."""
        if self.readings is None:
            if image is None:
                raise InputError(
                    f"{next(iter(page.truths.values()))}: has no image beside it; name the folder of the "
                    "images with --images, or that of readings with --readings."
                )
            return open_source(image, weights=self.weights, device=self.device).reading
        path = self._file(page, self.readings)
        if not path.is_file():
            raise InputError(f"{path}: there is no such reading; read the page with zij annotate first.")
        reading = read_pagexml(path).reading
        size = None if image is None else image_size(image)
        if size is not None and reading.width and size != (reading.width, reading.height):
            raise InputError(
                f"{path}: was made for an image of {reading.width} x {reading.height} pixels, but {image} "
                f"has {size[0]} x {size[1]}; read that image, or put the right one there."
            )
        return reading

    def _file(self, page: JudgedPage, readings: Path) -> Path:
        stem = page.name.rpartition("/")[2]
        below, flat = readings / f"{page.name}.xml", readings / f"{stem}.xml"
        if below.is_file() or below == flat:
            return below
        if stem in self._shared:
            raise InputError(
                f"{page.name}: several pages are named {stem!r}, and {below} is missing; put the readings "
                "into subfolders like those of the pages."
            )
        return flat


def _judge(page: JudgedPage, reader: _Reader) -> _Judged | None:
    """The scores of a page; None where its truth is only what zij itself has read."""
    if any("\ud800" <= sign <= "\udfff" for sign in page.name):  # so Python shows bytes that are no text
        raise InputError(
            f"{page.name}: its name is not UTF-8 and cannot stand in the results; rename the file."
        )
    if len(page.images) > 1:
        raise InputError(
            f"{page.images[0]} and {page.images[1].name}: two images of one name; keep that to which the "
            "truth belongs."
        )
    truth = truth_of(page)
    if truth is None:
        return None
    image = page.images[0] if page.images else None
    scores = score_page(page.name, reader.read(page, image), truth)
    return _Judged(scores, image, " ".join(sha256(path) for path in truth.files), truth.remarks)


def _nothing(folder: Path) -> InputError:
    return InputError(
        f"{folder}: no page has its truth beside it; put a STEM.digits.csv or STEM.cells.csv, or the "
        "corrected STEM.xml, beside the image STEM."
    )


def _write(result: Evaluated, judged: Sequence[_Judged], folder: Path) -> None:
    """Write all files of the results."""
    from zij.tables.overlay import save_png
    from zij.tables.scores.figures import calibration_figure, confusion_figure
    from zij.tables.scores.report import evaluation_report

    summary = result.summary
    cards = _cards(judged)
    figures = {
        "confusion": confusion_figure(summary.confusion),
        "calibration": calibration_figure(summary.bins),
    }
    text = evaluation_report(
        folder.resolve().name or "pages", result.pages, summary, cards=cards, failures=result.failures,
        facts=_facts(result), **figures,
    )  # fmt: skip
    rows = [page_row(one.scores, one.truth_sha256) for one in judged]
    faults = [fault_row(page.name, fault) for page in result.pages for fault in page.faults]
    with staged_folder(result.folder) as staged:
        write_text(staged / "evaluation.html", text)
        write_text(staged / "pages.csv", _csv(COLUMNS, rows))
        write_text(staged / "errors.csv", _csv(FAULT_COLUMNS, faults))
        for name, (png, svg) in figures.items():
            write_bytes(staged / f"{name}.png", png)
            write_bytes(staged / f"{name}.svg", svg)
        save_png(staged / "worst.png", contact_sheet(cards, summary.whole.faults - len(cards)))


def _cards(judged: Sequence[_Judged]) -> list[Card]:
    """The worst places, cut out of their scans; each image is opened once and let go."""
    chosen = worst([one.scores for one in judged], CARDS)
    images = {one.scores.name: one.image for one in judged}
    cards: dict[int, Card] = {}
    for name in dict.fromkeys(page.name for page, _ in chosen):
        path = images[name]
        image = None if path is None else read_image(path)
        for place, (page, fault) in enumerate(chosen):
            if page.name == name:
                fits = image and (image.width, image.height) == (page.reading.width, page.reading.height)
                crop = cut_out(image.pixels, fault, turn=page.reading.turn) if image and fits else None
                cards[place] = Card(name, fault, crop)
    return [cards[place] for place in sorted(cards)]


def _facts(result: Evaluated) -> list[tuple[str, str]]:
    """Where the figures come from."""
    models = sorted({page.reading.model for page in result.pages if page.reading.model})
    hands = sorted({page.reading.source for page in result.pages if page.reading.source})
    return [
        ("zij", __version__),
        ("digit model", "; ".join(models) or "not known"),
        ("readings by", ", ".join(hands)),
        ("overlap of boxes (intersection over union)", f"at least {MIN_IOU:g}"),
        ("bins of confidence", str(BINS)),
        ("pages without truth, passed over", str(result.untold)),
    ]


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()
