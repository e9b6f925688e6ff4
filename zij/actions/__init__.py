"""What a user asks for, each a function of its command's name with the same defaults.

Names are loaded when they are first used, so that what needs no network does not wait for torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zij.actions._annotate import Annotated, annotate
    from zij.actions._check import Checked, check
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
    "Checked",
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
    "check",
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

_HOMES = {
    "Annotated": "_annotate",
    "Checked": "_check",
    "Collated": "_collate",
    "Compared": "_compare",
    "Converted": "_convert",
    "Evaluated": "_evaluate",
    "Explained": "_explain",
    "Exported": "_export",
    "Generated": "_generate",
    "Source": "_sources",
    "Studied": "_study",
    "TaughtPages": "_teach",
    "Trained": "_train",
    "Validated": "_validate",
    "annotate": "_annotate",
    "check": "_check",
    "collate": "_collate",
    "compare": "_compare",
    "convert": "_convert",
    "demo": "_generate",
    "evaluate": "_evaluate",
    "explain": "_explain",
    "export": "_export",
    "generate": "_generate",
    "open_source": "_sources",
    "study": "_study",
    "train": "_train",
    "validate": "_validate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'zij.actions' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zij.actions.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
