"""Going on teaching: what is held back, when it stops, what it keeps, the same bytes twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from zij.tables.digits.network import DigitNetwork, Weights, load_weights, save_weights
from zij.tables.digits.peaks import Peaks
from zij.tables.generate.fonts import demo_typeface, roman_typeface
from zij.tables.geometry import Box, Geometry
from zij.tables.teach import teaching
from zij.tables.teach.boxcsv import BoxedDigit
from zij.tables.teach.leaf import Leaf
from zij.tables.teach.lessons import Lesson, lesson_crop, make_lesson
from zij.tables.teach.marks import Marks, mark_leaf
from zij.tables.teach.teaching import Course, hold_back, teach
from zij.tables.teach.truth import truth_of_boxes

FACES = (demo_typeface(), roman_typeface())
SHORT = Course(steps=6, batch=4, share=1.0, warmup=1, every=2, crops=0, patience=2, threads=1)
NOTHING = Peaks(np.zeros((0, 2), np.int64), np.zeros((0, 4)), np.zeros((0, 10)))


def lesson(name: str) -> Lesson:
    """A page of four black bars that are to be called 1."""
    ink = np.zeros((192, 192), np.uint8)
    boxes = [(30.0 + 36 * n, 80.0, 8.0, 24.0) for n in range(4)]
    for x, y, w, h in boxes:
        ink[int(y) : int(y + h), int(x) : int(x + w)] = 220
    leaf = Leaf(ink, Geometry.identity(192, 192), 24.0)
    truth = truth_of_boxes([BoxedDigit(Box(*box), 1) for box in boxes], leaf)
    return make_lesson(f"{name}.png", name * 8, "boxes.csv", leaf, truth, NOTHING)


@pytest.fixture
def base() -> Weights:
    torch.manual_seed(1)
    return Weights(DigitNetwork((4, 8, 8), ((1, 1),)).eval(), "tiny 0", {})


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Errors that the looks at the pages held back shall find, one after the other."""
    errors: list[int] = []
    monkeypatch.setattr(teaching, "mark_leaf", lambda *_, **__: (Marks(100, 100 - errors.pop(0), 0, 0), 1.0))
    yield errors


def state(network: DigitNetwork) -> list[list[float]]:
    return [value.flatten().tolist() for value in network.parameters()]


@pytest.mark.parametrize(("pages", "held"), [(2, 1), (4, 1), (8, 2), (11, 2), (12, 3)])
def test_a_quarter_of_the_pages_is_held_back(pages: int, held: int) -> None:
    lessons = [lesson(f"p{n}") for n in range(pages)]
    places = hold_back(lessons, [1] * pages, seed=0)
    assert len(places) == held and list(places) == sorted(set(places))
    turned = hold_back(lessons[::-1], [1] * pages, seed=0)
    assert {pages - 1 - n for n in turned} == set(places)  # the order of the files does not matter
    assert len({hold_back(lessons, [1] * pages, seed=seed) for seed in range(20)}) > 1


def test_pages_without_errors_are_held_back_last() -> None:
    lessons = [lesson(f"p{n}") for n in range(8)]
    for seed in range(5):
        assert hold_back(lessons, [0, 0, 3, 0, 0, 0, 9, 0], seed=seed) == (2, 6)
        assert 2 in hold_back(lessons, [0, 0, 3, 0, 0, 0, 0, 0], seed=seed)


def test_pages_held_back_teach_nothing(base: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: set[str] = set()

    def crop(rng: np.random.Generator, page: Lesson) -> object:
        shown.add(page.name)
        return lesson_crop(rng, page)

    monkeypatch.setattr(teaching, "lesson_crop", crop)
    teach(base, [lesson("a"), lesson("b")], [lesson("c")], FACES, course=replace(SHORT, share=0.5))
    assert shown == {"a.png", "b.png"}


def test_the_best_look_is_kept(base: Weights, looks: list[int]) -> None:
    looks += [10, 12, 5, 7, 9, 0]
    taught = teach(base, [lesson("a")], [lesson("b")], FACES, course=replace(SHORT, steps=40))
    assert taught.step == 4 and taught.steps == 8  # two looks later it ends
    assert [(step, marks.errors) for step, marks in taught.looks] == [
        (0, 10),
        (2, 12),
        (4, 5),
        (6, 7),
        (8, 9),
    ]


def test_the_start_is_kept_where_nothing_is_better(base: Weights, looks: list[int]) -> None:
    before = state(base.network)
    looks += [3, 3, 4]
    taught = teach(base, [lesson("a")], [lesson("b")], FACES, course=SHORT)
    assert taught.step == 0 and taught.steps == 4
    assert state(taught.network) == before == state(base.network)


def test_it_learns_and_the_start_is_not_touched(base: Weights) -> None:
    before = state(base.network)
    page = lesson("b")
    course = replace(SHORT, steps=30, every=10, rate=1e-2, patience=9)
    taught = teach(base, [lesson("a")], [page], FACES, course=course)
    assert taught.step and state(base.network) == before
    doubts = [
        mark_leaf(page, replace(base, network=network))[1] for network in (base.network, taught.network)
    ]
    assert doubts[1] < doubts[0] - 0.1


def test_the_same_seed_gives_the_same_bytes(base: Weights, tmp_path: Path, looks: list[int]) -> None:
    def taught(seed: int) -> bytes:
        looks[:] = [9, 8, 7, 6]
        result = teach(base, [lesson("a")], [lesson("b")], FACES, seed=seed, course=SHORT)
        assert result.step == 6
        return save_weights(tmp_path / "w.safetensors", result.network, {}).read_bytes()

    assert taught(0) == taught(0) != taught(1)


def test_time_is_kept(base: Weights, looks: list[int]) -> None:
    looks += [9, 8]
    taught = teach(base, [lesson("a")], [lesson("b")], FACES, course=replace(SHORT, seconds=0.0))
    assert taught.steps == taught.step == 1


def test_among_equals_the_one_that_forgets_less_is_kept(
    base: Weights, looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks += [9, 4, 4, 4]
    forgotten = iter([0, 5, 3, 4])
    monkeypatch.setattr(teaching._Exam, "errors", lambda *_: next(forgotten))
    taught = teach(base, [lesson("a")], [lesson("b")], FACES, course=replace(SHORT, crops=1))
    assert taught.step == 4


def test_old_skills_are_tried_on_crops(base: Weights) -> None:
    exam = teaching._Exam([], FACES, 0, 6, "cpu")
    digits = sum(len(crop.boxes) for crop in exam.crops)
    wrong = sum(exam.errors(crop, base) for crop in exam.crops)
    right = sum(exam.errors(crop, load_weights()) for crop in exam.crops)
    assert digits > 20 and wrong >= digits and right < 0.4 * digits
