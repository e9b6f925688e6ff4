"""What a user asks for, each a function of its command's name with the same defaults."""

from zij.actions._annotate import Annotated, annotate
from zij.actions._compare import Compared, compare
from zij.actions._evaluate import Evaluated, evaluate
from zij.actions._explain import Explained, explain
from zij.actions._generate import Generated, demo, generate
from zij.actions._sources import Source, open_source
from zij.actions._study import Studied, study
from zij.actions._teach import TaughtPages
from zij.actions._train import Trained, train

__all__ = [
    "Annotated",
    "Compared",
    "Evaluated",
    "Explained",
    "Generated",
    "Source",
    "Studied",
    "TaughtPages",
    "Trained",
    "annotate",
    "compare",
    "demo",
    "evaluate",
    "explain",
    "generate",
    "open_source",
    "study",
    "train",
]
