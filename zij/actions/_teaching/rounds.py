"""Teaching in one round or two, and the marks before and after."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from zij.actions._inputs.sources import Progress
from zij.actions._teaching.lessons import Gathered, laid_again
from zij.tables.digits.network import Weights
from zij.tables.generate.fonts import Typeface
from zij.tables.scan.image import read_image
from zij.tables.teach import calibration, teaching, trial
from zij.tables.teach.lessons import Lesson
from zij.tables.teach.marks import Marks, mark_page
from zij.tables.teach.taught_card import Report
from zij.tables.teach.teaching import Course, Taught

__all__ = ["Plan", "carried_out"]

_CROPS = 64  # generated crops on which old skills are tried
_MANY = 0.03  # share of digits without a place above which the pages are laid out anew
_AGAIN = 500_009  # added to the seed of the second round


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is to be taught, and how; `places` are those of the pages held back."""

    base: Weights
    found: Gathered
    places: tuple[int, ...]
    faces: Sequence[Typeface]
    course: Course
    seed: int
    device: str
    progress: Progress | None

    def parted(self, lessons: Sequence[Lesson]) -> tuple[list[Lesson], list[Lesson]]:
        """The lessons that teach, and those held back."""
        kept = [lesson for n, lesson in enumerate(lessons) if n not in self.places]
        return kept, [lessons[n] for n in self.places]

    def tell(self) -> Callable[[int, int], None] | None:
        """How the steps of a course are shown."""
        progress = self.progress
        return None if progress is None else lambda step, steps: progress("teaching", step, steps)


def carried_out(plan: Plan) -> Report:
    """Teach, and mark the network at the start and the one at the end on the pages held back.

    Where the one at the start makes no error there, nothing could show that it helps, and nothing is taught.
    """
    start = time.monotonic()
    base, lessons = plan.base, plan.found.lessons
    before = _marks(plan.parted(lessons)[1], plan.found, base, plan.device)
    taught = Taught(base.network, 0, 0, ())
    if any(marks.errors for marks in before):
        taught, laid = _rounds(plan)
        if laid is not lessons:
            lessons = laid
            before = _marks(plan.parted(lessons)[1], plan.found, base, plan.device)
    teaching_pages, held = plan.parted(lessons)
    new, after = replace(base, network=taught.network), before
    old = trial.trial(base, plan.faces, seed=plan.seed, crops=_CROPS)
    trials = old, old
    if taught.step:
        heat = calibration.find_temperature(new, plan.faces, seed=plan.seed, crops=_CROPS)
        new = calibration.tempered(new, heat)
        after = _marks(held, plan.found, new, plan.device)
        trials = old, trial.trial(new, plan.faces, seed=plan.seed, crops=_CROPS)
    better = Marks.sum(after).errors < Marks.sum(before).errors
    seconds = time.monotonic() - start
    return Report(base, new, teaching_pages, held, before, after, trials, taught, better, seconds)


def _rounds(plan: Plan) -> tuple[Taught, list[Lesson]]:
    """Teach; where many digits had found no place, lay the pages out with what was learnt and go on."""
    start = time.monotonic()
    lessons, course = plan.found.lessons, plan.course
    taught = _round(plan, plan.base, lessons, plan.seed, course)
    unplaced = sum(lesson.truth.unplaced for lesson in lessons)
    many = unplaced > _MANY * sum(lesson.truth.digits.size for lesson in lessons)
    left = None if course.seconds is None else course.seconds - (time.monotonic() - start)
    if not taught.step or not many or (left is not None and left <= 0):
        return taught, lessons
    learnt = replace(plan.base, network=taught.network)
    laid = laid_again(plan.found, learnt, device=plan.device)
    more = _round(plan, learnt, laid, plan.seed + _AGAIN, replace(course, seconds=left))
    looks = (*taught.looks, *((taught.steps + step, marks) for step, marks in more.looks))
    step = taught.steps + more.step if more.step else taught.step
    return Taught(more.network, step, taught.steps + more.steps, looks), laid


def _round(plan: Plan, base: Weights, lessons: Sequence[Lesson], seed: int, course: Course) -> Taught:
    return teaching.teach(
        base, *plan.parted(lessons), plan.faces, seed=seed, course=course, device=plan.device,
        progress=plan.tell(),
    )  # fmt: skip


def _marks(held: Sequence[Lesson], found: Gathered, weights: Weights, device: str) -> list[Marks]:
    """Marks as zij reads each page by itself: which way it lies and how large its digits are, too."""
    images = (read_image(found.images[lesson.sha256]) for lesson in held)
    return [mark_page(x, image, weights, device=device) for x, image in zip(held, images, strict=True)]
