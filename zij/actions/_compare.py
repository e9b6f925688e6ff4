"""`zij compare`: two pages, their similarity, and what it is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij import __version__
from zij.actions._sources import Progress, Source, chosen_device, open_source, stems
from zij.errors import UsageError
from zij.files import staged_folder, write_text
from zij.tables.pagexml import Notes, write_pagexml

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.pairs import PairExplanation

__all__ = ["Compared", "compare"]

_STEPS = ("reading the first page", "reading the second page", "explaining", "drawing", "writing the report")


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What `compare` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    a, b : Source
        The two pages.
    explanation : PairExplanation
    pairs : DataFrame
        The pairs listed in `pairs.csv`.
    summary : dict
        The contents of `explanation.json`.
    sentence : str
        What was found and where it lies.
    """

    folder: Path
    a: Source
    b: Source
    explanation: PairExplanation
    pairs: pd.DataFrame
    summary: dict[str, Any]
    sentence: str

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Both pages are there or none is."""
        return ()


def compare(
    a: str | Path,
    b: str | Path,
    out: str | Path,
    *,
    top: int = 2000,
    model: str = "bigram",
    weights: str | Path | None = None,
    device: str = "auto",
    images: str | Path | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Compare two pages and explain their similarity exactly.

    Writes `A-STEM.xml`, `B-STEM.xml`, `pairs.csv`, `pairs.jsonld`, `explanation.json`, `pair.png`, `pair.svg`
    and `report.html` into `out`, all or none.

    Parameters
    ----------
    a, b : path
        Images or PAGE-XML files.
    out : path
        Folder for the results.
    top : int
        How many pairs are listed; the sum of the others is stated.
    model : "bigram"
        What similarity is measured on.
    weights : path, optional
        Another digit network.
    device : "auto", "cpu" or "cuda"
    images : path, optional
        Where the images of PAGE-XML files lie.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Compared

    Raises
    ------
    ZijError
        If a page cannot be read or the folder cannot be written to.
    """
    from zij.explain.bilrp import explain
    from zij.similarity.evidence import evidence_from_reading
    from zij.tables.network import load_weights

    if model != "bigram":
        raise UsageError(f"model {model!r} is not known; choose bigram.")
    if top < 1:
        raise UsageError(f"{top} pairs cannot be listed; ask for one or more.")
    names, out, device = stems([a, b]), Path(out), chosen_device(device)
    loaded = load_weights(weights)
    tell = progress or (lambda step, done, total: None)
    sources = []
    for step, page in enumerate((a, b)):
        tell(_STEPS[step], step, len(_STEPS))
        sources.append(open_source(page, weights=loaded, device=device, images=images))
    first, second = sources
    tell(_STEPS[2], 2, len(_STEPS))
    evidence = [evidence_from_reading(source.reading, source.doubtful) for source in sources]
    explanation = explain(evidence[0], evidence[1])
    pairs = explanation.pairs(top)
    summary = _summary(explanation, pairs, first, second, {"model": model, "top": top, "weights": loaded.name})
    files = (f"A-{names[0]}.xml", f"B-{names[1]}.xml")
    with staged_folder(out) as folder:
        _write(folder, files, sources, explanation, pairs, summary, tell)
    sentence = _sentence(explanation, pairs, sources, out)
    return Compared(out, first, second, explanation, pairs, summary, sentence)


