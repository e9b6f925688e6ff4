"""The digit network: shapes, folding, files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from zij.errors import ModelError
from zij.tables.digits.network import DigitNetwork, load_weights, save_weights


def _taught(widths: tuple[int, int, int] = (4, 6, 8)) -> DigitNetwork:
    """A small network whose batch normalisation has seen something."""
    torch.manual_seed(1)
    network = DigitNetwork(widths, ((1, 2),), normalised=True)
    for _ in range(3):
        network(torch.rand(4, 1, 32, 32))
    for parameter in network.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return network.eval()


def test_maps_are_a_quarter_of_the_ink() -> None:
    scores, sides = DigitNetwork((4, 6, 8), ((1, 1),))(torch.rand(2, 1, 64, 96))
    assert scores.shape == (2, 11, 16, 24) and sides.shape == (2, 4, 16, 24)
    assert (sides > 0).all()


def test_folding_changes_nothing() -> None:
    network = _taught()
    ink = torch.rand(2, 1, 48, 64)
    folded = network.folded()
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in folded.modules())
    for before, after in zip(network(ink), folded(ink), strict=True):
        torch.testing.assert_close(before, after, rtol=1e-4, atol=1e-5)


def test_a_network_sees_89_pixels() -> None:
    network = DigitNetwork().double()
    for parameter in network.parameters():
        parameter.data.abs_()  # so that nothing cancels
    ink = torch.zeros(1, 1, 256, 256, dtype=torch.float64, requires_grad=True)
    network(ink)[0][0, 3, 32, 32].backward()  # type: ignore[no-untyped-call]
    assert ink.grad is not None
    rows = torch.nonzero(ink.grad[0, 0].sum(1)).flatten()
    assert int(rows[-1] - rows[0]) + 1 == 89


def test_weights_come_back_from_their_file(tmp_path: Path) -> None:
    network = _taught()
    path = save_weights(tmp_path / "w.safetensors", network, {"seed": "3", "temperature": "1.5"})
    loaded = load_weights(path)
    ink = torch.rand(1, 1, 32, 32)
    ours, theirs = network.folded().state_dict(), loaded.network.state_dict()
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)
    torch.testing.assert_close(loaded.network(ink)[0], network.folded()(ink)[0])
    assert loaded.temperature == 1.5 and loaded.facts["seed"] == "3"
    assert loaded.name.startswith("w.safetensors ")
    other = save_weights(tmp_path / "v.safetensors", network, {"temperature": "1.5", "seed": "3"})
    assert path.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x08\0\0\0\0\0\0\0{}      ", b"\xff" * 64])
def test_what_is_no_model_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"bad\.safetensors"):
        load_weights(path)


def test_a_missing_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        load_weights(tmp_path / "none.safetensors")


def test_a_model_of_absurd_size_is_refused(tmp_path: Path) -> None:
    path = save_weights(tmp_path / "w.safetensors", _taught(), {})
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"]["widths"] = "[1000000, 1000000, 1000000]"
    head = json.dumps(header).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + data[8 + length :])
    with pytest.raises(ModelError):
        load_weights(path)


def test_a_file_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    names = []
    for step in "12":
        save_weights(path, _taught(), {"step": step})
        weights = load_weights(path)
        assert weights is load_weights(path) and weights.facts["step"] == step
        names.append(weights.name)
    assert names[0] != names[1]


def test_the_shipped_weights_load() -> None:
    weights = load_weights()
    assert weights.facts["seed"] == "1"
    assert sum(p.numel() for p in weights.network.parameters()) < 500_000
