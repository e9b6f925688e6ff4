"""What a user asks for, each a function of its command's name with the same defaults."""

from zij.actions._annotate import Annotated, annotate
from zij.actions._collate import Collated, collate
from zij.actions._compare import Compared, compare
from zij.actions._convert import Converted, convert
from zij.actions._evaluate import Evaluated, evaluate
from zij.actions._explain import Explained, explain
from zij.actions._export import Exported, export
from zij.actions._generate import Generated, demo, generate
from zij.actions._sources import Source, open_source
from zij.actions._study import Studied, study
from zij.actions._teach import TaughtPages
from zij.actions._train import Trained, train
from zij.actions._validate import Validated, validate

__all__ = [
    "Annotated",
    "Collated",
    "Compared",
    "Converted",
    "Evaluated",
    "Explained",
    "Exported",
    "Generated",
    "Source",
    "Studied",
    "TaughtPages",
    "Trained",
    "Validated",
    "annotate",
    "collate",
    "compare",
    "convert",
    "demo",
    "evaluate",
    "explain",
    "export",
    "generate",
    "open_source",
    "study",
    "train",
    "validate",
]
