"""Pages through Dask: the same results as on this machine, and workers that are lost."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hard_pages import obeying
from made_readings import made_reading
from PIL import Image as Pillow

from zij.actions.corpus import process
from zij.corpora.processing import Job, Means, run_cluster
from zij.corpora.store import NewPage, Recipes, create_corpus, open_corpus
from zij.errors import ModelError, UsageError

distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")

MEANS = Means(Recipes("r", "e"), reads=False)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Scheduler and one worker with two threads, in this process."""
    made = distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0", host="127.0.0.1",
        protocol="tcp://",
    )  # fmt: skip
    with made:
        yield made


@pytest.fixture
def client(cluster: Any) -> Iterator[Any]:
    with distributed.Client(cluster, set_as_default=False) as made:
        yield made


def made_corpus(folder: Path, pages: int) -> Path:
    with create_corpus(folder) as made:
        made.add_pages([NewPage(f"k{n}", f"p{n}", reading=made_reading(n)) for n in range(pages)])
    return folder


def test_results_are_those_of_this_machine(cluster: Any, tmp_path: Path) -> None:
    here, there = made_corpus(tmp_path / "here", 40), made_corpus(tmp_path / "there", 40)
    process(here, workers=0)
    done = process(there, scheduler=cluster.scheduler_address)
    assert (done.embedded, done.failures) == (40, ())
    with open_corpus(here) as a, open_corpus(there) as b:
        ids = a.ids()
        assert ids == sorted(b.vectors().ids.tolist())
        for page in ids:
            rows = [v.matrix[v.rows[v.ids == page]] for v in (a.vectors(), b.vectors())]
            np.testing.assert_array_equal(*rows)
            assert a.thumbnail(page) == b.thumbnail(page)
        assert list(a.arrangements(ids)) == list(b.arrangements(ids))


def test_images_are_sent_if_asked_for(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "ab":
        Pillow.new("RGB", (90, 120), "white").save(tmp_path / f"{name}.png")
    with create_corpus(tmp_path / "corpus") as made:
        made.add_pages([NewPage(f"k{n}", n, file=tmp_path / f"{n}.png") for n in "ab"])
    importlib.import_module("torch")  # which asks for files of its own
    # the worker of this test sees the same files, and so is told that it does not
    monkeypatch.setattr("zij.corpora.processing.cluster.os.path.exists", lambda path: False)
    address = cluster.scheduler_address
    done = process(tmp_path / "corpus", scheduler=address, device="cpu")
    assert [name for name, _ in done.failures] == ["a", "b"]
    assert "a.png: cannot be reached from worker " in done.failures[0][1]
    assert "--send-images" in done.failures[0][1]
    done = process(tmp_path / "corpus", scheduler=address, device="cpu", send_images=True, retry=True)
    assert (done.read, done.failures) == (2, ())
    with open_corpus(tmp_path / "corpus") as opened:
        reading = opened.reading(opened.page("a").id)
        assert reading is not None
        assert reading.image == "a.png"


def test_a_page_that_takes_too_long_is_given_up(client: Any) -> None:
    body = b"x"
    batches = [[Job(1, "done", reading=body)], [Job(2, "hang", reading=body), Job(3, "done", reading=body)]]
    found = [r for r in run_cluster(batches, MEANS, client, limit=0.5, work=obeying) if r is not None]
    assert {r.page_id: r.failure[:28] for r in found} == {1: "", 2: "took longer than 0.5 seconds", 3: ""}


def test_not_more_is_out_than_is_worked_on(client: Any) -> None:
    taken = 0

    def batches() -> Iterator[list[Job]]:
        nonlocal taken
        for number in range(40):
            taken += 1
            yield [Job(number, "done", reading=b"x")]

    results = run_cluster(batches(), MEANS, client, work=obeying)
    while next(results) is None:
        pass
    assert taken <= 12  # two threads, a batch in work and one waiting, and those that had come at once
    assert 1 + len([r for r in results if r is not None]) == 40


def test_workers_with_another_zij_are_refused(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zij.corpora.processing.cluster._versions", lambda: {"zij": "0.0.1"})
    with pytest.raises(
        UsageError, match=r"worker tcp://.* has zij 0\.0\.1, and this is zij .* install the same"
    ):
        list(run_cluster([[Job(1, "a")]], MEANS, client))


def test_a_model_that_is_none_is_told(client: Any, tmp_path: Path) -> None:
    (tmp_path / "other.safetensors").write_bytes(b"other")
    means = replace(MEANS, weights=str(tmp_path / "other.safetensors"), reads=True)
    with pytest.raises(ModelError, match="not a digit model"):
        list(run_cluster([[Job(1, "a")]], means, client))


def test_where_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made_corpus(tmp_path / "corpus", 1)
    with pytest.raises(UsageError, match="no Dask scheduler answers there"):
        process(folder, scheduler="nowhere at all")


def test_lost_workers_are_replaced_and_bad_pages_given_up(tmp_path: Path) -> None:
    """The pages of a worker that is killed are done by another; a page that kills each has failed."""
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=":0", host="127.0.0.1", silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        again = [[Job(0, "a", reading=b"x"), Job(1, f"once {tmp_path / 'mark'}", reading=b"x")]]
        assert [r.failure for r in run_cluster(again, MEANS, client, work=obeying) if r] == ["", ""]
        assert (tmp_path / "mark").exists()
        cluster.scheduler.allowed_failures = 0
        bad = [[Job(n, name, reading=b"x") for n, name in enumerate(("b", "die", "c"))]]
        failures = {r.page_id: r.failure for r in run_cluster(bad, MEANS, client, work=obeying) if r}
    assert sorted(failures) == [0, 1, 2]
    assert [page for page, reason in failures.items() if reason] == [1]
    assert "the cluster could not process it (KilledWorker" in failures[1]
