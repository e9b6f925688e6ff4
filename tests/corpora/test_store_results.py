"""Readings, results of processing, vectors: what holds, what is out of date, what is to be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from kept_corpus import RECIPES, processed, result, small_corpus
from made_collection import collection

from zij.corpora.store import (
    GIVEN,
    Corpus,
    NewPage,
    PageResult,
    Recipes,
    Work,
    create_corpus,
    open_corpus,
    parse_where,
)
from zij.corpora.store.codec import digest
from zij.errors import InputError

MADE = {stem: reading.with_ids() for stem, reading in collection().items()}
BOTH = ("read", "embed")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Three pages: an image, an image with the machine's reading, one with a person's."""
    with create_corpus(tmp_path / "corpus") as opened:
        opened.add_pages(
            [
                NewPage("k1", "bare", file=tmp_path / "a.png"),
                NewPage("k2", "given", reading=MADE["full"]),
                NewPage("k3", "human", reading=MADE["loose"], reading_kind="human", reading_who="Kepler"),
            ]
        )
        yield opened


def states(corpus: Corpus) -> list[str]:
    return [page.state for page in corpus.pages()]


def test_only_what_is_missing_is_done(corpus: Corpus) -> None:
    work = corpus.work(RECIPES)
    assert work == [Work(1, BOTH), Work(2, ("embed",)), Work(3, ("embed",))]
    assert states(corpus) == ["new", "new", "new"]
    corpus.put_results(
        [result(1, MADE["empty"], new=True), result(2, MADE["full"]), result(3, MADE["loose"])]
    )
    assert corpus.work(RECIPES) == []
    assert states(corpus) == ["read"] * 3
    assert corpus.reading(1) == MADE["empty"]


def test_other_recipes_make_stale(corpus: Corpus) -> None:
    corpus.work(RECIPES)
    corpus.put_results(
        [result(1, MADE["empty"], new=True), result(2, MADE["full"]), result(3, MADE["loose"])]
    )
    assert corpus.work(Recipes("read-2", "embed-1")) == [Work(1, BOTH)]
    assert states(corpus) == ["stale", "read", "read"]
    assert corpus.work(Recipes("read-1", "embed-2")) == [Work(n, ("embed",)) for n in (1, 2, 3)]
    assert states(corpus) == ["stale"] * 3
    assert corpus.summary().stale == 3
    assert corpus.work(RECIPES) == []
    assert corpus.work(RECIPES, afresh=True) == [Work(1, BOTH), Work(2, ("embed",)), Work(3, ("embed",))]
    assert corpus.work(RECIPES, afresh=True, where=parse_where(["name=given"])) == [Work(2, ("embed",))]


def test_recipes_are_remembered(corpus: Corpus) -> None:
    corpus.use_recipes(RECIPES)
    with open_corpus(corpus.folder) as again:
        assert again.recipes == RECIPES


def test_failures_are_kept_with_their_reasons_and_tried_again_when_asked(corpus: Corpus) -> None:
    corpus.work(RECIPES)
    corpus.put_results([PageResult(1, failure="the image is damaged.", read_by="read-1")])
    assert corpus.page(1).state == "failed"
    assert corpus.failures() == [("bare", "the image is damaged.")]
    assert corpus.page(1).failure == "the image is damaged."
    assert [work.page_id for work in corpus.work(RECIPES)] == [2, 3]
    assert [work.page_id for work in corpus.work(RECIPES, retry=True)] == [1, 2, 3]
    assert [work.page_id for work in corpus.work(Recipes("read-2", "embed-1"))] == [1, 2, 3]
    assert corpus.page(1).state == "new"
    assert corpus.page(1).failure == ""
    corpus.put_results([result(1, MADE["empty"], new=True, recipes=Recipes("read-2", "embed-1"))])
    assert corpus.page(1).state == "read"
    assert corpus.failures() == []


def test_a_failure_takes_nothing_away(corpus: Corpus) -> None:
    corpus.work(RECIPES)
    corpus.put_results([result(1, MADE["empty"], new=True)])
    corpus.put_results([PageResult(1, failure="no memory", read_by="read-2")])
    assert corpus.reading(1) == MADE["empty"]
    assert corpus.vectors().ids.tolist() == [1]


def test_a_person_s_reading_holds_over_the_machine_s_and_both_are_kept(corpus: Corpus) -> None:
    corpus.work(RECIPES)
    corpus.put_results([result(1, MADE["empty"], new=True)])
    first, second = replace(MADE["full"], source="human"), replace(MADE["loose"], source="human")
    assert corpus.put_reading(1, first, kind="human", who="A", origin="p.xml")
    assert corpus.put_reading(1, second, kind="human", who="B")
    assert not corpus.put_reading(1, second, kind="human", who="B")
    assert corpus.reading(1) == second
    assert corpus.page(1).source == "human"
    assert corpus.page(1).digits == sum(glyph.is_digit for glyph in second.glyphs())
    assert corpus.page(1).state == "stale"
    assert corpus.work(RECIPES)[0] == Work(1, ("embed",))
    corpus.put_results([result(1, MADE["ünïcode"], new=True)])  # the machine, later
    assert corpus.reading(1) == second
    kept = corpus.history(1)
    assert [(old.kind, old.who, old.reading) for old in kept] == [
        ("machine", "", MADE["ünïcode"]), ("human", "A", first), ("human", "B", second),
    ]  # fmt: skip
    assert kept[1].origin == "p.xml"
    assert kept[1].at.endswith("Z")
    stored = corpus.stored_reading(1, "machine")
    assert stored is not None
    assert stored.recipe == "read-1"
    assert corpus.put_reading(1, first, kind="human")  # taking a correction back is one, too
    assert corpus.reading(1) == first


