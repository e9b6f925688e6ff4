"""A corpus in a world of kills, full disks, other programs and old files: nothing is lost or half-written."""

from __future__ import annotations

import multiprocessing.forkserver
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import corpus_work
import numpy as np
import pytest
from corpus_work import content, sound
from kept_corpus import RECIPES, processed, small_corpus
from made_collection import collection

from zij.corpora.store import (
    Corpus,
    NewPage,
    create_corpus,
    database,
    open_corpus,
    parse_where,
    schema,
    vectors,
)
from zij.errors import InputError, OutputError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def context() -> ForkServerContext:
    """Processes that start fast and share nothing with this one."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["corpus_work"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT / "tests" / "helpers")
    multiprocessing.forkserver.ensure_running()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
    return made


@pytest.fixture
def start(context: ForkServerContext) -> Iterator[Callable[..., BaseProcess]]:
    """Starts a function of `corpus_work` in a process of its own, and waits until it is at work."""
    running: list[BaseProcess] = []

    def begin(work: Callable[..., None], *arguments: object) -> BaseProcess:
        started = context.Event()
        process = context.Process(target=work, args=(*arguments, started))
        process.start()
        running.append(process)
        assert started.wait(60)
        return process

    yield begin
    for process in running:
        process.kill()
        process.join()


def done(process: BaseProcess) -> bool:
    process.join(120)
    return process.exitcode == 0


def test_two_writers_and_a_reader_do_not_hurt_each_other(
    tmp_path: Path, start: Callable[..., BaseProcess]
) -> None:
    home = tmp_path / "corpus"
    adding = [start(corpus_work.add, str(home), 0, 60), start(corpus_work.add, str(home), 30, 90)]
    assert all(map(done, adding))
    working = [start(corpus_work.process, str(home)), start(corpus_work.process, str(home)),
               start(corpus_work.tag, str(home), "A"), start(corpus_work.tag, str(home), "B")]  # fmt: skip
    seen = -1
    with open_corpus(home) as corpus:
        while any(process.is_alive() for process in working):
            found = corpus.vectors()
            assert np.allclose(np.square(found.matrix[found.rows]), found.ids[:, None])
            assert seen <= len(found.ids)  # what was there once stays
            seen = len(found.ids)
        assert all(map(done, working))
        sound(corpus)
        assert corpus.summary().read == corpus.count() == 90
        assert len(corpus.tags()) == 80
        assert len(corpus.judgements()) == 40
        assert sorted(page.key for page in corpus.pages()) == sorted(f"file:{n}" for n in range(90))


def test_killed_at_any_moment_it_goes_on_as_if_nothing_had_been(
    tmp_path: Path, start: Callable[..., BaseProcess]
) -> None:
    chance = random.Random(3)
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    quiet = corpus_work.RECIPES
    with create_corpus(whole) as corpus:
        corpus.add_pages([corpus_work.page(number) for number in range(120)])
        corpus.work(quiet)
        corpus.put_results([corpus_work.outcome(number) for number in range(1, 121)])
    kills = 0
    for work in (
        lambda: start(corpus_work.add, str(torn), 0, 120),
        lambda: start(corpus_work.process, str(torn)),
    ):
        for _ in range(5):
            process = work()
            time.sleep(chance.random() * 0.08)
            kills += process.is_alive()
            process.kill()
            process.join()
            with open_corpus(torn) as corpus:
                sound(corpus)
        assert done(work())
    assert kills >= 5
    assert content(torn) == content(whole)


def test_a_killed_start_is_no_obstacle(tmp_path: Path) -> None:
    home = tmp_path / "corpus"
    home.mkdir()
    (home / "corpus.sqlite3").write_bytes(b"")
    with pytest.raises(InputError, match="is no corpus; make one with zij corpus add"):
        open_corpus(home)
    with create_corpus(home) as corpus:
        assert corpus.count() == 0


def test_what_a_killed_writer_left_behind_its_last_commit_is_written_over(tmp_path: Path) -> None:
    home = small_corpus(tmp_path)
    path = home / "vectors" / "bigram.f32"
    data = bytearray(path.read_bytes())
    data[4 * 440 : 6 * 440] = b"\xff" * 880
    path.write_bytes(data)
    with open_corpus(home) as corpus:
        assert len(corpus.vectors().slots) == 4
        corpus.add_pages([NewPage("k5", "p5", reading=collection()["full"])])
        processed(corpus)
        found = corpus.vectors()
        assert found.slots.tolist() == [1, 2, 3, 4, 5]
        assert np.allclose(found.matrix[4], np.sqrt(5))


def test_vectors_are_on_the_disk_before_their_slots_are_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = small_corpus(tmp_path)
    path = home / "vectors" / "bigram.f32"
    settled: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        if path.stat().st_ino == os.fstat(handle).st_ino:
            stored = sqlite3.connect(f"file:{home / 'corpus.sqlite3'}?mode=ro", uri=True)
            settled.append(stored.execute("SELECT count(*) FROM vector").fetchone()[0])
            stored.close()

    monkeypatch.setattr(os, "fsync", fsync)
    with open_corpus(home) as corpus:
        corpus.add_pages([NewPage("k5", "p5", reading=collection()["full"])])
        processed(corpus)
    assert settled == [4]  # the fifth is written, but not yet committed


def test_the_vector_file_grows_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "_BLOCK", 3)
    home = small_corpus(tmp_path)
    assert (home / "vectors" / "bigram.f32").stat().st_size == 6 * 440
    with open_corpus(home) as corpus:
        assert corpus.vectors().matrix.shape == (4, 110)


def fill_up(folder: str) -> None:
    """Put results until the disk is full; what was told as stored must be there."""
    told = 0
    with open_corpus(folder) as corpus:
        corpus.add_pages([corpus_work.page(number) for number in range(2000)])
        corpus.work(RECIPES)
        try:
            for first in range(1, 2000, 50):
                corpus.put_results([corpus_work.outcome(number) for number in range(first, first + 50)])
                told = first + 49
        except OutputError as error:
            assert "nothing was changed" in str(error), error
        else:
            raise AssertionError("the disk was never full")
    with open_corpus(folder) as corpus:
        found = corpus.vectors()
        assert len(found.ids) == told > 0
        assert np.allclose(np.square(found.matrix[found.rows, 0]), found.ids)


LIMITED = (
    "import resource, sys\n"
    "sys.path[:0] = {paths!r}\n"
    "from zij.corpora.store import create_corpus\n"
    "import test_store_safety\n"
    "create_corpus(sys.argv[1]).close()\n"
    "if {limit}: resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    "test_store_safety.fill_up(sys.argv[1])\n"
)


def child(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip


def paths() -> list[str]:
    return [str(ROOT / "tests" / "helpers"), str(ROOT / "tests" / "corpora")]


def test_where_files_can_grow_no_more_nothing_is_lost(tmp_path: Path) -> None:
    ended = child(LIMITED.format(paths=paths(), limit=2 * 2**20), tmp_path / "corpus")
    assert ended.returncode == 0, ended.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        not shutil.which("mount")
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(place)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("only the system's administrator can make so small a disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_on_a_full_disk_nothing_is_lost(small_disk: Path) -> None:
    ended = child(LIMITED.format(paths=paths(), limit=0), small_disk / "corpus")
    assert ended.returncode == 0, ended.stderr


READ_ONLY = """
import mmap, os, sys
sys.path[:0] = {paths!r}
from zij.corpora.store import open_corpus, parse_where
from zij.errors import OutputError, ZijError
if os.getuid() == 0:
    os.setuid(65534)
