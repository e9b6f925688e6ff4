"""Teaching the digit network from generated pages."""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from zij.tables.digits.network import STRIDE, DigitNetwork
from zij.tables.generate.crops import CROP, Crop, make_crop
from zij.tables.generate.fonts import Typeface

__all__ = ["GOING_ON", "Settings", "steps_for", "targets", "train"]

_CELLS = CROP // STRIDE
_IGNORED = -1
_NOTHING = 10
_BLANK = 2_000_003  # added to a seed: the series of crops without a digit


@dataclass(frozen=True)
class Settings:
    """How to teach from nothing.

    Attributes
    ----------
    steps : int
        Batches shown.
    batch : int
        Crops in a batch.
    rate : float
        Largest learning rate of AdamW, reached after `warmup` steps and lowered along a cosine.
    warmup : int
        Steps.
    average : float
        How slowly the averaged weights, which are the result, follow.
    decay : float
        Weight decay of AdamW.
    core, halo : float
        A cell is a digit's if its centre lies within `core` of the box's size from the box's centre; out to
        `halo` it is not judged.
    focus : float
        Exponent of the focal loss (Lin et al. 2017, doi:10.1109/ICCV.2017.324).
    box_weight : float
        How much the boxes count beside the digits, in the loss.
    mining : int
        Steps after which crops without a digit are made anew and the network is tried on them.
    pool, hard : int
        How many are made, and how many of the worst mistakes of the last trial stand in each batch besides
        (Sung 1996, "Learning and example selection for object and pattern detection").
    threads : int
        Of torch.
    """

    steps: int = 2000
    batch: int = 32
    rate: float = 4e-3
    warmup: int = 100
    average: float = 0.998
    decay: float = 1e-3
    core: float = 0.22
    halo: float = 0.42
    focus: float = 1.0
    box_weight: float = 0.5
    mining: int = 100
    pool: int = 128
    hard: int = 3
    threads: int = 2


GOING_ON = Settings(steps=1200, rate=1.5e-3, warmup=60)
"""How to go on from a network that has learnt already."""


class _Crops(Dataset[dict[str, NDArray[Any]]]):
    def __init__(
        self, seed: int, count: int, faces: Sequence[Typeface], settings: Settings, *, blank: bool = False
    ) -> None:
        self.seed, self.count, self.faces, self.settings = seed, count, faces, settings
        self.blank = blank

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict[str, NDArray[Any]]:
        crop = make_crop(self.seed, index, self.faces, blank=self.blank)
        labels, boxes = targets(crop, self.settings)
        return {"ink": crop.ink[None], "labels": labels, "boxes": boxes}


