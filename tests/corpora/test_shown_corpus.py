"""Corpora, searches and results of `zij.corpus` in notebooks: true, harmless, small; frames and Axes."""

from __future__ import annotations

import base64
import csv
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from found_corpus import made_corpus
from fragments import HOSTILE, alone, piece, words
from matplotlib.figure import Figure
from PIL import Image
from seen_corpus import families, make_corpus, wanted

from zij.actions import corpus as asked
from zij.corpora.finding import inline
from zij.corpora.judging.judgefigure import draw_evaluation
from zij.corpora.seeing.clusterfigure import (
    draw_cluster_numbers,
    draw_cluster_sizes,
    draw_cluster_stability,
)
from zij.corpora.seeing.diversityfigure import (
    draw_diversity_by_place,
    draw_diversity_over_time,
    draw_tables_over_time,
)
from zij.corpora.seeing.inline import WIDEST, figure_html
from zij.corpora.seeing.mapfigure import draw_map, map_figure, middle_years
from zij.corpora.seeing.mapnames import NAMED, short_names
from zij.corpora.store import Book, Metadata, Missed, NewPage, PageResult, create_corpus, open_corpus

BOOK = f"<b>{HOSTILE}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty-six pages of twelve tables; names, places and books that would do harm."""
    counts, labels = families(12, 3, seed=5)
    pages = [
        replace(page, name=f"{HOSTILE}{n}" if n == 3 else page.name, title=HOSTILE,
                place=page.place.replace("Paris", HOSTILE), book=page.book.replace("book 00", BOOK))
        for n, page in enumerate(wanted(counts))
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("shown")
    make_corpus(folder / "corpus", pages)
    with open_corpus(folder / "corpus") as corpus:
        names = [page.name for page in corpus.pages()]
        corpus.missed([Missed(HOSTILE, "gone.png", HOSTILE)])
        corpus.tag([1, 2], "<i>lunar</i>", who="a test")
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as stream:
        lines = zip(names, (f"f{label}" for label in labels), strict=True)
        csv.writer(stream).writerows([("page", "family"), *lines])
    return folder


@pytest.fixture(scope="module")
def results(home: Path) -> dict[str, Any]:
    """What looking at the corpus gives."""
    corpus = home / "corpus"
    return {
        "clusters": asked.cluster(corpus, home / "clusters", seeds=2),
        "map": asked.map_(corpus, home / "map", colour="place"),
        "diversity": asked.diversity(corpus, home / "diversity", repeats=2, where=["table=yes"]),
        "outliers": asked.outliers(corpus, home / "outliers"),
        "evaluation": asked.evaluate(
            corpus, home / "evaluation", truth=home / "truth.csv", queries=6, vgg=False
        ),
    }


@pytest.fixture(scope="module")
def shown(results: dict[str, Any]) -> dict[str, str]:
    """What they show."""
    return {name: result._repr_html_() for name, result in results.items()}


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> asked.Found:
    folder = tmp_path_factory.mktemp("searched")
    return asked.search(made_corpus(folder / "corpus"), "first", csv=folder / "hits.csv", out=folder / "out")


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, dtype="str")


def same(frame: pd.DataFrame, path: Path) -> None:
    """A frame says what a CSV file says, to the digits that are written."""
    file = read(path)
    assert list(frame.columns) == list(file.columns) and len(frame) == len(file) > 0
    for name in frame.columns:
        if frame[name].dtype.kind in "if" or str(frame[name].dtype) == "Int64":
            ours = frame[name].to_numpy(dtype=float, na_value=np.nan)
            theirs = pd.to_numeric(file[name]).to_numpy(dtype=float, na_value=np.nan)
            np.testing.assert_allclose(ours, theirs, rtol=1e-5)
        else:
            assert frame[name].fillna("").astype("str").tolist() == file[name].tolist()


# -- what looks at a whole corpus


@pytest.mark.parametrize("name", ["clusters", "map", "diversity", "outliers", "evaluation"])
def test_results_show_their_sentence_and_figures(
    results: dict[str, Any], shown: dict[str, str], name: str
) -> None:
    root = piece(shown[name])
    assert " ".join(results[name].sentence.split()) in words(root)
    pictures = [image.get("src") for image in root.iter("img")]
    assert len(pictures) == {"diversity": 2, "outliers": 0}.get(name, 1)
    for source in pictures:
        assert Image.open(BytesIO(base64.b64decode(source.partition(",")[2]))).width <= WIDEST
    assert root.xpath(".//tbody/tr[not(ancestor::details)]")


def test_tables_are_cut_and_say_so(shown: dict[str, str]) -> None:
    root = piece(shown["outliers"])
    listed = root.xpath(".//div[@class='scroll']/table")[-1]
    assert len(listed.xpath(".//tbody/tr")) == 20 and "16 more rows not shown" in words(root)
    assert "2 more rows not shown" in words(piece(shown["clusters"]))  # of twelve clusters


