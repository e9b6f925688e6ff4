"""What a user asks of a corpus, each a function of its command's name with the same defaults.

`import_` has its name because `import` is a word of Python.
"""

from zij.actions.corpus._add import Added, add
from zij.actions.corpus._cluster import Clustered, cluster
from zij.actions.corpus._diversity import Diversity, diversity
from zij.actions.corpus._evaluate import EvaluatedCorpus, evaluate
from zij.actions.corpus._import import Imported, import_
from zij.actions.corpus._judge import Judged, judge
from zij.actions.corpus._map import Mapped, map_
from zij.actions.corpus._outliers import FoundOutliers, outliers
from zij.actions.corpus._process import Processed, process
from zij.actions.corpus._search import Found, search
from zij.actions.corpus._status import Status, status
from zij.actions.corpus._tag import Tagged, tag

__all__ = [
    "Added",
    "Clustered",
    "Diversity",
    "EvaluatedCorpus",
    "Found",
    "FoundOutliers",
    "Imported",
    "Judged",
    "Mapped",
    "Processed",
    "Status",
    "Tagged",
    "add",
    "cluster",
    "diversity",
    "evaluate",
    "import_",
    "judge",
    "map_",
    "outliers",
    "process",
    "search",
    "status",
    "tag",
]
