"""What a corpus needs is done, once; what goes wrong costs its page, and is told."""

from __future__ import annotations

import io
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import zij
from hard_pages import obeying
from made_readings import made_reading
from PIL import Image as Pillow

from zij.actions.corpus import process
from zij.corpora.processing import Job, Means, Pace, Tally, commit, jobs_of, recipes, run_here, run_local
from zij.corpora.processing.recipe import PARAMETERS
from zij.corpora.processing.thumbnails import drawn_thumbnail, file_thumbnail, thumbnail
from zij.corpora.store import Corpus, NewPage, PageResult, Recipes, create_corpus, open_corpus
from zij.corpora.store.codec import encoded
from zij.errors import ModelError, OutputError, UsageError
from zij.files import sha256
from zij.similarity.arrangement import arrangement
from zij.similarity.embedding import embed
from zij.similarity.evidence import evidence_from_reading
from zij.tables.geometry import Box
from zij.tables.reading import Glyph, Number, Reading

RECIPES = Recipes("r", "e")
MEANS = Means(RECIPES, reads=False)


def absurd() -> Reading:
    """A reading that no grid can hold."""
    glyphs = [Glyph(Box(x, x, 8, 15), "7") for x in (1.0, 3e6)]
    return Reading(
        "absurd.png", "", 4_000_000, 4_000_000, loose=tuple(Number((g,), "7", g.box) for g in glyphs)
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Twelve pages with readings of all kinds, of which the fourth is absurd."""
    readings = [replace(made_reading(seed), image=f"p{seed}.png") for seed in range(12)]
    readings[3] = absurd()
    with create_corpus(tmp_path / "corpus") as made:
        made.add_pages([NewPage(f"k{n}", f"p{n}", reading=reading) for n, reading in enumerate(readings)])
    return tmp_path / "corpus"


def states(folder: Path) -> dict[str, str]:
    with open_corpus(folder) as opened:
        return {page.name: page.state for page in opened.pages()}


# -- readings that are there ---------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [0, 2])
def test_readings_are_embedded(corpus: Path, workers: int) -> None:
    done = process(corpus, workers=workers)
    assert (done.read, done.embedded) == (0, 11)
    assert [name for name, _ in done.failures] == ["p3"]
    assert "check the coordinates" in done.failures[0][1]
    assert done.sentence.startswith("11 readings embedded in ")
    assert "1 failed" in done.sentence
    with open_corpus(corpus) as opened:
        vectors = opened.vectors()
        assert vectors.ids.tolist() == [page.id for page in opened.pages() if page.name != "p3"]
        for page, row in zip(vectors.ids.tolist(), vectors.rows, strict=True):
            reading = opened.reading(page)
            assert reading is not None
            counts = embed(evidence_from_reading(reading)).counts
            np.testing.assert_allclose(vectors.matrix[row], np.sqrt(counts), atol=1e-6)
            assert next(opened.arrangements([page]))[1] == arrangement(reading)
            with Pillow.open(io.BytesIO(opened.thumbnail(page))) as picture:
                assert (picture.format, max(picture.size)) == ("JPEG", 128)


def test_nothing_is_done_twice(corpus: Path) -> None:
    process(corpus, workers=0)
    again = process(corpus, workers=0)
    assert (again.read, again.embedded, again.failures, again.failed_before) == (0, 0, (), 1)
    assert again.sentence.startswith("nothing needed processing; 1 that failed before left out (--retry")
    assert [name for name, _ in process(corpus, workers=0, retry=True).failures] == ["p3"]


def test_what_has_changed_is_done_again(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process(corpus, workers=0)
    with open_corpus(corpus) as opened:
        five = opened.page("p5").id
        opened.put_reading(five, made_reading(50), kind="human", who="she")
    assert process(corpus, workers=0).embedded == 1
    monkeypatch.setattr("zij.corpora.processing.recipe.EMBEDDING", 2)
    assert set(states(corpus).values()) == {"read", "failed"}
    again = process(corpus, workers=0)
    assert (again.embedded, len(again.failures)) == (11, 1)  # another recipe: the absurd one is tried again


def test_only_some_pages(corpus: Path) -> None:
    assert process(corpus, workers=0, where=["name=p1*"]).embedded == 3
    assert {name for name, state in states(corpus).items() if state == "read"} == {"p1", "p10", "p11"}


def test_what_cannot_be_right_is_refused(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--workers -1"):
        process(corpus, workers=-1)
    with pytest.raises(UsageError, match="exclude each other"):
        process(corpus, workers=2, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(UsageError, match="device 'gpu'"):
        process(corpus, device="gpu")
    with pytest.raises(UsageError, match="--limit 0"):
        process(corpus, limit=0)
    with pytest.raises(ModelError, match=r"none\.safetensors: cannot be read"):
        process(corpus, weights=tmp_path / "none.safetensors")
    assert set(states(corpus).values()) == {"new"}


def test_progress_tells_the_rate_and_what_is_left(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10**6, 30))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    told: list[tuple[str, int, int]] = []
    process(corpus, workers=0, progress=lambda *said: told.append(said))
    assert [done for _, done, _ in told] == list(range(1, 13))
    assert {total for *_, total in told} == {12}
    assert "pages a minute" in told[5][0]
    assert " left" in told[5][0]
    assert told[5][0].endswith("1 failed")


# -- images --------------------------------------------------------------------------------------------------


def test_parameters_are_those_of_readings() -> None:
    from zij.tables.read import read
    from zij.tables.scan.image import Image

    blank = read(Image("b.png", "", np.full((80, 80, 3), 255, np.uint8))).reading
    assert dict(blank.parameters) == PARAMETERS


def test_recipes_tell_models_apart(tmp_path: Path) -> None:
    (tmp_path / "other.safetensors").write_bytes(b"other")
    own, other = recipes(), recipes(tmp_path / "other.safetensors")
    assert own.read != other.read
    assert own.embed == other.embed
    assert recipes() == own


def test_images_are_read_and_bad_ones_told(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.png" for name in ("blank", "corrupt", "changed", "missing")}
    for file in files.values():
        Pillow.new("RGB", (90, 120), "white").save(file)
    hashes = {name: sha256(file) for name, file in files.items()}
    files["corrupt"].write_bytes(files["corrupt"].read_bytes()[:60])
    hashes["corrupt"] = sha256(files["corrupt"])
    with create_corpus(tmp_path / "corpus") as made:
        made.add_pages([NewPage(f"file:{f}", n, file=f, sha256=hashes[n]) for n, f in files.items()])
    Pillow.new("RGB", (90, 121), "white").save(files["changed"])
    files["missing"].unlink()
    done = process(tmp_path / "corpus", workers=0, device="cpu")
    assert (done.read, done.embedded) == (1, 0)
    reasons = dict(done.failures)
    assert set(reasons) == {"corrupt", "changed", "missing"}
    assert "corrupt.png: is " in reasons["corrupt"]
    assert "another file than the one that was added" in reasons["changed"]
    assert "missing.png: its image was not found" in reasons["missing"]
    with open_corpus(tmp_path / "corpus") as opened:
        page = opened.page("blank")
        reading = opened.reading(page.id)
        assert reading is not None
        assert (reading.image, reading.sha256, reading.width) == ("blank.png", hashes["blank"], 90)
        assert reading.model.startswith("digits.safetensors ")
        assert Pillow.open(io.BytesIO(opened.thumbnail(page.id))).size == (96, 128)
        assert not opened.vectors().norms.any()
    Pillow.new("RGB", (90, 120), "white").save(files["missing"])
    assert process(tmp_path / "corpus", workers=0, where=["name=missing"]).failed_before == 1
    assert process(tmp_path / "corpus", workers=0, where=["name=missing"], retry=True).read == 1


def test_a_model_that_is_none_is_told_by_workers(tmp_path: Path) -> None:
    (tmp_path / "other.safetensors").write_bytes(b"other")
    means = Means(RECIPES, str(tmp_path / "other.safetensors"), "cpu")
    with pytest.raises(ModelError, match="not a digit model"):
        list(run_local([[Job(1, "a")]], means, 1))


# -- workers that fall ---------------------------------------------------------------------------------------


def results_of(names: Sequence[Sequence[str]], workers: int, **options: float) -> dict[str, str]:
    """Failure of each page, by name, of batches of pages that are told to go wrong."""
    batches = [[Job(100 * b + n, name) for n, name in enumerate(batch)] for b, batch in enumerate(names)]
    jobs = {job.page_id: job for batch in batches for job in batch}
    found = [r for r in run_local(batches, MEANS, workers, work=obeying, **options) if r is not None]
    assert sorted(r.page_id for r in found) == sorted(jobs)  # each once
    return {f"{jobs[r.page_id].name} {r.page_id}": r.failure for r in found}


def test_a_worker_that_falls_costs_its_page_alone() -> None:
    found = results_of([["a", "die", "b", "c"], ["d"], ["exit", "e"], ["thread"]], 2)
    failures = {name: reason for name, reason in found.items() if reason}
    assert set(failures) == {"die 1", "exit 200", "thread 300"}
    assert "ended unexpectedly (signal SIGKILL)" in failures["die 1"]
    assert "ended unexpectedly (exit code 3)" in failures["exit 200"]
    assert failures["thread 300"] == "1"


def test_a_page_that_takes_too_long_is_given_up() -> None:
    found = results_of([["a", "hang", "b"], ["c"]], 1, limit=1.5)
    assert {name for name, reason in found.items() if reason} == {"hang 1"}
    assert "took longer than 1.5 seconds" in found["hang 1"]


def test_workers_end_with_their_user() -> None:
    results = run_local([[Job(1, "a")], [Job(2, "hang")]], MEANS, 1, work=obeying)
    while next(results) is None:
        pass
    results.close()  # does not wait for the page
    import multiprocessing

    assert not [child for child in multiprocessing.active_children() if child.name == "zij-page"]


# -- the writer ----------------------------------------------------------------------------------------------


def embedded(folder: Path) -> int:
    with open_corpus(folder) as opened:
        return opened.summary().embedded


def test_an_interruption_keeps_what_has_come(corpus: Path) -> None:
    def broken_off(results: Iterator[PageResult | None]) -> Iterator[PageResult | None]:
        for _ in range(3):
            yield next(results)
        raise KeyboardInterrupt

    with open_corpus(corpus) as opened:
        wanted = recipes()
        jobs = jobs_of(opened, opened.work(wanted))
        tally = Tally(Pace(12), Pace(0))
        with pytest.raises(KeyboardInterrupt):
            commit(opened, broken_off(run_here(jobs, Means(wanted, reads=False))), tally)
        assert tally.stored == 3
    assert embedded(corpus) == 3
    assert process(corpus, workers=0).embedded == 8


def test_a_full_disk_ends_it_and_loses_nothing(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, calls = Corpus.put_results, []

    def full(self: Corpus, results: Sequence[PageResult]) -> None:
        calls.append(len(results))
        if len(calls) == 2:
            raise OutputError("the disk is full")
        whole(self, results)

    monkeypatch.setattr(Corpus, "put_results", full)
    monkeypatch.setattr("zij.corpora.processing.run.COMMIT", 3)
    with pytest.raises(OutputError, match="disk is full"):
        process(corpus, workers=0)
    assert calls == [3, 3]  # and it was not tried again
    assert embedded(corpus) == 3
    monkeypatch.undo()
    assert process(corpus, workers=0).embedded == 8


def test_a_locked_file_is_waited_for(corpus: Path) -> None:
    other = sqlite3.connect(corpus / "corpus.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.7, other.execute, ["COMMIT"])
    timer.start()
    assert process(corpus, workers=0).embedded == 11
    timer.join()
    other.close()


# -- thumbnails ----------------------------------------------------------------------------------------------


def shades(content: bytes) -> np.ndarray:
    return np.asarray(Pillow.open(io.BytesIO(content)).convert("L"), int)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_thumbnails_stand_upright(tmp_path: Path, turn: int) -> None:
    """A page whose upper left corner is dark when it stands upright."""
    upright = np.full((900, 600, 3), 240, np.uint8)
    upright[:300, :200] = 20
    scan = np.ascontiguousarray(np.rot90(upright, turn // 90))
    Pillow.fromarray(scan).save(tmp_path / "page.jpg", quality=95)
    glyph = Glyph(Box(*{0: (0, 0, 200, 300), 90: (0, 400, 300, 200), 180: (400, 600, 200, 300),
                        270: (600, 0, 300, 200)}[turn]), "7")  # fmt: skip
    reading = Reading(
        "p.jpg", "", scan.shape[1], scan.shape[0], loose=(Number((glyph,), "7", glyph.box),), turn=turn
    )
    drawn, seen = drawn_thumbnail(reading), file_thumbnail(tmp_path / "page.jpg", turn)
    for content in (drawn, seen, thumbnail(scan, turn)):
        found = shades(content)
        assert found.shape == (128, 85)
        assert found[:38, :24].max() < 130
        assert min(found[48:].min(), found[:, 33:].min()) > 170


def test_what_is_no_image_has_no_thumbnail(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    (tmp_path / "b.png").write_bytes(b"none")
    assert [file_thumbnail(tmp_path / name) for name in ("a.jpg", "b.png", "c.png")] == [b""] * 3


def test_pages_with_an_image_show_it(tmp_path: Path) -> None:
    picture = np.zeros((300, 200, 3), np.uint8)
    Pillow.fromarray(picture).save(tmp_path / "dark.png")
    body, digest = encoded(made_reading(2))
    job = Job(1, "dark", str(tmp_path / "dark.png"), reading=body, digest=digest)
    (result,) = run_here([[job]], MEANS)
    assert result is not None
    assert result.thumbnail is not None
    assert shades(result.thumbnail).max() < 10
    (sent,) = run_here(
        [[replace(job, image="elsewhere/dark.png", content=(tmp_path / "dark.png").read_bytes())]], MEANS
    )
    assert sent is not None
    assert sent.thumbnail == result.thumbnail
    (drawn,) = run_here([[replace(job, image=str(tmp_path / "gone.png"))]], MEANS)
    assert drawn is not None
    assert drawn.thumbnail == drawn_thumbnail(made_reading(2))


# -- the command ---------------------------------------------------------------------------------------------


def test_the_command_names_what_failed(corpus: Path) -> None:
    done = zij("corpus", "process", corpus, "--workers", "0")
    assert done.code == 1
    assert done.out.startswith("11 readings embedded in ")
    assert "p3: " in done.err
    assert zij("corpus", "process", corpus).code == 0
    assert zij("corpus", "process", corpus / "none").code == 2


def test_logs_have_a_line_now_and_then(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "of 12 pages" not in zij("corpus", "process", corpus, "--workers", "0").err
    monkeypatch.setattr("zij.corpora.processing.recipe.EMBEDDING", 2)
    monkeypatch.setattr("zij.cli.corpus.process.PAUSE", 0.0)
    told = zij("corpus", "process", corpus, "--workers", "0").err
    assert "12 of 12 pages: embedding readings" in told