def test_clusters_are_those_of_the_data(results: dict[str, Any], shown: dict[str, str]) -> None:
    result = results["clusters"]
    own = result.clusters[result.clusters["method"].str.startswith("no k")]
    (table,) = piece(shown["clusters"]).xpath(".//h4/following-sibling::div[1]//table")
    first = [cell.text_content() for cell in table.xpath(".//tbody/tr[1]/td")]
    assert first[:2] == ["1", str(own["pages"].iloc[0])] and first[-1] == own["medoid"].iloc[0]


def test_frames_are_the_files(results: dict[str, Any], home: Path) -> None:
    same(results["clusters"].frame(), home / "clusters" / "clusters.csv")
    same(results["clusters"].clusters, home / "clusters" / "clusters-summary.csv")
    same(results["clusters"].tried, home / "clusters" / "clusters-k.csv")
    same(results["map"].frame(), home / "map" / "map.csv")
    same(results["outliers"].frame(), home / "outliers" / "outliers.csv")
    same(results["diversity"].places, home / "diversity" / "diversity_place.csv")
    same(results["evaluation"].frame(), home / "evaluation" / "evaluation.csv")
    same(results["evaluation"].queries, home / "evaluation" / "queries.csv")


def test_figures_are_drawn_in_their_axes(results: dict[str, Any]) -> None:
    clusters, diversity = results["clusters"], results["diversity"]
    axes = alone(partial(draw_cluster_sizes, clusters=clusters.clusters))
    assert len(axes.lines) == 2
    alone(partial(draw_cluster_stability, clusters=clusters.clusters))
    axes = alone(partial(draw_cluster_numbers, tried=clusters.tried))
    assert np.asarray(axes.lines[0].get_xdata()).tolist() == clusters.tried["k"].tolist()
    for measure in ("comparable", "published"):
        axes = alone(partial(draw_diversity_by_place, places=diversity.places, measure=measure))
        assert len(axes.get_yticks()) == len(diversity.places)
        alone(partial(draw_diversity_over_time, times=diversity.times, measure=measure))
    alone(partial(draw_tables_over_time, times=diversity.times))
    for mark in ("average precision", "recall", "neighbour recall", "neighbour precision"):
        alone(partial(draw_evaluation, judged=results["evaluation"].judged, mark=mark))


@pytest.mark.parametrize("colour", ["place", "year", "book", "cluster", "tag", "none"])
def test_a_map_is_drawn_in_its_axes(results: dict[str, Any], colour: Any) -> None:
    pages = results["map"].pages.copy()
    pages.loc[:4, ["year_from", "year_to"]] = pd.NA
    axes = alone(partial(draw_map, pages=pages, colour=colour), rendered=colour == "place")
    drawn = sum(len(dots.get_offsets()) for dots in axes.collections)  # type: ignore[arg-type]
    assert drawn == len(pages)
    assert len(axes.child_axes) == (colour == "year")
    years = middle_years(pages)
    assert np.isnan(years[:5]).all() and (years[5:] == (pages["year_from"] + pages["year_to"])[5:] / 2).all()


def test_a_figure_of_any_size_fits_a_notebook() -> None:
    for wide in (4, 40):
        element = figure_html(partial(Figure, figsize=(wide, 2)), "words")
        assert 'alt="words"' in element


# -- search


def test_hits_show_rank_similarity_name_and_what_is_shared(searched: asked.Found) -> None:
    root = piece(searched._repr_html_())
    hits = root.xpath(".//section[@class='hit']")
    assert len(hits) == len(searched.hits.hits)
    for section, hit in zip(hits, searched.hits.hits, strict=True):
        text = words(section)
        assert f"{hit.rank}. {hit.name}" in text and f"{hit.similarity:.4f}" in text
        assert len(section.xpath(".//svg")) == (2 if hit.shares else 1)
        assert bool(section.xpath(".//*[@class='shared']")) == bool(hit.shares or hit.through)
    assert "were searched" in words(root)


def test_more_hits_are_listed_without_pictures(
    searched: asked.Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "MOST", 2)
    root = piece(searched._repr_html_())
    assert len(root.xpath(".//section[@class='hit']")) == 2
    more = len(searched.hits.hits) - 2
    assert f"{more} more hits without pictures" in words(root)
    monkeypatch.setattr(inline, "ROOM", 10)
    root = piece(searched._repr_html_())
    assert not root.xpath(".//section") and f"{more + 2} more hits without pictures" in words(root)
    monkeypatch.setattr(inline, "ROOM", 1_000_000)
    monkeypatch.setattr(inline, "LISTED", 3)
    assert f"{more - 3} more row" in words(piece(searched._repr_html_()))


