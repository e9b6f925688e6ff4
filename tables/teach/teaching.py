"""Going on from learnt weights with a scholar's pages, without losing what they know."""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from zij.tables.digits.network import DigitNetwork, Weights
from zij.tables.digits.peaks import LOWER, tile_peaks
from zij.tables.generate.crops import Crop, make_crop
from zij.tables.generate.fonts import Typeface
from zij.tables.teach.calibration import labels_of
from zij.tables.teach.lessons import Lesson, lesson_crop
from zij.tables.teach.marks import Marks, mark_leaf
from zij.tables.teach.train import Settings, loss, targets

__all__ = ["Course", "Taught", "hold_back", "teach"]

_SERIES = 7_000_003  # added to a seed: generated crops that neither training nor trial uses
_NOTHING = 10
_EXAM = 8_000_009  # and those that tell whether old skills are kept


@dataclass(frozen=True, slots=True)
class Course:
    """How to go on teaching.

    Attributes
    ----------
    steps : int
        Batches shown at most.
    batch : int
        Crops in a batch.
    share : float
        Part of them that is cut from the scholar's pages; the others are generated.
    rate : float
        Largest learning rate, reached after `warmup` steps and lowered along a cosine.
    warmup : int
        Steps.
    average : float
        How slowly the averaged weights, which are the result, follow.
    decay : float
        Weight decay of AdamW.
    every : int
        Steps between two looks at the pages held back.
    crops : int
        Generated crops, never taught, that are looked at as well.
    patience : int
        Looks without an improvement after which the course ends.
    seconds : float or None
        After which it ends, whatever the steps; what is learnt then depends on the machine.
    threads : int
        Of torch.
    """

    steps: int = 120
    batch: int = 16
    share: float = 0.5
    rate: float = 1e-3
    warmup: int = 10
    average: float = 0.9
    decay: float = 1e-4
    every: int = 20
    crops: int = 48
    patience: int = 4
    seconds: float | None = None
    threads: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What came of a course.

    Attributes
    ----------
    network : DigitNetwork
        The best seen; the one at the start where none was better.
    step : int
        Steps after which it was reached, 0 for the start.
    steps : int
        Steps done in all.
    looks : tuple of (int, Marks)
        Marks on the pages held back, by step.
    """

    network: DigitNetwork
    step: int
    steps: int
    looks: tuple[tuple[int, Marks], ...]


def hold_back(lessons: Sequence[Lesson], errors: Sequence[int], *, seed: int) -> tuple[int, ...]:
    """Which pages are held back: a quarter, at least one, chosen by lot among those that are read badly.

    Where the present model errs nowhere on a page, that page could not show an improvement; such pages are
    held back only when there are not enough others.

    Parameters
    ----------
    lessons : sequence of Lesson
        At least two.
    errors : sequence of int
        Of the present model on each.
    seed : int

    Returns
    -------
    tuple of int
        Their places in `lessons`, in order.
    """
    count = max(len(lessons) // 4, 1)
    by_hash = sorted(range(len(lessons)), key=lambda n: lessons[n].sha256)
    drawn = np.random.default_rng([seed, len(lessons)]).permutation(len(lessons))
    lot = [by_hash[int(n)] for n in drawn]
    return tuple(sorted(sorted(lot, key=lambda n: not errors[n])[:count]))


def teach(
    base: Weights,
    lessons: Sequence[Lesson],
    held: Sequence[Lesson],
    faces: Sequence[Typeface],
    *,
    seed: int = 0,
    course: Course = Course(),
    device: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> Taught:
    """Go on teaching a network; the same for the same arguments and kind of device.

    Parameters
    ----------
    base : Weights
        Where to go on from; it is not changed.
    lessons, held : sequence of Lesson
        Pages that teach, and pages that only tell when to stop.
    faces : sequence of Typeface
        What generated crops are set in.
    seed : int
    course : Course
    device : str
        "cpu" or "cuda".
    progress : callable, optional
        Called with step and steps.

    Returns
    -------
    Taught
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(course.threads)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    try:
        return _taught(base, lessons, held, faces, seed, course, device, progress)
    finally:
        torch.use_deterministic_algorithms(False)
        torch.set_num_threads(threads)


