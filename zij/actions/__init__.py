"""What a user asks for, each a function of its command's name with the same defaults.

Names are loaded when they are first used, so that what needs no network does not wait for torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zij.actions._collating.check import Checked, check
    from zij.actions._collating.collate import Collated, collate
    from zij.actions._explaining.explain import Explained, explain
    from zij.actions._explaining.study import Studied, study
    from zij.actions._files.convert import Converted, convert
    from zij.actions._files.export import Exported, export
    from zij.actions._files.validate import Validated, validate
    from zij.actions._inputs.sources import Source, open_source
    from zij.actions._pages.annotate import Annotated, annotate
    from zij.actions._pages.evaluate import Evaluated, evaluate
    from zij.actions._pages.generate import Generated, demo, generate
    from zij.actions._pairs.compare import Compared, compare
    from zij.actions._teaching.teach import TaughtPages
    from zij.actions._teaching.train import Trained, train

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
    "Annotated": "_pages.annotate",
    "Checked": "_collating.check",
    "Collated": "_collating.collate",
    "Compared": "_pairs.compare",
    "Converted": "_files.convert",
    "Evaluated": "_pages.evaluate",
    "Explained": "_explaining.explain",
    "Exported": "_files.export",
    "Generated": "_pages.generate",
    "Source": "_inputs.sources",
    "Studied": "_explaining.study",
    "TaughtPages": "_teaching.teach",
    "Trained": "_teaching.train",
    "Validated": "_files.validate",
    "annotate": "_pages.annotate",
    "check": "_collating.check",
    "collate": "_collating.collate",
    "compare": "_pairs.compare",
    "convert": "_files.convert",
    "demo": "_pages.generate",
    "evaluate": "_pages.evaluate",
    "explain": "_explaining.explain",
    "export": "_files.export",
    "generate": "_pages.generate",
    "open_source": "_inputs.sources",
    "study": "_explaining.study",
    "train": "_teaching.train",
    "validate": "_files.validate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'zij.actions' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zij.actions.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
