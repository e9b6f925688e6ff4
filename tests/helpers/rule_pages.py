"""Pages that need the rules of thumb of the table finder: each is read right with its rule only."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from laid_pages import H, LaidPage, cell_at, figures, inked, moved, rules, table

from zij.tables.geometry import Box
from zij.tables.layout.barriers import Barriers
from zij.tables.layout.layout import Layout
from zij.tables.reading import Glyph
from zij.tables.scan.rulings import Rulings, Segment


def one(rng: np.random.Generator, r: int, c: int) -> str:
    return str(rng.integers(0, 10))


def decimal(rng: np.random.Generator, r: int, c: int) -> str:
    return f"{rng.choice([0, 9])}.{rng.integers(0, 1000):03d}"


def dots(glyphs: list[Glyph], *, side: float = 0.16 * H) -> list[Box]:
    """A point after the first digit of every number of four: boxes of its ink."""
    boxes = []
    for a, b in itertools.pairwise(glyphs):
        gap = b.box.centre[0] - a.box.centre[0]
        if a.id == b.id and 0.9 * H < gap < 1.3 * H:
            x = (a.box.right + b.box.x) / 2
            boxes.append(Box(x - side / 2, a.box.centre[1] - side / 2, side, side))
    return boxes


def pointed(glyphs: list[Glyph]) -> dict[str, str]:
    """Texts of the cells of four digits with a point after the first."""
    texts: dict[str, str] = {}
    for g in glyphs:
        texts[g.id] = texts.get(g.id, "") + g.text
    return {name: f"{text[0]}·{text[1:]}" for name, text in texts.items() if name}


# --- numbers


def staggered() -> LaidPage:
    glyphs = table(12, [60, 140, 220], leading=22, text=one)
    moves = {f"{r}_1": 0.6 * H for r in range(1, 12, 2)}
    glyphs = [replace(g, box=replace(g.box, x=g.box.x + moves.get(g.id, 0))) for g in glyphs]
    return LaidPage(tuple(glyphs), ((12, 3),))


def single_digits_in_a_row() -> LaidPage:
    return LaidPage(tuple(table(10, [60 + 1.5 * H * c for c in range(6)], text=one)), ((10, 6),))


def few_numbers() -> LaidPage:
    return LaidPage(tuple(table(3, [60, 140])), ((3, 2),))


def parted_by_rulings() -> LaidPage:
    rights = [100 + 1.42 * H * c for c in range(3)]
    ruled = rules([r + 0.1 * H for r in rights], 80, 1000)
    return LaidPage(tuple(table(30, rights)), ((30, 3),), Rulings(ruled))


def set_close() -> LaidPage:
    return LaidPage(tuple(table(20, [60 + 1.9 * H * c for c in range(5)])), ((20, 5),))


def hanging_figures() -> LaidPage:
    def text(rng: np.random.Generator, r: int, c: int) -> str:
        return "".join(rng.choice(list("3456789"), 2)) if r > 3 else str(rng.choice(["10", "20", "12", "21"]))

    return LaidPage(tuple(table(12, [60, 150, 240], text=text, old=True, hang=0.5)), ((12, 3),))


def strange_figures() -> LaidPage:
    glyphs = [
        replace(g, box=replace(g.box, y=g.box.y + 0.2 * H * ((g.text in "34579") - (g.text in "68"))))
        for g in table(14, [60, 150, 240], text=lambda rng, r, c: "".join(rng.choice(list("0123456789"), 3)))
    ]
    return LaidPage(tuple(glyphs), ((14, 3),))


# --- points


def decimals_with_points(*more: Callable[[list[Glyph]], list[Box]], pitch: float = 0.62) -> LaidPage:
    glyphs = table(12, [100 + 4.9 * H * c for c in range(4)], text=decimal, pitch=pitch)
    boxes = [box for make in more for box in make(glyphs)]
    ink = inked(glyphs, *dots(glyphs), *boxes)
    return LaidPage(tuple(glyphs), ((12, 4),), ink=ink, texts=pointed(glyphs))


def two_columns_with(
    size: tuple[float, float], *, share: float = 1.0, gap: float = 1.3, aside: float = 0.0
) -> LaidPage:
    """Degrees and minutes so far apart, with ink of some size between them in a share of the rows."""
    minutes = 100 + (gap + 0.62) * H
    glyphs = table(20, [100, minutes])
    x = 100 + (gap - 0.62) / 2 * H + aside * H
    rows = np.flatnonzero(np.random.default_rng(0).random(20) < share)
    marks = [Box(x - size[0] * H / 2, 100 + 30 * r - size[1] * H / 2, size[0] * H, size[1] * H) for r in rows]
    return LaidPage(tuple(glyphs), ((20, 2),), ink=inked(glyphs, *marks))


def points_with_specks() -> LaidPage:
    return decimals_with_points(lambda glyphs: [Box(b.x - 3, b.y + 3, 1, 1) for b in dots(glyphs)])


def points_under_digits() -> LaidPage:
    """Boxes of the digits drawn wider than they are, so that they reach over the points."""
    page = decimals_with_points()
    wide = [replace(g, box=Box(g.box.centre[0] - 0.45 * H, g.box.y, 0.9 * H, g.box.h)) for g in page.glyphs]
    return replace(page, glyphs=tuple(wide))


def speck_within_a_number() -> LaidPage:
    def speck(glyphs: list[Glyph]) -> list[Box]:
        return [
            Box(a.box.right + 2, a.box.centre[1] + 0.16 * H, 2, 2)
            for a, b in itertools.pairwise(glyphs)
            if a.id == b.id == "5_1" and b.box.x - a.box.right < 0.4 * H
        ][:1]

    return decimals_with_points(speck, pitch=0.8)


# --- blots


def letters_beside() -> LaidPage:
    glyphs = table(20, [60, 150, 240])
    false = [Glyph(Box(400 + 40 * (r % 3), 95 + 30 * r, 10, 13), "0", 0.95) for r in range(20)]
    letters = [replace(g.box, x=g.box.x + 13 * k) for g in false for k in (-2, -1, 1, 2)]
    return LaidPage((*glyphs, *false), ((20, 3),), ink=inked([*glyphs, *false], *letters))


def word_in_a_cell() -> LaidPage:
    glyphs = [g for g in table(10, [60, 150, 240]) if g.id != "4_1"]
    word = [Box(118 + 10 * k, 215, 8, 13) for k in range(4)]
    return LaidPage(
        tuple(glyphs),
        ((10, 3),),
        ink=inked(glyphs, *word),
        check=lambda layout: cell_at(layout, 4, 1).state == "empty",
    )


# --- blocks


def far_columns() -> LaidPage:
    return LaidPage(tuple(table(9, [60, 60 + 9 * H, 60 + 18 * H])), ((9, 3),))


def two_tables(gap: float, leading: float = 30.0) -> LaidPage:
    """Two tables of two columns so many pixels beside each other."""
    left = table(16, [60, 130], name="0:")
    right = table(16, [130 + gap, 200 + gap], name="1:", leading=leading, top=107)
    return LaidPage((*left, *right), ((16, 2), (16, 2)))


def lonely_column() -> LaidPage:
    glyphs = [g for g in table(20, [60, 130, 200, 560]) if not g.id.endswith("_3") or int(g.id[:-2]) % 3]
    return LaidPage(tuple(glyphs), ((20, 4),))


# --- columns


def across_the_gutter() -> LaidPage:
    rights = [100 + 1.42 * H * c for c in range(3)]
    glyphs = table(24, rights)
    return LaidPage(tuple(glyphs), ((24, 3),), Rulings(rules([r + 0.1 * H for r in rights], 80, 720)))


def doubtful_column() -> LaidPage:
    glyphs = table(20, [60, 150, 240])
    false = [g for r in range(0, 20, 2) for g in figures("1", 330 + 3 * (r % 4), 100 + 30 * r, sure=0.6)]
    return LaidPage((*glyphs, *false), ((20, 3),))


def indented() -> LaidPage:
    glyphs = table(20, [60, 150, 240], text=one)
    far = {f"{r}_1" for r in range(20) if r % 5 < 2}
    return LaidPage(
        tuple(replace(g, box=replace(g.box, x=g.box.x + 1.1 * H * (g.id in far))) for g in glyphs), ((20, 3),)
    )


def barred() -> LaidPage:
    """Two columns close to each other, parted by a ruling, never both filled in a line."""
    glyphs = table(20, [60, 150, 150 + 1.1 * H, 270], text=one)
    kept = [g for g in glyphs if not g.id.endswith(("_1", "_2")) or (int(g.id[:-2]) % 2 == int(g.id[-1]) - 1)]
    return LaidPage(tuple(kept), ((20, 4),), Rulings(rules([150 + 0.25 * H], 80, 700)))


def notes_beside() -> LaidPage:
    notes = [g for k in range(5) for g in figures("7", 330 + 13 * k, 100 + 30 * (1, 9, 4, 16, 12)[k])]
    return LaidPage((*table(20, [60, 150, 240]), *notes), ((20, 3),))


def decimals_without_ink() -> LaidPage:
    glyphs = table(20, [100 + 4.2 * H * c for c in range(5)], text=decimal)
    texts = {name: text.replace("·", " ") for name, text in pointed(glyphs).items()}
    return LaidPage(tuple(glyphs), ((20, 5),), texts=texts)


# --- rows


def shifted(cells: dict[str, float], *, rows: int = 20, columns: int = 4) -> LaidPage:
    """A table of which some numbers stand so many digit heights lower."""
    glyphs = table(rows, [60 + 90 * c for c in range(columns)])
    lowered = [replace(g, box=replace(g.box, y=g.box.y + H * cells.get(g.id, 0))) for g in glyphs]
    return LaidPage(tuple(lowered), ((rows, columns),))


def half_lower() -> LaidPage:
    return shifted({f"{r}_{c}": 0.6 for r in range(20) for c in (2, 3)})


def sagging() -> LaidPage:
    dip = 0.27 * np.sin(np.pi * np.arange(24) / 24)
    return shifted({f"{r}_{c}": c * dip[r] for r in range(24) for c in range(12)}, rows=24, columns=12)


def slipped_decimals() -> LaidPage:
    page = decimals_without_ink()
    part = [g for g in page.glyphs if g.id == "6_2"][1:]
    return replace(page, glyphs=tuple(moved([g], 0, 0.4 * H)[0] if g in part else g for g in page.glyphs))


def between_lines() -> LaidPage:
    false = figures("1", 150, 100 + 30 * 7 + 0.75 * H)
    return LaidPage((*table(20, [60 + 90 * c for c in range(3)]), *false), ((20, 3),))


def off_the_line() -> LaidPage:
    false = figures("3", 150 - 2.1 * H, 100 + 30 * 7 + 0.55 * H)
    glyphs = table(20, [60, 150, 240], text=lambda rng, r, c: str(rng.integers(100, 600)) if r % 2 else "12")
    return LaidPage((*glyphs, *false), ((20, 3),))


def midway() -> LaidPage:
    glyphs = table(10, [100, 160, 220])
    for r in (0, 4, 8):
        glyphs += figures("7", 290, 115 + 30 * r, f"{r}_3")
    return LaidPage(
        tuple(glyphs),
        ((10, 4),),
        check=lambda layout: [cell_at(layout, r, 3).row_span for r in (0, 4, 8)] == [2, 2, 2],
    )


# --- the grid


def groups(breaks: str = "") -> LaidPage:
    """Groups of three rows between rulings; in the last columns one number is set beside the three."""
    glyphs, lines, y = [], [], 100.0
    rng = np.random.default_rng(0)
    rights = [60, 150, 240, 330, 420]
    for r in range(24):
        for c, right in enumerate(rights):
            if c < 3 or r % 3 == 1:
                glyphs += figures(str(rng.integers(10, 60)), right, y, f"{r if c < 3 else r - 1}_{c}")
        y += 30 if r % 3 < 2 else 42
        if r % 3 == 2 and not (breaks and r == 11):
            lines += [Segment(right - 60, y - 21, right + 10, y - 21) for right in rights]
    return LaidPage(
        tuple(glyphs),
        ((24, 5),),
        Rulings((), tuple(lines)),
        check=lambda layout: {c.row_span for c in layout.tables[0].cells if c.column > 2} == {3},
    )


def chance() -> LaidPage:
    """Figures of a text that stand below each other by chance."""
    rows = [(0, 1), (1, 2), (0, 2, 3), (1, 3), (0, 2, 3)]
    places = [(60 + 90 * c, 100 + 30 * r) for r, columns in enumerate(rows) for c in columns]
    return LaidPage(tuple(g for x, y in places for g in figures("1", x, y)), ())


def short_list() -> LaidPage:
    return LaidPage(tuple(replace(g, id="") for g in table(7, [60])), ())


def dislodged() -> LaidPage:
    glyphs = table(20, [60, 150, 240])
    last = [g for g in glyphs if g.id == "4_1"][-1]
    return LaidPage(tuple(moved([g], 0, 0.55 * H)[0] if g is last else g for g in glyphs), ((20, 3),))


def speck_far_beside() -> LaidPage:
    glyphs = table(
        20, [60, 180, 300], text=lambda rng, r, c: "12" if r == 4 else str(rng.integers(1000, 6000))
    )
    first = next(g for g in glyphs if g.id == "4_1")
    speck = replace(moved([first], -1.4 * H, 0.55 * H)[0], id="")
    return LaidPage((*glyphs, speck), ((20, 3),))


def lone_line() -> LaidPage:
    lone = [g for right in (60, 240) for g in figures("12", right, 100 - 66)]
    return LaidPage((*lone, *table(20, [60 + 90 * c for c in range(5)])), ((20, 5),))


def words_ruled_off() -> LaidPage:
    heading = [g for right in (60, 240) for g in figures("2", right, 70)]
    line = (Segment(20, 84, 460, 84),)
    return LaidPage((*heading, *table(20, [60 + 90 * c for c in range(5)])), ((20, 5),), Rulings((), line))


def linked() -> LaidPage:
    stray = figures("1", 408, 400, sure=0.6)
    left, right = table(20, [100, 160, 220], name="0:"), table(20, [605, 665, 725], name="1:")
    return LaidPage((*left, *stray, *right), ((20, 3), (20, 3)))


def even_groups() -> LaidPage:
    """Four columns of numbers, each after a column of words."""
    return LaidPage(tuple(table(16, [60, 60 + 14 * H, 60 + 28.5 * H, 60 + 42.5 * H])), ((16, 4),))


def thin_end() -> LaidPage:
    """A column that is left with a single number when a line above the table is given up."""
    lone = [*figures("12", 60, 34), *figures("34", 510, 34), *figures("7", 510, 130), *figures("7", 510, 280)]
    return LaidPage((*lone, *table(20, [60 + 90 * c for c in range(5)])), ((20, 5),))


# --- headings


def is_header(layout: Layout, count: int) -> bool:
    return [c.header for c in layout.tables[0].cells] == [c.row < count for c in layout.tables[0].cells]


def with_headings(*heights: float, columns: tuple[int, ...] = (0, 1, 2, 3), slip: float = 0.0) -> LaidPage:
    """A table of four columns with numbers so many digit heights above it."""
    rights = [60 + 90 * c for c in range(4)]
    body = [
        replace(g, id=f"{int(g.id.split('_')[0]) + len(heights)}_{g.id.split('_')[1]}")
        for g in table(12, rights)
    ]
    heads = []
    for n, height in enumerate(sorted(heights, reverse=True)):
        for c in columns:
            heads += figures(str(c + 1), rights[c], 100 - height * H + slip * c, f"{n}_{c}")
    rows = 12 + len(heights)
    return LaidPage((*heads, *body), ((rows, 4),), check=lambda layout: is_header(layout, len(heights)))


def far_heading() -> LaidPage:
    page = with_headings(5)
    return replace(page, check=lambda layout: max(c.box.h for c in layout.tables[0].cells) < 2 * H)


def not_headed(height: float, columns: tuple[int, ...]) -> LaidPage:
    """The same where the numbers above the table do not head it."""
    page = with_headings(height, columns=columns)
    glyphs = []
    for g in page.glyphs:
        r, c = (int(part) for part in g.id.split("_"))
        glyphs.append(replace(g, id=f"{r - 1}_{c}" if r else ""))
    return LaidPage(tuple(glyphs), ((12, 4),))


def first_row_ruled_off() -> LaidPage:
    line = (Segment(20, 115, 460, 115),)
    return LaidPage(
        tuple(table(20, [60 + 90 * c for c in range(5)])),
        ((20, 5),),
        Rulings((), line),
        check=lambda layout: is_header(layout, 1),
    )


def unread_row(columns: int) -> LaidPage:
    """A row without a reading, with ink in so many of four columns; it counts with two or more."""
    every = table(12, [60, 150, 240, 330])
    lost = [g for g in every if g.id.startswith("5_")]
    glyphs = [g for g in every if g not in lost]
    seen = [g.box for g in lost if int(g.id[-1]) < columns]
    if columns < 2:
        rows = {g: int(g.id.split("_")[0]) for g in glyphs}
        glyphs = [replace(g, id=f"{r - (r > 5)}_{g.id[-1]}") for g, r in rows.items()]
    return LaidPage(
        tuple(glyphs),
        ((12 - (columns < 2), 4),),
        ink=inked(glyphs, *(replace(b, x=b.x + 0.2 * b.w, w=0.6 * b.w) for b in seen)),
        check=lambda layout: columns < 2 or cell_at(layout, 5, 0).state == "unread",
    )


# --- adoption


def half_read(at: float = 0.0, share: float = 1.0) -> LaidPage:
    """A number of three digits of which one was read, doubtfully; `at` moves it."""

    def text(rng: np.random.Generator, r: int, c: int) -> str:
        return "485" if c != 1 or r / 12 < share else ""

    every = table(12, [100, 190, 280], leading=40, text=text)
    number = [g for g in every if g.id == "6_1"] or figures("485", 190, 340, "")
    kept = [g for g in every if g not in number]
    left = moved([replace(number[0], confidence=0.6)], at * H, 0)
    return LaidPage((*kept, *left), ((12, 3),), ink=inked([*kept, *number]))


# --- cells and rulings


def overlapping(layout: Layout) -> bool:
    cells = layout.tables[0].cells
    return any(a.box.intersection(b.box) > 1e-6 for k, a in enumerate(cells) for b in cells[:k])


def bowed() -> LaidPage:
    glyphs = [
        replace(
            g,
            box=replace(
                g.box, y=g.box.y + 9e-5 * (g.box.centre[0] - 300) ** 2, x=g.box.x + 2e-5 * g.box.y**2
            ),
        )
        for g in table(12, [60 + 60 * c for c in range(9)], leading=24)
    ]
    return LaidPage(tuple(glyphs), ((12, 9),), check=lambda layout: not overlapping(layout))


def lowered() -> LaidPage:
    page = shifted({"5_1": 0.35})
    return replace(page, check=lambda layout: not overlapping(layout))


def open_side() -> LaidPage:
    return LaidPage(
        tuple(table(12, [60, 150, 500])),
        ((12, 3),),
        check=lambda layout: max(c.box.w for c in layout.tables[0].cells) < 7 * H,
    )


def broken_ruling() -> LaidPage:
    return LaidPage(
        tuple(table(20, [60, 170, 280])),
        ((20, 3),),
        Rulings(rules([128], 60, 480) + rules([70], 60, 720)),
        check=lambda layout: np.ptp([c.box.x for c in layout.tables[0].cells if c.column == 1]) < 0.5 * H,
    )


def chained_ruling() -> LaidPage:
    rights = [100 + 1.42 * H * c for c in range(3)]
    pieces = [Segment(r + 0.1 * H, y, r + 0.1 * H, y + 60) for r in rights for y in range(60, 720, 120)]
    return LaidPage(tuple(table(20, rights)), ((20, 3),), Rulings(tuple(pieces)))


def jittered() -> LaidPage:
    """Digits set unevenly, in numbers of four."""
    rng = np.random.default_rng(1)
    glyphs = table(12, [100, 230, 360], text=lambda rng, r, c: str(rng.integers(1000, 9999)), pitch=0.66)
    return LaidPage(tuple(moved([g], rng.normal(0, 0.07) * H, 0)[0] for g in glyphs), ((12, 3),))


def between_groups() -> LaidPage:
    glyphs = []
    for g in table(20, [60 + 90 * c for c in range(6)]):
        glyphs += moved([g], 0, 22 * (int(g.id.split("_")[0]) // 5))
    false = figures("1", 150, 100 + 30 * 9 + 22 + 26)
    return LaidPage((*glyphs, *false), ((20, 6),))


def pieces_of_rulings(gap: float, aside: float = 0.0) -> bool:
    """Whether two pieces in line, or nearly, are one barrier."""
    pieces = [
        Segment(50, 0, 50, 12 * H),
        Segment(50 + aside * H, (12 + gap) * H, 50 + aside * H, (24 + gap) * H),
    ]
    return len(Barriers.vertical(pieces, digit_height=H).lines) == 1


def _expecting(
    glyphs: list[Glyph], candidate: Glyph, *, rows: int, adopted: bool, expected: str = ""
) -> LaidPage:
    """A table of two columns with one candidate, which it is to make a digit or not."""
    shown = [*glyphs, candidate] if adopted else glyphs
    page = LaidPage(tuple(shown), ((rows, 2),))
    wanted = (0,) if adopted else ()
    return replace(
        page,
        glyphs=tuple(glyphs),
        candidates=(candidate,),
        texts={candidate.id: expected} if adopted else {},
        check=lambda layout: layout.expected == wanted,
    )


def _without(glyphs: list[Glyph], where: str) -> tuple[list[Glyph], Glyph]:
    """The glyphs without the first digit of a cell, and that one as a candidate."""
    first = next(g for g in glyphs if g.id == where)
    return [g for g in glyphs if g is not first], replace(first, confidence=0.3)


def faint_digit() -> LaidPage:
    """A digit that is doubtful by itself, in a column where all others have one in its place."""
    glyphs = table(14, (200, 300))
    text = "".join(g.text for g in glyphs if g.id == "6_1")
    rest, faint = _without(glyphs, "6_1")
    return _expecting(rest, faint, rows=14, adopted=True, expected=text)


def faint_ruling(aside: float) -> LaidPage:
    """A doubtful mark between columns, so many digit heights before the first digits."""
    glyphs = table(14, (200, 300))
    first = next(g for g in glyphs if g.id == "6_1")
    box = replace(first.box, x=first.box.x - aside * H)
    return _expecting(glyphs, Glyph(box, "1", 0.4, (), "6_1"), rows=14, adopted=False)


def faint_in_a_short_table() -> LaidPage:
    """Where three rows are all there is, nothing is usual."""
    glyphs = table(4, (200, 300), text=lambda rng, r, c: "7" if (r, c) == (2, 1) else "45")
    first = next(g for g in glyphs if g.id == "1_1")
    box = replace(first.box, y=first.box.y + 30)
    return _expecting(glyphs, Glyph(box, "1", 0.4, (), "2_1"), rows=4, adopted=False)


def faint_on_a_digit() -> LaidPage:
    """A second candidate on the place of a digit that was read."""
    glyphs = table(14, (200, 300))
    first = next(g for g in glyphs if g.id == "6_1")
    box = replace(first.box, x=first.box.x + 0.1 * H)
    return _expecting(glyphs, Glyph(box, "1", 0.4, (), "6_1"), rows=14, adopted=False)


def faint_far_below() -> LaidPage:
    """Numbers have two digits above and one below; the mark stands far below."""
    glyphs = table(34, (200, 300), text=lambda rng, r, c: str(rng.integers(10, 60) if r < 8 else 7))
    first = next(g for g in glyphs if g.id == "2_1")
    box = replace(first.box, y=first.box.y + 28 * 30)
    return _expecting(glyphs, Glyph(box, "1", 0.4, (), "30_1"), rows=34, adopted=False)
