"""What BiLRP is held against, for any network: first and second derivatives, and local features.

For y = sum over m of phi_m(x) phi_m(x') the mixed Hessian is, with the Jacobians G,

    d2y / dx_p dx'_q = sum over m of G[m, p] G'[m, q],

so that all of these have the factor form, too; its squares with M (M + 1) / 2 factors:

    (sum over m of G[m, p] G'[m, q])^2 = sum over m, n of (G[m, p] G[n, p]) (G'[m, q] G'[n, q]).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, fx, nn

from zij.errors import ModelError
from zij.explain.bilrp.pooling import Pooler
from zij.explain.lrp.trace import calls

__all__ = ["jacobians", "last_map", "squares"]


def jacobians(network: nn.Module, x: Tensor) -> tuple[NDArray[np.float64], Tensor]:
    """The embedding and its derivatives.

    Parameters
    ----------
    network : Module
    x : (1, ...) tensor

    Returns
    -------
    (D,) ndarray
    (D, ...) tensor
        Derivative of each dimension by the input.
    """
    given = x.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        output = network(given)
        rows = [
            torch.autograd.grad(output[0, m], given, retain_graph=m + 1 < output.shape[1])[0][0]
            for m in range(output.shape[1])
        ]
    return output[0].detach().double().cpu().numpy(), torch.stack(rows)


def squares(jacobian: Tensor, pooler: Pooler) -> NDArray[np.float64]:
    """The factor whose product with another's is the sum of squared entries of the mixed Hessian.

    Parameters
    ----------
    jacobian : (M, ...) tensor
    pooler : Pooler

    Returns
    -------
    (M (M + 1) / 2, R) ndarray
    """
    rows = []
    for m in range(len(jacobian)):
        products = jacobian[m] * jacobian[m:]
        weights = np.full(len(products), np.sqrt(2.0))  # pairs m < n stand for n > m, too
        weights[0] = 1.0
        rows.append(pooler(products) * weights[:, None])
    return np.concatenate(rows)


def last_map(network: nn.Module, x: Tensor) -> tuple[NDArray[np.float64], Tensor]:
    """The embedding, and the last map of local features before positions are merged.

    Returns
    -------
    (D,) ndarray
    (C, h, w) tensor
        For images; (E, T) for tokens.

    Raises
    ------
    ModelError
        If the network has no such map.
    """
    calls(network)  # says clearly what cannot be followed
    recorder = _Recorder(network, x)
    with torch.no_grad():
        output = recorder.run(x)
    found = recorder.last
    if found is None:
        raise ModelError("the network has no map of local features; plain products of features need one.")
    maps = found[0] if x.dim() == 4 else found[0].T
    return output[0].double().cpu().numpy(), maps


class _Recorder(fx.Interpreter):
    """Runs a network and remembers the last value that still has places."""

    def __init__(self, network: nn.Module, x: Tensor) -> None:
        super().__init__(fx.symbolic_trace(nn.Sequential(network)))
        self.dims, self.places = x.dim(), x.shape[1]
        self.last: Tensor | None = None

    def run_node(self, node: fx.Node) -> Any:
        value = super().run_node(node)
        if isinstance(value, Tensor) and value.dim() == self.dims and self._has_places(value):
            self.last = value
        return value

    def _has_places(self, value: Tensor) -> bool:
        if self.dims == 4:
            return value.shape[2] * value.shape[3] > 1
        return self.dims == 3 and value.shape[1] == self.places
