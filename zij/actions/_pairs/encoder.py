"""The part of `zij compare` that asks a general encoder instead of the bigram network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.actions._inputs.sources import Source
from zij.actions._pairs.comparison import Asked, Drawing, Found, summarised
from zij.errors import InputError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from zij.explain.bilrp.encoded import EncodedPair
    from zij.explain.bilrp.images import Precision
    from zij.similarity.encoders.encoder import Encoder

__all__ = ["MODELS", "by_encoder", "chosen_encoder", "drawn"]

MODELS = ("bigram", "vgg16", "resnet18", "resnet34", "resnet50")
"""What `zij compare --model` takes."""

_PICTURES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".jp2"}
_DIMS = 100  # of every encoder's vector, as published for vgg16
_MOST = 1 << 25  # numbers of one page's factor; above it pixels are joined to cells


def chosen_encoder(
    model: str | Encoder,
    weights: str | Path | None,
    *,
    layer: int | None = None,
    size: int | None = None,
    seed: int = 0,
    projection: str | Path | None = None,
    samples: str | Path | None = None,
) -> Encoder | None:
    """The encoder that a user names; None for the bigram network.

    `projection` is "random", "pca" (found on the pages in the folder `samples`) or a file.

    Raises
    ------
    UsageError
        If there is no such model, or an option is not one of this model.
    ModelError
        If the weights are missing or another network's.
    """
    if not isinstance(model, str):
        if (weights, layer, size, projection, samples) != (None, None, None, None, None):
            raise UsageError(
                "weights, layer, size and projection belong to named models; give the encoder as it is to be."
            )
        return model
    if model not in MODELS:
        raise UsageError(f"model {model!r} is not known; choose {', '.join(MODELS[:-1])} or {MODELS[-1]}.")
    if model != "vgg16" and layer is not None:
        raise UsageError(f"--layer belongs to vgg16; leave it out for {model}.")
    if model == "bigram":
        for name, value in (("size", size), ("projection", projection), ("samples", samples)):
            if value is not None:
                raise UsageError(f"--{name} belongs to encoders of images; leave it out for bigram.")
        return None
    from zij.similarity.encoders import resnet, vgg

    given = str(weights) if weights is not None and str(weights) == "random" else weights
    pages = _samples(projection, samples)
    options: dict[str, Any] = {
        "dims": min(_DIMS, len(pages)) if pages else _DIMS,
        "projection": "random" if projection is None else _word(projection),
        "seed": seed, "samples": pages,
    }  # fmt: skip
    if model == "vgg16":
        depth = vgg.LAYERS if layer is None else layer
        return vgg.vgg16(given, layer=depth, size=vgg.SIZE if size is None else size, **options)
    side = resnet.SIZE if size is None else size
    return resnet.resnet(int(model.removeprefix("resnet")), given, size=side, **options)


def _word(projection: str | Path) -> str | Path:
    return str(projection) if str(projection) in ("random", "pca") else projection


def _samples(projection: str | Path | None, folder: str | Path | None) -> list[NDArray[np.uint8]]:
    """The pages on which principal components are found."""
    if str(projection) != "pca":
        if folder is not None:
            raise UsageError("--samples belongs to --projection pca; leave it out.")
        return []
    if folder is None or not Path(folder).is_dir():
        raise UsageError("--projection pca finds its directions on pages; name their folder with --samples.")
    from zij.tables.scan.image import read_image

    found = []
    for path in sorted(Path(folder).iterdir()):
        if path.suffix.lower() in _PICTURES:
            found.append(read_image(path).pixels)
    if not found:
        raise InputError(f"{folder}: there are no pictures in it; name a folder of scans.")
    return found


def by_encoder(encoder: Encoder, sources: Sequence[Source], asked: Asked) -> Found:
    """What a general encoder finds alike."""
    encoder = encoder.to(asked.device)
    explanation, how = _explained(encoder, sources, asked.precision)
    pairs = explanation.pairs(asked.top)
    parameters = {"digit_model": asked.weights.name, "encoder": _facts(encoder), **how}
    summary = summarised(explanation, pairs, sources, encoder.name, asked.top, parameters)
    summary["described"] = _described(encoder)
    summary["patches"] = explanation.patch_report(asked.top)
    summary["pixels"] = {side: heat.report() for side, heat in zip("ab", explanation.heats, strict=True)}
    drawing = drawn(explanation, sources, summary, asked.top)
    words = _sentence(encoder, explanation, summary, sources)
    heats = explanation.heats if asked.pixels else ()
    return Found(explanation, pairs, summary, heats, words, drawing)


def _described(encoder: Encoder) -> str:
    """An encoder in words; where its weights were drawn, that is said."""
    layer = encoder.parameters.get("layer")
    text = encoder.name if layer is None else f"{encoder.name} layer {layer}"
    return f"{text}, random weights" if encoder.random else text


def _explained(
    encoder: Encoder, sources: Sequence[Source], precision: Precision | None
) -> tuple[EncodedPair, dict[str, Any]]:
    """Why an encoder finds two pages similar, and how it was asked.

    Raises
    ------
    ModelError
        If the network has a layer that no rule is known for, or gives no usable vector.
    """
    import numpy as np

    from zij.explain.bilrp.encoded import encoded_pair, page_geometry
    from zij.explain.bilrp.images import default_recipe, explain_images

    readings = [source.reading for source in sources]
    a, b = (
        np.ascontiguousarray(np.rot90(source.image.pixels, -(source.reading.turn // 90)))
        for source in sources
    )
    geometries = page_geometry(encoder, readings[0]), page_geometry(encoder, readings[1])
    places = max(geometry.width * geometry.height for geometry in geometries)
    pool = _pool(len(encoder.embed(a)), places)
    factors = explain_images(encoder, a, b, pool=pool, precision=precision)
    pair = encoded_pair(factors, readings[0], readings[1], geometries, pool=pool)
    recipe, _ = default_recipe(encoder)
    return pair, {
        "method": "bilrp", "recipe": recipe, "precision": precision or "float32",
        "cell": pool, "patch": pair.patch,
    }  # fmt: skip


def _pool(dims: int, places: int) -> int:
    """Side of the cells that keep a factor in bounds, in pixels of the raster."""
    return next((pool for pool in (1, 2, 4) if dims * places // pool**2 <= _MOST), 8)


def _facts(encoder: Encoder) -> dict[str, Any]:
    """What `explanation.json` says of the encoder."""
    return {
        "name": encoder.name,
        "weights": encoder.weights,
        "random_weights": encoder.random,
        **encoder.parameters,
        "mean": list(encoder.mean),
        "std": list(encoder.std),
    }


def drawn(
    explanation: EncodedPair, sources: Sequence[Source], summary: Mapping[str, Any], top: int
) -> Drawing:
    """Pairs of patches on pages under the colours of their relevance."""
    from zij.explain.report.heatmap import tinted

    pairs = explanation.patches.pairs(top)
    figures = explanation.patch_report(top)
    changed = {
        **summary,
        **{name: figures[name] for name in ("relevance_listed", "relevance_unlisted", "relevance_negative")},
        "relevance_outside_digits": figures["relevance_outside_pages"],
        "relevance_numbers": summary["relevance_listed"] + summary["relevance_unlisted"],
        "pairs": figures["pairs"],
        "pairs_listed": len(pairs),
        "units": "patches",
    }
    pictures = [
        tinted(source.image.pixels, heat.pixels)
        for source, heat in zip(sources, explanation.heats, strict=True)
    ]
    return Drawing(pairs, changed, pictures)


def _sentence(
    encoder: Encoder, explanation: EncodedPair, summary: Mapping[str, Any], sources: Sequence[Source]
) -> list[str]:
    """The closing sentence: what the similarity is, by whom, and how much of it lies between numbers."""
    value = explanation.similarity
    digits = 2 if round(value, 2) < 1 or round(value, 4) == 1 else 4  # pages are never quite the same to it
    found = [f"similarity {value:.{digits}f} ({_described(encoder)})"]
    for source in sources:
        if not any(True for _ in source.reading.numbers()):
            return [*found, f"no numbers were found on {source.image.name}"]
    numbers = summary["relevance_listed"] + summary["relevance_unlisted"]
    share = numbers / explanation.similarity if explanation.similarity else 0.0
    digits = 1 if abs(share) < 0.0995 else 0
    return [*found, f"{share:.{digits}%} of it between numbers"]
