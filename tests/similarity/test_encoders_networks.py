"""VGG-16 and ResNet as torchvision names and shapes them, with random weights and with a file's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from zij.errors import ModelError, UsageError
from zij.similarity.encoders.encoder import Encoder
from zij.similarity.encoders.resnet import ResNet, resnet
from zij.similarity.encoders.vgg import CUTS, vgg16
from zij.similarity.encoders.weights import draw

CONVOLUTIONS = {0: (64, 3), 2: (64, 64), 5: (128, 64), 7: (128, 128), 10: (256, 128), 12: (256, 256),
                14: (256, 256), 17: (512, 256), 19: (512, 512), 21: (512, 512), 24: (512, 512),
                26: (512, 512), 28: (512, 512)}  # fmt: skip
NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def page(height: int = 60, width: int = 40, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def global_state() -> list[list[int]]:
    """Of both random number generators."""
    return [torch.get_rng_state().tolist(), np.random.get_state()[1].tolist()]  # type: ignore[index,union-attr]  # noqa: NPY002


def shapes(network: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


def expected_vgg() -> dict[str, tuple[int, ...]]:
    wanted: dict[str, tuple[int, ...]] = {}
    for index, (after, before) in CONVOLUTIONS.items():
        wanted[f"features.{index}.weight"] = (after, before, 3, 3)
        wanted[f"features.{index}.bias"] = (after,)
    return wanted


def expected_resnet(depth: int) -> dict[str, tuple[int, ...]]:
    """From the architecture: four stages; the straight way has a convolution where size or width changes."""
    wanted: dict[str, tuple[int, ...]] = {"conv1.weight": (64, 3, 7, 7)}

    def norm(name: str, width: int) -> None:
        wanted.update({f"{name}.{part}": () if part == NORM[-1] else (width,) for part in NORM})

    norm("bn1", 64)
    before = 64
    for stage, count in enumerate({18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3]}[depth], 1):
        width = 32 * 2**stage
        after = width * (4 if depth == 50 else 1)
        for block in range(count):
            name = f"layer{stage}.{block}"
            sizes = [(width, before, 3), (width, width, 3)]
            if depth == 50:
                sizes = [(width, before, 1), (width, width, 3), (after, width, 1)]
            for number, (to, of, side) in enumerate(sizes, 1):
                wanted[f"{name}.conv{number}.weight"] = (to, of, side, side)
                norm(f"{name}.bn{number}", to)
            if block == 0 and (stage > 1 or depth == 50):
                wanted[f"{name}.downsample.0.weight"] = (after, before, 1, 1)
                norm(f"{name}.downsample.1", after)
            before = after
    return wanted


def test_vgg_has_torchvisions_names_and_shapes() -> None:
    assert shapes(vgg16("random", projection=None, size=32).network) == expected_vgg()


@pytest.mark.parametrize("depth", [18, 34, 50])
def test_resnet_has_torchvisions_names_and_shapes(depth: int) -> None:
    with torch.device("meta"):
        found = shapes(ResNet(depth))
    assert found == expected_resnet(depth)
    if depth == 18:
        assert len(found) == 120  # 122 of torchvision less the classifier's two


@pytest.mark.parametrize("layer", CUTS)
def test_published_cut_points(layer: int) -> None:
    side = {5: 16, 10: 8, 17: 4, 24: 2, 31: 1}[layer]
    width = {5: 64, 10: 128, 17: 256}.get(layer, 512)
    encoder = vgg16("random", layer=layer, size=32, projection=None)
    assert len(encoder.network.features) == layer  # type: ignore[arg-type]
    assert encoder.embed(page()).shape == (width * side * side,)
    assert encoder.parameters == {"layer": layer, "size": 32}
    assert vgg16("random", layer=layer, size=32, dims=7).embed(page()).shape == (7,)


def test_vgg_computes_what_its_layers_say() -> None:
    encoder = vgg16("random", layer=10, size=16, projection=None, seed=3)
    x, held = encoder.prepare(page()), encoder.network.state_dict()
    for index in (0, 2, 5, 7):
        x = F.relu(F.conv2d(x, held[f"features.{index}.weight"], held[f"features.{index}.bias"], padding=1))
        if index in (2, 7):
            x = F.max_pool2d(x, 2)
    assert encoder.embed(page()) == pytest.approx(x.flatten().double().numpy(), abs=1e-5)


@pytest.mark.parametrize("depth", [18, 50])
def test_resnet_computes_what_the_paper_says(depth: int) -> None:
    """One forward pass from the weights alone, batch normalisation written out."""
    encoder = resnet(depth, "random", size=64)
    held = {name: value.double() for name, value in encoder.network.state_dict().items()}
    rng = np.random.default_rng(1)
    for name in held:
        if name.endswith(("running_mean", "bias")) or ("bn" in name and name.endswith("weight")):
            held[name] = torch.from_numpy(rng.uniform(0.1, 0.4, held[name].shape))
    encoder.network.double().load_state_dict(held)

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        gain, bias, mean, var = (held[f"{name}.{part}"][:, None, None] for part in NORM[:4])
        return gain * (x - mean) / torch.sqrt(var + 1e-5) + bias

    x = encoder.prepare(page())
    x = F.relu(norm(F.conv2d(x, held["conv1.weight"], stride=2, padding=3), "bn1"))
    x = F.max_pool2d(x, 3, 2, 1)
    for name in sorted({key.rsplit(".conv1", 1)[0] for key in held if ".conv1" in key}):
        stride = 2 if name.endswith(".0") and name != "layer1.0" else 1
        way, last = x, 3 if depth == 50 else 2
        for number in range(1, last + 1):
            weight = held[f"{name}.conv{number}.weight"]
            here = stride if number == (2 if depth == 50 else 1) else 1
            way = norm(
                F.conv2d(way, weight, stride=here, padding=weight.shape[-1] // 2), f"{name}.bn{number}"
            )
            way = F.relu(way) if number < last else way
        if f"{name}.downsample.0.weight" in held:
            x = norm(F.conv2d(x, held[f"{name}.downsample.0.weight"], stride=stride), f"{name}.downsample.1")
        x = F.relu(way + x)
    found = encoder.embed(page())
    assert found == pytest.approx(x.mean((2, 3))[0].numpy(), rel=1e-9)
    assert found.shape == ((2048 if depth == 50 else 512),)


def test_resnet_can_be_projected() -> None:
    encoder = resnet(18, "random", dims=5, size=32)
    assert encoder.embed(page()).shape == (5,) and encoder.parameters["dimensions"] == 5
    bare = resnet(18, "random", size=32).embed(page())
    weight = encoder.network.state_dict()["projection.weight"].double().numpy()
    assert encoder.embed(page()) == pytest.approx(weight @ bare, rel=1e-4)


def test_random_weights_are_those_of_the_seed_and_leave_the_global_state_alone() -> None:
    before = global_state()
    one, same, other = (vgg16("random", layer=10, size=16, dims=4, seed=seed) for seed in (1, 1, 2))
    resnet(18, "random", size=32)
    assert global_state() == before
    assert one.embed(page()).tolist() == same.embed(page()).tolist() != other.embed(page()).tolist()
    assert one.weights == "random, seed 1" and one.random
    first = vgg16("random", layer=31, size=32, seed=1, dims=3).network.state_dict()["features.0.weight"]
    assert torch.equal(first, one.network.state_dict()["features.0.weight"])


def test_random_weights_are_he_normal() -> None:
    with torch.device("meta"):
        network = nn.Sequential(nn.Conv2d(32, 64, 3), nn.BatchNorm2d(64), nn.Linear(400, 300))
    draw(network, 0)
    for weight, inputs in ((network[0].weight, 288), (network[2].weight, 400)):
        values = weight.double().numpy().ravel()  # type: ignore[union-attr]
        assert values.std() == pytest.approx(np.sqrt(2 / inputs), rel=0.02)
        assert abs(values.mean()) < 3 * np.sqrt(2 / inputs / len(values))
    assert not network[0].bias.any() and not network[2].bias.any()  # type: ignore[union-attr]
    x = torch.rand(1, 64, 2, 2)
    assert torch.allclose(network[1].eval()(x), x, atol=1e-4)


def test_vgg_from_a_file(tmp_path: Path) -> None:
    """The classifier and the layers beyond the cut are passed over, another network's are not."""
    whole = vgg16("random", size=32, projection=None, seed=5)
    state = dict(whole.network.state_dict())
    state |= {f"classifier.{k}.{part}": torch.zeros(3) for k in (0, 3, 6) for part in ("weight", "bias")}
    path = tmp_path / "vgg16.pth"
    torch.save(state, path)
    encoder = vgg16(path, layer=17, size=32, dims=6)
    wanted = vgg16("random", layer=17, size=32, dims=6, seed=5).network.state_dict()
    found = encoder.network.state_dict()
    assert all(torch.equal(found[name], wanted[name]) for name in found if name.startswith("features"))
    assert encoder.weights.startswith("vgg16.pth ") and not encoder.random
    with pytest.raises(ModelError, match=r"vgg16\.pth: lacks conv1\.weight"):
        resnet(18, path)
    torch.save({**state, "features.31.weight": torch.zeros(1)}, path)
    with pytest.raises(ModelError, match=r"holds features\.31\.weight"):
        vgg16(path, size=32)


