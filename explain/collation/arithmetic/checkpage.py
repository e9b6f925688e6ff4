"""The checks of pages as one HTML file that opens offline: rings on pages, flagged cells, curves, models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import resources
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from zij.explain.collation.arithmetic.checkfiles import Flag, PageChecks
from zij.explain.collation.arithmetic.curves import curve_figure
from zij.explain.collation.arithmetic.records import Model, TableChecks
from zij.explain.collation.arithmetic.unbroken import unbroken
from zij.html import Markup, data_uri, element, page
from zij.tables.geometry import Box, Geometry

__all__ = [
    "INTRODUCTION",
    "Crops",
    "Pictures",
    "checks_page",
    "checks_style",
    "flags_table",
    "rules_parts",
]

Rgb = NDArray[np.uint8]
Pictures = Callable[[int], "Rgb | None"]
"""The original image of a page by its number; None where there is none."""

INTRODUCTION = (
    "A flagged cell breaks a rule that its column otherwise keeps. What is expected is the rule's, never a "
    "correction: the page may be wrong, and the rule may be. Residuals are in units of the last place. The "
    "three shares say how likely the scan is misread, the print has a slip, or the value was computed wrong, "
    "if the cell is wrong at all. Tables, rows and columns are those of the reading; rows and columns are "
    "counted from 1 here (headings outside the table are not counted), and from 0 in the CSV files."
)
"""What the page of checks says first."""
_LONGEST = 1500  # pixels of a page's longer side
_CROPS = 400  # flagged cells of a table that are shown with a crop
_CURVES = 24  # of a table; the quietest are left out, and it is said


def checks_page(pages: Sequence[PageChecks], pictures: Pictures, origins: Sequence[tuple[str, str]]) -> str:
    """The whole report as the text of an HTML file.

    Parameters
    ----------
    pages : sequence of PageChecks
    pictures : callable
    origins : sequence of (str, str)
        What the checks rest on, by name: versions, parameters.

    Returns
    -------
    str
    """
    flagged = sum(one.flagged for one in pages)
    title = (
        f"Check of {pages[0].name if len(pages) == 1 else f'{len(pages)} pages'}: {_cells(flagged)} flagged"
    )
    body = [element("h1", title), element("p", INTRODUCTION)]
    for number, one in enumerate(pages):
        body.append(_page(one, pictures(number)))
    facts = [element("li", element("b", f"{name}: "), value) for name, value in origins]
    body.append(element("details", element("summary", "What these checks rest on"), element("ul", *facts)))
    return page(title, Markup("\n".join(body)), style=checks_style())


def checks_style() -> str:
    """CSS of all of this."""
    home = resources.files("zij.explain.collation.arithmetic")
    return home.joinpath("checks.css").read_text(encoding="utf-8")


def _cells(count: int) -> str:
    return f"{count} cell" if count == 1 else f"{count} cells"


def _page(one: PageChecks, rgb: Rgb | None) -> Markup:
    picture = _Picture(one, rgb) if rgb is not None else None
    parts = [element("h2", one.name)]
    if not one.tables:
        parts.append(element("p", "No table was found on this page."))
    if picture is not None and one.flagged:
        parts.append(picture.ringed())
    for table, flags in zip(one.tables, one.flags, strict=True):
        parts.append(_table(table, flags, picture))
    return element("section", *parts)


class Crops:
    """Cuts cells from a page, upright.

    Parameters
    ----------
    one : PageChecks
        The page.
    rgb : (H, W, 3) ndarray of uint8
        Its original image.
    """

    def __init__(self, one: PageChecks, rgb: Rgb) -> None:
        self.one = one
        turns = one.reading.turn // 90 % 4
        self.upright = np.ascontiguousarray(np.rot90(rgb, -turns))
        self.turned = Geometry.identity(rgb.shape[1], rgb.shape[0]).turned(turns)

    def crop(self, box: Box) -> Markup:
        """The cell with some room about it, its box in pixels of the original image."""
        from PIL import Image

        area = _mapped(self.turned, box)
        room = max(area.h * 0.5, 6)
        area = Box(area.x - 2 * room, area.y - room, area.w + 4 * room, area.h + 2 * room)
        area = area.clipped(self.turned.width, self.turned.height).rounded()
        x, y, w, h = int(area.x), int(area.y), int(area.w), int(area.h)
        part = Image.fromarray(np.ascontiguousarray(self.upright[y : y + h, x : x + w]))
        factor = min(56 / max(h, 1), 320 / max(w, 1), 3.0)
        part = part.resize((max(round(w * factor), 1), max(round(h * factor), 1)), Image.Resampling.LANCZOS)
        return element("img", src=_jpeg(part), alt="the cell on the page", class_="crop")


class _Picture(Crops):
    """A page upright, as large as it is shown."""

    def __init__(self, one: PageChecks, rgb: Rgb) -> None:
        from PIL import Image

        super().__init__(one, rgb)
        self.geometry = self.turned.scaled(min(_LONGEST / max(self.turned.width, self.turned.height), 1.0))
        image = Image.fromarray(self.upright)
        size = self.geometry.width, self.geometry.height
        self.small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)

    def ringed(self) -> Markup:
        """The page with a ring about each flagged cell, joined to its line in the list."""
        width, height = self.small.size
        rings = []
        for table, flags in zip(self.one.tables, self.one.flags, strict=True):
            for flag in flags:
                box = _mapped(self.geometry, flag.cell.box)
                room = max(0.12 * box.h, 2.0)
                ring = element(
                    "rect", x=f"{box.x - room:.1f}", y=f"{box.y - room:.1f}", width=f"{box.w + 2 * room:.1f}",
                    height=f"{box.h + 2 * room:.1f}", rx=4, class_=f"ring {_likeliest(flag)}",
                )  # fmt: skip
                words = f"{flag.check.text or '(empty)'}, expected {flag.check.expected}: {flag.check.rule}"
                rings.append(
                    element("a", element("title", words), ring, href=f"#{_anchor(self.one, table, flag)}")
                )
        drawing = element("svg", *rings, viewBox=f"0 0 {width} {height}", role="img")
        image = element("img", src=_jpeg(self.small), alt=f"{self.one.name}, flagged cells ringed")
        legend = element(
            "figcaption", "Rings: ", element("span", "scan misread", class_="key scan"), ", ",
            element("span", "misprint", class_="key print"), ", ",
            element("span", "computation", class_="key computation"), " is the likeliest of the three.",
        )  # fmt: skip
        return element("figure", element("div", image, drawing, class_="stage"), legend, class_="page")


def _mapped(geometry: Geometry, box: Box) -> Box:
    points = (
        np.array([[box.x, box.y], [box.right, box.bottom]]) @ geometry.matrix[:, :2].T + geometry.matrix[:, 2]
    )
    low, high = points.min(axis=0), points.max(axis=0)
    return Box(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def _jpeg(image: object) -> Markup:
    stream = BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=80)  # type: ignore[attr-defined]
    return data_uri(stream.getvalue(), "image/jpeg")


def _anchor(one: PageChecks, table: TableChecks, flag: Flag) -> str:
    signs = "".join(sign if sign.isalnum() else "-" for sign in one.name)
    return f"{signs}-{table.table}-{flag.check.row}-{flag.check.column}"


def _likeliest(flag: Flag) -> str:
    shares = flag.weighing.p_scan, flag.weighing.p_print, flag.weighing.p_computation
    return ("scan", "print", "computation")[int(np.argmax(shares))]


def _table(table: TableChecks, flags: Sequence[Flag], picture: _Picture | None) -> Markup:
    parts: list[object] = [element("h3", f"Table {table.table}: {_cells(len(flags))} flagged")]
    if flags:
        parts.append(flags_table(table, flags, picture, anchors=True))
    return element("section", *parts, *rules_parts(table))


def rules_parts(table: TableChecks, *, curves: int = _CURVES, flat: bool = True) -> list[Markup]:
    """The models and rules of a table, so many curves of what they leave unexplained, and remarks.

    Curves where nothing is left unexplained are among them if `flat`.

    Parameters
    ----------
    table : TableChecks
    curves : int
        How many at most.
    flat : bool

    Returns
    -------
    list of Markup
    """
    parts = []
    if table.models:
        parts.append(element("h4", "Models"))
        parts.append(element("ul", *(element("li", *_model(model)) for model in table.models)))
    if table.rules:
        rows = [
            element(
                "tr", *(element("td", unbroken(text)) for text in (rule.quantity, rule.name, rule.words)),
                element("td", f"{rule.kept} of {rule.cells}", class_="number"),
                element("td", f"{rule.tolerance:.3g}", class_="number"),
            )
            for rule in table.rules
        ]  # fmt: skip
        head = _head("of", "rule", "in words", "kept", "tolerance")
        parts += [
            element("h4", "Rules"),
            element("div", element("table", head, element("tbody", *rows)), class_="wide"),
        ]
    else:
        parts.append(element("p", "No rule was found that this table keeps."))
    drawn = [curve for curve in table.curves if flat or any(curve.residuals)]
    shown = sorted(drawn, key=lambda curve: -len(curve.flagged))[:curves]
    if shown:
        parts.append(element("h4", "What the rules leave unexplained"))
        parts.append(element("div", *(curve_figure(curve) for curve in shown), class_="curves"))
    if len(drawn) > len(shown):
        parts.append(element("p", f"{len(drawn) - len(shown)} more curves are left out; see residuals.csv."))
    if table.remarks:
        parts.append(element("h4", "Remarks"))
        parts.append(element("ul", *(element("li", unbroken(remark)) for remark in table.remarks)))
    return parts


def _head(*words: str) -> Markup:
    return element("thead", element("tr", *(element("th", word) for word in words)))


def flags_table(
    table: TableChecks, flags: Sequence[Flag], crops: Crops | None = None, *, anchors: bool = False
) -> Markup:
    """The flagged cells with what is expected and the three shares, and their crops where there are some.

    Parameters
    ----------
    table : TableChecks
    flags : sequence of Flag
    crops : Crops, optional
        Gives the crop of a cell.
    anchors : bool
        Whether each line can be linked to, where there are crops.

    Returns
    -------
    Markup
    """
    rows = []
    for number, flag in enumerate(flags):
        check = flag.check
        crop = [element("td", crops.crop(flag.cell.box) if number < _CROPS else "")] if crops else []
        anchor = _anchor(crops.one, table, flag) if crops and anchors else None
        others = f" (also: {', '.join(check.other_rules)})" if check.other_rules else ""
        rows.append(
            element(
                "tr", *crop,
                element("td", f"row {check.row + 1}, column {check.column + 1}", class_="place"),
                element("td", check.text or "(empty)", class_="number read"),
                element("td", check.expected, class_="number expected"),
                element("td", unbroken(check.rule + others)),
                element("td", f"{check.residual:+.4g}", class_="number"),
                element("td", _bars(flag), "; ".join(flag.weighing.reasons), class_="verdict"), id=anchor,
            )
        )  # fmt: skip
    heads = ("place", "read", "expected", "rule", "residual", "scan, print or computation")
    head = _head(*([""] if crops else []), *heads)
    return element("div", element("table", head, element("tbody", *rows)), class_="wide")


def _bars(flag: Flag) -> Markup:
    shares = {
        "scan": flag.weighing.p_scan,
        "print": flag.weighing.p_print,
        "computation": flag.weighing.p_computation,
    }
    parts = [
        element("span", f"{name} {share:.0%}" if share >= 0.1 else "", class_=f"bar {name}",
                style=f"flex-grow: {share:.4f}", title=f"{name} {share:.1%}")
        for name, share in shares.items()
        if share >= 0.005
    ]  # fmt: skip
    return element("div", *parts, class_="bars")


def _model(model: Model) -> list[object]:
    """The formula, its parameters with their intervals, and how well it fits."""
    words, bounds = model.words, []
    for parameter in model.parameters:
        words = words.partition(f", {parameter.name} ")[0]  # its value is told with its interval
        unit = f" {parameter.unit}" if parameter.unit else ""
        known = parameter.low < parameter.high
        interval = f" (95 % interval: {parameter.low:.8g} to {parameter.high:.8g})" if known else ""
        bounds.append(f"{parameter.name} {parameter.value:.8g}{unit}{interval}")
    fit = (
        f"{model.kept} of {model.cells} cells within {model.tolerance:.3g} units of the last place, "
        f"root mean square {model.deviation:.2g}; {model.rounded} are just the value rounded, "
        f"{model.truncated} just truncated"
    )
    return [element("b", unbroken(f"{model.quantity}: {words}. ")), "; ".join(bounds), ". ", fit, "."]