class _Mistakes:
    """Crops without a digit in which the network saw some: those it is to see again."""

    def __init__(self, seed: int, faces: Sequence[Typeface], settings: Settings) -> None:
        self.crops = _Crops(seed + _BLANK, settings.steps * settings.pool, faces, settings, blank=True)
        self.settings, self.made, self.shown = settings, 0, 0
        self.worst: list[dict[str, NDArray[Any]]] = []

    def sought(self, model: DigitNetwork, device: str) -> None:
        """Make new crops and keep those with the surest false digits, the worst first."""
        fresh = [self.crops[self.made + n] for n in range(self.settings.pool)]
        self.made += self.settings.pool
        false = []
        for start in range(0, len(fresh), self.settings.batch):
            part = fresh[start : start + self.settings.batch]
            ink = torch.from_numpy(np.stack([crop["ink"] for crop in part])).to(device)
            with torch.inference_mode():
                sure = 1 - torch.softmax(model(ink)[0].float(), 1)[:, _NOTHING]
            false += sure.flatten(1).topk(12, dim=1).values.sum(1).tolist()
        order = np.argsort(-np.array(false), kind="stable")[: self.settings.pool // 3]
        self.worst, self.shown = [fresh[int(n)] for n in order], 0

    def added(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """The batch with the next few of them."""
        if not self.worst:
            return batch
        chosen = [self.worst[(self.shown + n) % len(self.worst)] for n in range(self.settings.hard)]
        self.shown += self.settings.hard
        return {
            key: torch.cat([value, torch.from_numpy(np.stack([crop[key] for crop in chosen]))])
            for key, value in batch.items()
        }


def targets(crop: Crop, settings: Settings = Settings()) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """What the network is to say of a crop.

    Returns
    -------
    labels : (48, 48) ndarray of int64
        Digit, 10 for "no digit", -1 where nothing is judged.
    boxes : (4, 48, 48) ndarray of float32
        Left, top, right, bottom in pixels of the crop, for cells with a digit.
    """
    place = (np.arange(_CELLS) + 0.5) * STRIDE
    labels = np.full((_CELLS, _CELLS), _NOTHING, np.int64)
    boxes = np.zeros((4, _CELLS, _CELLS), np.float32)
    nearest = np.full((_CELLS, _CELLS), np.inf)
    for x, y, w, h in crop.ignore:
        inside = (np.abs(place - x - w / 2) < w / 2)[None, :] & (np.abs(place - y - h / 2) < h / 2)[:, None]
        labels[inside] = _IGNORED
    for (x, y, w, h), digit in zip(crop.boxes, crop.digits, strict=True):
        cx, cy = x + w / 2, y + h / 2
        far = np.maximum(np.abs(place - cx)[None, :] / w, np.abs(place - cy)[:, None] / h)
        row, column = np.clip([int(cy // STRIDE), int(cx // STRIDE)], 0, _CELLS - 1)
        far[row, column] = min(far[row, column], settings.core / 2)  # a narrow 1 has at least one cell
        mine = far < nearest
        labels[mine & (far < settings.halo)] = _IGNORED
        labels[mine & (far < settings.core)] = digit
        boxes[:, mine & (far < settings.core)] = np.array([x, y, x + w, y + h], np.float32)[:, None]
        nearest = np.minimum(nearest, far)
    return labels, boxes


def loss(scores: Tensor, sides: Tensor, labels: Tensor, boxes: Tensor, settings: Settings) -> Tensor:
    """Focal cross entropy of the classes and -log IoU of the boxes, each per judged digit cell."""
    scores = scores.float()
    digit = (labels >= 0) & (labels < _NOTHING)
    count = digit.sum().clamp(min=1)
    entropy = functional.cross_entropy(scores, labels, ignore_index=_IGNORED, reduction="none")
    # the weight is a constant: its own gradient is infinite where the probability is 1
    focal = (1 - torch.exp(-entropy.detach())).clamp(min=1e-6) ** settings.focus
    place = (torch.arange(_CELLS, device=sides.device) + 0.5) * STRIDE
    left, top = place[None, None, :] - sides[:, 0], place[None, :, None] - sides[:, 1]
    right, bottom = place[None, None, :] + sides[:, 2], place[None, :, None] + sides[:, 3]
    x0, y0, x1, y1 = boxes.unbind(1)
    shared = (torch.minimum(right, x1) - torch.maximum(left, x0)).clamp(min=0)
    shared = shared * (torch.minimum(bottom, y1) - torch.maximum(top, y0)).clamp(min=0)
    union = (right - left) * (bottom - top) + (x1 - x0) * (y1 - y0) - shared
    overlap = -torch.log((shared / union.clamp(min=1e-6)).clamp(min=1e-3))
    return (entropy * focal).sum() / count + settings.box_weight * overlap[digit].sum() / count


def train(
    faces: Sequence[Typeface],
    *,
    seed: int = 0,
    settings: Settings = Settings(),
    start: DigitNetwork | None = None,
    device: str = "cpu",
    workers: int = 2,
    progress: Callable[[int, int, float], None] | None = None,
) -> DigitNetwork:
    """Teach a digit network; the same bytes for the same seed, settings, fonts and kind of device.

    Parameters
    ----------
    faces : sequence of Typeface
        What pages are set in.
    seed : int
        Of the weights at the start and of the crops.
    settings : Settings
    start : DigitNetwork, optional
        A folded network to go on from; without it one begins from nothing, with batch normalisation.
    device : str
        "cpu" or "cuda".
    workers : int
        Processes that make crops; their number changes nothing but the time.
    progress : callable, optional
        Called with step, steps and the smoothed loss.

    Returns
    -------
    DigitNetwork
        Folded, in evaluation mode, on the CPU.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(settings.threads)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return _trained(faces, seed, settings, start, device, workers, progress)
    finally:
        torch.use_deterministic_algorithms(False)
        torch.set_num_threads(threads)


def _trained(
    faces: Sequence[Typeface],
    seed: int,
    settings: Settings,
    start: DigitNetwork | None,
    device: str,
    workers: int,
    progress: Callable[[int, int, float], None] | None,
) -> DigitNetwork:
    model = DigitNetwork(normalised=True) if start is None else copy.deepcopy(start).train()
    model.to(device)
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    mean = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=_averaging(settings.average), use_buffers=True
    )
    optimiser = torch.optim.AdamW(model.parameters(), lr=settings.rate, weight_decay=settings.decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, settings))
    crops = _Crops(seed, settings.steps * settings.batch, faces, settings)
    # spawned, not forked: a fork would wait for threads of OpenCV and OpenMP that it lacks
    how: dict[str, Any] = {"prefetch_factor": 4, "multiprocessing_context": "spawn"} if workers else {}
    loader = DataLoader(crops, settings.batch, num_workers=workers, **how)
    shown = 0.0
    mistakes = _Mistakes(seed, faces, settings)
    result = mean.module
    assert isinstance(result, DigitNetwork)
    for step, batch in enumerate(loader, 1):
        if settings.hard and step % settings.mining == 0:
            mistakes.sought(result.eval(), device)
        value = _step(model, mistakes.added(batch), settings, device)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        mean.update_parameters(model)
        shown = float(value.detach()) if step == 1 else 0.98 * shown + 0.02 * float(value.detach())
        if progress is not None:
            progress(step, settings.steps, shown)
    return result.cpu().eval().folded()


def steps_for(
    minutes: float, faces: Sequence[Typeface], *, seed: int, settings: Settings, device: str, tried: int = 12
) -> int:
    """How many steps fit into so many minutes on this machine, from a short trial.

    Parameters
    ----------
    minutes : float
    faces : sequence of Typeface
        Types to choose from.
    seed : int
    settings : Settings
    device : str
        Of torch.
    tried : int
        Steps of the trial.

    Returns
    -------
    int
    """
    marks: list[float] = []
    short = replace(settings, steps=tried)
    train(faces, seed=seed, settings=short, device=device, progress=lambda *_: marks.append(time.monotonic()))
    pace = (marks[-1] - marks[2]) / (tried - 3)
    return max(int((60 * minutes - tried * pace) / pace), settings.warmup)


def _step(model: DigitNetwork, batch: dict[str, Tensor], settings: Settings, device: str) -> Tensor:
    batch = {key: value.to(device) for key, value in batch.items()}
    ink = batch["ink"].to(memory_format=torch.channels_last)
    with torch.autocast(device_type=device, dtype=torch.bfloat16, enabled=_half(device)):
        scores, sides = model(ink)
    return loss(scores, sides, batch["labels"], batch["boxes"], settings)


def _averaging(most: float) -> Callable[..., None]:
    """Moving average that forgets its beginning: weight of the past `(1 + n) / (10 + n)`, at most `most`."""

    @torch.no_grad()
    def update(past: list[Tensor], now: list[Tensor], count: Tensor | int) -> None:
        keep = min(most, (1 + float(count)) / (10 + float(count)))
        for old, new in zip(past, now, strict=True):
            if old.is_floating_point():
                old.lerp_(new.to(old.dtype), 1 - keep)
            else:
                old.copy_(new)

    return update


def _half(device: str) -> bool:
    """Whether bfloat16 is done in hardware."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def _rate(step: int, settings: Settings) -> float:
    if step < settings.warmup:
        return (step + 1) / settings.warmup
    done = (step - settings.warmup) / max(settings.steps - settings.warmup, 1)
    return float(0.5 * (1 + np.cos(np.pi * min(done, 1.0)))) + 0.002