def _taught(
    base: Weights,
    lessons: Sequence[Lesson],
    held: Sequence[Lesson],
    faces: Sequence[Typeface],
    seed: int,
    course: Course,
    device: str,
    progress: Callable[[int, int], None] | None,
) -> Taught:
    began = time.monotonic()
    exam = _Exam(held, faces, seed, course.crops, device)
    best, best_step, bar = base.network, 0, exam.look(base)
    looks = [(0, bar[2])]
    since = step = 0
    for step, network in _courses(base, lessons, faces, seed, course, device):
        if progress is not None:
            progress(step, course.steps)
        late = course.seconds is not None and time.monotonic() - began > course.seconds
        if step % course.every and step < course.steps and not late:
            continue
        now = exam.look(replace(base, network=network))
        looks.append((step, now[2]))
        since += 1
        if now[:2] < bar[:2]:
            best, best_step, bar, since = _copy(network), step, now, 0
        if since >= course.patience or late:
            break
    return Taught(best.cpu().eval(), best_step, step, tuple(looks))


class _Exam:
    """What a network is tried on at every look: the pages held back, and some generated crops."""

    def __init__(
        self, held: Sequence[Lesson], faces: Sequence[Typeface], seed: int, crops: int, device: str
    ) -> None:
        self.held, self.device = held, device
        self.crops = [make_crop(seed + _EXAM, index, faces) for index in range(crops)]

    def look(self, weights: Weights) -> tuple[int, float, Marks]:
        """Errors on the pages held back; where these are equal, doubt there and errors on the crops count."""
        found = [mark_leaf(lesson, weights, device=self.device) for lesson in self.held]
        marks = Marks.sum(marks for marks, _ in found)
        doubt = round(sum(doubt for _, doubt in found), 3)
        return marks.errors, doubt + sum(self.errors(crop, weights) for crop in self.crops), marks

    def errors(self, crop: Crop, weights: Weights) -> int:
        """Digits of a crop missed or misread, and false ones."""
        [peaks] = tile_peaks(crop.ink[None], weights, floor=LOWER, device=self.device)
        labels = labels_of(peaks, crop)
        right = int((labels == peaks.probabilities.argmax(1)).sum()) if len(labels) else 0
        return len(crop.boxes) - right + int((labels == _NOTHING).sum())


def _courses(
    base: Weights,
    lessons: Sequence[Lesson],
    faces: Sequence[Typeface],
    seed: int,
    course: Course,
    device: str,
) -> Iterator[tuple[int, DigitNetwork]]:
    """After each step its number and the averaged network, in evaluation mode."""
    settings = Settings()
    model = _copy(base.network).to(device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    mean = _copy(base.network).to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(model.parameters(), course.rate, weight_decay=course.decay)
    for step in range(1, course.steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = course.rate * _rate(step, course)
        ink, labels, boxes = (tensor.to(device) for tensor in _batch(lessons, faces, seed, step, course))
        scores, sides = model(ink.to(memory_format=torch.channels_last))
        value = loss(scores, sides, labels, boxes, settings)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        _follow(mean, model, course.average)
        yield step, mean


def _batch(
    lessons: Sequence[Lesson], faces: Sequence[Typeface], seed: int, step: int, course: Course
) -> tuple[Tensor, Tensor, Tensor]:
    """Crops of the scholar's pages, each page as often as the others, and generated ones."""
    rng = np.random.default_rng([seed, step, 31])
    real = round(course.batch * course.share)
    crops: list[Crop] = [lesson_crop(rng, lessons[int(rng.integers(len(lessons)))]) for _ in range(real)]
    first = step * course.batch
    crops += [make_crop(seed + _SERIES, first + n, faces) for n in range(course.batch - real)]
    wanted = [targets(crop, Settings()) for crop in crops]
    return (
        torch.from_numpy(np.stack([crop.ink[None] for crop in crops])),
        torch.from_numpy(np.stack([labels for labels, _ in wanted])),
        torch.from_numpy(np.stack([boxes for _, boxes in wanted])),
    )


@torch.no_grad()
def _follow(mean: DigitNetwork, model: DigitNetwork, average: float) -> None:
    for old, new in zip(mean.parameters(), model.parameters(), strict=True):
        old.lerp_(new, 1 - average)


def _copy(network: DigitNetwork) -> DigitNetwork:
    return copy.deepcopy(network).eval()


def _rate(step: int, course: Course) -> float:
    if step < course.warmup:
        return step / course.warmup
    done = (step - course.warmup) / max(course.steps - course.warmup, 1)
    return float(0.5 * (1 + np.cos(np.pi * done))) + 0.01
