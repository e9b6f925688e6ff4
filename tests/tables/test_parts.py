"""Which parts of a raster are read: all ink, nothing twice, and little else."""

from __future__ import annotations

import numpy as np
import pytest

from zij.tables.digits.parts import inked, parts


def read_blocks(wanted: np.ndarray, margin: int) -> int:
    return sum((b - t + 2 * margin) * (r - x + 2 * margin) for t, b, x, r in parts(wanted, margin=margin))


@pytest.mark.parametrize("seed", range(6))
def test_every_wanted_block_is_in_exactly_one_part(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wanted = rng.random((60, 90)) < (0.001, 0.01, 0.3)[seed % 3]
    times = np.zeros(wanted.shape, int)
    for top, bottom, left, right in parts(wanted, margin=3):
        times[top:bottom, left:right] += 1
    assert times.max() == 1
    assert (times[wanted] == 1).all()
    y, x = np.nonzero(wanted)
    assert read_blocks(wanted, 3) <= max((np.ptp(y) + 7) * (np.ptp(x) + 7), 0) or wanted.sum() > 300


def test_two_columns_far_apart_are_read_by_themselves() -> None:
    wanted = np.zeros((40, 60), bool)
    wanted[:, :5] = wanted[10:20, 50:55] = True
    assert sorted(parts(wanted, margin=3)) == [(0, 40, 0, 5), (10, 20, 50, 55)]


def test_two_lines_near_each_other_are_read_at_once() -> None:
    wanted = np.zeros((12, 40), bool)
    wanted[2:4] = wanted[6:8] = True
    assert list(parts(wanted, margin=3)) == [(2, 8, 0, 40)]


def test_large_parts_are_cut() -> None:
    found = list(parts(np.ones((150, 100), bool), margin=3))
    assert len(found) > 2 and max((b - t + 6) * (r - x + 6) for t, b, x, r in found) <= 5000


def test_nothing_wanted_nothing_read() -> None:
    assert list(parts(np.zeros((5, 7), bool), margin=3)) == []
    assert inked(np.zeros((0, 0), np.float32)).shape == (0, 0)


def test_faint_digits_are_ink_and_specks_are_not() -> None:
    ink = np.zeros((96, 192), np.float32)
    ink[40:58, 30:33] = 0.4  # a faint 1
    ink[40:43, 150:153] = 0.6  # a speck
    ink[:, 100] = 0.1  # shines through
    blocks = inked(ink)
    assert blocks[2:4, 1:3].all()
    assert not blocks[:, 5:].any()
