"""BiLRP of VGG-16 against a loop over the dimensions, side by side on one thread.

    python benchmarks/bilrp.py [--dims 100] [--looped 100] [--size 128]

The loop does for each dimension what the published program does: one pass forwards, then layer by layer a
rebuilt copy with changed weights, run and differentiated by autograd. With fewer looped dimensions than 100
its time is scaled up. Weights are random (seed 0), so that only cost and equality are shown, no meaning.
"""

from __future__ import annotations

import argparse
import copy
import resource
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zij.explain.bilrp.factors import Factors
from zij.explain.bilrp.images import Precision, explain_images
from zij.explain.lrp.recipes import vgg
from zij.similarity.encoders.encoder import Encoder
from zij.similarity.encoders.vgg import vgg16

POOL = 8


def processor() -> float:
    """Seconds of the processor that this process has taken, its system calls included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> float:
    """Largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rebuilt(layer: nn.Module, change: Callable[[Tensor], Tensor]) -> nn.Module:
    """A copy of a layer with changed weights."""
    new = copy.deepcopy(layer)
    for name in ("weight", "bias"):
        if getattr(new, name) is not None:
            setattr(new, name, nn.Parameter(change(getattr(layer, name))))
    return new


def looped(encoder: Encoder, pixels: NDArray[np.uint8], m: int) -> Tensor:
    """Relevance of the input for one dimension, by one pass forwards and one backwards."""
    layers = [*encoder.network.get_submodule("features").children(), *list(encoder.network.children())[1:]]
    values = [encoder.prepare(pixels)]
    with torch.no_grad():
        for layer in layers:
            values.append(layer(values[-1]))
    relevance = torch.zeros_like(values[-1])
    relevance[0, m] = values[-1][0, m]
    for number in reversed(range(len(layers))):
        layer, a = layers[number], values[number].clone().requires_grad_(True)
        if isinstance(layer, nn.Conv2d) and number == 0:
            relevance = first(layer, a, relevance, encoder.bounds())
        elif isinstance(layer, nn.Conv2d | nn.Linear):
            share = next((g for last, g in ((10, 0.5), (17, 0.25), (24, 0.1)) if number <= last), 0.0)
            z = rebuilt(layer, lambda w, g=share: w + g * w.clamp(min=0))(a) + 1e-9
            (z * (relevance / z).detach()).sum().backward()
            relevance = (a * a.grad).detach()
        elif not isinstance(layer, nn.ReLU):
            (layer(a) * relevance).sum().backward()
            relevance = a.grad.detach()
    return relevance


def first(layer: nn.Module, a: Tensor, relevance: Tensor, bounds: tuple[Tensor, Tensor]) -> Tensor:
    """The box rule."""
    low, high = ((torch.zeros_like(a) + bound).requires_grad_(True) for bound in bounds)
    parts = [(a, lambda w: w, 1), (low, lambda w: w.clamp(min=0), -1), (high, lambda w: w.clamp(max=0), -1)]
    z = 1e-6 + sum(sign * rebuilt(layer, change)(x) for x, change, sign in parts)
    (z * (relevance / z).detach()).sum().backward()
    return (a * a.grad + low * low.grad + high * high.grad).detach()


def loop(
    encoder: Encoder, images: list[NDArray[np.uint8]], dims: int
) -> tuple[list[NDArray[np.float64]], float]:
    """Both images' pooled maps for the first dimensions, and the processor's seconds for one map."""
    start, halves = processor(), []
    for pixels in images:
        maps = torch.stack([looped(encoder, pixels, m)[0].sum(0) for m in range(dims)])
        cells = maps.reshape(dims, maps.shape[1] // POOL, POOL, maps.shape[2] // POOL, POOL).sum((2, 4))
        halves.append(cells.flatten(1).double().numpy())
    return halves, (processor() - start) / dims / 2


def swept(
    encoder: Encoder, images: list[NDArray[np.uint8]], precision: Precision
) -> tuple[Factors, float, float]:
    """The factors, the processor's seconds, and the growth of the peak in MB."""
    before, start = peak(), processor()
    found = explain_images(encoder, *images, recipe=vgg(published=True), precision=precision, cosine=False)
    return found, processor() - start, peak() - before


def pages(size: int) -> list[NDArray[np.uint8]]:
    """Two smooth random images, the second the first moved by a quarter."""
    rng = np.random.default_rng(0)
    coarse = torch.from_numpy(rng.random((1, 3, size // 8, size // 8)))
    fine = nn.functional.interpolate(coarse, size=(size, size), mode="bilinear")[0].permute(1, 2, 0)
    one = (fine.numpy() * 255).astype(np.uint8)
    return [one, np.roll(one, size // 4, axis=1)]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in (("dims", 100), ("looped", 100), ("size", 128)):
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    torch.set_num_threads(1)
    encoder = vgg16("random", layer=31, dims=given.dims, size=given.size)
    images = pages(given.size)
    encoder.embed_many(images)  # so that the memory of two embeddings is no growth
    found, seconds, growth = swept(encoder, images, "float32")
    rough, rough_seconds, _ = swept(encoder, images, "bfloat16")
    halves, each = loop(encoder, images, min(given.looped, given.dims))
    count, whole = len(halves[0]), each * 2 * given.dims
    print(f"VGG-16 to layer 31, {given.size} x {given.size}, {given.dims} dimensions, two images, one thread")
    print(f"loop ({count} dimensions run): {whole:.1f} processor seconds")
    print(f"sweep, float32: {seconds:.1f}, {whole / seconds:.1f} times less; peak growth {growth:.0f} MB")
    print(f"sweep, bfloat16: {rough_seconds:.1f}, {whole / rough_seconds:.1f} times less")
    expected = halves[0].T @ halves[1]
    for name, factors in (("float32", found), ("bfloat16", rough)):
        tensor = factors.a[:count].T @ factors.b[:count]
        off = np.abs(tensor - expected).max() / np.abs(expected).max()
        alike = np.corrcoef(tensor.ravel(), expected.ravel())[0, 1]
        print(
            f"{name}: {tensor.size:,} pairs, off by at most {off:.1e} of the largest, correlation {alike:.7f}"
        )
    gap = found.report()["gap"] / found.similarity
    print(f"conservation, float32: similarity less relevance and remainder is {gap:.1e} of it")


if __name__ == "__main__":
    main()
