"""A search finds the table, its parts and copies, and says where it looked."""

from __future__ import annotations

import csv
import importlib.util
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from found_corpus import LONG, PAGES, add, made_corpus, printed, process
from made_arrangements import numbers, page

from zij.corpora.finding import Coverage, Hit, Hits, Query, Searcher, query_of_page, query_of_reading, search
from zij.corpora.finding.words import COLUMNS, hit_line, hits_csv, ranges, unsearched
from zij.corpora.store import Corpus, create_corpus, open_corpus, parse_where
from zij.errors import InputError, UsageError
from zij.similarity.arrangement import ArrangementMatch, SharedPart, compare_arrangements

ANN = pytest.mark.skipif(importlib.util.find_spec("usearch") is None, reason="usearch is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_corpus(tmp_path_factory.mktemp("found") / "corpus")


def names(found: Hits) -> list[str]:
    return [hit.name for hit in found.hits]


def ask(corpus: Corpus, name: str, **options: object) -> Hits:
    return search(corpus, query_of_page(corpus, name), **options)  # type: ignore[arg-type]


def test_the_check_puts_the_table_before_its_shuffled_copy(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        plain, checked = ask(corpus, "first", check=0), ask(corpus, "first")
    assert names(plain)[0] == "trap"
    assert plain.hits[0].similarity == pytest.approx(1)
    assert plain.hits[0].match is None
    assert names(checked)[:4] == ["whole", "copy", "part", "end"]
    assert set(names(checked)) == set(PAGES) - {"first", "blank"}
    assert [hit.rank for hit in checked.hits] == [1, 2, 3, 4, 5, 6]
    trap = next(hit for hit in checked.hits if hit.name == "trap")
    assert trap.arrangement == 0
    assert not trap.shares
    assert checked.sharing == 3
    assert (plain.checked, checked.checked) == (0, 6)


def test_a_hit_says_which_part_is_shared(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        found = {hit.name: hit for hit in ask(corpus, "first").hits}
    part = found["part"].match
    assert part is not None
    assert part.parts[0].rows_a == (10, 29)
    assert part.parts[0].rows_b == (0, 19)
    assert part.parts[0].shift == (-10, -1)
    assert hit_line(found["part"]).endswith("rows 11-30 = 1-20, columns 2-7 = 1-6; 120 of 120 numbers agree")
    assert found["whole"].near_duplicate is False  # a third of its numbers are not on the query


def test_a_hit_says_that_rows_are_columns(folder: Path) -> None:
    table = numbers(30, 6, seed=1)
    match = compare_arrangements(page(table), page(table[:, 1:].T))
    hit = Hit(1, 1, "turned", 0.99, match)
    words = "rows 1-30 = columns 1-30, columns 2-6 = rows 1-5; 150 of 150 numbers agree"
    assert hit_line(hit).endswith(words)  # and not that it is a near duplicate
    with open_corpus(folder) as corpus:
        text = hits_csv(Hits((hit,), Coverage(1, 1, 0, 0, 0, 1)), [corpus.page("part")])
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["transposed"], row["row_shift"], row["near_duplicate"]) == ("yes", "", "no")
    assert (row["query_rows"], row["query_columns"]) == ("0-29", "1 2 3 4 5")
    assert (row["page_rows"], row["page_columns"]) == ("0-4", " ".join(map(str, range(30))))


def test_many_scattered_columns_are_counted() -> None:
    part = SharedPart(0, 0, (0, 4), (0, 4), tuple((n, n) for n in range(0, 24, 2)), 60, 0)
    match = ArrangementMatch(0.5, agreeing=60, parts=(part,))
    assert "rows 1-5, columns 12 of 1-23; " in hit_line(Hit(1, 1, "p", 0.9, match))


def test_another_part_is_found_through_the_whole(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        end = next(hit for hit in ask(corpus, "first").hits if hit.name == "end")
        alone = next(hit for hit in ask(corpus, "first", check=0).hits if hit.name == "end")
    assert end.arrangement == 0
    assert end.through is not None
    assert end.through.name == "whole"
    assert end.through.match.parts[0].rows_a == (40, 59)
    assert 0 < end.through.score == end.proof < 1
    assert "no part in common, but with whole: rows 41-60 = 1-20" in hit_line(end)
    assert alone.through is None


def test_a_near_duplicate_is_told(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "c") as corpus:
        for name in ("a", "b"):
            process(corpus, add(corpus, name, LONG[:40]))
        (hit,) = ask(corpus, "a").hits
    assert hit.near_duplicate
    assert hit.similarity == 1
    assert hit_line(hit).endswith("; near duplicate")


def test_where_was_searched(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        assert ask(corpus, "first").coverage == Coverage(10, 6, 1, 1, 2, 6)
        elsewhere = query_of_reading(printed(LONG[:40], "elsewhere"), "elsewhere")
        found = search(corpus, elsewhere)
        assert found.coverage == Coverage(11, 7, 1, 1, 2, 7)
        assert names(found)[0] == "first"
    assert unsearched(found.coverage) == (
        "1 failed and 2 not yet processed pages were not searched, nor was 1 without digits"
    )
    assert unsearched(Coverage(9, 8, 0, 0, 1, 3)) == "1 not yet processed page was not searched"
    assert unsearched(Coverage(9, 9, 0, 0, 0, 3)) == ""


def test_only_pages_of_which_the_conditions_hold(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        found = ask(corpus, "first", where=parse_where(["year=1515-1545"]))
        assert set(names(found)) == {"copy", "part", "whole"}
        assert found.coverage == Coverage(3, 3, 0, 0, 0, 3)
        nobody = ask(corpus, "first", where=parse_where(["book=none"]))
    assert nobody.hits == ()
    assert nobody.coverage == Coverage(0, 0, 0, 0, 0, 0)


def test_fewer_are_checked_and_shown(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        found = ask(corpus, "first", k=2, check=1)
        assert found.checked == 1
        assert names(found) == ["trap", "copy"]
        for k, check in ((0, 1), (1, -1)):
            with pytest.raises(UsageError, match="1 hit or more"):
                ask(corpus, "first", k=k, check=check)


def test_a_page_that_waits_is_embedded_on_the_spot(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        assert names(ask(corpus, "waiting"))[:2] == ["first", "whole"]
        with pytest.raises(InputError, match=r"bad: could not be read \(cannot be read\.\); run zij corpus"):
            query_of_page(corpus, "bad")
        with pytest.raises(InputError, match="new: was not read yet; run zij corpus process"):
            query_of_page(corpus, "new")


def test_a_page_without_digits_finds_nothing(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        assert ask(corpus, "blank").hits == ()
        assert search(corpus, Query("x", np.zeros(110))).hits == ()


def test_empty_and_single(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "c") as corpus:
        query = query_of_reading(printed(LONG, "x"), "x")
        assert search(corpus, query) == Hits((), Coverage(0, 0, 0, 0, 0, 0))
        process(corpus, add(corpus, "one", LONG))
        assert names(search(corpus, query)) == ["one"]
        assert ask(corpus, "one").hits == ()


@ANN
def test_a_corpus_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = made_corpus(tmp_path / "c")
    before = sorted(path.name for path in home.rglob("*"))
    monkeypatch.setattr(Corpus, "read_only", property(lambda corpus: True))
    with open_corpus(home) as corpus:
        found = ask(corpus, "first", approximate=True)
        assert found.hits == ask(corpus, "first").hits
    assert "index was not kept" in found.remarks[0]
    assert sorted(path.name for path in home.rglob("*")) == before


@ANN
def test_an_approximate_index_is_kept_and_measured(tmp_path: Path) -> None:
    home = made_corpus(tmp_path / "c")
    with open_corpus(home) as corpus:
        exact, found = ask(corpus, "first"), ask(corpus, "first", approximate=True)
        assert found.hits == exact.hits
        assert found.recall is not None
        assert (found.recall.queries, found.recall.share) == (7, 1.0)
        index = home / "index" / "bigram.usearch"
        before = index.read_bytes()
        assert ask(corpus, "first", approximate=True) == found
        assert index.read_bytes() == before
        assert "exact" in ask(corpus, "first", approximate=True, where=parse_where(["table=yes"])).remarks[0]


@ANN
@pytest.mark.parametrize("harm", ["index", "notes", "gone", "stale"])
def test_an_index_that_does_not_fit_is_made_again(tmp_path: Path, harm: str) -> None:
    home = made_corpus(tmp_path / "c")
    index, notes = (home / "index" / name for name in ("bigram.usearch", "bigram.json"))
    with open_corpus(home) as corpus:
        ask(corpus, "first", approximate=True)
        good = index.read_bytes()
        if harm == "index":
            index.write_bytes(good[:-20])
        elif harm == "notes":
            notes.write_text('{"format": [}')
        elif harm == "gone":
            index.unlink()
        else:
            process(corpus, add(corpus, "late", LONG[:40]))
        found = ask(corpus, "first", approximate=True)
        assert found.hits == ask(corpus, "first").hits
    assert ("late" in names(found)) == (harm == "stale")
    assert (index.read_bytes() == good) == (harm != "stale")  # made the same again


def test_without_the_package_for_an_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    with open_corpus(folder) as corpus, pytest.raises(UsageError, match=r'pip install "zij\[ann\]"'):
        ask(corpus, "first", approximate=True)


@ANN
def test_recall_is_that_of_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zij.corpora.finding import approximate

    home = made_corpus(tmp_path / "c")
    true = approximate._found
    monkeypatch.setattr(  # an index that misses the page which is nearest to the others
        approximate, "_found", lambda *given: _without(true(*given), 0)
    )
    with open_corpus(home) as corpus:
        found = ask(corpus, "first", approximate=True, k=1, check=0)
    assert found.recall is not None
    assert found.recall.share < 1


def _without(found: object, place: int) -> object:
    from zij.corpora.finding import Nearest

    assert isinstance(found, Nearest)
    others = np.arange(len(found.ids)) != place + 1
    return Nearest(found.ids[others], found.similarities[others])


def test_ranges_are_as_people_write_them() -> None:
    assert ranges([0, 1, 2, 4, 7, 6]) == "1-3, 5, 7-8"
    assert ranges([3, 3]) == "4"


def test_hits_as_csv(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        found = ask(corpus, "first")
        text = hits_csv(found, [corpus.page(hit.page_id) for hit in found.hits])
        plain = ask(corpus, "first", check=0)
        bare = hits_csv(plain, [corpus.page(hit.page_id) for hit in plain.hits])
    lines = [line.split(",") for line in text.splitlines()]
    assert tuple(lines[0]) == COLUMNS
    assert (
        {len(line) for line in lines}
        == {len(line.split(",")) for line in bare.splitlines()}
        == {len(COLUMNS)}
    )
    part = dict(zip(COLUMNS, lines[3], strict=True))
    assert (part["page"], part["query_rows"], part["page_rows"], part["row_shift"]) == (
        "part",
        "10-29",
        "0-19",
        "-10",
    )
    assert (part["query_columns"], part["page_columns"]) == ("1 2 3 4 5 6", "0 1 2 3 4 5")
    assert dict(zip(COLUMNS, lines[4], strict=True))["through"] == "whole"


def test_one_searcher_for_many_queries(folder: Path) -> None:
    with open_corpus(folder) as corpus:
        searcher = Searcher(corpus)
        for name in ("first", "part", "other"):
            assert searcher.search(query_of_page(corpus, name, searcher.vectors)) == ask(corpus, name)
        numbered = query_of_reading(printed(numbers(40, 7, seed=9), "n"), "n")
        assert searcher.search(numbered).sharing == 0
