"""Two towers: an encoder of images and one of captions whose vectors can be held against each other."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zij.errors import InputError, ModelError, UsageError
from zij.similarity.encoders.encoder import Encoder, checked_vectors, home
from zij.similarity.encoders.weights import draw

__all__ = ["Mean", "TextEncoder", "Tokeniser", "TwoTower", "random_text_encoder", "trigrams"]

Tokeniser = Callable[[str], Sequence[tuple[str, int]]]
"""A text to its pieces, each with its row in the table of embeddings."""


class Mean(nn.Module):
    """(B, T, E) to (B, E): the mean of all tokens."""

    def forward(self, tokens: Tensor) -> Tensor:
        """Average over the second dimension."""
        return tokens.mean(1)


@dataclass(frozen=True, slots=True, eq=False)
class TextEncoder:
    """A network that turns a caption into a vector.

    Attributes
    ----------
    name : str
    tokenise : callable
        A text to pieces and their numbers.
    table : (V, E) tensor
        Embedding of each token.
    network : Module
        (B, T, E) tokens to (B, D). It is put into evaluation mode.
    weights : str
        Where the weights come from; begins with "random" where they were drawn.
    parameters : mapping
        What else was chosen.
    """

    name: str
    tokenise: Tokeniser
    table: Tensor
    network: nn.Module
    weights: str = "brought along"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network.eval()

    @property
    def random(self) -> bool:
        """Whether the weights were drawn, not learnt."""
        return self.weights.startswith("random")

    def pieces(self, text: str) -> tuple[str, ...]:
        """The pieces of a text, in the order of the tokens of `prepare`."""
        return tuple(piece for piece, _ in self._tokens(text))

    def prepare(self, text: str) -> Tensor:
        """A text as the network takes it: its tokens embedded, (1, T, E).

        Raises
        ------
        InputError
            If the text has no token.
        ModelError
            If a token has no row in the table.
        """
        numbers = [number for _, number in self._tokens(text)]
        if min(numbers) < 0 or max(numbers) >= len(self.table):
            raise ModelError(
                f"encoder {self.name!r}: its table of {len(self.table)} rows lacks the token {max(numbers)};"
                " table and tokeniser belong to different models."
            )
        device, kind = home(self.name, self.network)
        return self.table.detach()[torch.tensor(numbers, device=self.table.device)][None].to(device, kind)

    def embed(self, text: str) -> NDArray[np.float64]:
        """The vector of a text, (D,).

        Raises
        ------
        InputError
            If the text has no token.
        ModelError
            If the network gives no vector of finite numbers.
        """
        return np.asarray(checked_vectors(self.name, self.network, self.prepare(text))[0])

    def _tokens(self, text: str) -> Sequence[tuple[str, int]]:
        found = self.tokenise(text)
        if not found:
            raise InputError(f"encoder {self.name!r}: the caption {text!r} has no token; give some words.")
        return found


@dataclass(frozen=True, slots=True, eq=False)
class TwoTower:
    """An encoder of images and one of texts, made to give vectors of the same space.

    A caption's vector is a reference for whatever explains a distance; relevance runs between pixels and
    tokens as it does between the pixels of two pages.

    Attributes
    ----------
    image : Encoder
    text : TextEncoder
    """

    image: Encoder
    text: TextEncoder

    @property
    def random(self) -> bool:
        """Whether a tower's weights were drawn, not learnt."""
        return self.image.random or self.text.random

    def captions(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The vectors of captions, (n, D)."""
        if isinstance(texts, str) or not len(texts):
            raise UsageError("captions are a list of texts; give one or more.")
        return np.stack([self.text.embed(text) for text in texts])

    def similarity(self, pixels: NDArray[Any], text: str) -> float:
        """Cosine of a page and a caption, -1 to 1; 0.0 where a vector is nought.

        Raises
        ------
        ModelError
            If the towers' vectors have different lengths.
        """
        seen, told = self.image.embed(pixels), self.text.embed(text)
        if seen.shape != told.shape:
            raise ModelError(
                f"encoders {self.image.name!r} and {self.text.name!r}: vectors of {len(seen)} and {len(told)}"
                " dimensions cannot be compared; take towers that were made together."
            )
        norms = float(np.linalg.norm(seen) * np.linalg.norm(told))
        return float(seen @ told) / norms if norms > 0 else 0.0


def trigrams(text: str, buckets: int = 1024) -> list[tuple[str, int]]:
    """The runs of three signs of each word, with its ends marked, each hashed to a bucket.

    Examples
    --------
    >>> [piece for piece, _ in trigrams("Sun 30")]
    ['<su', 'sun', 'un>', '<30', '30>']
    """
    words = [f"<{word}>" for word in text.lower().split()]
    pieces = [word[k : k + 3] for word in words for k in range(len(word) - 2)]
    return [(piece, zlib.crc32(piece.encode()) % buckets) for piece in pieces]


def random_text_encoder(
    dims: int, *, buckets: int = 1024, width: int = 32, hidden: int = 64, seed: int = 0
) -> TextEncoder:
    """A small encoder of captions with random weights: to try things out, it knows no language.

    Trigrams are embedded, passed through a linear layer and ReLU, averaged and projected, all without biases.

    Parameters
    ----------
    dims : int
        Dimensions of the vector: those of the image's encoder.
    buckets, width, hidden : int
        Rows and columns of the table of embeddings, and units of the hidden layer.
    seed : int
        The same seed gives the same encoder; the global random state is neither used nor changed.

    Returns
    -------
    TextEncoder
    """
    with torch.device("meta"):
        network = nn.Sequential(
            OrderedDict(
                hidden=nn.Linear(width, hidden, bias=False),
                relu=nn.ReLU(),
                mean=Mean(),
                projection=nn.Linear(hidden, dims, bias=False),
            )
        )
    draw(network, seed)
    table = np.random.default_rng([seed, 2]).standard_normal((buckets, width), np.float32)
    return TextEncoder(
        "trigrams",
        lambda text: trigrams(text, buckets),
        torch.from_numpy(table),
        network,
        f"random, seed {seed}",
        {"buckets": buckets, "width": width, "hidden": hidden},
    )
