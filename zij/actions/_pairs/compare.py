"""`zij compare`: two pages, their similarity, and what it is made of."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.actions._inputs.corrections import keep_changed_files
from zij.actions._inputs.earlier import compared_files, take_away
from zij.actions._inputs.only_tables import check_only_tables
from zij.actions._inputs.sources import Progress, Source, chosen_device, open_source, pair_stems
from zij.actions._pairs.comparison import Asked
from zij.actions._pairs.digits import by_digits
from zij.actions._pairs.encoder import by_encoder, chosen_encoder
from zij.actions._pairs.files import write_pair
from zij.errors import UsageError
from zij.files import check_folder, staged_folder

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.bilrp.encoded import EncodedPair
    from zij.explain.bilrp.heat import Heat
    from zij.explain.bilrp.images import Precision
    from zij.explain.bilrp.pairs import PairExplanation
    from zij.explain.viewer.still import StaticViewer
    from zij.explain.viewer.widget import PairViewer
    from zij.similarity.encoders.encoder import Encoder

__all__ = ["Compared", "compare"]

_STEPS = 5  # without the tracing to pixels


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What `compare` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    a, b : Source
        The two pages.
    explanation : PairExplanation or EncodedPair
        The latter where an encoder was asked.
    pairs : DataFrame
        The pairs listed in `pairs.csv`.
    summary : dict
        The contents of `explanation.json`.
    sentence : str
        What was found and where it lies.
    heats : sequence of Heat
        Relevance of both pages' pixels, where that was asked for.
    remarks : tuple of str
        What became of the pages of an earlier comparison in the same folder.
    """

    folder: Path
    a: Source
    b: Source
    explanation: PairExplanation | EncodedPair
    pairs: pd.DataFrame
    summary: dict[str, Any]
    sentence: str
    heats: Sequence[Heat] = ()
    remarks: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Both pages are there or none is."""
        return ()

    def frame(self) -> pd.DataFrame:
        """The pairs listed, in the columns of `pairs.csv`."""
        return self.pairs

    def regions(self) -> pd.DataFrame:
        """Every number of both pages with its relevance: side, id, text, x, y, w, h, relevance."""
        return self.explanation.regions()

    def viewer(
        self, *, threshold: float = 0.0, top: int | None = None, corresponding: bool = False
    ) -> PairViewer | StaticViewer:
        """Both scans and their pairs to move about in.

        Where an encoder was asked, the pairs are those of its patches, as in the report.

        Parameters
        ----------
        threshold : float
            Relevance, without sign, from which pairs are shown at first.
        top : int, optional
            How many of the listed pairs the viewer has; all by default.
        corresponding : bool
            Whether at first only pairs in corresponding cells are shown.

        Returns
        -------
        PairViewer or StaticViewer
            A widget, or plain HTML where the package anywidget is not installed. Both have `save`.

        Raises
        ------
        UsageError
            If `top` is below 1 or `threshold` below 0.
        """
        from zij.actions._showing.explanations import compared_viewer

        return compared_viewer(self, threshold, top, corresponding)

    def _repr_html_(self) -> str:
        from zij.actions._showing.explanations import compared_html

        return compared_html(self)


def compare(
    a: str | Path,
    b: str | Path,
    out: str | Path,
    *,
    top: int = 2000,
    model: str | Encoder = "bigram",
    weights: str | Path | None = None,
    layer: int | None = None,
    size: int | None = None,
    seed: int = 0,
    projection: str | Path | None = None,
    samples: str | Path | None = None,
    precision: Precision | None = None,
    device: str = "auto",
    images: str | Path | None = None,
    pixels: bool = False,
    parquet: bool = False,
    only_tables: bool = False,
    progress: Progress | None = None,
) -> Compared:
    """Compare two pages and explain their similarity exactly.

    Writes `A-STEM.xml`, `B-STEM.xml`, `pairs.csv`, `pairs.jsonld`, `explanation.json`, `pair.png`, `pair.svg`
    and `report.html` into `out`, all or none; with `pixels` also `A-STEM.pixels.png` and `B-STEM.pixels.png`,
    with `parquet` also `pairs.parquet`. A file that an earlier comparison wrote keeps its name.
    The two PAGE-XML files of a comparison of other pages that stood there are removed then, if nobody changed
    them.
    An encoder's explanation is split between numbers in these files, and between square patches of the pages
    in `patches.csv`, the figure and the report.

    Parameters
    ----------
    a, b : path
        Images or PAGE-XML files.
    out : path
        Folder for the results.
    top : int
        How many pairs are listed; the sum of the others is stated.
    model : "bigram", "vgg16", "resnet18", "resnet34", "resnet50" or Encoder
        What similarity is measured on.
    weights : path or "random", optional
        Another digit network for "bigram". For a named encoder its weights in torchvision's layout, or random
        ones; by default the file that torchvision has fetched before.
    layer : int, optional
        Layers of vgg16 that are kept, 31 by default.
    size : int, optional
        Side in pixels of the square in which an encoder is shown a page, 224 by default.
    seed : int
        Of an encoder's random weights and of its random projection to 100 dimensions.
    projection : "random", "pca" or path, optional
        How an encoder's features become a vector: at random, by principal components, or as in a file that
        `zij.similarity.encoders.projection.Projection.save` wrote.
    samples : path, optional
        Folder of the pages on which "pca" finds its directions, at most 100 and no more than there are pages.
    precision : "float32", "bfloat16" or "float64", optional
        In which an encoder's relevance is taken back; bfloat16 is fast where the processor has it.
    device : "auto", "cpu" or "cuda"
    images : path, optional
        Where the images of PAGE-XML files lie.
    pixels : bool
        Trace the similarity down to the pixels of both pages, summed over all pairs.
    parquet : bool
        Write the table of pairs as Parquet, too; needs the package pyarrow.
    only_tables : bool
        Leave digits outside tables, such as page numbers, out of the similarity; how many is recorded. Of the
        bigram network alone.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Compared

    Raises
    ------
    ZijError
        If a page cannot be read or the folder cannot be written to.
    """
    from zij.tables.digits.network import load_weights

    if top < 1:
        raise UsageError(f"{top} pairs cannot be listed; ask for one or more.")
    if parquet and importlib.util.find_spec("pyarrow") is None:
        raise UsageError(
            "--parquet needs the package pyarrow; install it with pip install 'zij[parquet]', "
            "or take pairs.csv, which holds the same."
        )
    names = pair_stems([a, b])
    check_only_tables(only_tables, model)
    encoder = chosen_encoder(
        model, weights, layer=layer, size=size, seed=seed, projection=projection, samples=samples
    )
    _check_precision(precision, encoder)
    loaded = load_weights(weights if encoder is None else None)
    out, device = Path(out), chosen_device(device)
    check_folder(out)
    results = f"A-{names[0]}.xml", f"B-{names[1]}.xml"
    keep_changed_files(out, results)
    before = compared_files(out)
    tell = _steps(progress, _STEPS + pixels)
    sources = []
    for page, which, stem in zip((a, b), ("first", "second"), names, strict=True):
        tell(f"reading the {which} page")
        found_page = open_source(page, weights=loaded, device=device, images=images)
        sources.append(replace(found_page, stem=stem))
    tell("explaining")
    asked = Asked(top, loaded, device, pixels, precision, tell, only_tables)
    found = by_digits(sources, asked) if encoder is None else by_encoder(encoder, sources, asked)
    with staged_folder(out) as folder:
        write_pair(
            folder, sources, found.explanation, found.pairs, found.summary,
            heats=found.heats, drawing=found.drawing, parquet=parquet, tell=tell,
        )  # fmt: skip
    remarks = take_away(out, before, results, (a, b))
    sentence = "; ".join([*found.sentence, f"report: {out / 'report.html'}"])
    return Compared(
        out,
        sources[0],
        sources[1],
        found.explanation,
        found.pairs,
        found.summary,
        sentence,
        found.heats,
        remarks,
    )


def _check_precision(precision: str | None, encoder: Encoder | None) -> None:
    if precision is None:
        return
    if encoder is None:
        raise UsageError("--precision belongs to encoders of images; leave it out for bigram.")
    if precision not in ("float32", "bfloat16", "float64"):
        raise UsageError(f"precision {precision!r} is not known; choose float32, bfloat16 or float64.")


def _steps(progress: Progress | None, total: int) -> Callable[[str], None]:
    """A function that announces one step after the other."""
    done = itertools.count()

    def tell(step: str) -> None:
        if progress is not None:
            progress(step, next(done), total)

    return tell
