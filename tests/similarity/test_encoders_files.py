"""Weights from files: what is read, what is refused and how it is said; nothing in a file runs."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from zij.errors import ModelError
from zij.similarity.encoders import files
from zij.similarity.encoders.files import cached_weights, install, open_weights
from zij.similarity.encoders.weights import furnish

SENTENCE = r"^[^\n]*\.$"


class Evil:
    """Makes a folder when it is unpickled the careless way."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


def tensors() -> dict[str, Tensor]:
    return {"weight": torch.arange(6.0).reshape(2, 3), "bias": torch.tensor([1.0, -1.0])}


def linear() -> nn.Linear:
    return nn.Linear(3, 2, device="meta")


def refused(path: Path) -> str:
    """What is said of a file that is not taken: one sentence with its name."""
    with pytest.raises(ModelError, match=SENTENCE) as error:
        open_weights(path)
    text = str(error.value)
    assert text.startswith(f"{path}: ")
    return text


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors", "old.pth"])
def test_tensors_are_read(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    if suffix == ".safetensors":
        save_file(tensors(), path, {"made": "by hand"})
    else:
        torch.save(tensors(), path, _use_new_zipfile_serialization=suffix != "old.pth")
    found, name, facts = open_weights(path)
    assert found.keys() == {"weight", "bias"} and torch.equal(found["weight"], tensors()["weight"])
    assert name == f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
    assert facts == ({"made": "by hand"} if suffix == ".safetensors" else {})


def test_short_numbers_become_float32(tmp_path: Path) -> None:
    torch.save(
        {"a": torch.ones(2).half(), "b": torch.ones(2).bfloat16(), "n": torch.tensor(3)}, tmp_path / "h.pt"
    )
    found, _, _ = open_weights(tmp_path / "h.pt")
    assert [found[k].dtype for k in "abn"] == [torch.float32, torch.float32, torch.int64]


@pytest.mark.parametrize("how", ["zip", "plain", "inside"])
def test_a_malicious_pickle_is_refused_and_runs_nothing(how: str, tmp_path: Path) -> None:
    path, mark = tmp_path / "evil.pth", tmp_path / "ran"
    if how == "plain":
        path.write_bytes(pickle.dumps({"weight": Evil(mark)}))
    else:
        torch.save(Evil(mark) if how == "zip" else {**tensors(), "extra": Evil(mark)}, path)
    assert "could run a program" in refused(path)
    assert not mark.exists()
    with pytest.raises(ModelError):
        furnish(linear(), "linear", path)
    assert not mark.exists()


def test_the_malicious_pickle_would_have_run(tmp_path: Path) -> None:
    """So that the test before this one could fail."""
    torch.save(Evil(tmp_path / "ran"), tmp_path / "evil.pth")
    torch.load(tmp_path / "evil.pth", weights_only=False)
    assert (tmp_path / "ran").is_dir()


def test_the_old_archive_of_pickles_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.pth"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("pickle"), io.BytesIO(b""))
    assert "2016" in refused(path)


def broken(path: Path) -> None:
    torch.save(tensors(), path)
    path.write_bytes(path.read_bytes()[:-200])


@pytest.mark.parametrize(
    ("name", "make", "what"),
    [
        ("gone.pth", lambda p: None, "no such file"),
        ("weights.h5", lambda p: p.write_bytes(b"x"), r"\.safetensors, \.pth or \.pt"),
        ("empty.pth", lambda p: p.write_bytes(b""), "damaged"),
        ("text.pth", lambda p: p.write_text("these are no weights"), "damaged"),
        ("text.safetensors", lambda p: p.write_text("these are no weights"), "damaged"),
        ("half.pth", broken, "damaged"),
        ("folder.pth", lambda p: p.mkdir(), "cannot be read"),
        ("one.pth", lambda p: torch.save(torch.zeros(2), p), "no tensors by their names"),
        ("nested.pth", lambda p: torch.save({"state_dict": tensors()}, p), "no tensors by their names"),
        ("nan.pth", lambda p: torch.save({"w": torch.tensor([1.0, float("nan")])}, p), "w holds .* no num"),
        ("inf.pt", lambda p: torch.save({"w": torch.tensor([float("inf")])}, p), "w holds .* no num"),
        ("thin.pth", lambda p: torch.save({"w": torch.eye(3).to_sparse()}, p), "w is no plain tensor"),
        ("imaginary.pth", lambda p: torch.save({"w": torch.ones(2) * 1j}, p), "w is no plain tensor"),
    ],
)  # fmt: skip
def test_other_files_are_refused(name: str, make: Callable[[Path], Any], what: str, tmp_path: Path) -> None:
    path = tmp_path / name
    make(path)
    with pytest.raises(ModelError, match=what):
        raise ModelError(refused(path))


def test_files_that_are_too_large_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.pth"
    torch.save({"w": torch.zeros(100_000)}, path)
    monkeypatch.setattr(files, "MOST_BYTES", 300_000)
    assert "larger" in refused(path)
    packed = tmp_path / "packed.pth"
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            after.writestr(part.filename, before.read(part))
    assert packed.stat().st_size < 10_000
    assert "larger" in refused(packed)


def test_tensors_are_put_where_their_names_say(tmp_path: Path) -> None:
    network = linear()
    more = {"other": torch.zeros(1), "fc.weight": torch.zeros(1)}
    install(network, {**tensors(), **more}, "f", known=["other"], passed_over=r"fc\..*")
    assert torch.equal(network.weight, tensors()["weight"]) and not network.weight.requires_grad


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"bias": None}, "file.pth: lacks bias"),
        ({"weight": torch.zeros(2, 4)}, "file.pth: weight has the shape 2 x 4, not 2 x 3"),
        ({"bias": torch.tensor(1.0)}, r"bias has the shape \(\), not 2"),
        ({"odd": torch.zeros(1)}, "file.pth: holds odd, which is none of the network's"),
    ],
)
def test_missing_odd_and_wrong_tensors_are_named(change: dict[str, Tensor | None], what: str) -> None:
    given = {name: value for name, value in {**tensors(), **change}.items() if value is not None}
    with pytest.raises(ModelError, match=what) as error:
        install(linear(), given, "file.pth")
    assert str(error.value).endswith(".")


def test_torchvisions_own_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(
        ModelError, match=r"^linear: there are no weights.*--weights FILE.*--weights random\.$"
    ):
        furnish(linear(), "linear", None)
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save(tensors(), folder / "weights.pth")
    digest = hashlib.sha256((folder / "weights.pth").read_bytes()).hexdigest()
    (folder / "linear_bn-00000000.pth").write_bytes(b"another network's")
    right = (folder / "weights.pth").rename(folder / f"linear-{digest[:8]}.pth")
    assert cached_weights("linear") == right
    network = linear()
    assert furnish(network, "linear", None) == f"{right.name} {digest[:12]}"
    assert torch.equal(network.weight, tensors()["weight"])
    right.rename(folder / "linear-01234567.pth")
    with pytest.raises(ModelError, match="its hash is not that of its name"):
        furnish(linear(), "linear", None)
