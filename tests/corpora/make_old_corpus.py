"""Make the corpus that later versions must be able to open: `python tests/corpora/make_old_corpus.py DIR`.

It is stored as SQL text (`corpus.sql`) and the vectors that are in use (`bigram.f32`). It was made once for
each schema and is never made again for an older one: the folder `schema1` holds what zij wrote
before it had a table `seen`.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from kept_corpus import RECIPES, small_corpus
from made_collection import collection

from zij.corpora.store import PageResult, open_corpus

AT = "2026-03-01T12:00:00Z"


def fill(home: Path) -> None:
    """Everything that people and the machine can leave in a corpus."""
    made = collection()
    with open_corpus(home) as corpus:
        corpus.put_reading(2, made["loose"], kind="human", who="A. Scholar", origin="full.xml")
        corpus.put_reading(2, made["full"], kind="human", who="B. Scholar", origin="full.cells.csv")
        corpus.put_results([PageResult(1, failure="the image is damaged.", read_by=RECIPES.read)])
        corpus.tag([1, 2], "climates", who="A. Scholar")
        corpus.tag([2], "misprints", table="t1", who="A. Scholar")
        corpus.untag([1], "climates", who="B. Scholar")
        corpus.judge(2, 3, "different", who="A. Scholar")
        corpus.judge(3, 2, "part", note="rows 5-9", who="B. Scholar")


def dump(home: Path, out: Path) -> None:
    """The corpus as text, with times that do not change and no place of this machine in it."""
    stored = sqlite3.connect(home / "corpus.sqlite3")
    for table, column in (
        ("reading", "at"),
        ("tag", "at"),
        ("judgement", "at"),
        ("missed", "at"),
        ("page", "added"),
    ):
        stored.execute(f"UPDATE {table} SET {column} = ?", (AT,))
    stored.execute("UPDATE tag SET removed_at = ? WHERE removed_at <> ''", (AT,))
    stored.execute("UPDATE page SET absolute = ''")
    stored.commit()
    marks = [f"PRAGMA {name} = {stored.execute(f'PRAGMA {name}').fetchone()[0]};" for name in
             ("application_id", "user_version")]  # fmt: skip
    slots = stored.execute("SELECT max(slot) + 1 FROM vector").fetchone()[0]
    (out / "corpus.sql").write_text("\n".join([*stored.iterdump(), *marks, ""]), "utf-8", newline="\n")
    stored.close()
    (out / "bigram.f32").write_bytes((home / "vectors" / "bigram.f32").read_bytes()[: slots * 110 * 4])


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = small_corpus(Path(scratch))
        fill(folder)
        dump(folder, target)
