"""
Diversity, and why it is rarefied
=================================

Five towns print tables of the same hundred kinds, each kind equally often: they are equally varied. One has
printed 30 tables, another 480. The published figure, entropy less log n, falls as a town prints more; the
entropy to be expected in equally small samples of all towns does not.
"""

# %%
# Both panels show the same towns; bars are 95 % intervals. `zij.corpus.diversity` draws these figures of a
# corpus. What it measures among is clusters, so it is no better than they are.
import matplotlib.pyplot as plt
import numpy as np

from zij.corpora.seeing.places import place_diversity
from zij.plots import draw_diversity_by_place

rng = np.random.default_rng(1)
printed = {"Basel": 30, "Paris": 60, "Augsburg": 120, "Venice": 240, "Wittenberg": 480}
places = [place for place, count in printed.items() for _ in range(count)]
books = [f"{place} {n // 10}" for place, count in printed.items() for n in range(count)]
kinds = rng.integers(100, size=len(places))

found = place_diversity(kinds, places, books, size=30)
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3), sharey=True, layout="constrained")
draw_diversity_by_place(left, found, measure="published")
draw_diversity_by_place(right, found)

# %%
print(found[["place", "tables", "entropy", "published", "rarefied"]].round(2).to_string(index=False))
