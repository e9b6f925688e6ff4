"""A process that gathers and processes a corpus, killed at some moment; and all that a corpus holds."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from made_readings import made_reading
from PIL import Image as Pillow

from zij.actions.corpus import add, process
from zij.corpora.exchange.readingjson import reading_json
from zij.corpora.store import open_corpus
from zij.corpora.store.codec import encode

CHILD = """
import os, signal, sys, threading
corpus, source, workers, deadly, calls = sys.argv[1:6]
from zij.actions.corpus import add, process
from zij.corpora.processing import jobs, run
from zij.corpora.sources import adding
import zij.corpora.processing, zij.corpora.processing.thumbnails, zij.similarity.arrangement
run.COMMIT, adding._BATCH, jobs.EMBEDDED = 7, 9, 5
if deadly == "calls":
    left = int(calls)
    def count(frame, event, argument):
        global left
        if event == "call":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(count)
print("begin", flush=True)
add(corpus, [source, os.path.join(source, "images")])
process(corpus, workers=int(workers), device="cpu")
sys.setprofile(None)
print("end", -left if deadly == "calls" else 0, flush=True)
"""
"""The program, with small transactions so that there are many moments to be killed at. With "calls" it kills
itself at that call of a Python function (0: never, and it tells how many there were)."""


@dataclass(frozen=True)
class Run:
    """How a child ended: whether by SIGKILL, and how many calls it made if it was counted."""

    killed: bool
    calls: int


def make_source(folder: Path, readings: int, images: int = 0, seed: int = 0) -> Path:
    """A folder with readings as JSON and empty pages as images."""
    (folder / "images").mkdir(parents=True)
    for number in range(readings):
        text = reading_json(made_reading(1000 * seed + number))
        (folder / f"r{number:03d}.json").write_text(text, encoding="utf-8")
    for number in range(images):
        shade = (250 - number, 240, 230)
        Pillow.new("RGB", (90, 120 + number), shade).save(folder / "images" / f"i{number:03d}.png")
    return folder


def start(corpus: Path, source: Path, *, workers: int = 0, calls: int | None = None) -> subprocess.Popen[str]:
    """A child that has loaded what it needs, and begins now."""
    words = [str(corpus), str(source), str(workers), "clock" if calls is None else "calls", str(calls or 0)]
    child = subprocess.Popen([sys.executable, "-c", CHILD, *words], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "begin\n"
    return child


def end(child: subprocess.Popen[str], *, after: float | None = None) -> Run:
    """Wait for a child; kill it after so many seconds if it has not ended by then."""
    try:
        said, _ = child.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return Run(True, 0)
    assert child.returncode in (0, -signal.SIGKILL), child.returncode
    return Run(child.returncode != 0, int(said.split()[-1]) if said.startswith("end") else 0)


def resume(corpus: Path, source: Path) -> None:
    """The rest of what a child does, in this process."""
    add(corpus, [source, source / "images"])
    process(corpus, workers=0, device="cpu")


def contents(folder: Path) -> dict[str, object]:
    """All that a corpus holds, by page name, without times and without the order of its pages."""
    held: dict[str, object] = {}
    with open_corpus(folder) as opened:
        vectors = opened.vectors()
        rows = dict(zip(vectors.ids.tolist(), vectors.rows.tolist(), strict=True))
        assert len(rows) == len(vectors.ids)
        for page in opened.pages():
            reading = opened.reading(page.id)
            facts = {
                name: getattr(page, name) for name in page.__dataclass_fields__ if name not in ("id", "key")
            }
            held[page.name] = {
                **facts,
                "readings": len(opened.history(page.id)),
                "reading": hashlib.sha256(encode(reading)).hexdigest() if reading is not None else "",
                "vector": vectors.matrix[rows[page.id]].tobytes() if page.id in rows else b"",
                "norm": float(vectors.norms[rows[page.id]]) if page.id in rows else None,
                "arrangement": [found.to_bytes() for _, found in opened.arrangements([page.id])],
                "thumbnail": hashlib.sha256(opened.thumbnail(page.id)).hexdigest(),
            }
        held["#summary"] = opened.summary()
        held["#missed"] = opened.missed_items()
        held["#frame"] = opened.frame().drop(columns="id").sort_values("name").to_csv(index=False)
    held["#files"] = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    with closing(sqlite3.connect(folder / "corpus.sqlite3")) as database:
        held["#whole"] = [row[0] for row in database.execute("PRAGMA integrity_check")]
        held["#foreign"] = database.execute("PRAGMA foreign_key_check").fetchall()
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        held["#rows"] = {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in tables
            # slots that were given up stay; what was seen depends on how old files were, and decides nothing
            if name not in ("vector", "seen")
        }
    return held
