"""The files that `zij compare` writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.actions._inputs.sources import Source
from zij.files import sha256, write_bytes, write_text
from zij.tables.pagexml import Notes, write_pagexml

if TYPE_CHECKING:
    import pandas as pd

    from zij.actions._pairs.comparison import Drawing
    from zij.explain.bilrp.encoded import EncodedPair
    from zij.explain.bilrp.heat import Heat
    from zij.explain.bilrp.pairs import PairExplanation
    from zij.tables.pagexml.document import PageDocument

__all__ = ["write_pair"]


def write_pair(
    folder: Path,
    sources: Sequence[Source],
    explanation: PairExplanation | EncodedPair,
    pairs: pd.DataFrame,
    summary: Mapping[str, Any],
    *,
    heats: Sequence[Heat] = (),
    drawing: Drawing | None = None,
    parquet: bool = False,
    tell: Callable[[str], None],
) -> None:
    """Write all results of a comparison into a folder.

    Parameters
    ----------
    folder : Path
    sources : sequence of Source
        The two pages.
    explanation : PairExplanation or EncodedPair
    pairs : DataFrame
        Those that are listed.
    summary : mapping
        The contents of `explanation.json`, where the hashes of the two PAGE-XML files are added.
    heats : sequence of Heat
        The pages' relevance at pixels; none where that was not asked for.
    drawing : Drawing, optional
        What figure and report show instead of these pairs; its own go into `patches.csv`.
    parquet : bool
        Write `pairs.parquet`, too.
    tell : callable
        Called with each step as it begins.
    """
    from zij.explain.report.annotations import annotations_text
    from zij.explain.report.differing import differences
    from zij.explain.report.figure import save_pair
    from zij.explain.report.html import pair_report
    from zij.explain.report.sheets import Sheet

    a, b = sources
    files = f"A-{a.stem}.xml", f"B-{b.stem}.xml"
    documents = _with_numbers(a, explanation, "a"), _with_numbers(b, explanation, "b")
    named = _as_named(pairs, documents)
    _write_pages(folder, files, a, b, explanation, pairs, named, summary, documents)
    write_text(folder / "pairs.csv", named.to_csv(index=False, lineterminator="\n"))
    if parquet:
        write_bytes(folder / "pairs.parquet", _parquet(named))
    facts = {**summary, "files": {name: sha256(folder / name) for name in files}}
    write_text(folder / "explanation.json", json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    write_text(
        folder / "pairs.jsonld", annotations_text(named, a.reading, b.reading, summary, page_xml=files)
    )
    tell("drawing")
    pictures: Sequence[Any] = [source.image.pixels for source in sources]
    if drawing is not None:
        pairs, summary, pictures = drawing.pairs, drawing.summary, drawing.pictures
        write_text(folder / "patches.csv", pairs.to_csv(index=False, lineterminator="\n"))
    sheets = [Sheet(s.reading, picture) for s, picture in zip(sources, pictures, strict=True)]
    save_pair(folder / "pair.png", folder / "pair.svg", sheets[0], sheets[1], pairs, summary)
    _draw_heats(folder, sources, heats, 0.5 if drawing is None else 1.0)
    tell("writing the report")
    differ = None
    if drawing is None:
        differ = differences(a.reading, b.reading, explanation.alignment.cells)
    write_text(folder / "report.html", pair_report(sheets[0], sheets[1], pairs, summary, differ))


def _parquet(pairs: pd.DataFrame) -> bytes:
    """The table of pairs with the types that its columns have."""
    texts = ("a_id", "a_text", "b_id", "b_text", "feature")
    data = pairs.astype(dict.fromkeys(texts, "str")).to_parquet(None, engine="pyarrow", index=False)
    assert isinstance(data, bytes)
    return data


def _draw_heats(folder: Path, sources: Sequence[Source], heats: Sequence[Heat], power: float) -> None:
    if not heats:
        return
    from zij.explain.report.heatmap import heat_picture
    from zij.tables.overlay import save_png

    for side, source, heat in zip("AB", sources, heats, strict=True):
        picture = heat_picture(source.image.pixels, source.reading, heat, power=power)
        save_png(folder / f"{side}-{source.stem}.pixels.png", picture)


def _write_pages(
    folder: Path,
    files: tuple[str, str],
    a: Source,
    b: Source,
    explanation: PairExplanation | EncodedPair,
    pairs: pd.DataFrame,
    named: pd.DataFrame,
    summary: Mapping[str, Any],
    documents: Sequence[PageDocument | None],
) -> None:
    """PAGE-XML of both pages with relevances; one that was given as PAGE-XML is that file with them."""
    from zij.explain.report.annotations import pair_set

    name = pair_set(a.reading, b.reading, summary)
    for side, source, other, document in (("a", a, b, documents[0]), ("b", b, a, documents[1])):
        own, others = files if side == "a" else files[::-1]
        there = "b_id" if side == "a" else "a_id"
        listed = pairs.assign(**{there: named[there]})
        notes, page_notes = _notes(explanation, listed, side, name, others, other, summary)
        if document is None:
            write_pagexml(folder / own, source.reading, notes=notes, page_notes=page_notes)
        else:
            document.updated(source.reading, notes=notes, page_notes=page_notes).write(folder / own)


def _with_numbers(
    source: Source, explanation: PairExplanation | EncodedPair, side: str
) -> PageDocument | None:
    """The file of a page, in which every number that has relevance has an element of its own."""
    if source.document is None:
        return None
    own = explanation.a if side == "a" else explanation.b
    return source.document.updated(source.reading, notes={region.id: Notes() for region in own.regions})


def _as_named(pairs: pd.DataFrame, documents: Sequence[PageDocument | None]) -> pd.DataFrame:
    """The pairs with the ids that their ends bear in the files."""
    names = {
        f"{side}_id": pairs[f"{side}_id"].map(document.names).astype(pairs[f"{side}_id"].dtype)
        for side, document in zip("ab", documents, strict=True)
        if document is not None and len(pairs)
    }
    return pairs.assign(**names)


def _notes(
    explanation: PairExplanation | EncodedPair,
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
        labels: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = ()
        if region.id in partner:
            rank, target = partner[region.id]
            labels = ((name, f"p{rank}", (("pair", str(rank), f"{other_file}#{target}"),)),)
        notes[region.id] = Notes((value,), labels)
    page: tuple[tuple[str, str, str], ...] = (
        ("similar-page", other.reading.image, other_file),
        ("similarity", f"{summary['similarity']:.9g}", ""),
    )
    if "described" in summary:
        page = (*page, ("encoder", summary["described"], ""))
    return notes, Notes((), ((name, name, page),))
