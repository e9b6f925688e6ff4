"""Pairs are read from the annotations that `zij compare` writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_pair import made_page, made_pairs

from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.pairset import pair_files, read_pairs
from zij.errors import InputError
from zij.explain.report.annotations import annotations_text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    a, b = made_page("al pha.png")[1], made_page("beta.png", left=70)[1]
    pairs, summary = made_pairs(a, b)
    text = annotations_text(pairs, a, b, summary)
    (tmp_path / "pairs.jsonld").write_text(text, "utf-8")
    return tmp_path / "pairs.jsonld"


def test_every_pair_is_read(path: Path) -> None:
    a, b = made_page("al pha.png")[1], made_page("beta.png", left=70)[1]
    pairs, summary = made_pairs(a, b)
    (found,) = pair_files(path.parent)
    group = read_pairs(found)
    assert group.similarity == pytest.approx(summary["similarity"])
    assert group.listed == pytest.approx(summary["relevance_listed"])
    assert [pair.rank for pair in group.pairs] == list(pairs["rank"])
    for pair, row in zip(group.pairs, pairs.to_dict("records"), strict=True):
        assert (pair.a.id, pair.b.id) == (row["a_id"], row["b_id"])
        assert (pair.a.file, pair.b.file) == ("A-al pha.xml", "B-beta.xml")
        assert [pair.b.box.x, pair.b.box.h] == [row["b_x"], row["b_h"]]
        assert pair.relevance == pytest.approx(row["relevance"])


def test_pairs_need_both_pages(path: Path) -> None:
    group = read_pairs(path)
    a, b = (Leaf.of(name, made_page()[1], Path(f"{name}.xml")) for name in ("A-al pha", "B-beta"))
    assert len(group.among([b, a])) == len(group.pairs)
    assert group.among([b, a])[0][1:] == (a, b)
    assert group.among([a]) == ()


@pytest.mark.parametrize("break_it", ["", "[]", "{", '{"items": []}', "xywh", "rank", "deep"])
def test_what_is_no_list_of_pairs_is_refused(path: Path, break_it: str) -> None:
    page = json.loads(path.read_text("utf-8"))
    if break_it == "xywh":
        page["items"][0]["target"]["selector"]["value"] = "xywh=1,2,3"
    elif break_it == "rank":
        page["items"][0]["zij:rank"] = None
    text = json.dumps(page) if break_it in ("xywh", "rank") else break_it
    path.write_text("[" * 100_000 if break_it == "deep" else text, "utf-8")
    with pytest.raises(InputError, match=r"pairs\.jsonld: is no list of pairs.*; compare the pages again\.$"):
        read_pairs(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="check the name"):
        read_pairs(tmp_path / "pairs.jsonld")