def test_given_readings_are_not_replaced_by_the_machine(corpus: Corpus) -> None:
    corpus.work(RECIPES)
    corpus.put_results([result(2, MADE["empty"], new=True)])
    stored = corpus.stored_reading(2)
    assert stored is not None
    assert (stored.reading, stored.recipe, stored.digest) == (MADE["full"], GIVEN, digest(MADE["full"]))


def test_what_was_made_of_another_reading_is_left_out(corpus: Corpus) -> None:
    """A correction may come while the page is processed."""
    corpus.work(RECIPES)
    late = result(1, MADE["empty"], new=True)
    corpus.put_reading(1, MADE["full"], kind="human")
    corpus.put_results([late, result(2, MADE["full"])])
    assert corpus.vectors().ids.tolist() == [2]
    assert corpus.thumbnail(1) == b""
    assert Work(1, ("embed",)) in corpus.work(RECIPES)


def test_vectors_are_square_roots_of_counts_and_old_slots_stay_as_they_were(corpus: Corpus) -> None:
    corpus.work(RECIPES)
    before = corpus.vectors()
    assert before.matrix.shape == (0, 110)
    processed(corpus)
    first = corpus.vectors()
    assert first.ids.tolist() == [2, 3]
    assert np.array_equal(np.square(first.matrix[first.rows]).round(), np.repeat([[2], [3]], 110, axis=1))
    assert np.allclose(first.norms, np.linalg.norm(first.matrix, axis=1))
    assert not first.matrix.flags.writeable
    corpus.put_results([replace(result(2, MADE["full"]), counts=np.full(110, 16.0))])
    second = corpus.vectors()
    assert second.slots.tolist() == [-1, 3, 2]
    assert second.ids.tolist() == [3, 2]
    assert second.rows.tolist() == [1, 2]
    assert (second.norms[0], second.matrix[2, 0]) == (0.0, 4.0)
    assert first.matrix[0, 0] == np.float32(np.sqrt(2))  # who has it mapped keeps what he has
    assert corpus.thumbnail(2) == b"picture 2"
    with pytest.raises(InputError, match="'vgg' are not known"):
        corpus.vectors("vgg")


def test_a_thumbnail_stays_where_none_is_made(corpus: Corpus) -> None:
    corpus.work(RECIPES)
    corpus.put_results([replace(result(2, MADE["full"]), arrangement=b"a")])
    corpus.put_results([replace(result(2, MADE["full"]), thumbnail=None, arrangement=b"b")])
    assert corpus.thumbnail(2) == b"picture 2"


@pytest.mark.parametrize(
    "counts", [np.zeros(109), np.full(110, np.nan), np.full(110, -1.0), np.zeros((110, 1))]
)
def test_counts_that_are_none_leave_nothing(corpus: Corpus, counts: np.ndarray) -> None:  # type: ignore[type-arg]
    corpus.work(RECIPES)
    good = result(1, MADE["empty"], new=True)
    with pytest.raises(ValueError, match="counts of page 2"):
        corpus.put_results([good, replace(result(2, MADE["full"]), counts=counts)])
    assert corpus.reading(1) is None
    assert len(corpus.vectors().slots) == 0


def test_results_must_tell_of_which_reading_they_are(corpus: Corpus) -> None:
    with pytest.raises(ValueError, match="is not told"):
        corpus.put_results([PageResult(2, counts=np.zeros(110))])


def test_results_of_unknown_pages_are_passed_over(corpus: Corpus) -> None:
    corpus.put_results([result(99, MADE["full"], new=True)])
    assert corpus.count() == 3
    assert len(corpus.vectors().slots) == 0


@pytest.mark.parametrize("keep", [0, 2 * 440])
def test_a_lost_or_cut_vector_file_is_made_anew(tmp_path: Path, keep: int) -> None:
    home = small_corpus(tmp_path)
    path = home / "vectors" / "bigram.f32"
    path.write_bytes(path.read_bytes()[:keep])
    if not keep:
        path.unlink()
    with open_corpus(home) as corpus:
        with pytest.raises(InputError, match=r"bigram.f32: is shorter .* run zij corpus process"):
            corpus.vectors()
        waiting = [work.page_id for work in corpus.work(RECIPES)]
        assert waiting == ([3, 4] if keep else [1, 2, 3, 4])
        processed(corpus)
        found = corpus.vectors()
        assert sorted(found.ids.tolist()) == [1, 2, 3, 4]
        assert np.allclose(np.square(found.matrix[found.rows, 0]), found.ids)


def test_writing_to_a_cut_file_leaves_no_vectors_of_nothing(tmp_path: Path) -> None:
    """The pages whose vectors are gone wait again, though nobody asked for the work first."""
    home = small_corpus(tmp_path)
    (home / "vectors" / "bigram.f32").unlink()
    with open_corpus(home) as corpus:
        corpus.put_results([result(2, MADE["full"])])
        assert corpus.vectors().ids.tolist() == [2]
        assert states(corpus) == ["new", "read", "new", "new"]
