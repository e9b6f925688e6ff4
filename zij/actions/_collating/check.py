"""`zij check`: the numbers of a page held against each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij import __version__
from zij.actions._inputs.references import reference
from zij.actions._inputs.sources import Progress, chosen_device
from zij.actions._inputs.witnesses import Leaf, open_leaf, pages_in
from zij.actions._showing.shown import Shown
from zij.errors import InputError, OutputError, UsageError, ZijError
from zij.files import check_folder, staged_folder, write_text

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.collation.arithmetic.checkfiles import PageChecks

__all__ = ["Checked", "check"]


@dataclass(frozen=True, slots=True, eq=False)
class Checked(Shown):
    """What `check` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    pages : tuple of PageChecks
        One a page: its reading, the checks of its tables, and the flagged cells with their verdicts.
    summary : dict
        The contents of `checks.json`.
    sentence : str
        What was found and where it lies.
    failures : tuple of (str, str)
        Name and reason of each page that could not be checked.
    tolerated : tuple of (str, str)
        Pages, and what was tolerated in them.
    leaves : tuple of Leaf
        One a page: its reading, and where its image lies.
    """

    folder: Path
    pages: tuple[PageChecks, ...]
    summary: dict[str, Any]
    sentence: str
    failures: tuple[tuple[str, str], ...]
    tolerated: tuple[tuple[str, str], ...] = ()
    leaves: tuple[Leaf, ...] = ()

    def frame(self) -> pd.DataFrame:
        """The contents of `checks.csv`: the flagged cells, a row each.

        Residuals are in units of the last place, boxes in pixels of the original image; the shares of scan,
        print and computation sum to 1.
        """
        from zij.explain.collation.arithmetic.checkfiles import checks_frame

        return checks_frame(self.pages)

    def residuals(self) -> pd.DataFrame:
        """The contents of `residuals.csv`: every cell about which a rule speaks, a row each."""
        from zij.explain.collation.arithmetic.checkfiles import residuals_frame

        return residuals_frame(self.pages)

    def models(self) -> pd.DataFrame:
        """The contents of `models.csv`: every parameter of every model, a row each."""
        from zij.explain.collation.arithmetic.checkfiles import models_frame

        return models_frame(self.pages)

    def _repr_html_(self) -> str:
        """The flagged cells, as they look on their scans, models and rules of each page, for notebooks."""
        from zij.actions._showing.shown import shown
        from zij.explain.collation.arithmetic.checkinline import checks_parts, inline_style

        parts = checks_parts(self.pages, lambda n: self.leaves[n].picture() if self.leaves else None)
        return shown(self, *parts, style=inline_style())


def check(
    pages: Sequence[str | Path],
    out: str | Path,
    *,
    images: str | Path | None = None,
    weights: str | Path | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Checked:
    """Check the tables of pages by their own arithmetic; nothing is ever changed.

    Writes `checks.csv` (the flagged cells), `residuals.csv` (every cell that a rule speaks about),
    `models.csv`, `checks.json` and `checks.html` into `out`, all or none.

    Parameters
    ----------
    pages : sequence of path
        Images, PAGE-XML files, pages of a corpus, or folders of pages.
    out : path
        Folder for the results.
    images : path, optional
        Where the images of PAGE-XML files lie; without an image there are no pictures, and all else is the
        same.
    weights : path, optional
        Another digit network, for images.
    device : "auto", "cpu" or "cuda"
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Checked

    Raises
    ------
    ZijError
        If nothing could be checked, or the folder cannot be written to.
    """
    from zij.explain.collation.arithmetic.checkfiles import check_page
    from zij.tables.digits.network import load_weights

    pages = _each(pages)
    names, out, device = _names(pages), Path(out), chosen_device(device)
    loaded, folder = load_weights(weights), Path(images) if images is not None else None
    check_folder(out)
    leaves: list[Leaf] = []
    found: list[PageChecks] = []
    failures: list[tuple[str, ZijError]] = []
    for done, (page, name) in enumerate(zip(pages, names, strict=True)):
        if progress is not None:
            progress(f"checking {name}", done, len(pages))
        try:
            leaf = open_leaf(str(page), weights=loaded, device=device, images=folder)
        except (InputError, OutputError) as error:
            failures.append((str(page), error))
            continue
        leaves.append(leaf)
        found.append(check_page(name, leaf.reading))
    if not found:
        for _, another in failures[1:]:
            failures[0][1].add_note(str(another))
        raise failures[0][1]
    summary = _summary(found, leaves)
    with staged_folder(out) as scratch:
        _write(scratch, found, leaves, summary)
    tolerated = tuple((leaf.page, remark) for leaf in leaves for remark in leaf.remarks)
    reasons = tuple((page, str(reason)) for page, reason in failures)
    return Checked(out, tuple(found), summary, _sentence(found, out), reasons, tolerated, tuple(leaves))


def _each(pages: Sequence[str | Path]) -> list[str | Path]:
    """The pages, those of a folder by name."""
    found: list[str | Path] = []
    for page in pages:
        if Path(page).is_dir() and reference(page) is None:
            found += pages_in(Path(page))
        else:
            found.append(page)
    return found


def _names(pages: Sequence[str | Path]) -> tuple[str, ...]:
    if not pages:
        raise UsageError("no page is named; give one or more images, PAGE-XML files or pages of a corpus.")
    keys = [str(page) if reference(page) is not None else str(Path(page).resolve()) for page in pages]
    if len(set(keys)) < len(keys):
        twice = next(page for page, key in zip(pages, keys, strict=True) if keys.count(key) > 1)
        raise UsageError(f"{twice}: is named twice; name it once.")
    stems = [str(page).rsplit("#", 1)[-1] if "#" in str(page) else Path(page).stem for page in pages]
    return tuple(
        stem if stems.count(stem) == 1 else str(page) for stem, page in zip(stems, pages, strict=True)
    )


def _summary(found: Sequence[PageChecks], leaves: Sequence[Leaf]) -> dict[str, Any]:
    import numpy as np

    from zij.explain.collation.arithmetic.means import Evidence
    from zij.explain.collation.arithmetic.verdict import PRIORS

    pages = [
        {
            "page": one.name,
            "image": one.reading.image,
            "sha256": one.reading.sha256,
            "source": one.reading.source,
            "model": one.reading.model,
            "reading": dict(one.reading.parameters),
            "tables": [
                {
                    "table": table.table,
                    "flagged": len(flags),
                    "quantities": [asdict(quantity) for quantity in table.quantities],
                    "rules": [asdict(rule) for rule in table.rules],
                    "models": [asdict(model) for model in table.models],
                    "remarks": list(table.remarks),
                }
                for table, flags in zip(one.tables, one.flags, strict=True)
            ],
        }
        for one in found
    ]
    return {
        "flagged": sum(one.flagged for one in found),
        "pages": pages,
        "tolerated": [[leaf.page, remark] for leaf in leaves for remark in leaf.remarks],
        "parameters": {"priors": asdict(PRIORS), "evidence": asdict(Evidence())},
        "versions": {"zij": __version__, "numpy": np.__version__},
    }


def _write(
    folder: Path, found: Sequence[PageChecks], leaves: Sequence[Leaf], summary: dict[str, Any]
) -> None:
    from zij.explain.collation.arithmetic.checkfiles import checks_csv, models_csv, residuals_csv
    from zij.explain.collation.arithmetic.checkpage import checks_page

    write_text(folder / "checks.csv", checks_csv(found))
    write_text(folder / "residuals.csv", residuals_csv(found))
    write_text(folder / "models.csv", models_csv(found))
    write_text(folder / "checks.json", json.dumps(summary, indent=1, ensure_ascii=False, default=str) + "\n")
    origins = [(f"{one.name}", f"{one.reading.image}, SHA-256 {one.reading.sha256}") for one in found]
    origins += [(name, str(version)) for name, version in summary["versions"].items()]
    for name, parameters in summary["parameters"].items():
        origins.append((name, ", ".join(f"{key} {value:g}" for key, value in parameters.items())))
    html = checks_page(found, lambda number: leaves[number].picture(), origins)
    write_text(folder / "checks.html", html)


def _sentence(found: Sequence[PageChecks], out: Path) -> str:
    tables = [table for one in found for table in one.tables]
    flagged = sum(one.flagged for one in found)
    rules = sum(len(table.rules) for table in tables)
    report = out / "checks.html"
    if not tables:
        return f"no table found, nothing to check; report: {report}"
    if not rules:
        return f"{_count(len(tables), 'table')}: no rule found that the numbers keep; report: {report}"
    models = sorted({model.name for table in tables for model in table.models} - {"linear"})
    seen = f"; recognised: {', '.join(models)}" if models else ""
    what = f"{_count(flagged, 'cell')} flagged by {_count(rules, 'rule')} in {_count(len(tables), 'table')}"
    return f"{what}{seen}; report: {report}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