def test_resnet_from_a_file(tmp_path: Path) -> None:
    """Files from before batches were counted lack those numbers."""
    state = dict(resnet(18, "random", size=32, seed=5).network.state_dict())
    old = {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}
    torch.save({**old, "fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}, tmp_path / "r.pth")
    encoder = resnet(18, tmp_path / "r.pth", size=32)
    assert all(torch.equal(value, state[name]) for name, value in encoder.network.state_dict().items())
    assert encoder.embed(page()) == pytest.approx(resnet(18, "random", size=32, seed=5).embed(page()))
    with pytest.raises(
        ModelError, match=r"layer1\.0\.conv1\.weight has the shape 64 x 64 x 3 x 3, not 64 x 64 x 1 x 1"
    ):
        resnet(50, tmp_path / "r.pth")


def test_wrong_use_is_told() -> None:
    for layer in (0, 32):
        with pytest.raises(UsageError, match="choose one of 5, 10, 17, 24 or 31"):
            vgg16("random", layer=layer)
    with pytest.raises(UsageError, match="too small for layer 31"):
        vgg16("random", size=31)
    with pytest.raises(UsageError, match="too large"):
        vgg16("random", layer=2, size=448)
    with pytest.raises(UsageError, match="choose 18, 34 or 50"):
        resnet(101, "random")
    with pytest.raises(UsageError, match="take 0 or more"):
        vgg16("random", seed=-1, size=32)
    with pytest.raises(UsageError, match="give them as samples"):
        vgg16("random", projection="pca", size=32)


def test_random_encoders_still_tell_pages_apart() -> None:
    encoder = vgg16("random", layer=10, size=32)
    vectors = encoder.embed_many([page(seed=k) for k in range(3)])
    lengths = np.linalg.norm(vectors, axis=1)
    cosines = vectors @ vectors.T / np.outer(lengths, lengths)
    assert cosines[np.triu_indices(3, 1)].max() < 0.999 and isinstance(encoder, Encoder)
