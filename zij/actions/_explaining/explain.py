"""`zij explain`: what on each of two pages brings them near, and what takes them apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij import __version__
from zij.actions._explaining.bilrp import by_bilrp
from zij.actions._explaining.checks import checked, chosen_checks, verdict, write_checks
from zij.actions._explaining.distance import by_distance
from zij.actions._explaining.inside import INSIDE, looking_inside
from zij.actions._explaining.questions import Answer, Question
from zij.actions._inputs.only_tables import check_only_tables, explainable
from zij.actions._inputs.sources import Progress, Source, chosen_device, open_source, stems
from zij.actions._pairs.comparison import reading_facts
from zij.actions._pairs.encoder import chosen_encoder
from zij.errors import UsageError
from zij.files import check_folder, staged_folder, write_text

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.checks import CheckResults
    from zij.explain.report.signed import PageRelevance
    from zij.similarity.encoders.encoder import Encoder

__all__ = ["METHODS", "REGIONS", "Explained", "counted", "explain"]

METHODS: dict[str, Callable[[Question], Answer]] = {
    "distance": by_distance,
    "bilrp": by_bilrp,
    **{name: looking_inside(name) for name in INSIDE if name != "bilrp"},
}
"""The methods by name; a further one is a function from a `Question` to an `Answer`."""

REGIONS = ("side", "id", "text", "x", "y", "w", "h", "relevance", "standard_error", "significant")
"""Columns of regions.csv."""


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """What `explain` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    a, b : Source
        The two pages.
    answer : Answer
    regions : DataFrame
        The contents of `regions.csv`.
    summary : dict
        The contents of `explanation.json`.
    sentence : str
        What was found and where it lies.
    checks : CheckResults, optional
        How far the explanation of A can be trusted, where that was asked for.
    """

    folder: Path
    a: Source
    b: Source
    answer: Answer
    regions: pd.DataFrame
    summary: dict[str, Any]
    sentence: str
    checks: CheckResults | None = None

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Both pages are there or none is."""
        return ()

    def frame(self) -> pd.DataFrame:
        """The parts of both pages, in the columns of `regions.csv`."""
        return self.regions

    def _repr_html_(self) -> str:
        from zij.actions._showing.explanations import explained_html

        return explained_html(self)


