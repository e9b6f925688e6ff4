"""The model card of a network that a scholar's pages have taught."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from zij.files import sha256, write_text
from zij.tables.digits.network import Weights
from zij.tables.generate.fonts import Typeface
from zij.tables.teach.lessons import Lesson
from zij.tables.teach.marks import Marks
from zij.tables.teach.teaching import Course, Taught
from zij.tables.teach.trial import Trial

__all__ = ["Report", "write_taught_card"]

_CARD = """# Model card: {name}

A small fully convolutional network that finds and tells apart the ten digits on a page.

SHA-256 of the weights: `{digest}`

## How it was made

{how}

Seed {seed}; {steps} steps ({best} kept) of {course.batch} crops, {real} of them cut from the pages below and
{made} generated, in {minutes:.1f} minutes ({machine}).

{course_lines}

## Pages that taught

{lessons}

## Pages held back

They taught nothing, but they decided when to stop and which network was kept, so their figures are a little
too good; a page that is in neither list is the better judge.

{held}

Errors are digits missed, misread, or found where there is none, as zij reads the page by itself. What is
printed where nobody said what stands there is not judged.

## Figures on {before.crops} generated crops that it was not shown

| | before | after |
|---|---|---|
| F1 | {before.f1:.4f} | {after.f1:.4f} |
| found, but read as another digit | {before.confused} | {after.confused} |
| sure but false, for each crop without a digit | {before.false_sure:.3f} | {after.false_sure:.3f} |

Generated crops were set in: {faces}.

## Limits

Those of {base}, but for the types of the pages above. Probabilities were calibrated on generated crops
(temperature {temperature:g}), not on pages.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What teaching did.

    Attributes
    ----------
    base, new : Weights
        What was gone on from, and what came of it.
    lessons, held : sequence of Lesson
    before, after : sequence of Marks
        On each page held back.
    trials : (Trial, Trial)
        Before and after, on generated crops.
    taught : Taught
    kept_new : bool
        Whether the taught network is the better one and was kept.
    seconds : float
        Of the clock.
    """

    base: Weights
    new: Weights
    lessons: Sequence[Lesson]
    held: Sequence[Lesson]
    before: Sequence[Marks]
    after: Sequence[Marks]
    trials: tuple[Trial, Trial]
    taught: Taught
    kept_new: bool
    seconds: float


def write_taught_card(
    weights: Path, report: Report, faces: Sequence[Typeface], course: Course, *, seed: int, device: str
) -> Path:
    """Write the card of a weights file beside it, as `NAME.md`.

    Parameters
    ----------
    weights : Path
        The file.
    report : Report
        What was found.
    faces : sequence of Typeface
        Types that taught.
    course : Course
    seed : int
    device : str

    Returns
    -------
    Path
        The path written.
    """
    real = round(course.batch * course.share)
    how = (
        f"Taught from {report.base.name} with the pages below."
        if report.kept_new
        else f"A copy of {report.base.name}: on the pages held back no network taught with the pages below "
        "was better."
    )
    text = _CARD.format(
        name=weights.name, digest=sha256(weights), how=how, base=report.base.name, seed=seed,
        steps=report.taught.steps, best=report.taught.step if report.kept_new else 0, course=course,
        real=real, made=course.batch - real,
        temperature=(report.new if report.kept_new else report.base).temperature, minutes=report.seconds / 60,
        machine=f"{device}, {platform.machine()}, PyTorch {torch.__version__}",
        course_lines="\n".join(f"- {key}: {getattr(course, key)}" for key in course.__dataclass_fields__),
        lessons=_lessons(report.lessons), held=_held(report), before=report.trials[0],
        after=report.trials[1] if report.kept_new else report.trials[0],
        faces=", ".join(sorted({face.name for face in faces})),
    )  # fmt: skip
    return write_text(weights.with_suffix(".md"), text)


def _lessons(lessons: Sequence[Lesson]) -> str:
    rows = [
        f"| {_cell(x.name)} | `{x.sha256}` | {_cell(x.source)} | {len(x.truth.digits)} | {x.truth.unplaced} |"
        for x in lessons
    ]
    head = ["| image | SHA-256 | truth | digits | not placed |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def _held(report: Report) -> str:
    rows = [
        f"| {_cell(x.name)} | `{x.sha256}` | {_cell(x.source)} | {old.digits} | {old.errors} | {new.errors} "
        f"| {old.f1:.4f} | {new.f1:.4f} |"
        for x, old, new in zip(report.held, report.before, report.after, strict=True)
    ]
    head = [
        "| image | SHA-256 | truth | digits | errors before | after | F1 before | after |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
