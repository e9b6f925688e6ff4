"""Pairs of pages with known common numbers."""

from __future__ import annotations

import numpy as np
import pytest

from zij.errors import UsageError
from zij.tables.generate.matching import matching_pair


@pytest.mark.parametrize("seed", range(3))
def test_common_numbers_stand_once_on_each_page_at_other_places(seed: int) -> None:
    pair = matching_pair(seed, rows=5, columns=3, common=6)
    texts = [[cell.text for cell in page.truth.tables[0].cells] for page in (pair.a, pair.b)]
    assert all(len(set(page)) == 15 for page in texts)
    assert set(texts[0]) & set(texts[1]) == set(pair.common)
    assert len(pair.common) == 6
    assert all(len(text) == 2 for page in texts for text in page)
    assert not any(texts[0].index(text) == texts[1].index(text) for text in pair.common)


def test_same_seed_same_pixels() -> None:
    one, two, other = (matching_pair(seed, rows=3, columns=2, common=2) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one.a.pixels, two.a.pixels)
    assert one.common == two.common != other.common


@pytest.mark.parametrize("sizes", [(9, 9, 20), (2, 2, 1), (2, 2, 5)])
def test_what_cannot_be_made_is_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(UsageError, match="take fewer rows"):
        matching_pair(0, rows=sizes[0], columns=sizes[1], common=sizes[2])
