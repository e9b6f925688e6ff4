"""
How zij fails
=============

Five generated pages on which zij, or what one may take from it, goes wrong. What to do about it stands in
:doc:`/explanation/limits`.
"""

# %%
# A table of climates, its first fourteen rows, set and read. All other pages are held against this one.
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np

from zij.plots import draw_reading
from zij.similarity.arrangement.comparing import compare_arrangements
from zij.similarity.arrangement.entries import arrangement
from zij.similarity.embedding import cosine, embed
from zij.similarity.evidence import evidence_from_reading
from zij.tables.generate.climates import climates
from zij.tables.generate.families import shuffled
from zij.tables.generate.fonts import demo_typeface
from zij.tables.generate.pages import Setting, make_page
from zij.tables.read import read
from zij.tables.scan.image import Image

TABLE = replace(climates(), rows=climates().rows[:14])
SETTING = Setting.plain(digit_height=18.0)


def reading_of(pixels):
    """A page and what zij reads on it."""
    return pixels, read(Image("page.png", "", pixels))


def likeness(a, b):
    """Similarity, and score of the check by arrangement."""
    one, two = (embed(evidence_from_reading(found.reading, found.doubtful)) for _, found in (a, b))
    places = compare_arrangements(*(arrangement(found.reading) for _, found in (a, b)))
    return f"similarity {cosine(one, two):.2f}, check by arrangement {places.score:.2f}"


def show(*pages, title):
    """Pages side by side with what was read: blue read, orange uncertain, red unread, violet alone."""
    count = len(pages)
    figure, panels = plt.subplots(
        1, count, figsize=(5.4 * count + 1, 5.6), layout="constrained", squeeze=False
    )
    for axes, (pixels, found) in zip(panels[0], pages, strict=True):
        draw_reading(axes, found.reading, pixels, labels=True)
        axes.set_axis_off()
    figure.suptitle(title)


plain = reading_of(make_page(1, TABLE, SETTING).pixels)

# %%
# A shuffled copy
# ---------------
# The same numbers in other places. A count of digits cannot see the difference; the check by arrangement can.
mixed = shuffled(np.random.default_rng(5), TABLE, keep_argument=False)
other = reading_of(make_page(2, mixed, replace(SETTING, ruled=False)).pixels)
show(plain, other, title=likeness(plain, other))


# %%
# The same numbers in another form
# --------------------------------
# Hours and minutes as minutes alone, degrees and minutes as degrees with two decimals: a historian sees the
# same table, zij sees other digits. Search and check look for equal numbers; they do not convert any.
def one_number(whole, sixtieths, form):
    """What stood in two columns, as one number."""
    return form(int(whole), int(sixtieths)) if whole and sixtieths else ""


def as_decimals(degrees, minutes):
    """Degrees with two decimals after a point."""
    return f"{degrees + minutes / 60:.2f}"


others = replace(
    TABLE,
    headings=(*TABLE.headings[:3], "Min.", "Grad.", "Grad."),
    rows=tuple(
        (
            *row[:3],
            one_number(row[3], row[4], lambda hours, minutes: str(60 * hours + minutes)),
            one_number(row[5], row[6], as_decimals),
            one_number(row[7], row[8], as_decimals),
        )
        for row in TABLE.rows
    ),
    groups=((0,), (1,), (2,), (3,), (4,), (5,)),
)
other = reading_of(make_page(3, others, SETTING).pixels)
show(plain, other, title=likeness(plain, other))

# %%
# Letters taken for digits
# ------------------------
# A column of single letters in italics, between columns of figures. An o is hardly another thing than a
# nought there, a g much like a 9; some are not even called uncertain.
letters = replace(
    TABLE,
    headings=tuple(heading.rstrip(".") for heading in TABLE.headings),
    words=TABLE.words | {1},
    rows=tuple((row[0], "olzgqolz"[n % 8], *row[2:]) for n, row in enumerate(TABLE.rows)),
)
other = reading_of(make_page(6, letters, replace(SETTING, text=demo_typeface(), wear=0.4)).pixels)
show(other, title="the second column holds letters: o l z g q o l z")

# %%
# Worn type
# ---------
# Ink that failed. The first row and whole columns are lost, and much of what is left is uncertain. What was
# not found at all is called neither uncertain nor unread: it is not there.
other = reading_of(make_page(4, TABLE, replace(SETTING, wear=1.35, stains=1.2)).pixels)
states = [cell.state for table in other[1].reading.tables for cell in table.cells]
told = ", ".join(f"{states.count(state)} {state}" for state in ("read", "uncertain", "unread"))
figures = [column for column in range(len(TABLE.headings)) if column not in TABLE.words]
cells = sum(bool(row[column]) for row in TABLE.rows for column in figures)
show(other, title=f"of {cells} cells with figures: {told}")

# %%
# A hidden column
# ---------------
# The page disappears in the fold. The first column cannot be read; of the second, four numbers could, but
# they are too few beside the shadow to be taken for a column.
pixels = plain[0]
edge = 0.3 * pixels.shape[1]
light = np.clip((np.arange(pixels.shape[1]) - 0.7 * edge) / (0.35 * edge), 0.05, 1)
other = reading_of((pixels * light[:, None]).astype(np.uint8))
show(plain, other, title=likeness(plain, other))
