"""Pages of a corpus are read and embedded: on this machine by processes, beyond it by Dask."""

from zij.corpora.processing.cluster import connected, run_cluster
from zij.corpora.processing.jobs import jobs_of
from zij.corpora.processing.local import LIMIT, run_here, run_local
from zij.corpora.processing.page import Job, Means, process_page
from zij.corpora.processing.recipe import recipes, versions
from zij.corpora.processing.run import Pace, Tally, commit

__all__ = [
    "LIMIT",
    "Job",
    "Means",
    "Pace",
    "Tally",
    "commit",
    "connected",
    "jobs_of",
    "process_page",
    "recipes",
    "run_cluster",
    "run_here",
    "run_local",
    "versions",
]
