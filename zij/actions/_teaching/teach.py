"""`zij train --pages`: go on teaching the digit model with a scholar's pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._inputs.sources import Progress
from zij.actions._showing.shown import Shown
from zij.errors import InputError
from zij.files import check_file

if TYPE_CHECKING:
    import pandas as pd

    from zij.actions._teaching.lessons import Gathered
    from zij.tables.digits.network import Weights
    from zij.tables.generate.fonts import Typeface
    from zij.tables.teach.marks import Marks
    from zij.tables.teach.taught_card import Report
    from zij.tables.teach.teaching import Course

__all__ = ["TaughtPages", "teach_pages"]


@dataclass(frozen=True, slots=True)
class TaughtPages(Shown):
    """What `train` made of a scholar's pages.

    Attributes
    ----------
    path : Path
        The better weights: the new ones, or a copy of those at the start.
    better : bool
        Whether the pages made them better.
    pages, held_back : tuple of str
        Images that taught, and those held back.
    before, after : tuple of Marks
        On each page held back; `after` is of the new weights, even where they were not kept.
    f1_before, f1_after : float
        On generated crops.
    steps : int
    seconds : float
        Of the clock.
    remarks : tuple of str
        What else is to be known.
    failures : tuple of (str, str)
        Name and reason of what could not be used.
    tolerated : tuple of (str, str)
        Name of a page, and what in its corrections may be a slip.
    """

    path: Path
    better: bool
    pages: tuple[str, ...]
    held_back: tuple[str, ...]
    before: tuple[Marks, ...]
    after: tuple[Marks, ...]
    f1_before: float
    f1_after: float
    steps: int
    seconds: float
    remarks: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]
    tolerated: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """What was learnt, on which pages it shows, and where the weights lie."""
        marks = zip(self.held_back, self.before, self.after, strict=True)
        pages = ", ".join(
            f"{name} {old.errors} -> {new.errors} of {old.digits} (F1 {old.f1:.3f} -> {new.f1:.3f})"
            for name, old, new in marks
        )
        kept = "" if self.better else "; no better, so the weights stay as they were"
        taught = f"{len(self.pages)} page{'s' * (len(self.pages) != 1)} taught"
        remarks = "".join(f"; {remark}" for remark in self.remarks)
        if not self.steps:
            return (
                f"no error on pages held back ({', '.join(self.held_back)}), where nothing could get better: "
                f"nothing was taught and the weights stay as they were{remarks}; weights: {self.path}"
            )
        return (
            f"{taught} in {self.steps} steps, {self.seconds / 60:.1f} minutes; errors on pages held back: "
            f"{pages}; F1 on generated crops {self.f1_before:.3f} -> {self.f1_after:.3f}{kept}{remarks}; "
            f"weights: {self.path}"
        )

    def frame(self) -> pd.DataFrame:
        """Each page held back: digits, and errors and F1 before and after."""
        from zij.actions._showing.frames import marks_frame

        return marks_frame(self)

    def _repr_html_(self) -> str:
        from zij.actions._showing.pages import taught_html

        return taught_html(self)


def teach_pages(
    out: str | Path,
    pages: str | Path,
    *,
    weights: str | Path | None = None,
    images: str | Path | None = None,
    whole_pages: bool = False,
    fonts: str | Path | None = None,
    seed: int = 0,
    minutes: float | None = None,
    steps: int | None = None,
    device: str = "cpu",
    progress: Progress | None = None,
) -> TaughtPages:
    """Go on teaching from weights with corrected pages; see `zij.actions.train`."""
    from zij.actions._teaching.lessons import gather
    from zij.actions._teaching.rounds import Plan, carried_out
    from zij.tables.digits.network import load_weights
    from zij.tables.teach.teaching import hold_back

    out, base = Path(out), load_weights(weights)
    faces, remarks = _typefaces(fonts)
    check_file(out)
    course = _course(steps, minutes)
    found = gather(
        Path(pages), base, images=None if images is None else Path(images), whole=whole_pages,
        device=device, progress=progress,
    )  # fmt: skip
    _check(pages, found)
    places = hold_back(found.lessons, found.errors, seed=seed)
    report = carried_out(Plan(base, found, places, faces, course, seed, device, progress))
    path = _write(out, report, base, course, faces, seed, device)
    if found.untouched:
        remarks += (f"nobody corrected {_listed(found.untouched)}, which taught nothing",)
    return TaughtPages(
        path, report.kept_new, tuple(x.name for x in report.lessons), tuple(x.name for x in report.held),
        tuple(report.before), tuple(report.after), report.trials[0].f1, report.trials[1].f1,
        report.taught.steps, report.seconds, remarks,
        tuple((name, str(error)) for name, error in found.failures), tuple(found.tolerated),
    )  # fmt: skip


def _typefaces(fonts: str | Path | None) -> tuple[tuple[Typeface, ...], tuple[str, ...]]:
    """What generated crops are set in; where no font is installed, matplotlib's."""
    from zij.tables.generate.fonts import demo_typeface, find_typefaces, roman_typeface

    try:
        return find_typefaces(fonts), ()
    except InputError:
        if fonts is not None:
            raise
        few = "no printing types are installed, so that old skills were kept up with two fonts alone"
        return (demo_typeface(), roman_typeface()), (few,)


def _course(steps: int | None, minutes: float | None) -> Course:
    from dataclasses import replace

    from zij.tables.teach.teaching import Course

    course = Course()
    if steps is not None:
        course = replace(course, steps=steps)
    return course if minutes is None else replace(course, seconds=60 * minutes)


def _check(pages: str | Path, found: Gathered) -> None:
    """Refuse to teach from fewer than two pages.

    Raises
    ------
    InputError
        With the reasons of what could not be used as its notes.
    """
    if len(found.lessons) >= 2:
        return
    if len(found.failures) == 1 and not (found.lessons or found.untouched):
        raise found.failures[0][1]
    if found.lessons:
        why = (
            f"only one page, {found.lessons[0].name}, can teach, but one more must be held back to try it on"
        )
    elif found.untouched:
        why = f"nobody corrected {_listed(found.untouched)}, so that there is nothing to learn"
    else:
        why = "no page in it can teach"
    error = InputError(f"{pages}: {why}; correct two or more pages.")
    for _, reason in found.failures:
        error.add_note(str(reason))
    raise error


def _write(
    out: Path,
    report: Report,
    base: Weights,
    course: Course,
    faces: Sequence[Typeface],
    seed: int,
    device: str,
) -> Path:
    """The better weights, whole or not at all, and their card."""
    from zij.tables.digits.network import save_weights
    from zij.tables.teach.taught_card import write_taught_card

    if report.kept_new:
        facts = {
            **report.new.facts,
            "taught_from": base.name,
            "taught_seed": str(seed),
            "taught_steps": str(report.taught.step),
            "taught_pages": " ".join(x.sha256 for x in report.lessons),
            "held_back_pages": " ".join(x.sha256 for x in report.held),
        }
        path = save_weights(out, report.new.network, facts)
    else:
        path = save_weights(out, base.network, base.facts)
    write_taught_card(path, report, faces, course, seed=seed, device=device)
    return path


def _listed(names: Sequence[str], most: int = 3) -> str:
    """Some names of many, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