def explain(
    a: str | Path,
    b: str | Path,
    out: str | Path,
    *,
    method: str = "distance",
    model: str | Encoder = "bigram",
    masks: str = "cells",
    number: int | None = None,
    keep: float = 0.5,
    select: str | None = None,
    resolution: int = 8,
    seed: int = 0,
    top: int = 20,
    checks: Sequence[str] = (),
    weights: str | Path | None = None,
    layer: int | None = None,
    size: int | None = None,
    device: str = "auto",
    images: str | Path | None = None,
    only_tables: bool = False,
    progress: Progress | None = None,
) -> Explained:
    """Explain the nearness of two pages: parts of A given B, and parts of B given A.

    Writes `explanation.json`, `regions.csv`, `A-STEM.map.png`, `B-STEM.map.png` and `report.html` into `out`,
    all or none; with `checks` also `checks.csv`, `checks.json` and `checks.png`.

    Parameters
    ----------
    a, b : path
        Images or PAGE-XML files.
    out : path
        Folder for the results.
    method : str
        One of `METHODS`: "distance" hides parts and watches, "bilrp" splits the similarity; "hxp", "gxi",
        "saliency", "curvature" and "products" are what BiLRP is held against.
    model : str or Encoder
        What nearness is measured on; the names are those of `compare`.
    masks : "cells", "digits", "numbers", "rows", "columns", "rulings" or "grid"
        The parts that are hidden.
    number : int, optional
        How many masks; by default 10,000 for the bigram network and 1000 for encoders.
    keep : float
        Probability that a part is kept.
    select : "all", "mirrored", "positive" or "negative", optional
        Which masks speak: all by regression, in complementary pairs; or the tails, as published. By default
        "mirrored" for grids, whose blots have no edges that a regression could go by, and "all" for parts.
    resolution : int
        Cells of a grid along either side of the page.
    seed : int
    top : int
        How many parts of each page the report lists.
    checks : sequence of str
        How the explanation of the first page is checked: "faithfulness", "sensitivity", "randomisation",
        "agreement", "truth" (of generated pages, digits alone), or "all".
    weights, layer, size
        Those of the encoder, as for `compare`.
    device : "auto", "cpu" or "cuda"
    images : path, optional
        Where the images of PAGE-XML files lie.
    only_tables : bool
        Leave digits outside tables out, as `compare` does.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Explained

    Raises
    ------
    ZijError
        If a page cannot be read, the request cannot be right, or the folder cannot be written to.
    """
    if method not in METHODS:
        raise UsageError(f"method {method!r} is not known; choose {', '.join(METHODS)}.")
    if top < 1:
        raise UsageError(f"{top} parts cannot be listed; ask for one or more.")
    stems([a, b])
    select = select or ("mirrored" if masks == "grid" else "all")
    out, device = Path(out), chosen_device(device)
    check_only_tables(only_tables, model)
    encoder = chosen_encoder(model, weights, layer=layer, size=size, seed=seed)
    wanted = chosen_checks(checks, masks, encoder)
    encoder = encoder.to(device) if encoder is not None else None
    check_folder(out)
    first, second = _opened((a, b), device, images, progress)
    name = model if isinstance(model, str) else model.name
    counted, facts = explainable((first, second), encoder, only_tables)
    question = Question(counted, name, encoder, masks, number, keep, select, seed, resolution, progress)
    answer = METHODS[method](question)
    trust = checked(question, method, wanted) if wanted else None
    regions = _regions(answer)
    summary = _summary(answer, method, name, masks, encoder, facts, first, second)
    with staged_folder(out) as folder:
        _write(folder, (first, second), answer, regions, summary, masks, top)
        if trust is not None:
            write_checks(folder, trust, summary, (first.image.name, second.image.name))
    said = verdict(trust, method) if trust is not None else ""
    sentence = _sentence(answer, masks, out, said, only_tables)
    return Explained(out, first, second, answer, regions, summary, sentence, trust)


def _opened(
    pages: Sequence[str | Path], device: str, images: str | Path | None, progress: Progress | None
) -> list[Source]:
    found: list[Source] = []
    for page, which in zip(pages, ("first", "second"), strict=True):
        if progress is not None:
            progress(f"reading the {which} page", len(found), 2)
        found.append(open_source(page, device=device, images=images))
    return found


def _regions(answer: Answer) -> pd.DataFrame:
    """The contents of regions.csv."""
    import pandas as pd

    rows = []
    for side, found in zip("ab", answer.sides, strict=True):
        for k, region in enumerate(found.regions):
            box = region.box.rounded()
            error = "" if found.errors is None else float(found.errors[k])
            sure = "" if found.significant is None else bool(found.significant[k])
            place = (int(box.x), int(box.y), int(box.w), int(box.h))
            rows.append((side, region.id, region.text, *place, float(found.relevance[k]), error, sure))
    return pd.DataFrame(rows, columns=list(REGIONS))


def _summary(
    answer: Answer,
    method: str,
    model: str,
    masks: str,
    encoder: Encoder | None,
    counted: Mapping[str, Any],
    a: Source,
    b: Source,
) -> dict[str, Any]:
    """The contents of `explanation.json`."""
    import numpy as np
    import torch

    facts = {} if encoder is None else {"weights": encoder.weights, **dict(encoder.parameters)}
    return {
        "method": method,
        "similarity": answer.similarity,
        **answer.facts,
        "model": model,
        "encoder": facts,
        "parameters": {**answer.parameters, "masks": masks, **counted, **reading_facts(a, b)},
        "versions": {"zij": __version__, "numpy": np.__version__, "torch": torch.__version__},
        "hashes": {"a": a.reading.sha256, "b": b.reading.sha256},
        "pages": {"a": a.reading.image, "b": b.reading.image},
    }


