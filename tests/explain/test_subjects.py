"""Parts of a page are hidden, blurred by noise and seen by other networks as they should be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_pair import made_page
from matched_pages import small_subject
from torch import nn

from zij.errors import InputError, ModelError, UsageError
from zij.explain.subjects import DigitSubject, ImageSubject, Level, grid_labels
from zij.explain.subjects.redrawn import learned_layers, redrawn
from zij.explain.subjects.vectors import distances
from zij.similarity.embedding import cosine, embed
from zij.similarity.encoders.encoder import Encoder
from zij.similarity.evidence import Evidence, evidence_from_reading
from zij.similarity.links import probabilities
from zij.tables.geometry import Box
from zij.tables.reading import Glyph


def made_subject(level: Level) -> DigitSubject:
    """A page of 12 cells and a page number, beside itself."""
    evidence = evidence_from_reading(made_page()[1], [Glyph(Box(20, 480, 18, 28), "5", 0.8)])
    return DigitSubject(evidence, evidence, level)


@pytest.mark.parametrize(
    ("level", "count", "first"),
    [
        ("glyph", 24, "t1_r0c0_w1_g1"), ("number", 13, "t1_r0c0_w1"), ("cell", 13, "t1_r0c0"),
        ("row", 5, "t1_r0"), ("column", 4, "t1_c0"),
    ],
)  # fmt: skip
def test_regions_are_the_parts_of_the_reading(level: Level, count: int, first: str) -> None:
    subject = made_subject(level)
    assert subject.regions == len(subject.names) == len(subject.centres) == count
    assert subject.names[0] == first
    assert subject.labels.tolist().count(-1) == 1  # the candidate that no number has
    own = subject.labels >= 0
    for label, (x, y) in zip(subject.labels[own], subject.evidence.centres[own], strict=True):
        assert subject.boxes[label].contains(x, y)


def test_a_region_that_is_hidden_is_not_on_the_page() -> None:
    subject = made_subject("cell")
    hidden = subject.names.index("t1_r1c2")
    kept = np.ones((3, subject.regions))
    kept[1, hidden] = 0
    kept[2] = 0
    whole, part, none = subject.embeddings(kept)
    np.testing.assert_allclose(whole, embed(subject.evidence).vector)
    maps = subject.evidence.maps.copy()
    inside = subject.boxes[hidden]
    for (row, column), (x, y) in zip(subject.evidence.peaks, subject.evidence.centres, strict=True):
        maps[:, row, column] *= not inside.contains(x, y)
    np.testing.assert_allclose(part, embed(replace(subject.evidence, maps=maps)).vector)
    assert part[10 + 50] == 0  # the only 50
    np.testing.assert_allclose(none**2, np.eye(110)[5] * 0.8, atol=1e-7)  # what no region has is left


def test_distances_are_half_of_what_is_missing_to_one() -> None:
    subject = small_subject()
    kept = np.random.default_rng(0).random((4, subject.regions))
    expected = [
        0.5 - v @ subject.reference / (2 * np.linalg.norm(v) * np.linalg.norm(subject.reference))
        for v in subject.embeddings(kept)
    ]
    np.testing.assert_allclose(subject.distances(kept), expected)
    whole = subject.distances(np.ones((1, subject.regions)))[0]
    assert whole == pytest.approx((1 - cosine(embed(subject.evidence), embed(subject.other))) / 2)
    assert distances(np.zeros((1, 110)), subject.reference) == [0.5]


def test_vectors_that_are_no_numbers_have_no_distance() -> None:
    with pytest.raises(ModelError, match="no number"):
        distances(np.full((2, 3), np.nan), np.ones(3))


def test_wrong_masks_and_levels_are_refused() -> None:
    subject = made_subject("row")
    with pytest.raises(UsageError, match=r"give \(n, 5\)"):
        subject.embeddings(np.ones((2, 6)))
    with pytest.raises(UsageError, match="level='page'"):
        DigitSubject(subject.evidence, subject.other, "page")  # type: ignore[arg-type]


def test_a_second_look_without_noise_sees_what_was_read() -> None:
    subject = small_subject()
    again = probabilities(subject.noisy(0.0, np.random.default_rng(0)).evidence)
    read = probabilities(subject.evidence)
    np.testing.assert_allclose(again[read > 0], read[read > 0], rtol=0, atol=1e-5)
    assert again[read == 0].max() < 0.005  # a reading leaves out what hardly can be


def test_noise_blurs_and_is_drawn_from_its_source() -> None:
    subject = small_subject()
    looks = [probabilities(subject.noisy(0.2, np.random.default_rng(seed)).evidence) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(looks[0], looks[1])
    assert np.abs(looks[0] - looks[2]).max() > 1e-4
    assert np.abs(looks[0] - probabilities(subject.evidence)).max() > 1e-3


def test_a_network_drawn_anew_sees_something_else() -> None:
    subject = small_subject()
    assert subject.stages == 10
    before = embed(subject.evidence).vector
    for stages, alone in ((1, False), (10, False), (10, True)):
        other = subject.randomised(stages, 0, alone=alone)
        vector = embed(other.evidence).vector
        assert vector @ before < 0.9 * np.linalg.norm(vector) * np.linalg.norm(before)
        assert not np.allclose(other.reference, subject.reference)
    none = subject.randomised(0, 0)
    looked = none.noisy(0.0, np.random.default_rng(0))
    np.testing.assert_array_equal(none.evidence.maps, looked.evidence.maps)


def test_without_scans_a_sentence_says_what_is_missing() -> None:
    subject = made_subject("cell")
    assert subject.stages == 0
    for act in (lambda: subject.noisy(0.1, np.random.default_rng(0)), lambda: subject.randomised(1, 0)):
        with pytest.raises(InputError, match="needs the scan"):
            act()


def test_exchanged_digits_are_the_same_digits() -> None:
    def sums(evidence: Evidence) -> list[float]:
        return sorted(probabilities(evidence).max(axis=1).tolist())

    subject = small_subject()
    for one, two in (
        (subject.shuffled(1).evidence, subject.evidence),
        (subject.replaced(1).other, subject.other),
    ):
        assert sums(one) == sums(two)
        assert cosine(embed(one), embed(two)) < 0.8


def test_layers_are_drawn_from_the_output_on() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3), nn.Linear(3, 2))
    assert learned_layers(network) == ("0", "3", "4")
    state = {name: value.clone() for name, value in network.state_dict().items()}

    def changed(stages: int, alone: bool = False) -> list[str]:
        other = redrawn(network, stages, seed=3, alone=alone).state_dict()
        return [name for name in state if not torch.equal(other[name], state[name])]

    assert changed(0) == []
    assert changed(2) == ["3.weight", "3.bias", "4.weight", "4.bias"]
    assert changed(3, alone=True) == ["0.weight", "0.bias"]
    assert all(torch.equal(value, network.state_dict()[name]) for name, value in state.items())
    one, two = (redrawn(network, n, seed=3, alone=a).state_dict() for n, a in ((3, False), (3, True)))
    assert torch.equal(one["0.weight"], two["0.weight"])  # the draw depends on the layer alone
    with pytest.raises(UsageError, match="4 layers"):
        redrawn(network, 4, seed=0)


def coloured(seed: int, shape: tuple[int, int] = (24, 36)) -> np.ndarray:
    rng = np.random.default_rng(seed)
    page = np.full((*shape, 3), (230, 220, 200), np.uint8)
    page[4:20:3, 5:30:2] = rng.integers(0, 120, (6, 13, 3))
    return page


def small_encoder(size: int | None = None) -> Encoder:
    torch_rng = torch.Generator().manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(torch.randn(weight.shape, generator=torch_rng))
    return Encoder("small", network.double(), (0.5, 0.4, 0.3), (0.2, 0.25, 0.3), size)


def test_paper_is_laid_over_hidden_parts_of_an_image() -> None:
    a, b, encoder = coloured(1), coloured(2), small_encoder()
    labels = grid_labels(36, 24, 4)
    labels[:6] = -1
    subject = ImageSubject(encoder, a, b, labels)
    kept = np.ones((3, 16))
    kept[1, 5], kept[2] = 0, 0
    hand = [a.copy() for _ in range(3)]
    hand[1][labels == 5] = hand[2][labels >= 0] = (230, 220, 200)
    np.testing.assert_allclose(subject.embeddings(kept), encoder.embed_many(hand), rtol=1e-9)
    np.testing.assert_allclose(subject.reference, encoder.embed(b))
    np.testing.assert_allclose(subject.centres[5], [13.5, 9])
    assert subject.boxes[5] == Box(9, 6, 9, 6)
    half = np.where(labels == 5, 0.5, 1.0)[..., None]
    mixed = (a * half + (1 - half) * np.array([230, 220, 200])) / 255
    np.testing.assert_allclose(
        subject.embeddings(1 - (1 - kept[1:2]) / 2)[0], encoder.embed(mixed), rtol=1e-9
    )


def test_labels_follow_an_image_that_is_fitted() -> None:
    subject = ImageSubject(small_encoder(72), coloured(1), coloured(2), grid_labels(36, 24, 4))
    raster = subject.raster.numpy()  # twice as large, in the middle of the square
    np.testing.assert_array_equal(raster[12:60:2, ::2], grid_labels(36, 24, 4))
    assert (raster[:12] == -1).all()
    assert (raster[60:] == -1).all()


def test_images_under_noise_exchanged_and_before_other_networks() -> None:
    subject = ImageSubject(small_encoder(), coloured(1), coloured(2), grid_labels(36, 24, 4))
    low, high = subject.encoder.bounds()
    noisy = subject.noisy(0.05, np.random.default_rng(0)).shown
    assert bool(((noisy >= low) & (noisy <= high)).all())
    moved = ((noisy - subject.shown) / (high - low)).abs().max()
    assert 0.05 < float(moved) < 0.3
    assert torch.equal(subject.noisy(0.0, np.random.default_rng(0)).shown, subject.shown)
    exchanged = subject.shuffled(0).shown
    assert not torch.equal(exchanged, subject.shown)
    assert torch.equal(exchanged.flatten().sort()[0], subject.shown.flatten().sort()[0])
    assert np.allclose(subject.replaced(0).embeddings(np.ones((1, 16))), subject.embeddings(np.ones((1, 16))))
    assert not np.allclose(subject.replaced(0).reference, subject.reference)
    assert subject.stages == 1
    assert not np.allclose(subject.randomised(1, 0).reference, subject.reference)


def test_labels_have_to_fit() -> None:
    with pytest.raises(UsageError, match="do not fit"):
        ImageSubject(small_encoder(), coloured(1), coloured(2), grid_labels(20, 20, 4))
    with pytest.raises(UsageError, match="no grid"):
        grid_labels(3, 20, 4)
