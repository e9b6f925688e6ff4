"""
A map of a corpus
=================

Sixty pages of eight tables, in editions with misprints, re-set, cut and shuffled, beside pages of other
tables. Pages with alike digits lie near each other; the axes have no unit, and distances between far groups
mean nothing.
"""

# %%
# Clusters by HDBSCAN need no number of clusters; pages that are alone have no colour.
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import zij
from zij.plots import draw_map

with tempfile.TemporaryDirectory() as name:
    made, corpus = Path(name) / "made", Path(name) / "corpus"
    zij.generate(made, families=8, pages=60, readings=True)
    zij.corpus.add(corpus, [made / "pages"], metadata=[made / "families.csv"])
    zij.corpus.process(corpus, workers=0)
    mapped = zij.corpus.map_(corpus, Path(name) / "map")

figure, panels = plt.subplots(1, 2, figsize=(12, 5.4), layout="constrained")
for axes, colour in zip(panels, ("cluster", "place"), strict=True):
    draw_map(axes, mapped.pages, colour=colour)
    axes.set_title(f"by {colour}")

# %%
print(mapped.sentence.split(";")[0])
