"""What workers do in tests with pages that are told to go wrong; importable by their processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from zij.corpora.processing import Job, Means
from zij.corpora.processing.page import failed
from zij.corpora.store import PageResult


def obeying(job: Job, means: Means) -> PageResult:
    """Do with a page what its name says: die, exit, hang, fall once, or be done."""
    what, _, mark = job.name.partition(" ")
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "exit":
        os._exit(3)
    elif what == "hang":
        time.sleep(600)
    elif what == "once" and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "thread":
        return failed(job, means, os.environ.get("OMP_NUM_THREADS", "not set"))
    return PageResult(job.page_id, read_by=means.recipes.read)
