"""The bigram network: from maps of digit evidence to 110 counts of isolated digits and digit pairs.

The whole of it, for evidence e_k(u) of digit k at cell u, a window T of shifts, and a gate open(u, t) that is
0 where a wall stands between u and u + t and 1 elsewhere:

    bigram    ab(u) = min(e_a(u), max over t in T of open(u, t) e_b(u + t))
    emptiness E+(u) = 1 - max over t in T of open(u, t) s(u + t)          with s = sum over k of e_k
              E-(u) = 1 - max over t in T of open(u - t, t) s(u - t)
    isolated   a(u) = min(e_a(u), E+(u), E-(u))
    count       h_m = sum over u of the map of feature m

After the digit-bigram model of Eberle et al., "Building and interpreting deep similarity models", IEEE TPAMI
44(3), 2022, doi:10.1109/TPAMI.2020.3020738. A shift never leaves the page: beyond its edge there is no
evidence.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from zij.similarity.features import CELLS, MAX_RISE, MIN_STEP

__all__ = ["BigramNetwork"]


class BigramNetwork(torch.nn.Module):
    """Counts of isolated digits and bigrams from evidence maps; nothing in it is learned.

    Parameters
    ----------
    reach : float, default 1.0
        Largest distance between the centres of two digits of one number, in digit heights; chosen once a
        page.
    cells : int, default 6
        Cells of the maps for one digit height.
    """

    def __init__(self, reach: float = 1.0, *, cells: int = CELLS) -> None:
        super().__init__()
        self.steps = range(max(math.ceil(MIN_STEP * cells), 1), math.floor(reach * cells + 1e-6) + 1)
        self.rise = math.floor(MAX_RISE * cells)

    def forward(self, evidence: Tensor, barrier: Tensor | None = None) -> Tensor:
        """The 110 counts.

        Parameters
        ----------
        evidence : (..., 10, H, W) tensor
            Evidence for each digit, 0 to 1, summing to at most 1 in a cell.
        barrier : (..., H, W) tensor, optional
            1 at cells across which no pair is formed, 0 elsewhere. A wall acts on rows up to `MAX_RISE`
            away, and on what stands on its two sides, not on digits in its own cell.

        Returns
        -------
        (..., 110) tensor of float64
            10 isolated digits, then bigram ab at 10 + 10a + b.
        """
        isolated, after = self._parts(evidence, barrier)
        # a pair stands at its first digit: cells that are empty on all pages of the batch need no look
        active = evidence.sum(dim=-3).flatten(-2).reshape(-1, math.prod(evidence.shape[-2:])).any(dim=0)
        first, second = (maps.flatten(-2)[..., active] for maps in (evidence, after))
        counts = [isolated.sum(dim=(-2, -1), dtype=torch.float64)]
        for a in range(10):  # max over shifts of min(a, b shifted) = min(a, max over shifts of b shifted)
            pairs = torch.minimum(first[..., a : a + 1, :], second)
            counts.append(pairs.sum(dim=-1, dtype=torch.float64))
        return torch.cat(counts, dim=-1)

    def maps(self, evidence: Tensor, barrier: Tensor | None = None) -> Tensor:
        """The 110 feature maps, (..., 110, H, W), before they are summed; large."""
        isolated, after = self._parts(evidence, barrier)
        bigrams = torch.minimum(evidence[..., :, None, :, :], after[..., None, :, :, :])
        return torch.cat([isolated, bigrams.flatten(-4, -3)], dim=-3)

    def _parts(self, evidence: Tensor, barrier: Tensor | None) -> tuple[Tensor, Tensor]:
        """The isolated digits, and the strongest evidence for each digit in the window after each cell."""
        if barrier is None:
            barrier = torch.zeros_like(evidence[..., 0, :, :])
        gates = self._gates(barrier.to(evidence)[..., None, :, :])
        present = evidence.sum(dim=-3, keepdim=True)
        left, right = 1 - self._before(present, gates), 1 - self._after(present, gates)
        isolated = torch.minimum(evidence, torch.minimum(left, right).clamp(min=0))
        return isolated, self._after(evidence, gates)

    def _gates(self, barrier: Tensor) -> list[Tensor]:
        """For each horizontal step, 1 at cells from which no wall stands strictly between, else 0."""
        wall, gate = self._tallest(barrier), torch.ones_like(barrier)
        gates = []
        for step in range(1, self.steps.stop):
            if step in self.steps:
                gates.append(gate)
            gate = gate * (1 - _shifted(wall, step))
        return gates

    def _after(self, maps: Tensor, gates: list[Tensor]) -> Tensor:
        """Largest value in the window to the right of each cell, as far as the gates are open."""
        tallest, best = self._tallest(maps), torch.zeros_like(maps)
        for step, gate in zip(self.steps, gates, strict=True):
            best = torch.maximum(best, gate * _shifted(tallest, step))
        return best

    def _before(self, maps: Tensor, gates: list[Tensor]) -> Tensor:
        """Largest value in the window to the left of each cell; the gates are of the cells on the left."""
        best = torch.zeros_like(maps)
        for step, gate in zip(self.steps, gates, strict=True):
            best = torch.maximum(best, _shifted(gate * maps, -step))
        return self._tallest(best)

    def _tallest(self, maps: Tensor) -> Tensor:
        """Largest value within the rise above and below each cell."""
        flat = maps.reshape(-1, 1, *maps.shape[-2:])
        return F.max_pool2d(flat, (2 * self.rise + 1, 1), stride=1, padding=(self.rise, 0)).reshape(
            maps.shape
        )


def _shifted(maps: Tensor, step: int) -> Tensor:
    """Maps whose cell x holds what stood at x + step, and 0 where that is off the page."""
    padded = F.pad(maps, (max(-step, 0), max(step, 0)))
    return padded[..., max(step, 0) : max(step, 0) + maps.shape[-1]]
