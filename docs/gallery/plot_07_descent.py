"""
Who copied whom
===============

Ten copies of one table, each made from an earlier one with new errors; six of them are left. Errors that
witnesses share put them into a tree. It is evidence, and no proof: the same error can be made twice.
"""

# %%
# Numbers at the branches are bootstrap support: how often the branch comes back if the places are drawn anew.
# The history is known here, so the tree can be held against it.
import matplotlib.pyplot as plt
import numpy as np

from zij.explain.collation.descent.chances import ErrorModel
from zij.explain.collation.descent.characters import Told, characters
from zij.explain.collation.descent.descent import descent
from zij.plots import draw_tree
from zij.tables.generate.copying import copying_tree
from zij.tables.generate.numeric import NumericTable

rng = np.random.default_rng(3)
lines = [(str(row), *(str(n) for n in rng.integers(10, 1000, 8))) for row in range(1, 41)]
table = NumericTable("", ("",) * 9, frozenset(), tuple(lines))
history = copying_tree([5], table, 10, errors=lambda *_: 12)

left = [0, 2, 4, 6, 7, 9]
keys = [("t1", row, column) for row in range(40) for column in range(1, 9)]
rows = [[Told(history.copies[n].table.rows[row][column]) for n in left] for _, row, column in keys]
names = [f"copy {n}" for n in left]
found = descent(characters(names, keys, rows), [(None, None)] * len(left), model=ErrorModel(), replicates=100)

figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
draw_tree(axes, found)

# %%
for number in left:
    print(f"copy {number} came down by way of", ", ".join(map(str, history.line(number)[:-1])) or "nobody")
