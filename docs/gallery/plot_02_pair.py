"""
Why two pages are alike
=======================

Two editions of one table, and the pairs of numbers that make up their similarity. Each arc is a pair and as
strong as its share of the similarity; pairs that stand in corresponding cells are drawn first.
"""

# %%
# `zij.compare` takes images; here it is given the true readings of generated pages, which saves the time of
# reading. The parts add up: what is listed, what is not, what lies outside the digits, and a remainder.
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import zij
from zij.explain.report.sheets import Sheet
from zij.plots import draw_pair

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    zij.generate(folder, count=2)
    a, b = folder / "edition-1.truth.xml", folder / "edition-2.truth.xml"
    compared = zij.compare(a, b, folder / "compared", images=folder)
    sheets = [Sheet(page.reading, page.image.pixels) for page in (compared.a, compared.b)]

figure, axes = plt.subplots(figsize=(11, 6.4), layout="constrained")
draw_pair(axes, *sheets, compared.pairs, compared.summary, arcs=120)

# %%
parts = ("relevance_listed", "relevance_unlisted", "relevance_outside_digits", "remainder")
for part in parts:
    print(f"{part:25} {compared.summary[part]:8.4f}")
print(f"{'together':25} {sum(compared.summary[part] for part in parts):8.4f}")
print(f"{'similarity':25} {compared.summary['similarity']:8.4f}")
