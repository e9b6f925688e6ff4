"""Pages, books, names and what was missed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kept_corpus import new_pages, small_corpus
from made_collection import collection, write_collection

from zij.corpora.store import (
    Book,
    Metadata,
    Missed,
    NewPage,
    Summary,
    create_corpus,
    is_corpus,
    open_corpus,
)
from zij.corpora.store.names import free_name
from zij.errors import InputError


def test_pages_are_added_once(tmp_path: Path) -> None:
    pages = new_pages(write_collection(tmp_path / "read"))
    with create_corpus(tmp_path / "corpus") as corpus:
        first = corpus.add_pages(pages)
        again = corpus.add_pages(pages)
        assert first.new == ("empty", "full", "loose", "ünïcode")
        assert again.known == first.new
        assert again.ids == first.ids == (1, 2, 3, 4)
        assert (again.new, again.changed) == ((), ())
        assert corpus.count() == 4


def test_another_image_or_reading_under_the_same_key_is_a_change(tmp_path: Path) -> None:
    home = small_corpus(tmp_path)
    pages = new_pages(tmp_path / "read")
    with open_corpus(home) as corpus:
        other = replace(pages[0], sha256="0" * 64, width=500, reading=None)
        newer = replace(pages[1], reading=collection()["loose"])
        assert corpus.add_pages([other, newer, pages[2]]).changed == ("empty", "full")
        assert corpus.page("empty").width == 500
        assert corpus.reading(2) == collection()["loose"]
        steps = {work.page_id: work.steps for work in corpus.work(corpus.recipes)}
        assert steps == {1: ("read", "embed"), 2: ("embed",)}


def test_a_person_s_reading_that_came_with_a_page_does_not_come_back(tmp_path: Path) -> None:
    home = small_corpus(tmp_path)
    made = collection()
    page = replace(new_pages(tmp_path / "read")[1], reading=made["loose"], reading_kind="human")
    with open_corpus(home) as corpus:
        assert corpus.add_pages([page]).changed == ("full",)
        assert corpus.put_reading(2, made["empty"], kind="human")
        assert corpus.add_pages([page]).known == ("full",)
        assert corpus.reading(2) == made["empty"]


def test_names_are_unique_and_printable(tmp_path: Path) -> None:
    long = "n" * 300
    names = [
        ("p1", "a"), ("p1", "b"), ("p1", "b"), ("p1", "b"), ("p1", ""), ("p1", ""), ("x#\n\ty", ""), ("", ""),
        (long, ""), (long, "m" * 300), (long, "m" * 300), ("/a//b/", ""), ("\ud800", ""),
    ]  # fmt: skip
    with create_corpus(tmp_path / "corpus") as corpus:
        pages = [NewPage(f"k{n}", name, book) for n, (name, book) in enumerate(names)]
        given = corpus.add_pages(pages).new
    assert given[:8] == ("p1", "b/p1", "b/p1-2", "b/p1-3", "p1-2", "p1-3", "x___y", "page")
    assert given[11:] == ("a/b", "_")
    assert len(set(given)) == len(names)
    assert all(name.isprintable() and "#" not in name and 0 < len(name) <= 200 for name in given)


@given(st.lists(st.tuples(st.text(max_size=4), st.sampled_from(["", "b", "b/c", "#"])), max_size=30))
def test_names_never_clash(wanted: list[tuple[str, str]]) -> None:
    taken: set[str] = set()
    last: dict[str, int] = {}
    for name, book in wanted:
        found = free_name(name, book, taken.__contains__, last)
        assert found not in taken
        assert found == found.strip(" /")
        taken.add(found)


def test_a_thousand_pages_of_one_name_are_told_apart(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "corpus") as corpus:
        names = corpus.add_pages([NewPage(f"k{n}", "p", "b") for n in range(1000)]).new
        assert names[-1] == "b/p-999"


def test_a_page_is_found_by_every_unique_name(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "corpus") as corpus:
        files = [Path("a/p1.png"), Path("b/p1.png"), Path("b/p2.jpg"), None]
        corpus.add_pages(
            [
                NewPage(f"k{n}", name, "b", file=file)
                for n, (name, file) in enumerate(zip(["p1", "p1", "q", "b2/x"], files, strict=True))
            ]
        )
        assert corpus.page("p1").id == 1  # the exact name goes first
        assert corpus.page("b/p1").id == 2
        assert corpus.page("p2.jpg").id == corpus.page("p2").id == corpus.page("q").id == 3
        assert corpus.page("x").id == 4
        assert corpus.page(3).name == "q"
        with pytest.raises(InputError, match=r"'p1.png' stands for 2 pages \('p1', 'b/p1'\); give one"):
            corpus.page("p1.png")
        with pytest.raises(InputError, match=r"has no page 'b/p11'; did you mean 'b/p1'"):
            corpus.page("b/p11")
        with pytest.raises(InputError, match="has no page number 9"):
            corpus.page(9)
        assert [page.id for page in corpus.find(image="p1.png")] == [1, 2]
        assert corpus.find(key="k2", stem="p2")[0].name == "q"
        assert corpus.find(sha256="0") == corpus.find() == []


def test_metadata_of_a_page_stand_before_those_of_its_book(tmp_path: Path) -> None:
    with open_corpus(small_corpus(tmp_path)) as corpus:
        of_book, own = corpus.page("empty").metadata, corpus.page("full").metadata
        assert (of_book.date, of_book.year_from, of_book.year_to) == ("1540-1550", 1540, 1550)
        assert (own.date, own.year_from, own.year_to) == ("1545", 1545, 1545)
        assert own.title == of_book.title == "Almanach"
        corpus.set_page_fields({2: Metadata(place="Paris", date="s.a.", others={"shelf": "R 4"})})
        corpus.set_books([Book("almanac", Metadata(place="Köln", year_to=1550, lat=50.9, lng=7.0,
                                                   others={"shelf": "R 1", "size": "4°"}))])  # fmt: skip
        page = corpus.page("full").metadata
        assert (page.place, page.lat, page.date, page.year_from) == ("Paris", None, "s.a.", None)
        assert page.others == {"shelf": "R 4", "size": "4°"}
        book = corpus.page("loose").metadata
        assert (book.lat, book.year_from, book.year_to) == (50.9, 1550, 1550)
        assert [known.name for known in corpus.books()] == ["almanac"]


def test_the_frame_tells_all(tmp_path: Path) -> None:
    with open_corpus(small_corpus(tmp_path)) as corpus:
        corpus.tag([2, 3], "b")
        corpus.tag([2], "a", table="t1")
        frame = corpus.frame().set_index("name")
    assert frame.loc["full", "tags"] == "a;b"
    assert frame.loc["full", "year_from"] == 1545
    assert frame["tables"].tolist() == [0, 1, 0, 1]
    assert frame["state"].tolist() == ["read"] * 4
    assert frame["rights"].unique().tolist() == ["CC0"]
    assert str(frame["year_from"].dtype) == "Int64"


def test_an_empty_frame_has_its_columns(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "corpus") as corpus:
        assert corpus.frame().shape == (0, 23)
        assert corpus.summary() == Summary(*[0] * 14)


def test_images_are_found_where_they_are_and_where_the_corpus_goes(tmp_path: Path) -> None:
    home = small_corpus(tmp_path)
    with open_corpus(home) as corpus:
        assert corpus.image_file(2) == tmp_path / "read" / "full.png"
        inside = corpus.images / "x.png"
        shutil.copy(tmp_path / "read" / "full.png", inside)
        corpus.add_pages([NewPage("k", "x", file=inside)])
        assert corpus.image_file("x") == inside
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.move(tmp_path / "read", moved / "read")
    shutil.move(home, moved / "corpus")
    with open_corpus(moved / "corpus") as corpus:
        assert corpus.image_file(2) == moved / "read" / "full.png"
        assert corpus.image_file(corpus.page("x")) == moved / "corpus" / "images" / "x.png"
        (moved / "read" / "full.png").unlink()
        assert corpus.image_file(2) is None


def test_what_was_missed_is_remembered_until_it_is_had(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "corpus") as corpus:
        corpus.missed([Missed("m.json", "iiif:1", "no answer"), Missed("m.json", "iiif:2", "404")])
        corpus.missed([Missed("m.json", "iiif:1", "too slow"), Missed("other", "x", "gone")])
        assert [item.reason for item in corpus.missed_items()] == ["too slow", "404", "gone"]
        corpus.add_pages([NewPage("iiif:2", "p2")])
        corpus.had("other")
        assert corpus.missed_items() == [Missed("m.json", "iiif:1", "too slow")]
        corpus.had("m.json", ["iiif:1"])
        assert corpus.missed_items() == []


def test_a_folder_with_other_things_is_no_corpus(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "p1.png").write_bytes(b"")
    with pytest.raises(InputError, match=r"holds other files \(p1.png\) and is no corpus"):
        create_corpus(tmp_path / "scans")
    with pytest.raises(InputError, match="is no corpus; make a corpus with zij corpus add"):
        open_corpus(tmp_path / "scans")
    with pytest.raises(InputError, match="is not there"):
        open_corpus(tmp_path / "none")
    assert not is_corpus(tmp_path / "scans")
    assert [path.name for path in (tmp_path / "scans").iterdir()] == ["p1.png"]


def test_a_failed_page_leaves_none_of_its_company(tmp_path: Path) -> None:
    broken = replace(collection()["full"], skew=float("nan"))
    with create_corpus(tmp_path / "corpus") as corpus:
        with pytest.raises(ValueError, match="JSON"):
            corpus.add_pages([NewPage("k1", "p1", "b"), NewPage("k2", "p2", reading=broken)])
        assert (corpus.count(), corpus.books()) == (0, [])
        assert corpus.add_pages([NewPage("k1", "p1")]).new == ("p1",)
