"""
Three editions laid on each other
=================================

Three editions of one table, each copied from the first with six misprints, collated cell by cell. Where they
differ the place is a variant; what may be a misreading of the scan is uncertain, and no variant.
"""

# %%
# The grid has the text that most witnesses have. `zij.collate` takes scans, PAGE-XML or corrected readings;
# here the true readings of generated pages.
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

import zij
from zij.explain.collation.report.tables import variants_frame
from zij.plots import draw_variants

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    zij.generate(folder, count=3)
    pages = sorted(folder.glob("*.truth.xml"))
    collated = zij.collate(pages, folder / "apparatus", images=folder)

figure, axes = plt.subplots(figsize=(8, 9), layout="constrained")
draw_variants(axes, collated.apparatus)

# %%
# What kind of difference each is, and why:
variants = variants_frame(collated.apparatus)
witnesses = [witness.siglum for witness in collated.apparatus.witnesses]
print(variants[["row", "column", *witnesses, "kind"]].head(8).to_string(index=False))
