"""
How stable are the clusters?
============================

Clusters are no facts. k-means starts at random places and must be told how many clusters there are; HDBSCAN
needs no number, but may change if pages are taken away. So each is asked again, and what comes back is
counted.
"""

# %%
# On the left, how many clusters have so many pages; in the middle, how stable they are, where 0.75 is the
# usual bound; on the right, what other numbers of clusters do.
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import zij
from zij.plots import draw_cluster_numbers, draw_cluster_sizes, draw_cluster_stability

with tempfile.TemporaryDirectory() as name:
    made, corpus = Path(name) / "made", Path(name) / "corpus"
    zij.generate(made, families=8, pages=60, readings=True)
    zij.corpus.add(corpus, [made / "pages"], metadata=[made / "families.csv"])
    zij.corpus.process(corpus, workers=0)
    clustered = zij.corpus.cluster(corpus, Path(name) / "clusters")

figure, panels = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
draw_cluster_sizes(panels[0], clustered.clusters)
draw_cluster_stability(panels[1], clustered.clusters)
draw_cluster_numbers(panels[2], clustered.tried)

# %%
print(clustered.sentence.split("; pictures")[0])
