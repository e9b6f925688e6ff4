"""`zij train`: make the digit model."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from zij.actions._inputs.sources import Progress, chosen_device
from zij.actions._showing.shown import Shown
from zij.actions._teaching.teach import TaughtPages, teach_pages
from zij.errors import UsageError
from zij.files import check_file

__all__ = ["Trained", "train"]


@dataclass(frozen=True, slots=True)
class Trained(Shown):
    """What `train` made.

    Attributes
    ----------
    path : Path
        The weights.
    steps : int
    seconds : float
        Of the clock.
    f1 : float
        On generated crops that the network was not shown.
    """

    path: Path
    steps: int
    seconds: float
    f1: float

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Nothing that could go half wrong."""
        return ()

    @property
    def sentence(self) -> str:
        """What was made and where it lies."""
        minutes = self.seconds / 60
        learnt = f"F1 {self.f1:.3f} on unseen generated crops"
        return f"{self.steps} steps in {minutes:.1f} minutes, {learnt}; weights: {self.path}"

    def _repr_html_(self) -> str:
        from zij.actions._showing.pages import trained_html

        return trained_html(self)


def train(
    out: str | Path = "digits.safetensors",
    *,
    fonts: str | Path | None = None,
    pages: str | Path | None = None,
    weights: str | Path | None = None,
    images: str | Path | None = None,
    whole_pages: bool = False,
    seed: int = 0,
    minutes: float | None = None,
    steps: int | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Trained | TaughtPages:
    """Teach the digit network and write its weights: on generated pages, or on from there with your own.

    With `pages`, a quarter of the corrected pages (at least one) is held back; teaching ends by itself when
    it no longer helps there, and the better model is kept, be it the old one. A page counts as right in all
    its cells once it is corrected, but for cells whose state is "uncertain" or "unread"; what nobody told of
    is neither taught nor marked.

    Parameters
    ----------
    out : path
        The file to write, with a model card beside it.
    fonts : path, optional
        Where fonts are looked for; by default where the system keeps them.
    pages : path, optional
        A folder with corrected PAGE-XML, `STEM.cells.csv`, or CSV files of digit boxes (page, x, y, w, h,
        digit; or xywh and number, as the published Sacrobosco annotations have them); or one such file.
    weights : path, optional
        Where to go on from; with `pages` by default the weights that come with zij, else from nothing.
    images : path, optional
        With `pages`: where their images lie, by default beside them.
    whole_pages : bool
        The boxes in CSV files are all the digits of their pages; else nothing is known of what lies outside.
    seed : int
        The same seed, steps, fonts and pages give the same bytes on one kind of device.
    minutes : float, optional
        Plan as many steps as the first ones say will fit (with `pages`: end after so long); the bytes then
        depend on the machine's speed.
    steps : int, optional
        How many batches are shown; with `pages`, at most.
    device : "auto", "cpu" or "cuda"
    progress : callable, optional

    Returns
    -------
    Trained or TaughtPages

    Raises
    ------
    ZijError
        If fonts, pages or weights cannot be used, or the result cannot be written.
    """
    if seed < 0:
        raise UsageError(f"a seed is a whole number from 0 up, not {seed}.")
    if pages is not None:
        return teach_pages(
            out, pages, weights=weights, images=images, whole_pages=whole_pages, fonts=fonts, seed=seed,
            minutes=minutes, steps=steps, device=chosen_device(device), progress=progress,
        )  # fmt: skip
    for name, given in ((f"--images {images}", images is not None), ("--whole-pages", whole_pages)):
        if given:
            raise UsageError(f"{name} is of use with --pages alone; name the corrected pages' folder.")
    check_file(out)
    from zij.tables.digits.network import load_weights, save_weights
    from zij.tables.generate.fonts import find_typefaces
    from zij.tables.teach.calibration import find_temperature
    from zij.tables.teach.model_card import write_card
    from zij.tables.teach.train import GOING_ON, Settings, steps_for
    from zij.tables.teach.train import train as teach
    from zij.tables.teach.trial import trial

    faces, device = find_typefaces(fonts), chosen_device(device)
    base = None if weights is None else load_weights(weights)
    settings = Settings() if base is None else GOING_ON
    if steps is not None:
        settings = replace(settings, steps=steps)
    elif minutes is not None:
        settings = replace(
            settings, steps=steps_for(minutes, faces, seed=seed, settings=settings, device=device)
        )
    start = time.monotonic()
    tell = None if progress is None else lambda step, total, _loss: progress("teaching", step, total)
    network = teach(
        faces,
        seed=seed,
        settings=settings,
        start=base.network if base else None,
        device=device,
        progress=tell,
    )
    facts = {"seed": str(seed), "steps": str(settings.steps), "device": device}
    facts |= {"start": base.name} if base else {}
    plain = load_weights(save_weights(out, network, facts))
    facts["temperature"] = f"{find_temperature(plain, faces, seed=seed):g}"
    seconds = time.monotonic() - start
    path = save_weights(out, network, facts)
    result = trial(path, faces, seed=seed)
    write_card(path, faces, settings, facts, result, seconds)
    return Trained(path, settings.steps, seconds, result.f1)
