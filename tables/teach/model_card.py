"""The model card that stands beside the weights: data, fonts, time, figures, limits."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from zij.files import sha256, write_text
from zij.tables.generate.fonts import Typeface
from zij.tables.teach.train import Settings
from zij.tables.teach.trial import Trial

__all__ = ["card", "write_card"]

_CARD = """# Model card: {name}

A small fully convolutional network that finds and tells apart the ten digits on a page of early print.
It knows nothing of letters, numbers or tables.

SHA-256 of the weights: `{digest}`

## How it was made

`zij train --seed {seed} --steps {steps}`{start} in {minutes:.1f} minutes ({machine}).

Data: {crops:,} crops of 192 x 192 pixels, each made from the seed and its number: tables, text with numbers,
text without, engraved strokes and ornaments, hands, single signs; printed and written figures, those of
medieval shape among them; worn, clogged, stained, bent, blurred and compressed. Besides them, in each batch,
{hard} crops without a digit in which the network had seen some.
No scan of a real page taught it.

Its probabilities are those at temperature {temperature}, found on other generated crops.

{settings}

## Fonts

{fonts}

## Figures on generated crops that it was not shown

| | |
|---|---|
| crops | {trial.crops} |
| digits | {trial.digits} |
| precision | {trial.precision:.4f} |
| recall | {trial.recall:.4f} |
| F1 | {trial.f1:.4f} |
| found, but read as another digit | {trial.confused} |
| sure but false, for each crop without a digit | {trial.false_sure:.3f} |

Figures on real pages, which are what counts, stand in the project's `docs/figures.md`.

## Limits

Digits from 8 to 60 pixels high, upright or turned by quarter turns. Old-style and lining figures of printed
type best; blackletter, hands and figures of medieval shape were drawn by program and are read less well.
Letters that look like digits (o, l, I, z, g) are told apart by what stands around them, which fails now and
then in running text, in letterspaced capitals and in italics.
"""


def write_card(
    weights: Path,
    faces: Sequence[Typeface],
    settings: Settings,
    facts: Mapping[str, str],
    trial: Trial,
    seconds: float,
) -> Path:
    """Write the card of a weights file beside it, as `NAME.md`.

    Parameters
    ----------
    weights : Path
        The file.
    faces : sequence of Typeface
        Types that taught.
    settings : Settings
    facts : mapping of str to str
        The file's metadata.
    trial : Trial
        How it does on crops that it was not shown.
    seconds : float
        That teaching took.

    Returns
    -------
    Path
        The path written.
    """
    return write_text(weights.with_suffix(".md"), card(weights, faces, settings, facts, trial, seconds))


def card(
    weights: Path,
    faces: Sequence[Typeface],
    settings: Settings,
    facts: Mapping[str, str],
    trial: Trial,
    seconds: float,
) -> str:
    """The card's text, in Markdown.

    Parameters
    ----------
    weights : Path
        The file.
    faces : sequence of Typeface
        Types that taught.
    settings : Settings
    facts : mapping of str to str
        The file's metadata.
    trial : Trial
        How it does on crops that it was not shown.
    seconds : float
        That teaching took.

    Returns
    -------
    str
    """
    return _CARD.format(
        name=weights.name,
        digest=sha256(weights),
        seed=facts["seed"],
        steps=facts["steps"],
        minutes=seconds / 60,
        machine=f"{facts['device']}, {platform.machine()}, PyTorch {torch.__version__}",
        crops=settings.steps * settings.batch,
        start=f", going on from {facts['start']}," if "start" in facts else "",
        hard=settings.hard,
        temperature=facts.get("temperature", "1"),
        settings="\n".join(
            f"- {name}: {getattr(settings, name):g}" for name in settings.__dataclass_fields__
        ),
        fonts="\n".join(f"- {face.name}: {face.style} figures{_features(face)}" for face in faces),
        trial=trial,
    )


def _features(face: Typeface) -> str:
    return f", OpenType {', '.join(face.features)}" if face.features else ""
