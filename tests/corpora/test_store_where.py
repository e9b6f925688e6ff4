"""Conditions on pages: the same pages as a slow walk over all of them finds."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kept_corpus import RECIPES, result
from made_collection import collection

from zij.corpora.store import (
    Book,
    Corpus,
    Judgement,
    Metadata,
    NewPage,
    Page,
    PageResult,
    Where,
    create_corpus,
    parse_where,
)
from zij.corpora.store.where import described
from zij.errors import UsageError

PLACES = ("Paris", "Köln", "Frankfurt, Oder", "sine loco", "")
BOOKS = ("Fine 1532", "Apian", "")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Sixty pages of every kind."""
    made = list(collection().values())
    with create_corpus(tmp_path_factory.mktemp("where") / "corpus") as opened:
        pages = []
        for n in range(60):
            year = (None, 1500 + n, 1540)[n % 3]
            fields = Metadata(place=PLACES[n % 5], year_from=year, year_to=year and year + n % 4)
            reading = made[n % 4] if n % 7 else None
            kind = "human" if n % 11 == 0 else "machine"
            pages.append(
                NewPage(f"k{n}", f"p{n:02}", BOOKS[n % 3], reading=reading, reading_kind=kind, fields=fields)
            )
        opened.add_pages(pages)
        opened.set_books([Book("Apian", Metadata(place="Ingolstadt", year_from=1533, year_to=1533))])
        opened.use_recipes(RECIPES)
        some = [n for n in range(1, 61) if n % 2]
        opened.put_results([result(page, reading) for page, reading in opened.readings(some)])
        opened.put_results([PageResult(n, failure="blank", read_by="read-1") for n in (8, 22)])
        opened.tag([3, 4, 5], "climates")
        opened.tag([5, 7], "needs a look", table="t1")
        opened.untag([4], "climates")
        opened.judge_all([Judgement(1, 9, "same"), Judgement(9, 20, "different"), Judgement(1, 5, "part")])
        opened.judge(5, 1, "related")  # the newer holds
        yield opened


def holds(corpus: Corpus, page: Page, key: str, value: str) -> bool:
    """One value of one condition, the slow way."""
    tags = {tag.tag for tag in corpus.tags() if tag.page == page.id}
    judged = {verdict for said in corpus.judgements() if page.id in (said.a, said.b)
              for verdict in ("yes", said.verdict)} or {"no"}  # fmt: skip

    def like(text: str) -> bool:
        return fnmatch.fnmatchcase(text.casefold(), value.casefold())

    def inside(low: int | None, high: int | None) -> bool:
        first, _, last = value.partition("-")
        bounds = (first, last) if "-" in value else (first, first)
        return (
            low is not None
            and high is not None
            and high >= int(bounds[0] or 0)
            and low <= int(bounds[1] or 10**9)
        )

    return {
        "book": lambda: like(page.book),
        "place": lambda: like(page.metadata.place),
        "name": lambda: like(page.name),
        "tag": lambda: any(map(like, tags)),
        "year": lambda: inside(page.metadata.year_from, page.metadata.year_to),
        "digits": lambda: inside(page.digits, page.digits),
        "table": lambda: (page.tables > 0) == (value == "yes"),
        "judged": lambda: value in judged,
        "source": lambda: page.source == value,
        "state": lambda: page.state == value,
    }[key]()


VALUES = {
    "book": ["Apian", "fine*", "nothing"],
    "place": ["paris", "KÖLN", "Frankfurt, Oder", "ingol*", "?öln"],
    "name": ["p1?", "*", "p33"],
    "tag": ["climates", "*look", "none"],
    "year": ["1540", "1500-1520", "-1533", "1550-"],
    "digits": ["0", "1-", "17", "-3"],
    "table": ["yes", "no"],
    "judged": ["yes", "no", "same", "part", "related", "different"],
    "source": ["machine", "human"],
    "state": ["new", "read", "failed", "stale"],
}


@st.composite
def condition(draw: st.DrawFn) -> tuple[str, list[str], bool]:
    key = draw(st.sampled_from(sorted(VALUES)))
    return key, draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=3)), draw(st.booleans())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(condition(), max_size=3))
def test_conditions_find_what_a_walk_finds(
    corpus: Corpus, conditions: list[tuple[str, list[str], bool]]
) -> None:
    texts = []
    for key, values, negated in conditions:
        shown = [f'"{value}"' if "," in value else value for value in values]
        texts.append(f"{key}{'!=' if negated else '='}{','.join(shown)}")
    wanted = [
        page.id
        for page in corpus.pages()
        if all(
            any(holds(corpus, page, key, value) for value in values) != negated
            and (key != "year" or page.metadata.year_from is not None)
            for key, values, negated in conditions
        )
    ]
    where = parse_where(texts)
    assert corpus.ids(where) == wanted
    assert [page.id for page in corpus.pages(where)] == wanted
    assert corpus.frame(where)["id"].tolist() == wanted
    assert corpus.count(where) == len(wanted)
    assert parse_where([str(part) for part in where.conditions]) == where


@pytest.mark.parametrize("key", sorted(VALUES))
def test_every_key_parts_the_pages(corpus: Corpus, key: str) -> None:
    counts = {corpus.count(parse_where([f'{key}="{value}"'])) for value in VALUES[key]}
    assert any(0 < count < 60 for count in counts) or key == "state"


@pytest.mark.parametrize(
    "text", ["place=x' OR '1'='1", 'book="; DROP TABLE page; --"', "name=p%", "tag=_", "place=:read"]
)
def test_values_are_only_values(corpus: Corpus, text: str) -> None:
    assert corpus.count(parse_where([text])) == 0
    assert corpus.count() == 60


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("place", "is no condition"),
        ("colour=red", "'colour' is not known; choose one of book, digits"),
        ("place=", "a value is missing"),
        ("place=Paris,", "a value is missing"),
        ("table=perhaps", "'perhaps' is not one of yes, no"),
        ("state=done", "not one of new, read, failed, stale"),
        ("year=MDXL", "'MDXL' is no range"),
        ("year=-", "is no range"),
        ("year=1550-1500", "ends before it begins"),
        ("digits=many", "is no range"),
    ],
)
def test_wrong_conditions_are_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        parse_where([text])


def test_conditions_come_in_many_forms() -> None:
    wanted = parse_where(["place=Paris"])
    assert described("place=Paris") == described(["place=Paris"]) == described({"place": "Paris"}) == wanted
    assert described(wanted) is wanted
    assert described(None) == described([]) == Where()
    assert not Where()
    assert str(parse_where(["Place = Paris , Lyon", 'book!="a, b"'])) == 'place=Paris,Lyon book!="a, b"'