def _write(
    folder: Path,
    sources: tuple[Source, Source],
    answer: Answer,
    regions: pd.DataFrame,
    summary: dict[str, Any],
    masks: str,
    top: int,
) -> None:
    from zij.explain.report.directions import directions_report
    from zij.explain.report.notices import left_out_sentence
    from zij.explain.report.signed import signed_picture
    from zij.tables.overlay import save_png

    pictures = []
    for side, source, found, note in zip("AB", sources, answer.sides, answer.notes, strict=True):
        picture = signed_picture(source.image.pixels, source.reading, found, (note,))
        save_png(folder / f"{side}-{source.stem}.map.png", picture)
        pictures.append(picture)
    write_text(folder / "regions.csv", regions.to_csv(index=False, lineterminator="\n"))
    text = json.dumps(summary, indent=1, ensure_ascii=False, default=float)
    write_text(folder / "explanation.json", text + "\n")
    names = sources[0].image.name, sources[1].image.name
    a, b = (counted(found, masks) for found in answer.sides)
    words = {
        "opening": ["similarity: " + _told(answer, masks), *filter(None, [left_out_sentence(summary)])],
        "a": [f"A, {names[0]}, given B: {a}."],
        "b": [f"B, {names[1]}, given A: {b}."],
        "reading": answer.reading,
        "limits": answer.limits,
    }
    report = directions_report(names, answer.sides, pictures, summary, words, top=top)
    write_text(folder / "report.html", report)


def counted(found: PageRelevance, masks: str) -> str:
    """What stands out on one page, in words."""
    if found.raster is not None and found.raster_significant is not None:
        near, apart = (float((found.raster_significant & (s * found.raster > 0)).mean()) for s in (1, -1))
        return f"{near:.0%} of the page bring the pages near beyond chance, {apart:.0%} take them apart"
    outside = found.outside
    values, sure = found.relevance[: len(found.regions) - outside], found.sure
    sure, total = sure[: len(values)], len(values)
    if found.significant is None:
        near, apart = int((values > 0).sum()), int((values < 0).sum())
        parts = "squares" if masks == "grid" else masks
        add, take = ("adds" if near == 1 else "add"), ("takes" if apart == 1 else "take")
        return f"{near} of {total} {parts} {add} to the similarity, {apart} {take} from it"
    near, apart = (int((sure & (sign * values > 0)).sum()) for sign in (1, -1))
    bring, take = ("brings" if near == 1 else "bring"), ("takes" if apart == 1 else "take")
    told = f"{near} of {total} {masks} {bring} the pages near beyond chance, {apart} {take} them apart"
    if not near and not apart:
        told = f"none of {total} {masks} stands out from chance"
    if outside and found.sure[-1]:
        how = "brings them near" if found.relevance[-1] > 0 else "takes them apart"
        told += f"; what lies outside them {how}"
    return told


def _told(answer: Answer, masks: str) -> str:
    if not answer.similarity:
        return "the pages have nothing in common that the model sees, so that no part of them matters"
    a, b = (counted(found, masks) for found in answer.sides)
    return f"on A {a}; on B {b}"


def _sentence(answer: Answer, masks: str, out: Path, said: str, only_tables: bool) -> str:
    told = _told(answer, masks)
    if answer.similarity and all(found.silent for found in answer.sides):
        told = (
            f"on neither page anything stands out from chance; take more masks or larger parts than {masks}"
        )
    told += f"; {said}" if said else ""
    of = " (tables only)" if only_tables else ""
    return f"similarity {answer.similarity:.2f}{of}; {told}; report: {out / 'report.html'}"