try:
    corpus = open_corpus(sys.argv[1])
except ZijError as error:
    sys.exit(str(error))
with corpus:
    assert corpus.read_only
    assert corpus.count(parse_where(["place=Köln"])) == 4
    assert corpus.vectors().ids.tolist() == [1, 2, 3, 4]
    assert corpus.reading(2) is not None
    corpus.use_recipes(type(corpus.recipes)("other", "other"))
    assert corpus.summary().stale == 4
    for change in (lambda: corpus.tag([1], "x"), lambda: corpus.add_pages([])):
        try:
            change()
        except OutputError as error:
            assert "cannot be written to, only read; copy the corpus" in str(error), error
        else:
            raise AssertionError("was written")
"""


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that others can look into, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        for path in Path(name).rglob("*"):
            if path.is_dir():
                path.chmod(0o755)


def only_for_reading(home: Path) -> None:
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def holding(home: Path) -> sqlite3.Connection:
    """Somebody who may write has the corpus open and has just changed it."""
    holder = sqlite3.connect(home / "corpus.sqlite3")
    holder.execute("UPDATE page SET rights = 'none'")
    holder.commit()
    return holder


def test_a_corpus_that_cannot_be_written_is_read(shelf: Path) -> None:
    home = small_corpus(shelf)
    only_for_reading(home)
    ended = child(READ_ONLY.format(paths=paths()), home)
    assert ended.returncode == 0, ended.stderr
    assert {path.name for path in home.iterdir()} == {"corpus.sqlite3", "vectors"}


@pytest.mark.skipif(os.getuid() != 0, reason="needs the rights to become another user")
def test_it_is_read_while_another_user_writes(shelf: Path) -> None:
    home = small_corpus(shelf)
    holder = holding(home)
    only_for_reading(home)
    ended = child(READ_ONLY.format(paths=paths()), home)
    holder.close()
    assert ended.returncode == 0, ended.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="needs the rights to become another user")
def test_a_log_that_nobody_may_take_in_is_told(shelf: Path) -> None:
    """Reading past it would show a corpus of yesterday."""
    home = small_corpus(shelf)
    holder = holding(home)
    left = shelf / "left"
    shutil.copytree(home, left)
    (left / "corpus.sqlite3-shm").unlink()
    holder.close()
    only_for_reading(left)
    ended = child(READ_ONLY.format(paths=paths()), left)
    assert "has changes in corpus.sqlite3-wal that only a program that may write there" in ended.stderr


def test_a_locked_file_is_told_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = small_corpus(tmp_path)
    monkeypatch.setattr(database, "WAIT", 0.05)
    holder = sqlite3.connect(home / "corpus.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Corpus(home, database.Database(home / database.FILE, wait=0.05)) as corpus:
        with pytest.raises(
            OutputError, match=r"corpus.sqlite3: is held by another program, nothing was changed"
        ):
            corpus.tag([1], "x")
        assert corpus.count() == 4  # reading goes on
        holder.execute("ROLLBACK")
        assert corpus.tag([1], "x") == 1
    holder.close()


@pytest.mark.parametrize("place", [0, 4096 + 100])
def test_a_damaged_file_is_told(tmp_path: Path, place: int) -> None:
    home = small_corpus(tmp_path)
    path = home / "corpus.sqlite3"
    data = bytearray(path.read_bytes())
    data[place:] = bytes(255 - byte for byte in data[place:])
    path.write_bytes(data)
    sentence = r"corpus.sqlite3: is damaged \(.*\); take the corpus from a backup"
    with pytest.raises(InputError, match=sentence), open_corpus(home) as corpus:
        corpus.frame()
    assert path.read_bytes()[place:] == data[place:]


def test_another_program_s_file_is_left_alone(tmp_path: Path) -> None:
    stored = sqlite3.connect(tmp_path / "corpus.sqlite3")
    stored.execute("CREATE TABLE a (b)")
    stored.commit()
    stored.close()
    for opened in (open_corpus, create_corpus):
        with pytest.raises(InputError, match="is a SQLite file of another program"):
            opened(tmp_path)


def test_a_newer_schema_is_one_clear_sentence(tmp_path: Path) -> None:
    home = small_corpus(tmp_path)
    stored = sqlite3.connect(home / "corpus.sqlite3")
    stored.execute("PRAGMA user_version = 99")
    stored.close()
    for opened in (open_corpus, create_corpus):
        with pytest.raises(
            InputError, match=r"made by a newer zij \(schema 99, .* knows 2\); install a newer"
        ):
            opened(home)


def old_corpus(number: int, folder: Path) -> Path:
    """A corpus as zij of that schema wrote it."""
    source = Path(__file__).parent / f"schema{number}"
    (folder / "vectors").mkdir(parents=True)
    shutil.copy(source / "bigram.f32", folder / "vectors")
    stored = sqlite3.connect(folder / "corpus.sqlite3")
    stored.executescript((source / "corpus.sql").read_text("utf-8"))
    stored.close()
    return folder


@pytest.mark.parametrize("number", range(1, len(schema.MIGRATIONS) + 1))
def test_a_corpus_of_every_schema_is_opened(tmp_path: Path, number: int) -> None:
    made = collection()
    with open_corpus(old_corpus(number, tmp_path / "corpus")) as corpus:
        count = corpus.summary()
        assert (count.pages, count.books, count.failed, count.human, count.missed) == (4, 1, 1, 1, 1)
        assert corpus.failures() == [("empty", "the image is damaged.")]
        assert corpus.reading(2) == made["full"]
        assert corpus.reading(4) == made["ünïcode"].with_ids()
        assert [old.who for old in corpus.history(2)] == ["", "A. Scholar", "B. Scholar"]
        assert corpus.history(2)[1].reading == made["loose"]
        assert corpus.page("full").metadata.place == "Köln"
        assert corpus.page("full").metadata.year_from == 1545
        assert [(tag.page, tag.table, tag.tag) for tag in corpus.tags()] == [
            (2, "", "climates"),
            (2, "t1", "misprints"),
        ]
        assert [(said.a, said.b, said.verdict) for said in corpus.judgements()] == [(3, 2, "part")]
        assert len(corpus.judgements(history=True)) == 2
        assert corpus.missed_items()[0].item == "gone.png"
        found = corpus.vectors()
        assert np.allclose(np.square(found.matrix[found.rows]), found.ids[:, None])
        assert corpus.thumbnail(3) == b"picture 3"
        assert corpus.count(parse_where(["tag=climates", "judged=yes", "source=human"])) == 1
        processed(corpus)
        assert corpus.summary().read == 3
        sound_ids = corpus.vectors().ids.tolist()
        assert sorted(sound_ids) == [1, 2, 3, 4]


def test_older_files_are_brought_up_to_date_step_by_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = old_corpus(1, tmp_path / "corpus")
    steps = (
        ("ALTER TABLE page ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",),
        ("UPDATE page SET mood = 'glad'",),
    )
    monkeypatch.setattr(database, "MIGRATIONS", (*schema.MIGRATIONS, *steps))
    for _ in range(2):  # done once
        with open_corpus(home) as corpus:
            assert corpus._database.rows("PRAGMA user_version")[0][0] == len(schema.MIGRATIONS) + 2
            assert {row["mood"] for row in corpus._database.rows("SELECT mood FROM page")} == {"glad"}
            assert corpus.count() == 4


def test_a_step_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = old_corpus(1, tmp_path / "corpus")
    steps = (("DELETE FROM tag", "SELECT nonsense FROM nowhere"),)
    monkeypatch.setattr(database, "MIGRATIONS", (*schema.MIGRATIONS, *steps))
    with pytest.raises(InputError, match="no such table"):
        open_corpus(home)
    monkeypatch.undo()
    with open_corpus(home) as corpus:
        assert len(corpus.tags()) == 2


def test_the_disk_s_settings_are_those_that_lose_nothing(tmp_path: Path) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "application_id": 0x7A696A63,
        "user_version": len(schema.MIGRATIONS),
    }
    with open_corpus(small_corpus(tmp_path)) as corpus:
        assert {name: corpus._database.rows(f"PRAGMA {name}")[0][0] for name in wanted} == wanted
