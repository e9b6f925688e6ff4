"""What a network computes, as a list of calls; torch.fx follows it, batch normalisation is folded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from zij.errors import ModelError

__all__ = ["Call", "calls"]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One step of a network.

    Attributes
    ----------
    node : torch.fx.Node
        Its identity in the graph, and that of its arguments.
    name : str
        Dotted name of the layer, or of the function with a number.
    kind : type, callable or str
        Class of the layer, the function, or the name of a tensor's method.
    layer : Module or None
    """

    node: fx.Node
    name: str
    kind: Any
    layer: nn.Module | None

    @property
    def label(self) -> str:
        """How an error names it."""
        what = self.kind if isinstance(self.kind, str) else getattr(self.kind, "__name__", str(self.kind))
        return f"layer{f' {self.name}' if self.name else ''} ({what})"


def calls(network: nn.Module) -> tuple[fx.Node, list[Call], fx.Node]:
    """The steps of a network with one input and one output, in order.

    Parameters
    ----------
    network : Module
        In evaluation mode.

    Returns
    -------
    Node
        The input.
    list of Call
    Node
        The one whose value is the output.

    Raises
    ------
    ModelError
        If it cannot be followed, or has several inputs or outputs.
    """
    lone = type(network).__module__.startswith("torch.nn") and not isinstance(network, nn.Sequential)
    root = nn.Sequential(network) if lone else network
    try:
        graph = fx.Tracer().trace(root)
    except Exception as error:  # whatever a forward may do with what is no tensor
        raise ModelError(
            f"the network {type(network).__name__} cannot be followed step by step "
            f"({' '.join(str(error).split())[:200]}); write its forward without branches that depend on "
            "values, or use the Distance Explainer, which needs no look inside."
        ) from error
    nodes = list(graph.nodes)
    inputs = [node for node in nodes if node.op == "placeholder" and not node.args]
    (output,) = (node.args[0] for node in nodes if node.op == "output")
    if len(inputs) != 1 or not isinstance(output, fx.Node):
        raise ModelError(
            f"the network {type(network).__name__} has {len(inputs)} inputs and gives "
            f"{'one output' if isinstance(output, fx.Node) else 'several outputs'}; LRP explains one tensor "
            "by one tensor: wrap it so that the others are fixed."
        )
    return inputs[0], list(_folded(_calls(root, nodes, "" if lone else None))), output


def _calls(root: nn.Module, nodes: list[fx.Node], lone: str | None) -> Iterator[Call]:
    for node in nodes:
        if node.op == "call_module":
            layer = root.get_submodule(str(node.target))
            yield Call(node, str(node.target) if lone is None else lone, type(layer), layer)
        elif node.op in {"call_function", "call_method"}:
            yield Call(node, node.name, node.target, None)
        elif node.op == "placeholder" and node.args:  # a further argument, at its default
            yield Call(node, node.name, "default", _Constant(node.args[0]))
        elif node.op == "get_attr":
            yield Call(node, str(node.target), "get_attr", _Constant(_attribute(root, str(node.target))))


class _Constant(nn.Module):
    """A value that no input changes: a tensor of the network, or an argument's default."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value

    def forward(self, *_: Any) -> Any:
        return self.value


def _attribute(root: nn.Module, name: str) -> torch.Tensor:
    value: Any = root
    for part in name.split("."):
        value = getattr(value, part)
    assert isinstance(value, torch.Tensor)
    return value


def _folded(steps: Iterator[Call]) -> Iterator[Call]:
    """Batch normalisation becomes part of the affine layer before it, where nothing else uses that."""
    steps = iter(list(steps))
    waiting: Call | None = None
    for step in steps:
        if (
            waiting is not None
            and isinstance(step.layer, nn.BatchNorm1d | nn.BatchNorm2d)
            and step.node.args[0] is waiting.node
            and len(waiting.node.users) == 1
            and not step.layer.training
            and not waiting.layer.training  # type: ignore[union-attr]
            and step.layer.running_var is not None
        ):
            merge = fuse_linear_bn_eval if isinstance(waiting.layer, nn.Linear) else fuse_conv_bn_eval
            merged = merge(waiting.layer, step.layer)  # type: ignore[type-var]
            yield Call(waiting.node, waiting.name, type(merged), merged)
            yield Call(step.node, step.name, nn.Identity, nn.Identity())
            waiting = None
            continue
        if waiting is not None:
            yield waiting
        waiting = step if isinstance(step.layer, nn.Conv1d | nn.Conv2d | nn.Linear) else None
        if waiting is None:
            yield step
    if waiting is not None:
        yield waiting
