"""The report of an evaluation: one HTML file that opens offline, with the result in words on top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import resources
from io import BytesIO

from PIL import Image

from zij.html import Markup, data_uri, element, page
from zij.tables.scores.contact import Card
from zij.tables.scores.digits import MIN_IOU
from zij.tables.scores.figures import Drawn
from zij.tables.scores.page import PageScores
from zij.tables.scores.scoretable import pages_table
from zij.tables.scores.steps import RowSteps, Step
from zij.tables.scores.summary import Summary
from zij.tables.scores.words import MEANINGS, counted, headline

__all__ = ["evaluation_report"]

CONFUSIONS = 40  # pairs listed
ROWS = 25  # worst rows listed
VALUES = 60  # of a row that are shown
_TILES = (
    ("f1", "digits, F1"),
    ("precision", "digits, precision"),
    ("recall", "digits, recall"),
    ("false_digits", "false digits a page"),
    ("histogram_r", "histogram r"),
    ("value_recall", "values, recall"),
    ("value_precision", "values, precision"),
    ("row_recall", "whole rows"),
)


def evaluation_report(
    name: str,
    pages: Sequence[PageScores],
    summary: Summary,
    *,
    cards: Sequence[Card],
    confusion: Drawn,
    calibration: Drawn,
    failures: Sequence[tuple[str, str]] = (),
    facts: Sequence[tuple[str, str]] = (),
) -> str:
    """The whole report as the text of an HTML file.

    Parameters
    ----------
    name : str
        Of what was evaluated.
    pages : sequence of PageScores
    summary : Summary
    cards : sequence of Card
        What is to be looked at first.
    confusion, calibration : (bytes, bytes)
        The figures as PNG and SVG.
    failures : sequence of (str, str)
        Pages that could not be judged, with the reason.
    facts : sequence of (str, str)
        Where the figures come from.

    Returns
    -------
    str
        HTML that needs no other file and no network.
    """
    parts = [
        element("h1", f"How well “{name}” was read"),
        element("p", headline(summary, pages), class_="lead"),
        _tiles(summary),
        _failed(failures),
        pages_table(pages, summary),
        _confusions(summary, pages, confusion),
        _calibration(summary, calibration),
        _cards(cards, summary),
        _rows(pages),
        _meanings(),
        _origins(facts),
    ]
    style = resources.files("zij.tables.scores").joinpath("report.css").read_text(encoding="utf-8")
    return page(f"Evaluation: {name}", Markup("\n".join(part for part in parts if part)), style=style)


def _section(heading: str, *children: object) -> Markup:
    return element("section", element("h2", heading), *children)


def _tiles(summary: Summary) -> Markup:
    """The main figures, large."""
    tiles = []
    figures, over = summary.whole.figures, summary.whole.over
    for column, text in _TILES:
        if column in figures:
            value = figures[column]
            shown = f"{value:.1f}" if column == "false_digits" else f"{value:.3f}"
            tiles.append(_tile(shown, text, f"mean over {counted(over[column], 'page')}"))
    if not math.isnan(summary.calibration_error):
        count = sum(b.count for b in summary.bins)
        tiles.append(_tile(f"{summary.calibration_error:.3f}", "calibration error", f"of {count:,} digits"))
    return element("div", *tiles, class_="tiles")


def _tile(value: str, text: str, note: str) -> Markup:
    return element("div", element("b", value), element("span", text), element("small", note), class_="tile")


def _failed(failures: Sequence[tuple[str, str]]) -> Markup:
    if not failures:
        return Markup("")
    told = (reason if reason.startswith(name) else f"{name}: {reason}" for name, reason in failures)
    items = [element("li", text) for text in told]
    return _section(f"{counted(len(failures), 'page')} could not be judged", element("ul", *items))


def _plate(drawn: Drawn, text: str) -> Markup:
    picture = element("img", src=data_uri(drawn[1], "image/svg+xml"), alt=text)
    return element("figure", picture, class_="plate")


def _confusions(summary: Summary, pages: Sequence[PageScores], drawn: Drawn) -> Markup:
    boxed = sum(page.digits is not None for page in pages)
    spelt = sum(page.digits is None for page in pages)
    how = []
    if boxed:
        how.append(f"by the boxes of digits on {counted(boxed, 'page')}")
    if spelt:
        how.append(f"by the values of tables on {counted(spelt, 'page')}")
    items = []
    for pair in summary.pairs[:CONFUSIONS]:
        what = str(pair).rpartition(": ")[0]
        items.append(element("li", element("b", f"{pair.count:,}"), what))
    rest = summary.pairs[CONFUSIONS:]
    errors = counted(sum(pair.count for pair in rest), "error")
    left = f" {counted(len(rest), 'more pair')}, {errors} together, are not listed."
    note = f"Judged {' and '.join(how)}.{left if rest else ''}"
    found = element("ol", *items, class_="confusions") if items else element("p", "No digit was confused.")
    words = element("div", element("p", note), element("h3", "What is still confused"), found)
    text = "Table of the digits that stand on the pages by the digits that were read"
    return _section(
        "Which digit is read for which", element("div", _plate(drawn, text), words, class_="pair")
    )


def _calibration(summary: Summary, drawn: Drawn) -> Markup:
    if not any(b.count for b in summary.bins):
        return Markup("")
    heads = ("Confidence", "Digits", "Mean confidence", "Right", "Difference")
    rows = []
    for b in summary.bins:
        if b.count:
            gap = f"{b.right - b.confidence:+.3f}".replace("-", "\N{MINUS SIGN}")
            means = f"{b.confidence:.3f}", f"{b.right:.3f}"
            rows.append((f"{b.low:.2f} to {b.high:.2f}", f"{b.count:,}", *means, gap))
    parts = [_table(heads, rows)]
    bands = [
        (
            f"{h.low} to {h.high}" if h.high else f"{h.low} and more",
            *(f"{count:,}" for count in (h.pages, h.digits)),
            *("–" if math.isnan(v) else f"{v:.3f}" for v in (h.recall, h.precision, h.calibration_error)),
        )
        for h in summary.heights
    ]
    if bands:
        names = ("Height in pixels", "Pages", "Digits", "Recall", "Precision", "Calibration error")
        parts += [element("h3", "By the height of the digits"), _table(names, bands)]
    text = "Share of right digits by confidence, and how many digits there are"
    words = element("div", *parts)
    return _section("Are the confidences honest?", element("div", _plate(drawn, text), words, class_="pair"))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    """A table whose first column names the line and whose others are numbers."""
    head = [element("th", text, scope="col", class_="number" if n else None) for n, text in enumerate(heads)]
    body = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", text, class_="number") for text in row[1:]),
        )
        for row in rows
    ]
    table = element("table", element("thead", element("tr", *head)), element("tbody", *body))
    return element("div", table, class_="wide")


def _cards(cards: Sequence[Card], summary: Summary) -> Markup:
    if not cards:
        return Markup("")
    figures = []
    for card in cards:
        picture = element("div", "no picture", class_="blank")
        if card.picture is not None:
            stream = BytesIO()
            Image.fromarray(card.picture).save(stream, "JPEG", quality=80, optimize=True)
            picture = element("img", src=data_uri(stream.getvalue(), "image/jpeg"), alt=card.verdict)
        words = element(
            "figcaption", element("b", card.verdict), element("span", card.page), element("span", card.place)
        )
        figures.append(element("figure", picture, words))
    more = summary.whole.faults - len(cards)
    note = (
        "Of each page in turn what was read wrongly with most confidence. Red: the place itself; "
        "blue: what was read beside something missed. "
    )
    note += f"{counted(more, 'more error')} in errors.csv." if more > 0 else ""
    return _section("The worst places", element("p", note), element("div", *figures, class_="cards"))


def _rows(pages: Sequence[PageScores]) -> Markup:
    """The rows of tables with most errors."""
    rows = [(page, row) for page in pages for row in page.rows if row.wrong]
    if not rows:
        return Markup("")
    rows.sort(key=lambda pair: -pair[1].wrong)
    heads = ("Page", "Row", "Wrong", "What stands there, and what was read")
    head = [element("th", text, scope="col") for text in heads]
    body = [_row(page, row) for page, row in rows[:ROWS]]
    note = element(
        "p",
        element("del", "struck out"),
        ": stands there and was not read so; ",
        element("ins", "marked"),
        ": was read instead. ",
        f"{len(body):,} of {counted(len(rows), 'row')} with errors.",
        class_="rows",
    )
    table = element("table", element("thead", element("tr", *head)), element("tbody", *body), class_="rows")
    return element(
        "section", element("h2", "The worst rows"), element("div", note, class_="rows"),
        element("div", table, class_="wide"),
    )  # fmt: skip


def _row(page: PageScores, row: RowSteps) -> Markup:
    values: list[object] = []
    for step in row.steps[:VALUES]:
        values += [*_step(step), " "]
    if len(row.steps) > VALUES:
        values.append(f"… {len(row.steps) - VALUES:,} more")
    judged = sum(step.kind in ("right", "wrong", "missed") for step in row.steps)
    label = " ".join(part for part in (row.match.table, row.match.row) if part)
    cells = (page.name, label, f"{row.wrong:,} of {judged:,}")
    return element("tr", *(element("td", cell) for cell in cells), element("td", *values, class_="values"))


def _step(step: Step) -> list[Markup]:
    if step.kind == "right" and step.truth is not None:
        return [element("span", step.truth.text)]
    if step.kind == "free":
        return [element("span", step.read.text if step.read else "*", class_="free", title="not judged")]
    marks = [element("del", step.truth.text)] if step.truth is not None else []
    return marks + ([element("ins", step.read.text)] if step.read is not None else [])


def _meanings() -> Markup:
    items = []
    for name, text in MEANINGS:
        items += [element("dt", name), element("dd", text.format(iou=MIN_IOU))]
    note = (
        "Means leave out pages on which a figure says nothing: no recall without printed digits. "
        "Numbers outside tables count as digits, not as values."
    )
    return _section("What the figures mean", element("dl", *items), element("p", note))


def _origins(facts: Sequence[tuple[str, str]]) -> Markup:
    rows = [
        element("tr", element("th", name, scope="row"), element("td", element("code", value)))
        for name, value in facts
    ]
    note = element("p", "The hashes of images and truth are in pages.csv.", class_="quiet")
    return _section("Where this comes from", element("table", *rows, class_="origins"), note)