def test_hits_show_themselves_where_the_corpus_is_gone(searched: asked.Found, tmp_path: Path) -> None:
    moved = replace(searched, folder=tmp_path / "moved")
    root = piece(moved._repr_html_())
    assert len(root.xpath(".//details[@open]//tbody/tr")) == len(searched.hits.hits)
    assert len(piece(searched.hits._repr_html_()).xpath(".//tbody/tr")) == len(searched.hits.hits)
    empty = replace(searched, hits=replace(searched.hits, hits=()), records=())
    assert "nothing found" in words(piece(empty._repr_html_()))
    assert len(empty.frame()) == 0


def test_the_frame_of_a_search_is_its_file(searched: asked.Found) -> None:
    same(searched.frame(), searched.files[-1])
    same(searched.frame(), searched.files[0].with_name("search.csv"))
    assert searched.frame()["rank"].tolist() == [hit.rank for hit in searched.hits.hits]


# -- the corpus itself, and what is done to it


def test_a_corpus_shows_itself_open_and_closed(home: Path) -> None:
    with open_corpus(home / "corpus") as corpus:
        text = corpus._repr_html_()
        count = corpus.summary()
    root = piece(text)
    assert f"{count.pages} pages of {count.books} books, from 1500 to 1508; {count.read} processed" in words(
        root
    )
    assert len(root.xpath(".//div[@class='leaves']//img")) == 12 and "24 more pages not shown" in words(root)
    assert corpus._repr_html_() == text


def test_an_empty_corpus_and_one_with_failures(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "new") as corpus:
        assert "0 pages of 0 books" in words(piece(corpus._repr_html_()))
        corpus.set_books([Book(BOOK)])
        fields = Metadata(year_to=1550)
        ids = corpus.add_pages([NewPage("file:a", HOSTILE, BOOK, fields=fields)]).ids
        corpus.put_results([PageResult(ids[0], failure=HOSTILE, read_by="model")])
        assert corpus.years() == (1550, 1550)
        text = words(piece(corpus._repr_html_()))
    assert "1 page of 1 book, of 1550; 0 processed, 1 failed" in text and text.count(HOSTILE) == 2


def test_status_shows_counts_and_what_is_missing(home: Path) -> None:
    result = asked.status(home / "corpus")
    text = words(piece(result._repr_html_()))
    assert "gone.png" in text and HOSTILE in text and "<i>lunar</i> 2" in text
    assert result.frame()["pages"].tolist() == [36]
    assert result.troubles()["kind"].tolist() == ["missed"]


def test_what_was_done_to_a_corpus_shows_its_sentence(tmp_path: Path) -> None:
    said = (("what", HOSTILE),) * 25
    done = [
        asked.Added(tmp_path, 40, 30, 9, 1, 0, said, said),
        asked.Processed(tmp_path, 3, 4, said, 2, 60.0),
        asked.Imported(tmp_path, (HOSTILE,) * 30, ("b",), said, said),
        asked.Judged(tmp_path, 5, 4, said),
        asked.Tagged(tmp_path, HOSTILE, "t1", False, 5, 4, said),
    ]
    for result in done:
        text = words(piece(result._repr_html_()))  # type: ignore[attr-defined]
        assert " ".join(result.sentence.split()) in text  # type: ignore[attr-defined]
        assert "25 failed" in text and "5 more rows not shown" in text
    assert "and 10 more" in words(piece(done[2]._repr_html_()))  # type: ignore[attr-defined]


def test_names_of_pages_beside_the_dots_cover_nothing() -> None:
    names = [f"page $ {n} of a book with a long name" for n in range(NAMED)]
    xy = np.random.default_rng(0).normal(0, 0.05, (NAMED, 2))
    pages = pd.DataFrame({"page": names, "x": xy[:, 0], "y": xy[:, 1]})
    figure = map_figure(pages, "none", "Caption.")
    axes = figure.axes[0]
    boxes = np.array([text.get_window_extent().extents for text in axes.texts])
    apart = (boxes[:, None, 2:] < boxes[None, :, :2]).any(axis=2)  # to the left or below
    assert (apart | apart.T | np.eye(len(boxes), dtype=bool)).all()
    dots = axes.transData.transform(xy)[:, None]
    assert not ((boxes[:, :2] < dots) & (dots < boxes[:, 2:])).all(axis=2).any()
    missing = NAMED - len(boxes)
    assert 0 < missing < NAMED / 2
    assert figure.get_supxlabel() == f"Caption. For want of room {missing} names are left out."
    assert {text.get_text() for text in axes.texts} < set(short_names(names))
    assert short_names(["x" * 24, "a" * 20 + "b" * 20]) == ["x" * 24, f"{'a' * 11}\u2026{'b' * 12}"]
    more = pd.concat([pages, pages[:1]])
    assert not map_figure(more, "none", "Caption.").axes[0].texts
