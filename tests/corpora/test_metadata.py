"""Tables of metadata: every separator and encoding, joined by page or book, and nothing guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zij.corpora.sources.bookfacts import ALIASES, described, meaning
from zij.corpora.sources.csvtext import read_sheet
from zij.corpora.sources.joining import Joined, join, merged
from zij.corpora.sources.namepattern import NamePattern
from zij.corpora.store.records import Book, Metadata, NewPage, Page
from zij.errors import TableError, UsageError

SPHAERA = (
    "page_id,credited_authors,short_title,printers,publishers,place_of_publication,year_of_publication,handle\n"
    '808_clavius_p465,"Clavius, Christoph",In Sphaeram,Basa,,Roma,1585,http://hdl.handle.net/21.11103/sphaera.1\n'
)


def sheet(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "m.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def page(number: int, name: str, book: str = "b", image: str = "", canvas: str = "", key: str = "") -> Page:
    return Page(
        number, key or f"file:/x/{image or name + '.jpg'}", name, book, 0, "", image or f"{name}.jpg", "", 1,
        1, canvas, "", "", Metadata(), "new", "", 0, 0, "",
    )  # fmt: skip


def joined(tmp_path: Path, text: str, pages: list[Page], books: tuple[str, ...] = ("b",)) -> Joined:
    return join(read_sheet(sheet(tmp_path, text)), pages, [Book(name) for name in books])


def test_the_header_of_sphaera_is_understood_as_it_stands(tmp_path: Path) -> None:
    found = joined(tmp_path, SPHAERA, [page(1, "808_clavius_p465"), page(2, "other")])
    assert found.pages == {
        1: Metadata(
            "In Sphaeram", "Clavius, Christoph", "Roma", "1585", 1585, 1585,
            others={"printers": "Basa", "handle": "http://hdl.handle.net/21.11103/sphaera.1"},
        )
    }  # fmt: skip
    assert found.matched == {1} and found.unmatched == [] and found.remarks == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_separator_and_encoding(tmp_path: Path, separator: str, encoding: str, end: str) -> None:
    text = end.join(
        [
            separator.join(["filename", "title", "place"]),
            separator.join(["a.jpg", '"Tables, 1;2\tx"', "Zürich"]),
            "",
        ]
    )
    found = read_sheet(sheet(tmp_path, text.encode(encoding)))
    assert [row.fields for row in found.rows] == [
        {"filename": "a.jpg", "title": "Tables, 1;2\tx", "place": "Zürich"}
    ]
    assert any("Latin-1" in remark for remark in found.remarks) == (encoding == "cp1252")


def test_line_breaks_in_quotes_and_a_line_for_excel(tmp_path: Path) -> None:
    found = read_sheet(sheet(tmp_path, 'sep=;\nid;title\n1;"two\nlines"\n\n;\n2;x\n'))
    assert [(row.line, row.fields) for row in found.rows] == [
        (3, {"id": "1", "title": "two\nlines"}), (7, {"id": "2", "title": "x"}),
    ]  # fmt: skip


def test_slips_are_told(tmp_path: Path) -> None:
    found = read_sheet(sheet(tmp_path, 'id,title,Title\n1,a,b,c\n2,"x" y,z\n3,fine\n4,"never closed,\n'))
    assert [row.fields["id"] for row in found.rows] == ["2", "3", "4"]
    told = " ".join(found.remarks)
    assert (
        "line 2 has 4 fields" in told
        and "quotation marks are out of order" in told
        and "'Title' twice" in told
    )


@pytest.mark.parametrize("text", ["", "\n\n", ",,,\n", "\ufeff"])
def test_an_empty_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TableError, match="is empty"):
        read_sheet(sheet(tmp_path, text))


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no such file"):
        read_sheet(tmp_path / "no.csv")


def test_a_table_that_names_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no column that names pages or books"):
        joined(tmp_path, "title,year\na,1550\n", [page(1, "a")])


@pytest.mark.parametrize(
    "said", ["P12", "p12", "P12.jpg", "scans/P12.tif", "C:\\scans\\P12.jpg", "http://a.org/canvas/1", "b/P12"]
)
def test_a_page_is_named_in_many_ways(tmp_path: Path, said: str) -> None:
    pages = [page(1, "P12", canvas="http://a.org/canvas/1"), page(2, "P1")]
    assert set(joined(tmp_path, f"id,year\n{said},1550\n", pages).pages) == {1}


def test_a_row_belongs_to_the_page_in_its_book(tmp_path: Path) -> None:
    pages = [page(1, "p1", "a"), page(2, "b/p1", "b"), page(3, "p2", "a")]
    found = joined(tmp_path, "book,page,year\nb,p1,1550\na,p1,1540\n", pages, ("a", "b"))
    assert {number: fields.date for number, fields in found.pages.items()} == {2: "1550", 1: "1540"}


def test_a_row_that_may_belong_to_pages_of_different_books_is_told_and_left_out(tmp_path: Path) -> None:
    pages = [page(1, "a/p1", "a"), page(2, "b/p1", "b")]
    found = joined(tmp_path, "page,year\np1,1550\n", pages, ("a", "b"))
    assert found.pages == {} and "2 pages of 2 books" in found.remarks[0]


def test_rows_of_books(tmp_path: Path) -> None:
    pages = [page(1, "p1", "Alpha"), page(2, "p2", "alpha two"), page(3, "p3", "Alpha")]
    found = joined(
        tmp_path,
        "witness;short_title;year;tags\nalpha;T;1472-1475;one|two\nBeta;U;1500;\n",
        pages,
        ("Alpha", "alpha two"),
    )
    assert found.books == {"Alpha": Metadata("T", date="1472-1475", year_from=1472, year_to=1475)}
    assert found.matched == {1, 3} and found.tags == {1: ("one", "two"), 3: ("one", "two")}
    assert found.unmatched == ["line 3 ('Beta')"]


def test_an_id_may_be_that_of_a_book(tmp_path: Path) -> None:
    found = joined(tmp_path, "id,title\nb,T\nc,U\n", [page(1, "p1", "b")], ("b",))
    assert set(found.books) == {"b"} and found.unmatched == ["line 3 ('c')"]


def test_a_row_names_another_book_for_its_page(tmp_path: Path) -> None:
    found = joined(tmp_path, "page,book\np1,c\np2,b\n", [page(1, "p1", "b"), page(2, "p2", "b")])
    assert found.page_books == {1: "c"}


def test_the_same_page_twice_is_told(tmp_path: Path) -> None:
    found = joined(tmp_path, "page,year\np1,1550\np1,1560\n", [page(1, "p1")])
    assert found.pages[1].date == "1550" and "a second time" in found.remarks[0]


def test_what_cannot_be_read_is_kept_and_told() -> None:
    fields = {"year": "in the reign of X", "lat": "north", "lng": "11,25", "note_custom": "n", "rights": "PD"}
    found, unread = described(fields)
    assert found == Metadata(
        date="in the reign of X", lng=11.25, others={"lat": "north", "note_custom": "n", "rights": "PD"}
    )
    assert len(unread) == 2 and "latitude" in unread[0] and "reign" in unread[1]


def test_a_doubtful_year_is_marked() -> None:
    assert described({"year": "c. 1550"})[0].others == {"year_certain": "no"}
    assert described({"year": "s.a."})[0] == Metadata(date="s.a.")


def test_columns_of_the_same_meaning_do_not_hide_each_other() -> None:
    found, _ = described({"title": "long", "short_title": "short", "year": "1550", "date": "1550-03-01"})
    assert found.title == "short" and found.others["title"] == "long"
    assert found.date == "1550" and found.others["date"] == "1550-03-01"


def test_every_alias_has_one_meaning() -> None:
    names = [name for known in ALIASES.values() for name in known]
    assert len(names) == len(set(names))
    for kind, known in ALIASES.items():
        for name in known:
            assert meaning(name.upper().replace("_", " ")) == (kind, known.index(name))


def test_what_is_not_told_again_stays() -> None:
    old = Metadata("T", "A", "P", "c. 1550", 1550, 1550, 1.0, 2.0, {"x": "1", "year_certain": "no"})
    assert merged(old, Metadata()) == old
    new = merged(old, Metadata(date="1560", year_from=1560, year_to=1560, others={"y": "2"}))
    assert new == Metadata("T", "A", "P", "1560", 1560, 1560, 1.0, 2.0, {"x": "1", "y": "2"})


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_a_table_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    try:
        found = read_sheet(path)
        join(found, [page(1, "p1")], [Book("b")])
    except TableError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)


CLAVIUS = r"(?P<book>\d+_(?P<author>[^_]+)_(?P<title>[^_]+)_(?P<year>\d{4}))_p(?P<page>\d+)"


def test_facts_are_taken_from_names() -> None:
    applied = NamePattern.of(CLAVIUS).applied(NewPage("k", "808_clavius_sphaera_1585_p465", "folder"))
    assert applied is not None
    found, book = applied
    assert (found.book, found.label, found.sequence) == ("808_clavius_sphaera_1585", "465", 465)
    assert book == Book(found.book, Metadata("sphaera", "clavius", "", "1585", 1585, 1585))
    assert NamePattern.of(CLAVIUS).applied(NewPage("k", "else")) is None


def test_facts_without_a_book_belong_to_the_page() -> None:
    applied = NamePattern.of(r"(?P<year>\d{4})").applied(NewPage("k", "x_1585_y", "folder"))
    assert applied is not None and applied[1] is None
    assert applied[0].book == "folder" and applied[0].fields == Metadata(
        date="1585", year_from=1585, year_to=1585
    )


@pytest.mark.parametrize("text", ["(", "(?P<book>", "abc", "(?P<what>x)", "(" * 5000])
def test_a_pattern_that_cannot_be_used(text: str) -> None:
    with pytest.raises(UsageError, match="name pattern"):
        NamePattern.of(text)


def test_a_pattern_that_takes_for_ever_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zij.corpora.sources.namepattern._PATIENCE", 0.2)
    with pytest.raises(UsageError, match=r"takes longer than 0\.2 s"):
        NamePattern.of("(?P<book>(a+)+)$").applied(NewPage("k", "a" * 60 + "!"))
