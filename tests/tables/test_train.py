"""Teaching: targets, loss, the same bytes twice, and that it learns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from zij.tables.digits.network import DigitNetwork, save_weights
from zij.tables.generate.crops import CROP, Crop, make_crop
from zij.tables.generate.fonts import demo_typeface, roman_typeface
from zij.tables.teach.train import Settings, _Mistakes, loss, targets, train

FACES = (demo_typeface(), roman_typeface())


Boxes = Sequence[tuple[float, float, float, float]]


def _crop(boxes: Boxes, digits: Sequence[int], ignore: Boxes = ()) -> Crop:
    return Crop(
        np.zeros((CROP, CROP), np.float32),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(digits, np.int64),
        np.array(ignore, np.float32).reshape(-1, 4),
    )


def test_targets_of_one_digit() -> None:
    labels, boxes = targets(_crop([(40, 60, 16, 24)], [7]))
    rows, columns = np.nonzero(labels == 7)
    assert set(rows * 4 + 2) == {70, 74} and set(columns * 4 + 2) == {46, 50}
    assert (boxes[:, labels == 7] == np.array([[40], [60], [56], [84]])).all()
    assert (labels == -1).any() and (labels == 10).sum() > 2200


def test_a_narrow_digit_has_a_cell() -> None:
    for x in np.arange(40, 44, 0.5):
        labels, _ = targets(_crop([(float(x), 60, 2, 8)], [1]))
        assert (labels == 1).any()


def test_neighbours_do_not_take_each_others_cells() -> None:
    labels, _ = targets(_crop([(40, 60, 12, 24), (52, 60, 12, 24)], [1, 2]))
    assert (labels == 1).any() and (labels == 2).any()
    assert np.nonzero(labels == 1)[1].max() < np.nonzero(labels == 2)[1].min()


def test_nothing_is_judged_in_ignored_boxes() -> None:
    labels, _ = targets(_crop([], [], ((100.0, 100.0, 20.0, 20.0),)))
    assert (labels[25:30, 25:30] == -1).all() and (labels == -1).sum() == 25


def test_loss_is_small_only_when_right() -> None:
    labels, boxes = (torch.from_numpy(v)[None] for v in targets(_crop([(40, 60, 16, 24)], [7])))
    right = torch.nn.functional.one_hot(labels.clamp(min=0), 11).permute(0, 3, 1, 2) * 20.0
    place = (torch.arange(48) + 0.5) * 4
    sides = torch.stack(
        [
            place[None, None, :] - boxes[:, 0], place[None, :, None] - boxes[:, 1],
            boxes[:, 2] - place[None, None, :], boxes[:, 3] - place[None, :, None],
        ],
        1,
    )  # fmt: skip
    assert float(loss(right, sides, labels, boxes, Settings())) < 1e-3
    assert float(loss(right.roll(1, 1), sides, labels, boxes, Settings())) > 10
    assert float(loss(right, sides + 8, labels, boxes, Settings())) > 0.1


@pytest.fixture(scope="module")
def short() -> Settings:
    return Settings(steps=4, batch=2, warmup=2)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, short: Settings) -> None:
    files = [
        save_weights(tmp_path / f"{n}.safetensors", train(FACES, seed=0, settings=short, workers=workers), {})
        for n, workers in enumerate((0, 2))
    ]
    assert files[0].read_bytes() == files[1].read_bytes()
    other = save_weights(tmp_path / "o.safetensors", train(FACES, seed=1, settings=short, workers=0), {})
    assert other.read_bytes() != files[0].read_bytes()


def test_it_learns() -> None:
    shown: list[float] = []
    settings = Settings(steps=30, batch=4, warmup=4, threads=1)
    train(FACES, seed=0, settings=settings, workers=0, progress=lambda _s, _n, value: shown.append(value))
    assert len(shown) == 30
    # what is shown is smoothed, 0.98 of the past; the losses themselves, robust to single bad batches
    losses = [shown[0], *((now - 0.98 * before) / 0.02 for before, now in pairwise(shown))]
    assert np.median(losses[-10:]) < 0.6 * np.median(losses[:5])


def test_a_network_to_go_on_from_is_where_one_begins() -> None:
    begun = DigitNetwork().eval()
    still = Settings(steps=2, batch=2, rate=0.0, decay=0.0, hard=0, threads=1)
    moving = Settings(steps=2, batch=2, hard=0, warmup=1, threads=1)
    result = train(FACES, settings=still, start=begun, workers=0)
    for (name, one), (_, two) in zip(begun.state_dict().items(), result.state_dict().items(), strict=True):
        assert torch.allclose(one, two, atol=1e-6), name
    moved = train(FACES, settings=moving, start=begun, workers=0)
    assert any(
        not torch.equal(one, two)
        for one, two in zip(begun.state_dict().values(), moved.state_dict().values(), strict=True)
    )


def test_mistakes_on_pages_without_digits_are_shown_again() -> None:
    settings = Settings(pool=6, hard=2, batch=4)
    mistakes = _Mistakes(0, FACES, settings)

    class Inky(torch.nn.Module):  # takes all ink for the digit 3
        def forward(self, ink: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            dark = torch.nn.functional.avg_pool2d(ink, 4)
            scores = torch.zeros(ink.shape[0], 11, 48, 48)
            scores[:, 3], scores[:, 10] = 20 * dark[:, 0], 4.0
            return scores, torch.ones(ink.shape[0], 4, 48, 48)

    mistakes.sought(Inky(), "cpu")  # type: ignore[arg-type]
    assert len(mistakes.worst) == 2
    ink = [
        torch.nn.functional.avg_pool2d(torch.from_numpy(mistakes.crops[n]["ink"])[None], 4) for n in range(6)
    ]
    seen = [float((20 * i).flatten().topk(12).values.sum()) for i in ink]
    worst = torch.nn.functional.avg_pool2d(torch.from_numpy(mistakes.worst[0]["ink"])[None], 4)
    assert float((20 * worst).flatten().topk(12).values.sum()) == pytest.approx(max(seen), rel=0.05)
    plain = {key: torch.from_numpy(value)[None] for key, value in mistakes.crops[0].items()}
    fuller = mistakes.added(plain)
    assert all(len(fuller[key]) == 3 for key in plain)
    assert (fuller["labels"][1:] == 10).all()


def test_crops_without_digits_have_none() -> None:
    for index in range(12):
        crop = make_crop(5, index, FACES, blank=True)
        assert not len(crop.boxes) and not len(crop.ignore) and crop.ink.max() > 0.3
