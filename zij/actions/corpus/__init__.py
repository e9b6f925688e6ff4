"""What a user asks of a corpus, each a function of its command's name with the same defaults.

`import_` has its name because `import` is a word of Python.
"""

from zij.actions.corpus._add import Added, add
from zij.actions.corpus._import import Imported, import_
from zij.actions.corpus._judge import Judged, judge
from zij.actions.corpus._process import Processed, process
from zij.actions.corpus._status import Status, status
from zij.actions.corpus._tag import Tagged, tag

__all__ = [
    "Added",
    "Imported",
    "Judged",
    "Processed",
    "Status",
    "Tagged",
    "add",
    "import_",
    "judge",
    "process",
    "status",
    "tag",
]
