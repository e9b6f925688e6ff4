"""
Are confidences honest?
=======================

Of the digits read with a confidence of 0.9, nine in ten should be right. A worn page is read and held
against what really stands on it.
"""

# %%
# To see this for your own pages, write down what stands on a few of them and call `zij.evaluate` on their
# folder. With few pages the intervals are wide: so few errors say little.
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt

import zij
from zij.plots import draw_confidences, draw_confusion, draw_reliability
from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.overlay import save_png
from zij.tables.pagexml import write_pagexml

table = replace(climates(), rows=climates().rows[:16])
with tempfile.TemporaryDirectory() as name:
    folder = Path(name) / "pages"
    folder.mkdir()
    page = make_page(4, table, Setting.plain(digit_height=16.0, wear=1.3, stains=1.0), name="worn.png")
    save_png(folder / "worn.png", page.pixels)
    write_pagexml(folder / "worn.truth.xml", page.truth)
    evaluated = zij.evaluate(folder, Path(name) / "scores")

figure, panels = plt.subplots(1, 3, figsize=(13, 4.2), layout="constrained")
draw_reliability(panels[0], evaluated.summary.bins)
draw_confidences(panels[1], evaluated.summary.bins)
draw_confusion(panels[2], evaluated.summary.confusion)

# %%
print(evaluated.sentence.split(";")[0])
