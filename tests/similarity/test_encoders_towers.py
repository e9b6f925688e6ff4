"""Two towers: captions as vectors beside pages."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from zij.errors import InputError, ModelError, UsageError
from zij.similarity.encoders.towers import TextEncoder, TwoTower, random_text_encoder, trigrams
from zij.similarity.encoders.vgg import vgg16


def test_trigrams_are_the_same_everywhere() -> None:
    found = trigrams("Table of 30", buckets=100)
    assert [piece for piece, _ in found] == ["<ta", "tab", "abl", "ble", "le>", "<of", "of>", "<30", "30>"]
    assert found[0] == ("<ta", 70) and all(0 <= number < 100 for _, number in found)


def test_the_vector_of_a_caption_is_as_the_layers_say() -> None:
    encoder = random_text_encoder(6, seed=3)
    held = encoder.network.state_dict()
    rows = [encoder.table[number] for _, number in trigrams("a table of climates")]
    hidden = torch.relu(torch.stack(rows) @ held["hidden.weight"].T).mean(0)
    assert encoder.embed("a table of climates") == pytest.approx(
        (held["projection.weight"] @ hidden).numpy(), abs=1e-5
    )
    assert encoder.prepare("a table of climates").shape == (1, len(rows), 32)
    assert encoder.pieces("a b") == ("<a>", "<b>")


def test_chance_is_by_seed_and_said() -> None:
    before = torch.get_rng_state()
    one, same, other = (random_text_encoder(6, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert one.embed("sun").tolist() == same.embed("sun").tolist() != other.embed("sun").tolist()
    assert one.weights == "random, seed 1" and one.random


def test_a_page_and_a_caption() -> None:
    towers = TwoTower(vgg16("random", layer=5, size=16, dims=6), random_text_encoder(6))
    pixels = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    vectors = towers.captions(["a table of climates", "the sun"])
    assert vectors.shape == (2, 6) and towers.random
    seen = towers.image.embed(pixels)
    wanted = seen @ vectors[1] / np.linalg.norm(seen) / np.linalg.norm(vectors[1])
    assert towers.similarity(pixels, "the sun") == pytest.approx(wanted)
    assert abs(wanted) <= 1


def test_a_vector_of_nought_is_like_nothing() -> None:
    text = random_text_encoder(6)
    silent = TextEncoder("silent", text.tokenise, text.table * 0, text.network)
    towers = TwoTower(vgg16("random", layer=5, size=16, dims=6), silent)
    assert towers.similarity(np.zeros((20, 20, 3), np.uint8), "the sun") == 0.0


def test_wrong_use_is_told() -> None:
    text = random_text_encoder(6)
    with pytest.raises(InputError, match="caption '  ' has no token"):
        text.embed("  ")
    with pytest.raises(ModelError, match="lacks the token"):
        TextEncoder("mine", lambda _: [("x", 5)], torch.zeros(3, 32), text.network).embed("x")
    with pytest.raises(ModelError, match="gave shape"):
        TextEncoder("mine", text.tokenise, text.table, nn.Identity()).embed("x")
    towers = TwoTower(vgg16("random", layer=5, size=16, dims=7), text)
    with pytest.raises(ModelError, match="7 and 6 dimensions"):
        towers.similarity(np.zeros((20, 20, 3), np.uint8), "x")
    with pytest.raises(UsageError, match="list of texts"):
        towers.captions("a text")
