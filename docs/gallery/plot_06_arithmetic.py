"""
What the numbers say of each other
==================================

A table of declinations with two misprints. Neighbours and the formula of the table agree on nearly all cells,
and so stand against these two. No reading is changed: a printer's error is part of the record.
"""

# %%
# Residuals are what is read less what the rule expects, in units of the last place; the band is what rounding
# allows, and rings mark the cells that break the rule.
from dataclasses import replace

import matplotlib.pyplot as plt

from zij.explain.collation.arithmetic.checkfiles import check_page
from zij.plots import draw_residuals
from zij.tables.generate.pages import Setting, make_page
from zij.tables.generate.trigonometry import declinations

table = declinations(23.5)
rows = [list(row) for row in table.rows]
for row, column in ((6, 2), (17, 4)):
    rows[row][column] = f"{(int(rows[row][column]) + 30) % 60:02d}"
page = make_page(1, replace(table, rows=tuple(map(tuple, rows))), Setting.plain(digit_height=14.0))

checked = check_page("declinations", page.truth)
curves = [curve for table in checked.tables for curve in table.curves if curve.flagged]
figure, panels = plt.subplots(
    len(curves), 1, figsize=(9, 2.6 * len(curves)), layout="constrained", squeeze=False
)
for axes, curve in zip(panels[:, 0], curves, strict=True):
    draw_residuals(axes, curve)

# %%
print(checked.frame()[["row", "column", "text", "expected", "residual", "p_print"]].to_string(index=False))
