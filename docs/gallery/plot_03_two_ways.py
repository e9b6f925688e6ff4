"""
Two ways to ask why
===================

BiLRP goes back through the model and splits the similarity exactly. The Distance Explainer knows nothing of
the model: it hides cells, over and over, and watches the distance. They do not answer the same question,
and it is well to know which one was asked.
"""

# %%
# BiLRP says what each cell adds to the similarity: every number that the other page has too adds its share.
# The Distance Explainer says what would change without the cell. The hours and minutes in the first columns
# of figures stand on the page many times; hide one, and the others still say the same. What is pale is no
# more than chance would do.
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import zij
from zij.actions import explain
from zij.plots import draw_signed

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    zij.generate(folder, count=2)
    pages = folder / "edition-1.truth.xml", folder / "edition-2.truth.xml"
    asked = {
        "BiLRP": explain(*pages, folder / "bilrp", method="bilrp", images=folder),
        "Distance Explainer": explain(*pages, folder / "distance", number=2000, images=folder),
    }

figure, panels = plt.subplots(1, 2, figsize=(11, 7.4), layout="constrained")
for axes, (title, found) in zip(panels, asked.items(), strict=True):
    draw_signed(axes, found.a.image.pixels, found.a.reading, found.answer.sides[0])
    axes.set_title(title)

# %%
# Here the two hardly agree in the order of the cells, and neither is wrong.
one, two = (found.regions.set_index(["side", "id"])["relevance"] for found in asked.values())
print(f"rank correlation {one.corr(two.reindex(one.index), method='spearman'):.2f} over {len(one)} cells")
