"""`zij corpus evaluate` on a small corpus whose families are known, and on judgements."""

from __future__ import annotations

import csv
import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from commands import refused, zij

from zij.actions import corpus as actions
from zij.actions import generate
from zij.corpora.finding import Searcher, query_of_page
from zij.corpora.judging.judging import chosen_queries, judge
from zij.corpora.judging.measures import Measure, arranged, bigrams, digit_counts, random_vectors
from zij.corpora.judging.truth import truth_from_file, truth_from_judgements
from zij.corpora.store import Judgement, open_corpus
from zij.errors import InputError, TableError


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a processed corpus `corpus` of four families on 28 pages, and their `families.csv`."""
    folder = tmp_path_factory.mktemp("judged")
    generate(folder / "made", families=4, pages=28, readings=True, seed=2)
    shutil.copy(folder / "made" / "families.csv", folder)
    actions.add(folder / "corpus", [folder / "made" / "pages"], metadata=[folder / "families.csv"])
    actions.process(folder / "corpus", workers=0)
    return folder


@pytest.fixture(scope="module")
def evaluated(made: Path) -> actions.EvaluatedCorpus:
    return actions.evaluate(made / "corpus", made / "evaluation", truth=made / "families.csv")


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_check_is_best_and_chance_is_worst(evaluated: actions.EvaluatedCorpus) -> None:
    values = {f.measure.name: f.precision for f in evaluated.judged.figures if f.mode == "page-wise"}
    assert values["arrangement"].mean > 0.9
    assert values["arrangement"].mean > values["bigram"].mean > values["random"].mean
    assert values["digits"].mean > values["random"].mean
    assert all(value.low <= value.mean <= value.high for value in values.values())
    assert "vgg" not in values
    mean = values["arrangement"].mean
    assert evaluated.sentence.startswith(f"mean average precision with arrangement check {mean:.3f}, bigram")


def test_files_hold_the_figures(made: Path, evaluated: actions.EvaluatedCorpus) -> None:
    folder = made / "evaluation"
    names = {path.name for path in folder.iterdir()}
    assert names == {"evaluation.csv", "queries.csv", "evaluation.json", "evaluation.html", "evaluation.png",
                     "evaluation.svg"}  # fmt: skip
    table, summary = lines(folder / "evaluation.csv"), json.loads((folder / "evaluation.json").read_text())
    assert [(line["measure"], line["mode"]) for line in table] == [
        (f["measure"], f["mode"]) for f in summary["figures"]
    ]
    assert len(table) == 8
    for line, one in zip(table, evaluated.judged.figures, strict=True):
        assert float(line["mean_average_precision"]) == pytest.approx(one.precision.mean, abs=1e-6)
        assert float(line["nn_recall"]) == pytest.approx(one.neighbours.recall, abs=1e-6)
    queries = [line for line in lines(folder / "queries.csv") if line["mode"] == "page-wise"]
    mean = np.mean([float(line["bigram_average_precision"]) for line in queries])
    assert mean == pytest.approx(float(table[1]["mean_average_precision"]), abs=1e-5)
    html = (folder / "evaluation.html").read_text("utf-8")
    assert "Random-weight VGG was not judged: the pages have no images." in html
    assert "http" not in html.replace("http-equiv", "")
    assert summary["parameters"]["pages"] == 28 and summary["versions"]["zij"]


def test_the_same_corpus_gives_the_same_bytes(made: Path, evaluated: actions.EvaluatedCorpus) -> None:
    again = actions.evaluate(made / "corpus", made / "again", truth=made / "families.csv")
    for path in sorted(evaluated.folder.iterdir()):
        assert path.read_bytes() == (again.folder / path.name).read_bytes(), path.name


def test_the_order_that_is_judged_is_that_of_search(made: Path) -> None:
    with open_corpus(made / "corpus") as corpus:
        pages = corpus.pages()
        plain = bigrams(corpus, pages)
        checked, short = arranged(corpus, pages, plain), arranged(corpus, pages, plain, check=7)
        searcher, place = Searcher(corpus), {page.id: n for n, page in enumerate(pages)}
        for query in (0, 9, 25):
            question = query_of_page(corpus, pages[query].id)
            for measure, check in ((plain, 0), (checked, 100), (short, 7)):
                scores = measure.scores(query)
                hits = searcher.search(question, k=len(pages), check=check).hits
                values = [scores[place[hit.page_id]] for hit in hits]
                assert len(values) == len(pages) - 1
                assert all(a >= b - 1e-6 for a, b in pairwise(values)), (measure.name, query)


def test_digit_counts_are_counts_of_digits(made: Path) -> None:
    with open_corpus(made / "corpus") as corpus:
        pages = corpus.pages()[:6]
        scores = digit_counts(corpus, pages).scores(2)
        roots = []
        for page in pages:
            reading = corpus.reading(page.id)
            assert reading is not None
            text = "".join(glyph.text for glyph in reading.glyphs())
            roots.append([text.count(str(digit)) ** 0.5 for digit in range(10)])
        unit = np.array(roots) / np.linalg.norm(roots, axis=1, keepdims=True)
        assert scores == pytest.approx(unit @ unit[2])


def test_halves_of_a_table_count_neither_for_nor_against(made: Path) -> None:
    with open_corpus(made / "corpus") as corpus:
        pages = corpus.pages()
    path = made / "halves.csv"
    names = [page.name for page in pages[:5]]
    spans = ["0-29", "0-14", "15-29", "10-20", ""]
    path.write_text(
        "page,family,rows\n" + "".join(f"{n},a,{s}\n" for n, s in zip(names, spans, strict=True)), "utf-8"
    )
    truth = truth_from_file(path, pages)
    relevant, ranked = truth.of(1)
    assert relevant.tolist() == [True, False, False, True, True]
    assert ranked.tolist() == [True, False, False, True, True]  # of its other half nothing is asked
    assert truth.of(0)[0].tolist() == [False, True, True, True, True]
    assert truth.unnamed == len(pages) - 5


def test_traps_and_strangers_count_against(made: Path) -> None:
    with open_corpus(made / "corpus") as corpus:
        truth = truth_from_file(made / "families.csv", corpus.pages())
    families = {line["page"]: line["family"] for line in lines(made / "families.csv")}
    trap = next(n for n, page in enumerate(truth.pages) if page.name.startswith("x"))
    for query in range(len(truth.pages)):
        relevant, ranked = truth.of(query)
        assert not relevant[trap] and ranked[trap] == (query != trap)
        own = families[truth.pages[query].name]
        for other in np.flatnonzero(relevant):
            assert families[truth.pages[int(other)].name] == own != ""
    assert not truth.of(trap)[0].any()


def test_pages_of_the_querys_book_are_left_out(made: Path) -> None:
    with open_corpus(made / "corpus") as corpus:
        pages = corpus.pages()
    truth = truth_from_file(made / "families.csv", pages)
    kin = (truth.labels[:, None] == truth.labels) & (truth.labels >= 0)
    same = np.array([[a.book == b.book for a in truth.pages] for b in truth.pages])
    oracle = Measure("oracle", "oracle", "knows books", lambda q: 2.0 * same[q] + kin[q])
    judged = judge(truth, [oracle], chosen_queries(truth, 0))
    found = judged.of("oracle", "book-disjoint")
    assert found is not None and found.precision.mean == 1.0
    wise = judged.of("oracle")
    assert wise is not None and wise.precision.mean < 1.0
    for one in judged.queries:
        relevant, _ = truth.of(one.query)
        kept = relevant & ~same[one.query] if one.mode == "book-disjoint" else relevant
        assert one.relevant == kept.sum()


def test_judgements_are_a_truth_of_their_own(made: Path) -> None:
    with open_corpus(made / "corpus") as corpus:
        pages = corpus.pages()
    ids = [page.id for page in pages]
    said = [
        Judgement(ids[0], ids[1], "same"), Judgement(ids[2], ids[0], "part"),
        Judgement(ids[0], ids[3], "related"), Judgement(ids[3], ids[1], "different"),
    ]  # fmt: skip
    truth = truth_from_judgements(said, pages)
    assert not truth.whole and [page.id for page in truth.pages] == ids[:4]
    relevant, ranked = truth.of(0)
    assert relevant.tolist() == [False, True, True, False] and ranked.tolist() == [False, True, True, True]
    assert truth.of(1)[1].tolist() == [True, False, False, True]  # of pages 1 and 2 nobody said anything
    assert truth.labels.tolist() == [0, 0, 0, -1]
    judged = judge(truth, [random_vectors(truth.pages)], chosen_queries(truth, 0))
    assert judged.figures[0].queries == 3
    assert np.isnan(judged.figures[0].neighbours.recall)
    with pytest.raises(InputError, match="zij corpus judge"):
        truth_from_judgements(said[2:], pages)


def test_so_many_queries_are_drawn_as_are_asked_for(made: Path) -> None:
    with open_corpus(made / "corpus") as corpus:
        truth = truth_from_file(made / "families.csv", corpus.pages())
    assert len(chosen_queries(truth, 0)) == len(chosen_queries(truth, 99)) == 28
    few = chosen_queries(truth, 12, seed=3)
    assert len(set(few.tolist())) == 12 and sorted(few) == few.tolist()


def test_the_command_judges_by_judgements_where_no_truth_is_given(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "corpus", tmp_path / "corpus")
    refused(zij("corpus", "evaluate", tmp_path / "corpus", "-o", tmp_path / "e"), "zij corpus judge")
    with open_corpus(tmp_path / "corpus") as corpus:
        corpus.judge(1, 2, "same")
        corpus.judge(1, 25, "different")
    ended = zij("corpus", "evaluate", tmp_path / "corpus", "-o", tmp_path / "e", "--no-vgg")
    assert ended.code == 0 and "; only 2 searches were judged; report: " in ended.out, ended
    html = (tmp_path / "e" / "evaluation.html").read_text("utf-8")
    assert "2 judgements" in html and "so few tell little" in html
    assert lines(tmp_path / "e" / "evaluation.csv")[0]["nn_recall"] == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("page,kind\nt001-01,x\n", "no column 'family'"),
        ("page,family\nt001-01,a\nt001-01,a\n", "twice"),
        ("page,family,rows\nt001-01,a,9-3\n", "9-3"),
        ("page,family\nt001-01,a\nt002-01,b\n", "no two pages"),
        ("page,family\nelsewhere,a\nnowhere,a\n", "no two pages"),
    ],
)
def test_a_truth_that_is_none_is_refused(made: Path, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(text, "utf-8")
    with open_corpus(made / "corpus") as corpus, pytest.raises((TableError, InputError), match=words):
        truth_from_file(path, corpus.pages())


def test_what_cannot_be_judged_is_refused(made: Path, tmp_path: Path) -> None:
    truth = made / "families.csv"
    refused(zij("corpus", "evaluate", tmp_path, "--truth", truth), "is no corpus")
    out = tmp_path / "e"
    none = zij("corpus", "evaluate", made / "corpus", "--truth", truth, "-o", out, "--where", "place=Utopia")
    refused(none, "no page fulfils")
    missing = zij("corpus", "evaluate", made / "corpus", "--truth", tmp_path / "no.csv", "-o", out)
    refused(missing, "no.csv")
    assert not out.exists()


def test_pages_that_are_not_processed_are_like_no_other(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    actions.add(folder, [made / "made" / "pages"])
    truth = ("--truth", made / "families.csv")
    refused(zij("corpus", "evaluate", folder, *truth, "-o", tmp_path / "e"), "zij corpus process")
    actions.process(folder, workers=0, where=["name=t001*"])
    with open_corpus(folder) as corpus:
        pages = corpus.pages()
        new = next(n for n, page in enumerate(pages) if page.state == "new")
        plain = bigrams(corpus, pages)
        assert not plain.scores(new).any() and not arranged(corpus, pages, plain).scores(new).any()
        assert plain.scores(0)[new] == 0 < plain.scores(0)[1]


# -- zij generate --families


def test_generated_corpora_are_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        ended = zij("generate", "--families", "2", "--pages", "8", "--readings", "-o", tmp_path / name)
        assert ended.code == 0 and ended.out.startswith("8 pages, 2 families"), ended
    for path in sorted((tmp_path / "a").rglob("*.*")):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()
    names = {line["page"] for line in lines(tmp_path / "a" / "families.csv")}
    assert {path.stem for path in (tmp_path / "a" / "pages").iterdir()} == names and len(names) == 8


def test_images_of_families_have_their_truth_beside(tmp_path: Path) -> None:
    made = generate(tmp_path, families=1, pages=4)
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {f"{stem}.jpg" for stem in made.stems}
    assert {path.name for path in (tmp_path / "truth").iterdir()} == {f"{s}.truth.xml" for s in made.stems}
    looks = [path.read_bytes() for path in sorted((tmp_path / "pages").iterdir())]
    assert all(look.startswith(b"\xff\xd8") and len(look) < 300_000 for look in looks)
    errors = lines(tmp_path / "misprints.csv")
    assert len(errors) == made.errors and made.families == 1
    assert all(line["before"] != line["after"] for line in errors)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--families", "2"], "both --families and --pages"),
        (["--families", "2", "--pages", "7"], "4 pages for each"),
        (["--families", "2", "--pages", "8", "--misread", "0.1"], "--readings"),
        (["--families", "2", "--pages", "8", "--count", "3"], "--count"),
        (["--readings"], "--families"),
    ],
)
def test_corpora_that_cannot_be_generated_are_refused(tmp_path: Path, words: list[str], told: str) -> None:
    refused(zij("generate", *words, "-o", tmp_path / "x"), told)
    assert not (tmp_path / "x").exists()


def test_pages_of_another_corpus_are_not_mixed_in(tmp_path: Path) -> None:
    generate(tmp_path, families=1, pages=5, readings=True)
    ended = zij("generate", "--families", "1", "--pages", "4", "--readings", "-o", tmp_path)
    refused(ended, "holds other pages")
    assert len(lines(tmp_path / "families.csv")) == 5
