"""
A page and what is read on it
=============================

A generated page of a table, photographed a little askew on worn paper, and what zij reads on it. Each cell is
read, uncertain, unread or empty, and has a confidence: the probability that every sign of it is right.
"""

# %%
# The page is found in the photograph and set level; what is read stands in pixels of the photograph, so that
# it can be drawn over it. Blue cells are read; the deeper their tint, the less sure they are. Orange and
# dashed ones are uncertain, red and dotted ones unread.
from dataclasses import replace

import matplotlib.pyplot as plt

import zij
from zij.plots import draw_page, draw_reading
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.scan.image import Image

table = climates()
setting = Setting.plain(digit_height=18.0, skew=1.5, wear=1.1, stains=0.6)
photograph = make_page(4, replace(table, rows=table.rows[:12]), setting).pixels

found = zij.read(Image("page.png", "", photograph))  # or the path of a scan

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5.2), layout="constrained")
draw_page(left, found.page)
draw_reading(right, found.reading, photograph, labels=True)
left.set_title("the page that was found")
right.set_title("what was read")
right.set_axis_off()

# %%
# The same as a table of data, here its least certain cells with a text.
cells = found.reading.frame()
print(cells[cells["text"] != ""].sort_values("confidence").head(5).to_string())
