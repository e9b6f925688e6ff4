"""Files with readings are read by several processes, and the corpus is the same."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import read_ahead
from killed import contents
from made_readings import made_reading
from PIL import Image as Pillow

from zij.actions.corpus import add
from zij.corpora.exchange.readingjson import reading_json
from zij.corpora.sources import ahead, folders
from zij.corpora.sources.ahead import Ahead, File
from zij.corpora.store import open_corpus
from zij.corpora.store.codec import decode, digest, packed
from zij.errors import InputError, UsageError
from zij.tables.pagexml import to_xml
from zij.tables.reading import Reading

CHILD = """
import sys
from zij.actions.corpus import add
from zij.corpora.sources import adding, ahead
if __name__ == "__main__":
    adding._BATCH = ahead._BATCH = 3
    add(sys.argv[1], [sys.argv[2]], workers=2)
"""


def readings(folder: Path, count: int) -> Path:
    """A folder of readings as JSON."""
    folder.mkdir(parents=True)
    for number in range(count):
        text = reading_json(made_reading(number), compact=True)
        (folder / f"r{number}.json").write_text(text, encoding="utf-8")
    return folder


def mixed(home: Path) -> Path:
    """Folders of readings with images, corrections, and files that are no readings."""
    readings(home / "a", 12)
    for number, book in enumerate(("b", "c", "c")):
        name = f"p{number}.png"
        (home / book / "page").mkdir(parents=True, exist_ok=True)
        Pillow.new("RGB", (60, 80 + number)).save(home / book / name)
        made = Reading(name, "", 60, 80 + number, made_reading(number, "table").tables, source="human")
        (home / book / "page" / f"p{number}.xml").write_bytes(to_xml(made))
    (home / "b" / "page" / "p0.cells.csv").write_text("table,row,column,text\n99,0,0,5\n")
    (home / "a" / "r3.json").write_text('{"format": "zij-reading"}')
    (home / "a" / "r7.json").write_text('{"format": "zij-reading", ')
    (home / "c" / "page" / "bad.xml").write_text("<PcGts")
    return home


def test_the_corpus_is_the_same_whoever_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_BATCH", 2)
    home = mixed(tmp_path / "in")
    results = [add(tmp_path / f"c{workers}", [home], workers=workers) for workers in (0, 2)]
    assert results[0].new == 13 and len(results[0].failures) == 4  # two readings, an XML, the corrections
    assert results[0].failures == results[1].failures and results[0].tolerated == results[1].tolerated
    assert contents(tmp_path / "c0") == contents(tmp_path / "c2")
    orders = []
    for result in results:
        with open_corpus(result.folder) as corpus:
            orders.append([(page.id, page.name, page.book, page.sequence) for page in corpus.pages()])
    assert orders[0] == orders[1]


def test_files_are_had_in_order_and_faults_cost_one_file(tmp_path: Path) -> None:
    names = ["a", "bad", "b", "fault", "c", "die", "d", "e"]
    files: list[File] = [(Path(name), "json") for name in names]
    own = psutil.Process()
    crew = Ahead(files, 2, read_ahead.told)
    found, children = {}, set()
    for number, (path, kind) in enumerate(files):
        try:
            content = crew.content(path, kind)
            assert content.reading.image == path.name
            children.add(content.reading.digits)
        except InputError as error:
            found[number] = str(error)
        assert len(own.children()) <= 3  # with the one that looks after what is shared
    assert found.keys() == {1, 3, 5} and own.pid not in children
    assert found[1] == "bad: is bad; mend it."
    assert "die: the process that read it ended unexpectedly (exit code 7)" in found[5]
    assert "internal error (KeyError: 'a fault'); please report it." in found[3]
    # neither what was not named nor what comes out of its turn waits for anybody
    assert crew.content(Path("g"), "json").reading.digits == own.pid
    crew.close()


def test_closing_ends_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_BATCH", 1)
    crew = Ahead([(Path(str(n)), "json") for n in range(9)], 2, read_ahead.told)
    crew.content(Path("0"), "json")
    processes = [lane.process for lane in crew._lanes]
    assert len(processes) == 2 and all(process.is_alive() for process in processes)
    crew.close()
    assert not any(process.is_alive() for process in processes)


def test_processes_that_do_not_start_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZIJ_TEST_FALLS", "1")
    with pytest.raises(UsageError, match=r"do not start \(exit code 3\); use --workers 0"):
        Ahead([(Path("a"), "json")], 1, read_ahead.nothing).content(Path("a"), "json")


def test_few_files_are_read_in_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Noted(Ahead):
        def __init__(self, files: object = (), workers: int = 0) -> None:
            asked.append(workers)
            super().__init__()

    monkeypatch.setattr(folders, "Ahead", Noted)
    monkeypatch.setattr(folders, "cores", lambda: 5)
    monkeypatch.setattr(folders, "_FEW", 11)
    home = readings(tmp_path / "in", 2)
    add(tmp_path / "c1", [home])
    (home / "x.xml").write_text("<PcGts")  # one PAGE-XML takes as long as ten readings
    add(tmp_path / "c2", [home])
    assert [workers for workers in asked if workers] == [5]


def test_killed_while_processes_read(tmp_path: Path) -> None:
    home = readings(tmp_path / "in", 60)
    child = subprocess.Popen([sys.executable, "-c", CHILD, tmp_path / "c", home])
    log = tmp_path / "c" / "corpus.sqlite3-wal"
    until = time.monotonic() + 60
    family: list[psutil.Process] = []
    while time.monotonic() < until and child.poll() is None:
        family = psutil.Process(child.pid).children() or family
        if log.exists() and log.stat().st_size > 200_000:  # some batches are committed
            break
        time.sleep(0.005)
    child.kill()
    child.wait()
    gone, alive = psutil.wait_procs(family, 20)
    assert len(gone) >= 2 and not alive
    with open_corpus(tmp_path / "c") as corpus:
        assert 0 < corpus.count() <= 60
    add(tmp_path / "c", [home], workers=0)
    add(tmp_path / "whole", [home], workers=0)
    assert contents(tmp_path / "c") == contents(tmp_path / "whole")


def test_a_packed_reading_is_the_reading() -> None:
    for seed in range(20):
        made = made_reading(seed)
        found = packed(made)
        assert decode(found.body) == made and found.digest == digest(made)
        assert (found.image, found.sha256, found.source) == (made.image, made.sha256, made.source)
        assert (found.width, found.height, found.tables) == (made.width, made.height, len(made.tables))
        assert found.digits == sum(glyph.is_digit for glyph in made.glyphs())
