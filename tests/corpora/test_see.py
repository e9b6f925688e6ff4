"""zij corpus cluster, map, diversity and outliers: what they write, twice the same, and what they refuse."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from browser import PROGRAM, Browser
from commands import files, refused, zij
from seen_corpus import PLACES, Wanted, families, make_corpus, wanted

from zij.actions import corpus as actions
from zij.corpora.seeing.palette import groups
from zij.corpora.seeing.sheets import PER_SHEET, thumbnail_sheets
from zij.corpora.store import create_corpus
from zij.errors import InputError, UsageError

COUNTS, TRUTH = families(8, 5)
HOSTILE = '"><script>document.title="owned"</script><img src=x onerror=alert(1)>'
COMMANDS = ("cluster", "map", "diversity", "outliers")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pages of eight tables; one more without digits, one not processed, one with few digits."""
    few = np.zeros(110)
    few[0] = 3.0
    pages = [
        *wanted(COUNTS),
        Wanted("blank", np.zeros(110), digits=0, table=False),
        Wanted("unread", None),
        Wanted("sparse", few, digits=3),
    ]
    return make_corpus(tmp_path_factory.mktemp("seen") / "corpus", pages)


@pytest.fixture(scope="module")
def seen(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything of it, by the commands."""
    out = tmp_path_factory.mktemp("out")
    for command in COMMANDS:
        ended = zij("corpus", command, corpus, "-o", out)
        assert ended.code == 0 and ended.err == "" and str(out) in ended.out, ended
        assert "left out: 1 not processed, 1 without digits" in ended.out or command == "diversity", ended
    return out


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, keep_default_na=False, na_values={"similarity": [""]})


def test_every_file_is_there(seen: Path) -> None:
    figures = {f"{stem}.{kind}" for stem in ("clusters", "map", "diversity_place", "diversity_time")
               for kind in ("png", "svg")}  # fmt: skip
    tables = {"clusters.csv", "clusters-summary.csv", "clusters-k.csv", "map.csv", "outliers.csv",
              "diversity_place.csv", "diversity_time.csv"}  # fmt: skip
    pages = {"clusters.html", "map.html", "outliers.html"}
    summaries = {"clusters.json", "map.json", "diversity.json", "outliers.json"}
    there = {path.name for path in seen.iterdir()}
    assert there == figures | tables | pages | summaries
    for name in summaries:
        told = json.loads((seen / name).read_text("utf-8"))
        assert told["versions"]["zij"] and "where" in told["parameters"]


def test_the_same_corpus_gives_the_same_bytes(corpus: Path, seen: Path, tmp_path: Path) -> None:
    for command in COMMANDS:
        assert zij("corpus", command, corpus, "-o", tmp_path).code == 0
    assert files(tmp_path) == files(seen)


def test_clusters_are_told_page_by_page_and_cluster_by_cluster(seen: Path) -> None:
    pages, about = table(seen, "clusters.csv"), table(seen, "clusters-summary.csv")
    assert pages.columns.tolist() == [
        "page", "cluster_kmeans", "size_kmeans", "stability_kmeans", "distance_kmeans", "medoid_kmeans",
        "cluster", "size", "stability", "distance", "medoid",
    ]  # fmt: skip
    assert len(pages) == 41 and "blank" not in set(pages["page"])
    for suffix, method in (("_kmeans", "k-means"), ("", "no k (HDBSCAN)")):
        own = about[about["method"] == method].set_index("cluster")
        sizes = pages[f"cluster{suffix}"].value_counts()
        assert own["pages"].to_dict() == sizes.to_dict()
        middle = pages[pages[f"medoid{suffix}"] == "yes"].set_index(f"cluster{suffix}")["page"]
        assert middle.to_dict() == own["medoid"].to_dict()
    found = pages["cluster"].iloc[:40].to_numpy()
    assert all(len(set(found[family == TRUTH])) == 1 for family in range(8))
    tried = table(seen, "clusters-k.csv")
    assert tried["k"].tolist() == [2, 4, 6, 8] and tried["between_seeds"].between(-1, 1).all()


def test_outliers_and_pages_with_few_digits_are_told_apart(seen: Path) -> None:
    found = table(seen, "outliers.csv")
    assert found["rank"].tolist() == list(range(1, 42))
    assert found["kind"].iloc[-1] == "few digits" and found["page"].iloc[-1] == "sparse"
    assert found["distance"].iloc[:-1].is_monotonic_decreasing
    place = {page: n for n, page in enumerate(found["page"])}
    assert len(place) == 41
    text = (seen / "outliers.html").read_text("utf-8")
    assert "Too few digits to say: 1 page" in text and "sparse (3)" in text


def test_diversity_counts_pages_with_tables_and_tells_the_rest(corpus: Path, tmp_path: Path) -> None:
    found = actions.diversity(corpus, tmp_path, tables=10, repeats=4, thresholds=(0, 61))
    assert found.summary["parameters"]["where"] == "table=yes"
    assert found.summary["without_place"] == 1 and found.summary["without_year"] == 1  # the sparse one
    assert found.places["place"].tolist() == sorted(PLACES) and found.places["tables"].sum() == 40
    assert set(found.times["digits"]) == {0} and found.times["year"].tolist() == list(range(1500, 1510))
    assert "1 tables without place" not in found.sentence and "1 table without place" in found.sentence
    both = actions.diversity(corpus, tmp_path, where=["table=yes,no"], tables=10, repeats=2)
    assert both.summary["parameters"]["where"] == "table=yes,no"


def test_only_the_pages_that_are_asked_for(corpus: Path, tmp_path: Path) -> None:
    ended = zij("corpus", "map", corpus, "-o", tmp_path, "--where", "place=Paris", "--colour", "year")
    assert ended.code == 0, ended
    found = table(tmp_path, "map.csv")
    assert set(found["place"]) == {"Paris"} and len(found) == 12
    assert json.loads((tmp_path / "map.json").read_text("utf-8"))["parameters"]["colour"] == "year"


def test_a_corpus_that_cannot_be_looked_at_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "empty"):
        pass
    make_corpus(tmp_path / "new", [Wanted("a", None), Wanted("b", None)])
    make_corpus(tmp_path / "blank", [Wanted("a", np.zeros(110), digits=0)])
    cases = {"empty": "it has no pages yet", "new": "zij corpus process", "blank": "has a digit"}
    for name, words in cases.items():
        for command in COMMANDS:
            said = refused(zij("corpus", command, tmp_path / name, "-o", tmp_path / "out"), tmp_path / name)
            assert words in said or command == "diversity"
    assert not (tmp_path / "out").exists()


def test_wrong_requests_are_refused(corpus: Path, tmp_path: Path) -> None:
    said = refused(zij("corpus", "cluster", corpus, "-o", tmp_path, "--where", "place=Nowhere"))
    assert "--where" in said
    refused(zij("corpus", "diversity", corpus, "-o", tmp_path, "--thresholds", "a,b"), "a,b")
    refused(zij("corpus", "map", corpus, "-o", tmp_path, "--perplexity", "500"), "500")
    with pytest.raises(UsageError, match="choose tsne or umap"):
        actions.map_(corpus, tmp_path, method="pca")
    with pytest.raises(UsageError, match="colour"):
        actions.map_(corpus, tmp_path, colour="red")
    with pytest.raises(UsageError, match="choose page or book"):
        actions.outliers(corpus, tmp_path, apart="shelf")
    with pytest.raises(UsageError, match="at least 1"):
        actions.cluster(corpus, tmp_path, k=0)
    with pytest.raises(UsageError, match="at least 1"):
        actions.diversity(corpus, tmp_path, repeats=0)
    with pytest.raises(InputError):
        actions.outliers(tmp_path / "none", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_one_page_has_sensible_answers(command: str, tmp_path: Path) -> None:
    folder, out = make_corpus(tmp_path / "corpus", wanted(COUNTS)[:1]), tmp_path / "out"
    ended = zij("corpus", command, folder, "-o", out)
    assert ended.code == 0 and ended.err == "", ended
    if command == "diversity":
        assert len(table(out, "diversity_time.csv")) == 0
        assert table(out, "diversity_place.csv")["published"].tolist() == [0]
    if command == "outliers":
        assert table(out, "outliers.csv")["kind"].tolist() == [""]


def test_equal_pages_are_one_cluster_on_one_spot(tmp_path: Path) -> None:
    pages = [replace(page, counts=COUNTS[0]) for page in wanted(COUNTS)[:12]]
    folder = make_corpus(tmp_path / "corpus", pages)
    found = actions.cluster(folder, tmp_path / "out", sensitivity=False)
    assert set(found.pages["cluster"]) == set(found.pages["cluster_kmeans"]) == {1}
    doubt = "clusters of so few pages mean little (fewer than 36)"
    assert f"; {doubt}; pictures: " in found.sentence
    assert f"; {doubt}. Found by" in (tmp_path / "out" / "clusters.html").read_text("utf-8")
    assert found.summary["sensitivity"] == [] and not found.failures
    laid = actions.map_(folder, tmp_path / "out").pages
    assert (laid[["x", "y"]] == 0).all(axis=None)
    drawn = (tmp_path / "out" / "map.svg").read_text("utf-8")
    assert all(f">{page.name}<" in drawn for page in pages)  # all twelve find room around the one spot
    lone = actions.outliers(folder, tmp_path / "out")
    assert not lone.summary["outliers"] and lone.sentence.startswith(
        "too few pages (12) to say what is unusual; all are listed by the similarity to their nearest, "
        "0 have too few digits to say; "
    )
    text = (tmp_path / "out" / "outliers.html").read_text("utf-8")
    assert "what is usual here" not in text and "Too few pages (12) to say" in text


def test_where_all_pages_differ_none_is_called_unusual(tmp_path: Path) -> None:
    pages = [replace(page, counts=60.0 * np.eye(110)[n]) for n, page in enumerate(wanted(COUNTS)[:20])]
    found = actions.outliers(make_corpus(tmp_path / "corpus", pages), tmp_path / "out")
    assert found.sentence.startswith("the pages are so unlike each other that none is unusual; all are ")


def test_without_years_and_places_there_is_no_diversity_by_them(tmp_path: Path) -> None:
    pages = [replace(page, place="", years=None, book="") for page in wanted(COUNTS)[:15]]
    folder = make_corpus(tmp_path / "corpus", pages)
    found = actions.diversity(folder, tmp_path / "out")
    assert found.places.empty and found.times.empty
    assert found.sentence.startswith("no place is known; too few years are known for a curve")
    drawn = [(tmp_path / f"out/diversity_{what}.svg").read_text("utf-8") for what in ("place", "time")]
    assert "No place is known" in drawn[0] and "Too few years are known" in drawn[1]
    assert actions.map_(folder, tmp_path / "out").summary["parameters"]["colour"] == "cluster"


def test_a_slip_in_the_years_is_told(tmp_path: Path) -> None:
    pages = wanted(COUNTS)
    pages[1] = replace(pages[1], years=(9999, 9999))
    far = make_corpus(tmp_path / "far", [replace(pages[0], years=(1, 1)), *pages[1:]])
    refused(zij("corpus", "diversity", far, "-o", tmp_path / "out"), "9999")


def test_groups_are_ordered_by_number_and_then_name() -> None:
    found = groups(["b", "", "a", "c", "b", "a"])
    assert found.names == ("a", "b", "c") and found.counts == (2, 2, 1)
    assert found.codes.tolist() == [1, -1, 0, 2, 1, 0]


def test_sheets_hold_every_picture_in_its_place_and_stay_small() -> None:
    from io import BytesIO

    from PIL import Image
    from seen_corpus import picture

    flat = BytesIO()
    Image.new("RGB", (128, 60), (200, 30, 30)).save(flat, "JPEG")
    pictures = [picture(n) for n in range(PER_SHEET + 4)]
    pictures[PER_SHEET + 2] = flat.getvalue()
    pictures[3], pictures[4] = b"", b"no picture"
    found = thumbnail_sheets(pictures)
    assert found.side == 128 and len(found.pages) == 2
    assert found.sizes[3] == found.sizes[4] == (0, 0) and found.sizes[0] == (64, 96)
    second = np.asarray(Image.open(BytesIO(found.pages[1])).convert("RGB")).astype(int)
    middle = second[64, 2 * 128 + 64]  # third cell of the first row
    assert abs(middle - [200, 30, 30]).max() < 12 and second[10, 2 * 128 + 64].min() > 240
    small = thumbnail_sheets(pictures, room=100_000)
    assert sum(map(len, small.pages)) <= 100_000 and small.side < 128


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium")
def test_what_metadata_say_never_becomes_markup(tmp_path: Path) -> None:
    known = {"book": HOSTILE, "place": HOSTILE, "title": HOSTILE, "tags": ("<script>alert(1)</script>",)}
    pages = [replace(page, name=f"{page.name}{HOSTILE[:40]}", **known) for page in wanted(COUNTS)[:15]]
    folder, out = make_corpus(tmp_path / "corpus", pages), tmp_path / "out"
    actions.cluster(folder, out, sensitivity=False)
    actions.map_(folder, out, colour="tag")
    actions.outliers(folder, out)
    with Browser(tmp_path / "profile") as browser:
        for name in ("map", "clusters", "outliers"):
            browser.open(out / f"{name}.html")
            if name == "map":
                browser.ask("document.getElementById('map').focus()")
                browser.press("ArrowRight")
                for field in ("book", "tag", "cluster"):
                    browser.ask(
                        f"(() => {{ const f = document.getElementById('field'); f.value = '{field}';"
                        " f.dispatchEvent(new Event('change')); })()"
                    )
                assert browser.ask("document.getElementById('panel').textContent").count("<script>") >= 2
            assert "owned" not in browser.ask("document.title")
            assert browser.ask("document.querySelectorAll('[onerror], body img').length") == 0
        assert browser.complaints == [] and all(re.match("file:|data:", url) for url in browser.requests)


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium")
def test_the_map_answers_pointer_keyboard_search_and_legend(seen: Path, tmp_path: Path) -> None:
    with Browser(tmp_path / "profile") as browser:
        browser.open(seen / "map.html")
        ask, panel = browser.ask, "document.getElementById('panel').textContent"
        assert "No page chosen" in ask(panel)
        beside = ask("JSON.parse(document.getElementById('map-data').textContent).beside")
        assert beside == table(seen, "map.csv")["page"].tolist()  # of few pages the names are drawn, too
        browser.point("#map", click=True)  # the middle of the map need not hold a page
        ask("document.getElementById('map').focus()")
        browser.press("Escape")
        browser.press("ArrowRight")
        first = ask("document.querySelector('#panel h2').textContent")
        assert first in set(table(seen, "map.csv")["page"]) and "Nearest by their digits" in ask(panel)
        ask("(() => { const s = document.getElementById('search'); s.value = 'book 03';"
            " s.dispatchEvent(new Event('input')); })()")  # fmt: skip
        assert ask("document.getElementById('found').textContent") == "4 pages"
        browser.point("#hits button", click=True)
        assert ask("document.querySelector('#panel h2').textContent") == "p012"
        assert ask("document.querySelector('#panel .thumb').style.backgroundImage.slice(0, 27)") == (
            'url("data:image/jpeg;base64'
        )
        browser.point("#legend button", click=True)
        assert ask("document.querySelector('#legend button').getAttribute('aria-pressed')") == "true"
        ask("(() => { const f = document.getElementById('field'); f.value = 'year';"
            " f.dispatchEvent(new Event('change')); })()")  # fmt: skip
        assert "1500" in ask("document.getElementById('legend').textContent")
        assert "hollow: 1 pages without a year" in ask("document.getElementById('legend').textContent")
        assert ask("document.documentElement.scrollWidth <= innerWidth")
        assert browser.complaints == [] and all(re.match("file:|data:", url) for url in browser.requests)


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium")
def test_pointing_at_a_page_names_it(seen: Path, tmp_path: Path) -> None:
    with Browser(tmp_path / "profile") as browser:
        browser.open(seen / "map.html")
        found = pd.read_csv(StringIO((seen / "map.csv").read_text("utf-8")))
        far = found.iloc[int(found["x"].argmax())]
        width, height, left, top = browser.ask(
            "(() => { const b = document.getElementById('map').getBoundingClientRect();"
            " return [b.width, b.height, b.left, b.top]; })()"
        )
        wide, high = (max(found[axis].abs().max(), 0.2) for axis in "xy")
        unit = 0.47 * min(width / wide, height / high)
        x, y = left + width / 2 + unit * far["x"], top + height / 2 - unit * far["y"]
        browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + 3, y=y - 2)
        shown = browser.ask("document.querySelector('#bubble strong').textContent")
        near = found[np.hypot(found["x"] - far["x"], found["y"] - far["y"]) * unit < 12]["page"]
        assert shown in set(near) and not browser.ask("document.getElementById('bubble').hidden")
