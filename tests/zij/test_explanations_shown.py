"""What comparing, explaining and studying show in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_pair import made_sheets

from zij.actions._explaining.explain import REGIONS, Explained
from zij.actions._explaining.questions import Answer
from zij.actions._explaining.study import Studied
from zij.actions._inputs.sources import Source
from zij.actions._pairs.compare import Compared
from zij.errors import UsageError
from zij.explain.bilrp.digits import regions
from zij.explain.distance.study import COLUMNS, Swept
from zij.explain.report.signed import PageRelevance
from zij.tables.scan.image import Image


def sources() -> tuple[Source, Source]:
    a, b, _, _ = made_sheets()
    made = [Source(s.reading.image[:-4], s.reading, Image(s.reading.image, "", s.rgb)) for s in (a, b)]
    return made[0], made[1]


def compared(folder: Path) -> Compared:
    _, _, pairs, summary = made_sheets()
    explanation: Any = None  # of which nothing is shown
    return Compared(folder, *sources(), explanation, pairs, summary, "similarity 0.80")


def test_a_comparison_shows_its_sentence_and_the_viewer(tmp_path: Path) -> None:
    found = compared(tmp_path)
    html = found._repr_html_()
    assert "similarity 0.80" in html and html.count("<iframe") == 1
    assert "alpha.png and beta.png; drawn: 18 of 1,518 pairs" in html
    assert "Not drawn: 1,500 weaker pairs" in html
    viewer: Any = found.viewer(threshold=0.03, top=4, corresponding=True)
    assert len(viewer.pairs) == 4 and viewer.corresponding and viewer.threshold == 0.03
    assert found.frame() is found.pairs
    with pytest.raises(UsageError, match="0 pairs cannot be shown"):
        found.viewer(top=0)


def test_an_explanation_shows_both_pages_and_their_strongest_parts(tmp_path: Path) -> None:
    a, b = sources()
    sides = []
    for source in (a, b):
        found = regions(source.reading)
        values = np.linspace(1, -1, len(found))
        sides.append(PageRelevance(found, values, np.full(len(found), 0.1), np.abs(values) > 0.45))
    rows = [
        (side, r.id, r.text, *map(int, (r.box.x, r.box.y, r.box.w, r.box.h)), float(v), 0.1, bool(s))
        for side, part in zip("ab", sides, strict=True)
        for r, v, s in zip(part.regions, part.relevance, part.sure, strict=True)
    ]
    answer = Answer(0.8, (sides[0], sides[1]), {}, {}, ("", ""), [], [])
    summary = {"parameters": {"masks": "numbers"}}
    table = pd.DataFrame(rows, columns=list(REGIONS))
    found = Explained(tmp_path, a, b, answer, table, summary, "similarity 0.80; more")
    html = found._repr_html_()
    assert html.count("<img") == 2 and html.index("row 1, column 1") < html.index("row 1, column 2")
    assert "A, alpha.png, given B: 4 of 13 numbers bring the pages near beyond chance" in html
    assert html.count("brings the pages near</span>") == 1  # the legend of both, in type that can be read
    assert found.frame() is table


def test_a_study_shows_its_figure_and_all_settings(tmp_path: Path) -> None:
    tried = [Swept("all", keep, masks, 0.9, 0.1, 0.02, 0.01) for keep in (0.5, 0.8) for masks in (50, 100)]
    table = pd.DataFrame([[getattr(one, name) for name in COLUMNS] for one in tried], columns=list(COLUMNS))
    found = Studied(tmp_path, table, tried[3], {}, "the cheapest steady setting")
    html = found._repr_html_()
    assert "the cheapest steady setting" in html and html.count("<img") == 1 and "all 4 settings" in html
    assert found.frame() is table
