"""What the actions that look at a whole corpus share."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij import __version__
from zij.errors import InputError
from zij.files import write_text

if TYPE_CHECKING:
    import pandas as pd

    from zij.corpora.seeing.pages import SeenPages
    from zij.corpora.store import Corpus, Where

__all__ = [
    "Progress",
    "close",
    "facts",
    "look",
    "pictures",
    "steps",
    "versions",
    "write_csv",
    "write_json",
]

Progress = Callable[[str, int, int], None]


def look(corpus: Corpus, where: Where | None) -> SeenPages:
    """The pages that can be looked at.

    Raises
    ------
    InputError
        If there is none.
    """
    from zij.corpora.seeing.pages import seen_pages

    pages = seen_pages(corpus, where)
    if len(pages):
        return pages
    if not pages.chosen:
        why = "no page fulfils --where" if where else "it has no pages yet; add some with zij corpus add"
    elif pages.unprocessed:
        why = f"none of {pages.chosen:,} pages is processed; run zij corpus process first"
    else:
        why = f"none of {pages.chosen:,} pages has a digit"
    raise InputError(f"{corpus.folder}: there is nothing to look at: {why}.")


def pictures(corpus: Corpus, pages: SeenPages) -> Callable[[int], bytes]:
    """The thumbnail of a row."""
    ids = [int(page) for page in pages.frame["id"]]
    return lambda row: corpus.thumbnail(ids[row])


def steps(progress: Progress | None) -> Callable[[str], None]:
    """Tells only what is being done, for steps whose end nobody knows."""
    return lambda step: progress(step, 0, 0) if progress is not None else None


def versions(*packages: str) -> dict[str, str]:
    """Versions of zij, Python and packages."""
    from importlib.metadata import version

    names = ("numpy", "scikit-learn", *packages)
    return {"zij": __version__, "python": platform.python_version()} | {name: version(name) for name in names}


def write_csv(path: Path, table: pd.DataFrame, places: int = 6) -> None:
    """A frame as CSV, UTF-8 with LF."""
    write_text(path, table.to_csv(index=False, lineterminator="\n", float_format=f"%.{places}g"))


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """A summary as JSON; numbers that are none become null."""
    write_text(path, json.dumps(_finite(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


def facts(parameters: Mapping[str, Any], made: Mapping[str, str]) -> dict[str, str]:
    """Parameters and versions as lines of a table."""
    told = {name.replace("_", " "): _plain(value) for name, value in parameters.items()}
    return told | {"versions": ", ".join(f"{name} {number}" for name, number in made.items())}


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value)) or "none"
    return str(value) if value not in ("", None) else "none"


def close(parts: Sequence[str], left_out: str, path: Path, what: str) -> str:
    """The closing line: what was found, what was left out, and where it lies."""
    return "; ".join([*parts, *([left_out] if left_out else []), f"{what}: {path}"])
