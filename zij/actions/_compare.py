"""`zij compare`: two pages, their similarity, and what it is made of."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij import __version__
from zij.actions._corrections import keep_changed_files
from zij.actions._pair_files import write_pair
from zij.actions._sources import Progress, Source, chosen_device, open_source, stems
from zij.errors import UsageError
from zij.files import check_folder, staged_folder

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.bilrp.heat import Heat
    from zij.explain.bilrp.pairs import PairExplanation
    from zij.similarity.evidence import Evidence
    from zij.tables.digits.network import Weights

__all__ = ["Compared", "compare"]

_STEPS = 5  # without the tracing to pixels


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
    pixels: bool = False,
    progress: Progress | None = None,
) -> Compared:
    """Compare two pages and explain their similarity exactly.

    Writes `A-STEM.xml`, `B-STEM.xml`, `pairs.csv`, `pairs.jsonld`, `explanation.json`, `pair.png`, `pair.svg`
    and `report.html` into `out`, all or none; with `pixels` also `A-STEM.pixels.png` and `B-STEM.pixels.png`.

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
    pixels : bool
        Trace the similarity down to the pixels of both pages, summed over all pairs.
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
    from zij.explain.bilrp.digits import explain
    from zij.similarity.evidence import evidence_from_reading
    from zij.tables.digits.network import load_weights

    if model != "bigram":
        raise UsageError(f"model {model!r} is not known; choose bigram.")
    if top < 1:
        raise UsageError(f"{top} pairs cannot be listed; ask for one or more.")
    names = stems([a, b])
    out, device, loaded = Path(out), chosen_device(device), load_weights(weights)
    check_folder(out)
    keep_changed_files(out, (f"A-{names[0]}.xml", f"B-{names[1]}.xml"))
    tell = _steps(progress, _STEPS + pixels)
    sources = []
    for page, which in ((a, "first"), (b, "second")):
        tell(f"reading the {which} page")
        sources.append(open_source(page, weights=loaded, device=device, images=images))
    first, second = sources
    tell("explaining")
    evidence = [evidence_from_reading(source.reading, source.doubtful) for source in sources]
    explanation = explain(evidence[0], evidence[1])
    pairs = explanation.pairs(top)
    parameters = {"model": model, "top": top, "weights": loaded.name}
    summary = _summary(explanation, pairs, first, second, parameters)
    heats: Sequence[Heat] = ()
    if pixels:
        tell("tracing to pixels")
        heats = _heats(sources, evidence, explanation, loaded, device)
        summary["pixels"] = {side: heat.report() for side, heat in zip("ab", heats, strict=True)}
    with staged_folder(out) as folder:
        write_pair(folder, sources, explanation, pairs, summary, heats=heats, tell=tell)
    sentence = _sentence(explanation, pairs, sources, out)
    return Compared(out, first, second, explanation, pairs, summary, sentence)


def _steps(progress: Progress | None, total: int) -> Callable[[str], None]:
    """A function that announces one step after the other."""
    done = itertools.count()

    def tell(step: str) -> None:
        if progress is not None:
            progress(step, next(done), total)

    return tell


def _heats(
    sources: Sequence[Source],
    evidence: Sequence[Evidence],
    explanation: PairExplanation,
    weights: Weights,
    device: str,
) -> tuple[Heat, ...]:
    """Both pages' relevance at their pixels."""
    from zij.explain.bilrp.heat import page_heat
    from zij.tables.scan.page import prepare

    sides = (explanation.a, explanation.b), (explanation.b, explanation.a)
    return tuple(
        page_heat(
            prepare(source.image), weights, seen, *pair,
            scale=explanation.scale, view=source.view, device=device,
        )
        for source, seen, pair in zip(sources, evidence, sides, strict=True)
    )  # fmt: skip


def _summary(
    explanation: PairExplanation, pairs: pd.DataFrame, a: Source, b: Source, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The contents of `explanation.json`."""
    import numpy as np
    import torch

    from zij.similarity.evidence import EXTRA_FLOOR

    return {
        **explanation.report(int(parameters["top"])),
        "pairs": explanation.count,
        "pairs_listed": len(pairs),
        "model": parameters["model"],
        "parameters": {
            "top": parameters["top"],
            "digit_model": parameters["weights"],
            "root_stabiliser": explanation.epsilon,
            "evidence_floor": EXTRA_FLOOR,
            "alignment_score": explanation.alignment.score,
            **{
                f"{side}_{name}": value
                for side, s in (("a", a), ("b", b))
                for name, value in _reading_facts(s)
            },
        },
        "versions": {"zij": __version__, "numpy": np.__version__, "torch": torch.__version__},
        "hashes": {"a": a.reading.sha256, "b": b.reading.sha256},
        "pages": {"a": a.reading.image, "b": b.reading.image},
    }


def _reading_facts(source: Source) -> list[tuple[str, Any]]:
    reading = source.reading
    facts = [("source", reading.source), ("turn", reading.turn), ("skew", reading.skew)]
    return [*facts, ("digit_height", reading.digit_height), *reading.parameters]


def _sentence(explanation: PairExplanation, pairs: pd.DataFrame, sources: list[Source], out: Path) -> str:
    report = f"report: {out / 'report.html'}"
    for source in sources:
        if not any(glyph.is_digit for glyph in source.reading.glyphs()):
            return f"similarity 0.00: no table of digits was found on {source.image.name}; {report}"
    return "; ".join(
        [f"similarity {explanation.similarity:.2f}", *_findings(explanation, pairs, sources), report]
    )


def _findings(explanation: PairExplanation, pairs: pd.DataFrame, sources: list[Source]) -> list[str]:
    """Where the similarity comes from, and how many corresponding cells differ."""
    from zij.explain.report.sheets import strongest_rows

    found = []
    run = strongest_rows(pairs, sources[0].reading)
    if run is not None and explanation.similarity > 0:
        _, first, last, relevance = run
        found.append(f"{relevance / explanation.similarity:.0%} of it from rows {first + 1}-{last + 1}")
    differ, uncertain = _differences(sources, explanation.alignment.cells)
    if explanation.alignment.cells:
        count = len(explanation.alignment.cells)
        found.append(f"{differ} of {count} corresponding cells differ, {uncertain} uncertain")
    else:
        found.append("no cells correspond")
    return found


def _differences(sources: list[Source], cells: Mapping[str, str]) -> tuple[int, int]:
    """Corresponding cells with other texts: both surely read, and one of them not."""
    a, b = ({cell.id: cell for t in s.reading.tables for cell in t.cells} for s in sources)
    pairs = [(a[one], b[two]) for one, two in cells.items()]
    sure = [
        {one.state, two.state}.isdisjoint({"uncertain", "unread"})
        for one, two in pairs
        if one.text != two.text
    ]
    return sum(sure), len(sure) - sum(sure)
