"""What the results of reading, judging, teaching, generating and converting show in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._showing.frames import marks_frame, misprints_frame
from zij.actions._showing.shown import shown
from zij.errors import ZijError
from zij.html import Markup, data_uri, element, listing

if TYPE_CHECKING:
    from zij.actions._files.convert import Converted
    from zij.actions._files.export import Exported
    from zij.actions._files.validate import Validated
    from zij.actions._inputs.sources import Source
    from zij.actions._pages.annotate import Annotated
    from zij.actions._pages.evaluate import Evaluated
    from zij.actions._pages.generate import Generated
    from zij.actions._teaching.teach import TaughtPages
    from zij.actions._teaching.train import Trained

__all__ = [
    "annotated_html",
    "converted_html",
    "evaluated_html",
    "generated_html",
    "taught_html",
    "trained_html",
    "validated_html",
]

PICTURES = 6
"""Pages shown as pictures at most."""

_SMALL = 640  # pixels of a picture among others


def annotated_html(result: Annotated) -> str:
    """One page with all that was read; several side by side, each with its tables below it."""
    from zij.tables.show.boxes import legend
    from zij.tables.show.pages import reading_parts, style

    remarks = _told("tolerated", result.tolerated)
    if len(result.sources) == 1:
        (source,) = result.sources
        return shown(result, remarks, *reading_parts(source.reading, source.image), style=style())
    few = result.sources[:PICTURES]
    pages = element("div", *map(_thumbnail, few), class_="side")
    key = legend(*(source.reading for source in few))
    more = _more(len(result.sources) - PICTURES, "page")
    tables = [part for source in few for part in _tables(source)]
    return shown(result, remarks, pages, key, more, *tables, style=style())


def _thumbnail(source: Source) -> Markup:
    from zij.tables.show.boxes import boxes_svg
    from zij.tables.show.pages import reading_line

    image, reading = source.image, source.reading
    fits = (image.width, image.height) == (reading.width, reading.height)
    picture = boxes_svg(reading, image.pixels if fits else None, longest=_SMALL)
    return element("figure", picture, element("figcaption", reading_line(reading, source.stem)))


def _tables(source: Source) -> list[Markup]:
    from zij.tables.show.grid import grid

    tables = source.reading.tables[:2]
    parts = [element("h4", f"{source.stem}, {table.id}") for table in tables]
    grids = [grid(table, rows=40, columns=30) for table in tables]
    content = [part for pair in zip(parts, grids, strict=True) for part in pair]
    more = _more(len(source.reading.tables) - 2, "table")
    return (
        [element("details", element("summary", f"tables of {source.stem}"), *content, more)] if tables else []
    )


def evaluated_html(result: Evaluated) -> str:
    """The figures page by page, what was confused, and whether confidences are honest."""
    from zij.tables.scores.figures import calibration_figure, confusion_figure

    names = {"true_digits": "digits", "precision": "precision", "recall": "recall", "f1": "F1",
             "value_recall": "values, recall", "value_precision": "values, precision"}  # fmt: skip
    rows = []
    for page in result.pages:
        known = page.telling()
        figures = [_figure(known.get(name), whole=name == "true_digits") for name in names]
        rows.append([page.name, *figures, f"{len(page.faults):,}"])
    columns = ["page", *names.values(), "errors"]
    said = [n for n in range(len(columns)) if any(row[n] != "–" for row in rows)]
    columns, rows = [columns[n] for n in said], [[row[n] for n in said] for row in rows]
    table = listing(columns, rows, most=30, numbers=columns[1:])
    errors = "; ".join(map(str, result.summary.pairs[:8]))
    pairs = element("p", f"Most often wrong: {errors}.") if errors else ""
    plates = [
        (confusion_figure(result.summary.confusion)[0], "What stands there by what was read; red is wrong."),
    ]
    if any(one.count for one in result.summary.bins):
        text = "Of what was read with a confidence, how much is right."
        plates.append((calibration_figure(result.summary.bins)[0], text))
    sides = element("div", *(_plate(png, text) for png, text in plates), class_="side")
    return shown(result, table, pairs, sides, style=".zij.zij.zij .side > figure { max-width: 30rem; }")


def _figure(value: float | None, *, whole: bool) -> str:
    return "–" if value is None else f"{value:,.0f}" if whole else f"{value:.3f}"


def _plate(png: bytes, caption: str) -> Markup:
    image = element("img", src=data_uri(png, "image/png"), alt=caption)
    return element("figure", image, element("figcaption", caption))


def trained_html(result: Trained) -> str:
    """The weights and their card."""
    return shown(result, files=_weights(result.path), about=_WEIGHTS)


def taught_html(result: TaughtPages) -> str:
    """The pages held back, before and after."""
    columns = ["page held back", "digits", "errors before", "errors after", "F1 before", "F1 after"]
    rows = [
        (row.page, f"{row.digits:,}", row.errors_before, row.errors_after, f"{row.f1_before:.3f}",
         f"{row.f1_after:.3f}")
        for row in marks_frame(result).itertuples()
    ]  # fmt: skip
    table = listing(columns, rows, numbers=columns[1:])
    taught = element(
        "p", f"Taught with {', '.join(result.pages[:20])}{_dots(result.pages, 20)}.", class_="quiet"
    )
    return shown(result, table, taught if result.pages else "", files=_weights(result.path), about=_WEIGHTS)


_WEIGHTS = {"*.safetensors": "the weights of the network", "*.md": "the model card: data, figures, limits"}


def _weights(path: Path) -> list[str]:
    return [file.name for file in (path, path.with_suffix(".md")) if file.is_file()]


def generated_html(result: Generated) -> str:
    """Small pictures of the pages that were made, and their misprints."""
    from zij.tables.scan.image import read_image
    from zij.tables.show.picture import picture

    figures = []
    for stem in result.stems[:PICTURES]:
        file = result.folder / (f"pages/{stem}.jpg" if result.families else f"{stem}.png")
        try:
            image = read_image(file)
        except ZijError:  # the pages were made as readings, or somebody moved them
            continue
        figures.append(picture(image.pixels, stem, longest=_SMALL))
    more = _more(len(result.stems) - len(figures), "page") if figures else ""
    return shown(result, element("div", *figures, class_="side") if figures else "", more, _misprints(result))


def _misprints(result: Generated) -> Markup:
    try:
        frame = misprints_frame(result)
    except OSError:
        return Markup("")
    table = listing(
        [str(name) for name in frame.columns], frame.itertuples(index=False), total=len(frame), most=12
    )
    return element("details", element("summary", f"misprints ({len(frame):,})"), table)


def converted_html(result: Converted | Exported) -> str:
    """What was written; the sentence says what has no place in the form, and what could stand there."""
    told = {"tolerated": result.tolerated, "passed over": getattr(result, "passed_over", ())}
    remarks = [_told(title, pairs) for title, pairs in told.items() if pairs]
    return shown(result, *remarks, files=result.files, about=_FORMS)


_FORMS = {
    "*.long.[ct]sv": "cells, one a line, with states, spans and boxes",
    "*.[ct]sv": "a table as it is seen",
    "*.tei.xml": "TEI",
    "reading.schema.json": "the schema of the readings",
    "manifest.json": "a IIIF manifest",
    "*.json": "JSON",
    "README.md": "what is there, for people",
}


def validated_html(result: Validated) -> str:
    """What is wrong, then what is tolerated."""
    parts = []
    for title, tolerated in (("errors", False), ("tolerated", True)):
        found = [(path.name, f.line or "", f.what, "" if tolerated else f.advice)
                 for path, f in result.findings if f.tolerated is tolerated]  # fmt: skip
        if found:
            table = listing(["file", "line", "what", "what to do"], found, most=30, numbers=["line"])
            parts.append(
                element("details", element("summary", f"{title} ({len(found):,})"), table, open=not tolerated)
            )
    return shown(result, *parts, files=())


def _told(title: str, pairs: tuple[tuple[str, str], ...]) -> Markup:
    """Names and what is to be said of them, folded away."""
    if not pairs:
        return Markup("")
    return element(
        "details", element("summary", f"{title} ({len(pairs):,})"), listing(["page", "what"], pairs, most=30)
    )


def _more(count: int, noun: str) -> Markup:
    if count <= 0:
        return Markup("")
    return element("p", f"{count:,} more {noun}{'s' * (count != 1)} not shown.", class_="quiet")


def _dots(names: tuple[str, ...], most: int) -> str:
    return f" and {len(names) - most:,} more" if len(names) > most else ""
