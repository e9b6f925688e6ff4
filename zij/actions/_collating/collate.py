"""`zij collate`: witnesses of a table beside each other, cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.actions._inputs.references import reference
from zij.actions._inputs.sources import Progress, chosen_device
from zij.actions._inputs.witnesses import Leaf, Named, could_be_page, named_witnesses, open_leaf
from zij.actions._showing.shown import Shown
from zij.errors import InputError, UsageError, ZijError
from zij.files import check_folder, staged_folder, write_bytes, write_text

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.collation.apparatus import Apparatus, Witness
    from zij.explain.collation.collate import Collated as Found
    from zij.explain.collation.descent.descent import Descent
    from zij.explain.collation.report.pictures import Gallery
    from zij.html import Markup
    from zij.tables.digits.network import Weights

__all__ = ["Collated", "collate"]


@dataclass(frozen=True, slots=True, eq=False)
class Collated(Shown):
    """What `collate` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    apparatus : Apparatus
        All places, of the witnesses that share a table.
    summary : dict
        The contents of `collation.json`.
    sentence : str
        What was found and where it lies.
    failures : tuple of (str, str)
        Pages that could not be read, and witnesses that hold no table of the others, with reasons.
    tolerated : tuple of (str, str)
        Pages, and what was tolerated in them.
    descent : Descent or None
        What the errors say about descent, from three witnesses on.
    pictures : Gallery or None
        Crops of the places where not all agree.
    """

    folder: Path
    apparatus: Apparatus
    summary: dict[str, Any]
    sentence: str
    failures: tuple[tuple[str, str], ...]
    tolerated: tuple[tuple[str, str], ...] = ()
    descent: Descent | None = None
    pictures: Gallery | None = None

    def frame(self) -> pd.DataFrame:
        """The contents of `apparatus.csv`: every place, a row each; see `Apparatus.frame`."""
        return self.apparatus.frame()

    def variants(self) -> pd.DataFrame:
        """The contents of `variants.csv`: where witnesses differ, or may; see `Apparatus.variants`."""
        return self.apparatus.variants()

    def shared(self) -> pd.DataFrame:
        """The contents of `shared.csv`: the errors that witnesses share; see `Apparatus.shared`."""
        return self.apparatus.shared()

    def _repr_html_(self) -> str:
        """Where the witnesses differ, with crops and the tree, for notebooks."""
        from zij.actions._showing.shown import shown
        from zij.explain.collation.report.descentsection import descent_inline
        from zij.explain.collation.report.inline import apparatus_parts, inline_style

        parts = apparatus_parts(self.apparatus, self.pictures)
        if self.descent is not None:
            parts += descent_inline(self.descent)
        return shown(self, *parts, style=inline_style())


def collate(
    pages: Sequence[str | Path],
    out: str | Path,
    *,
    witnesses: str | Path | None = None,
    images: str | Path | None = None,
    weights: str | Path | None = None,
    spreadsheet: bool = False,
    device: str = "auto",
    progress: Progress | None = None,
) -> Collated:
    """Collate the witnesses of a table, cell by cell.

    Writes `apparatus.csv`, `variants.csv`, `shared.csv`, `apparatus.html`, `apparatus.txt`, `stemma.csv` and
    `collation.json` into `out`, and from three witnesses on `descent.nwk`, `.graphml`, `.dot`, `.csv`, `.png`
    and `.svg`; all or none.

    Parameters
    ----------
    pages : sequence of path
        Images, PAGE-XML files, pages of a corpus, or folders; each is a witness.
    out : path
        Folder for the results.
    witnesses : path, optional
        CSV with the columns siglum, pages and date: which pages make one witness, and what it is called.
    images : path, optional
        Where the images of PAGE-XML files lie; beside them by default. Without an image there are no
        pictures, and all else is the same.
    weights : path, optional
        Another digit network.
    spreadsheet : bool
        Guard texts that a spreadsheet would take for a formula.
    device : "auto", "cpu" or "cuda"
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Collated

    Raises
    ------
    ZijError
        If nothing can be collated, or the folder cannot be written to.
    """
    from zij.explain.collation.collate import collate as collated
    from zij.tables.digits.network import load_weights

    named = named_witnesses(pages, witnesses)
    _check(named)
    loaded, device, out = load_weights(weights), chosen_device(device), Path(out)
    check_folder(out)
    leaves, failures = _leaves(named, loaded, device, Path(images) if images is not None else None, progress)
    readable = [_witness(one, leaves[one.siglum]) for one in named if leaves[one.siglum]]
    if len(readable) < 2:
        raise InputError(_too_few(readable, failures))
    tell = (lambda done, total: progress("aligning", done, total)) if progress is not None else None
    found = collated(readable, tell=tell)
    if not found.apparatus.tables:
        raise InputError(_nothing(found, failures))
    failures += found.strangers
    summary = _summary(found, failures, loaded)
    if progress is not None:
        progress("writing", 0, 1)
    with staged_folder(out) as folder:
        descent, pictures = _write(folder, found.apparatus, leaves, summary, spreadsheet)
    sentence = f"{_sentence(found.apparatus)}; apparatus: {out / 'apparatus.html'}"
    tolerated = tuple(
        (leaf.page, remark) for own in leaves.values() for leaf in own for remark in leaf.remarks
    )
    tolerated += tuple(
        (leaves[one.siglum][one.page].page, f"{one.how}; the table was laid as theirs to be collated")
        for one in found.turned
    )
    tolerated += tuple(_twice(leaves))
    return Collated(out, found.apparatus, summary, sentence, failures, tolerated, descent, pictures)


def _check(named: Sequence[Named]) -> None:
    from zij.explain.collation.report.tables import RESERVED

    if len(named) < 2:
        for page in named[0].pages[:1] if named else ():
            if reference(page) is None and Path(page).is_file() and not could_be_page(Path(page)):
                raise UsageError(
                    f"{page}: is neither an image nor PAGE-XML; name two or more pages of a table."
                )
        what = f"only one witness is named ({named[0].siglum})" if named else "no witness is named"
        raise UsageError(f"{what}; name two or more, or check one by its own numbers with zij check.")
    for witness in named:
        if witness.siglum in RESERVED:
            raise UsageError(
                f"{witness.pages[0]}: {witness.siglum!r} is the name of a column in the results; rename the "
                "file, or give the witness a siglum with --witnesses."
            )


def _leaves(
    named: Sequence[Named], weights: Weights, device: str, images: Path | None, progress: Progress | None
) -> tuple[dict[str, list[Leaf]], tuple[tuple[str, str], ...]]:
    """The pages of each witness that can be read, and those that cannot, with reasons."""
    total = sum(len(witness.pages) for witness in named)
    leaves: dict[str, list[Leaf]] = {witness.siglum: [] for witness in named}
    failures = []
    for done, (witness, page) in enumerate((w, p) for w in named for p in w.pages):
        if progress is not None:
            progress(f"reading {Path(page).name}", done, total)
        try:
            leaves[witness.siglum].append(open_leaf(page, weights=weights, device=device, images=images))
        except ZijError as error:
            failures.append((page, str(error)))
    return leaves, tuple(failures)


def _twice(leaves: dict[str, list[Leaf]]) -> Iterator[tuple[str, str]]:
    """Pages whose image is also that of another witness."""
    known: dict[str, str] = {}
    for siglum, own in leaves.items():
        for leaf in own:
            first = known.setdefault(leaf.reading.sha256, siglum) if leaf.reading.sha256 else siglum
            if first != siglum:
                yield leaf.page, f"its image is that of a page of {first}, too"


def _witness(named: Named, leaves: Sequence[Leaf]) -> Witness:
    from zij.corpora.sources.dates import read_date
    from zij.explain.collation.apparatus import Witness

    dated = read_date(named.date) if named.date else None
    years = (dated.year_from, dated.year_to) if dated is not None else (None, None)
    return Witness(named.siglum, tuple(leaf.reading for leaf in leaves), named.date, years)


def _too_few(readable: Sequence[Witness], failures: Sequence[tuple[str, str]]) -> str:
    first = failures[0][1].rstrip(".")
    left = f"only {readable[0].siglum} can be read" if readable else "no witness can be read"
    more = f" ({len(failures) - 1} more pages failed)" if len(failures) > 1 else ""
    return f"{first}{more}; {left}, and a collation needs two."


def _nothing(found: Found, failures: Sequence[tuple[str, str]]) -> str:
    """Why nothing can be collated, in one sentence."""
    reasons = [f"{siglum} {why}" for siglum, why in found.strangers]
    bare = [r for r in reasons if r.endswith(("has no table", "have no figures"))]
    shown = bare or reasons[:1]
    more = f" ({len(failures)} pages could not be read)" if failures else ""
    names = ", ".join(siglum for siglum, _ in found.strangers[:4]) + (
        " ..." if len(found.strangers) > 4 else ""
    )
    return (
        f"{names}: the pages do not hold the same table: {'; '.join(shown[:3])}{more}; nothing was collated."
    )


def _summary(found: Found, failures: Sequence[tuple[str, str]], weights: Weights) -> dict[str, Any]:
    import numpy as np

    from zij import __version__
    from zij.explain.collation.report.summary import summary

    strangers = {siglum for siglum, _ in found.strangers}
    return {
        **summary(found),
        "failed": [
            {"page": Path(page).name, "reason": why} for page, why in failures if page not in strangers
        ],
        "model": weights.name,
        "versions": {"zij": __version__, "numpy": np.__version__},
    }


def _sentence(apparatus: Apparatus) -> str:
    from zij.explain.collation.report.words import sentence

    return sentence(apparatus)


def _write(
    folder: Path,
    apparatus: Apparatus,
    leaves: dict[str, list[Leaf]],
    summary: dict[str, Any],
    spreadsheet: bool,
) -> tuple[Descent | None, Gallery]:
    from zij.corpora.exchange.tablecsv import guarded
    from zij.explain.collation.report.critical import critical_text
    from zij.explain.collation.report.page import apparatus_page
    from zij.explain.collation.report.pictures import gallery
    from zij.explain.collation.report.tables import (
        apparatus_csv,
        shared_csv,
        stemma_csv,
        variants_csv,
    )

    guard = guarded if spreadsheet else None
    own = [leaves[witness.siglum] for witness in apparatus.witnesses]
    pictures = gallery(apparatus, lambda witness, page: own[witness][page].picture())
    write_text(folder / "apparatus.csv", apparatus_csv(apparatus, guard=guard))
    write_text(folder / "variants.csv", variants_csv(apparatus, guard=guard))
    write_text(folder / "shared.csv", shared_csv(apparatus, guard=guard))
    write_text(folder / "apparatus.txt", critical_text(apparatus))
    write_text(folder / "stemma.csv", stemma_csv(apparatus, guard=guard))
    descent, section = _write_descent(folder, apparatus, summary)
    write_text(folder / "apparatus.html", apparatus_page(apparatus, pictures, summary, descent=section))
    text = json.dumps(summary, indent=2, ensure_ascii=False, sort_keys=True)
    write_text(folder / "collation.json", text + "\n")
    return descent, pictures


def _write_descent(
    folder: Path, apparatus: Apparatus, summary: dict[str, Any]
) -> tuple[Descent | None, Markup | None]:
    """The files on descent, from three witnesses on, and its section of the page; facts go to the summary."""
    from zij.explain.collation.descent.descent import descend
    from zij.explain.collation.descent.drawing import descent_pictures
    from zij.explain.collation.descent.files import dot, graphml, newick
    from zij.explain.collation.descent.words import changes_csv, facts
    from zij.explain.collation.report.descentsection import descent_section

    found = descend(apparatus)
    if found is None:
        return None, None
    png, svg = descent_pictures(found)
    write_bytes(folder / "descent.png", png)
    write_bytes(folder / "descent.svg", svg)
    write_text(folder / "descent.nwk", newick(found))
    write_bytes(folder / "descent.graphml", graphml(found))
    write_text(folder / "descent.dot", dot(found))
    write_text(folder / "descent.csv", changes_csv(found))
    summary["descent"] = facts(found)
    return found, descent_section(found, png)