def _summary(
    explanation: PairExplanation, pairs: pd.DataFrame, a: Source, b: Source, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The contents of `explanation.json`."""
    import numpy as np
    import torch

    return {
        **explanation.report(int(parameters["top"])),
        "pairs": explanation.count,
        "pairs_listed": len(pairs),
        "model": parameters["model"],
        "parameters": {
            "top": parameters["top"],
            "digit_model": parameters["weights"],
            "root_stabiliser": explanation.epsilon,
            "alignment_score": explanation.alignment.score,
            **{f"{side}_{name}": value for side, s in (("a", a), ("b", b)) for name, value in _reading_facts(s)},
        },
        "versions": {"zij": __version__, "numpy": np.__version__, "torch": torch.__version__},
        "hashes": {"a": a.reading.sha256, "b": b.reading.sha256},
        "pages": {"a": a.reading.image, "b": b.reading.image},
    }


def _reading_facts(source: Source) -> list[tuple[str, Any]]:
    reading = source.reading
    facts = [("source", reading.source), ("turn", reading.turn), ("skew", reading.skew)]
    return [*facts, ("digit_height", reading.digit_height), *reading.parameters]


def _write(
    folder: Path,
    files: tuple[str, str],
    sources: list[Source],
    explanation: PairExplanation,
    pairs: pd.DataFrame,
    summary: dict[str, Any],
    tell: Progress,
) -> None:
    """Write all results into a folder."""
    from zij.explain.annotations import annotations_text, pair_set
    from zij.explain.figure import save_pair
    from zij.explain.report import pair_report
    from zij.explain.sheets import Sheet

    a, b = sources
    name = pair_set(a.reading, b.reading, summary)
    for side, source, other in (("a", a, b), ("b", b, a)):
        own, others = files if side == "a" else files[::-1]
        notes, page_notes = _notes(explanation, pairs, side, name, others, other, summary)
        write_pagexml(folder / own, source.reading, notes=notes, page_notes=page_notes)
    write_text(folder / "pairs.csv", pairs.to_csv(index=False, lineterminator="\n"))
    write_text(folder / "explanation.json", json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
    write_text(
        folder / "pairs.jsonld", annotations_text(pairs, a.reading, b.reading, summary, page_xml=files)
    )
    tell(_STEPS[3], 3, len(_STEPS))
    sheets = [Sheet(source.reading, source.image.pixels) for source in sources]
    save_pair(folder / "pair.png", folder / "pair.svg", sheets[0], sheets[1], pairs, summary)
    tell(_STEPS[4], 4, len(_STEPS))
    write_text(folder / "report.html", pair_report(sheets[0], sheets[1], pairs, summary))


def _notes(
    explanation: PairExplanation,
    pairs: pd.DataFrame,
    side: str,
    name: str,
    other_file: str,
    other: Source,
    summary: Mapping[str, Any],
) -> tuple[dict[str, Notes], Notes]:
    """Relevances and pointers to the strongest partner for each number, and the pair on the page."""
    there = "b" if side == "a" else "a"
    own = explanation.a if side == "a" else explanation.b
    first = pairs.drop_duplicates(f"{side}_id").set_index(f"{side}_id")
    partner = dict(zip(first.index, zip(first["rank"], first[f"{there}_id"], strict=True), strict=True))
    notes = {}
    for region, relevance in zip(own.regions, explanation.relevance(side), strict=True):  # type: ignore[arg-type]
        value = (f"zij:relevance.{name}", "xsd:float", f"{relevance:.9g}")
        labels = ()
        if region.id in partner:
            rank, target = partner[region.id]
            labels = ((name, f"p{rank}", (("pair", str(rank), f"{other_file}#{target}"),)),)
        notes[region.id] = Notes((value,), labels)
    page = (("similar-page", other.reading.image, other_file), ("similarity", f"{summary['similarity']:.9g}", ""))
    return notes, Notes((), ((name, name, page),))


def _sentence(explanation: PairExplanation, pairs: pd.DataFrame, sources: list[Source], out: Path) -> str:
    report = f"report: {out / 'report.html'}"
    for source in sources:
        if not any(glyph.is_digit for glyph in source.reading.glyphs()):
            return f"similarity 0.00: no digit was found on {source.image.name}; {report}"
    matched = pairs[pairs["corresponds"]]
    share = matched["relevance"].sum() / explanation.similarity if explanation.similarity else 0.0
    cells = explanation.alignment.cells
    differ = _differences(sources, cells)
    return (
        f"similarity {explanation.similarity:.2f}; {share:.0%} of it from pairs in {len(cells)} corresponding cells, "
        f"{differ} of which read differently; {report}"
    )


def _differences(sources: list[Source], cells: Mapping[str, str]) -> int:
    """Corresponding cells whose texts differ."""
    a, b = ({cell.id: cell.text for t in s.reading.tables for cell in t.cells} for s in sources)
    return sum(1 for one, two in cells.items() if a[one] != b[two])
