"""`zij study`: which settings of the Distance Explainer are worth their cost on a pair of pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij import __version__
from zij.actions._explaining.seen import MASKS, Seen, look
from zij.actions._inputs.sources import Progress, chosen_device, open_source, stems
from zij.actions._pairs.encoder import chosen_encoder
from zij.errors import UsageError
from zij.files import check_folder, staged_folder, write_text

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.distance.study import Parts, Swept
    from zij.similarity.encoders.encoder import Encoder

__all__ = ["Studied", "study"]

_NUMBERS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_QUICK, _SLOW = 1000, 200  # largest numbers, for the bigram network and for encoders


@dataclass(frozen=True, slots=True, eq=False)
class Studied:
    """What `study` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    settings : DataFrame
        The contents of `study.csv`.
    best : Swept
        The setting that is recommended.
    summary : dict
        The contents of `study.json`.
    sentence : str
        What was found and where it lies.
    """

    folder: Path
    settings: pd.DataFrame
    best: Swept
    summary: dict[str, Any]
    sentence: str

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """The study is there or not."""
        return ()

    def frame(self) -> pd.DataFrame:
        """All settings that were tried, in the columns of `study.csv`."""
        return self.settings

    def _repr_html_(self) -> str:
        from zij.actions._showing.explanations import studied_html

        return studied_html(self)


def study(
    a: str | Path,
    b: str | Path,
    out: str | Path,
    *,
    model: str | Encoder = "bigram",
    masks: str = "cells",
    number: int | None = None,
    keeps: Sequence[float] = (0.3, 0.5, 0.7, 0.9),
    seeds: int = 4,
    seed: int = 0,
    weights: str | Path | None = None,
    layer: int | None = None,
    size: int | None = None,
    device: str = "auto",
    images: str | Path | None = None,
    progress: Progress | None = None,
) -> Studied:
    """Sweep number of masks, share kept and selection on page A given page B.

    Writes `study.csv`, `study.png` and `study.json` into `out`, all or none.

    Parameters
    ----------
    a, b : path
        Images or PAGE-XML files.
    out : path
        Folder for the results.
    model : str or Encoder
        What nearness is measured on; the names are those of `compare`.
    masks : str
        What is hidden, as for `explain`, but for grids.
    number : int, optional
        The largest number of masks; by default 1000 for the bigram network and 200 for encoders.
    keeps : sequence of float
        Probabilities that a part is kept.
    seeds : int
        Runs of each setting.
    seed : int
        Of the first of them.
    weights, layer, size
        Those of the encoder, as for `compare`.
    device : "auto", "cpu" or "cuda"
    images : path, optional
        Where the images of PAGE-XML files lie.
    progress : callable, optional

    Returns
    -------
    Studied

    Raises
    ------
    ZijError
        If a page cannot be read, the request cannot be right, or the folder cannot be written to.
    """
    from zij.explain.distance.study import recommended, sweep

    if masks == "grid" or masks not in MASKS:
        raise UsageError(f"a study needs parts with edges, not {masks}; choose {', '.join(MASKS[:-1])}.")
    stems([a, b])
    out, device = Path(out), chosen_device(device)
    encoder = chosen_encoder(model, weights, layer=layer, size=size, seed=seed)
    encoder = encoder.to(device) if encoder is not None else None
    largest = number if number is not None else (_QUICK if encoder is None else _SLOW)
    numbers = sorted({n for n in _NUMBERS if n < largest} | {largest})
    check_folder(out)
    sources = [open_source(page, device=device, images=images) for page in (a, b)]
    seen = [look(source, masks, encoder) for source in sources]
    parts = _parts(seen[0], seen[1], 8 if encoder is not None else 256)
    found = sweep(parts, numbers=numbers, keeps=keeps, seeds=seeds, seed=seed, progress=progress)
    best = recommended(found)
    name = model if isinstance(model, str) else model.name
    summary = _summary(best, seen, name, {"masks": masks, "number": largest, "keeps": list(keeps),
                                          "seeds": seeds, "seed": seed})  # fmt: skip
    settings = _write(out, found, best, summary)
    return Studied(out, settings, best, summary, _sentence(best, masks, out))


def _parts(own: Seen, other: Seen, batch: int) -> Parts:
    import numpy as np

    from zij.explain.distance.distances import distances
    from zij.explain.distance.study import Parts

    def measured(kept: Any) -> Any:
        rows = np.asarray(kept, np.float32)
        found = [own.parts(rows[k : k + batch]) for k in range(0, len(rows), batch)]
        return distances(np.concatenate(found), other.vector[None])[:, 0]

    return Parts(
        regions=len(own.regions),
        reference=other.vector,
        masks=lambda seed, keep, pairs: own.masks(seed, keep, 8, pairs),
        embed=own.embed,
        distances=measured,
        repeat=own.repeat,
        batch=batch,
    )


def _summary(best: Swept, seen: Sequence[Seen], model: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The contents of `study.json`."""
    import numpy as np
    import torch

    from zij.explain.distance.study import GOOD, LONG

    return {
        "recommended": asdict(best),
        "model": model,
        "regions": len(seen[0].regions),
        "parameters": {**parameters, "steady_from": GOOD, "long_run": LONG * parameters["number"]},
        "versions": {"zij": __version__, "numpy": np.__version__, "torch": torch.__version__},
        "hashes": {side: one.source.reading.sha256 for side, one in zip("ab", seen, strict=True)},
        "pages": {side: one.source.reading.image for side, one in zip("ab", seen, strict=True)},
    }


def _write(out: Path, found: Sequence[Swept], best: Swept, summary: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    from zij.explain.distance.study import COLUMNS
    from zij.explain.report.studyfigure import save_study

    table = pd.DataFrame([asdict(one) for one in found], columns=list(COLUMNS))
    with staged_folder(out) as folder:
        write_text(folder / "study.csv", table.to_csv(index=False, lineterminator="\n"))
        write_text(folder / "study.json", json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
        save_study(folder / "study.png", found, best)
    return table


def _sentence(best: Swept, masks: str, out: Path) -> str:
    from zij.explain.distance.study import GOOD

    steady = "the cheapest steady setting" if best.correlation >= GOOD else "no setting is steady; the best"
    return (
        f"{steady} for {masks}: --select {best.selection} --keep {best.keep:g} --number {best.masks}"
        f" (correlation {best.correlation:.2f} with a long run, faithfulness {best.faithfulness:.3f});"
        f" study: {out / 'study.png'}"
    )
