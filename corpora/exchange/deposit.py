"""A folder for a repository: readings, tables, hashes, what they depend on, how to make them again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from zij.corpora.exchange.citation import citation
from zij.corpora.exchange.corpusleaves import NOTES
from zij.corpora.exchange.escriptorium import image_data
from zij.corpora.exchange.leaf import Leaf, by_image
from zij.corpora.exchange.options import NOT_STATED, Options
from zij.corpora.exchange.pagefile import page_xml, summed
from zij.corpora.exchange.remaking import comparison_of, remaking
from zij.corpora.exchange.rocrate import METADATA, crate
from zij.corpora.exchange.tablecsv import long_text
from zij.errors import InputError
from zij.files import sha256, write_bytes, write_text

__all__ = ["CHECKSUMS", "model_card", "models", "write_deposit"]

CHECKSUMS = "manifest-sha256.txt"
"""Name of the file with the SHA-256 of every other, as `sha256sum -c` reads it."""
_README = """# {title}

{pages} with {tables} in {images}, written by zij {version}.

| file | what it is |
|---|---|
| `page/` | PAGE-XML (profile {profile}): every digit, number, cell and table, with confidences |
| `cells/` | the cells of each page as CSV, with spans, states and boxes |
{others}| `images.csv` | the images: name, size in pixels, SHA-256, whether they are in this folder |
| `parameters.json` | versions, digit models, and what each reading depended on |
| `{metadata}` | this folder as a RO-Crate 1.1 |
| `CITATION.cff` | how to cite it |
| `{checksums}` | SHA-256 of every file; `sha256sum -c {checksums}` checks them |

Date: {date}.
Licence of the readings: {licence}.
Licence of the images: {image_licence}.
{models}
{again}
Coordinates are pixels of the original images, from the top left corner. A cell is `read`,
`uncertain`, `unread` (ink without a reading) or `empty`; none is ever given for another.
"""


_PAIRS = "pairs of regions behind similarities (W3C annotations, CSV), and what the comparison depended on"


def write_deposit(
    folder: Path, leaves: Sequence[Leaf], pair_files: Sequence[Path], options: Options
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the folder of a deposit.

    Parameters
    ----------
    folder : Path
        Where its files are to stand.
    leaves : sequence of Leaf
        The pages.
    pair_files : sequence of Path
        The files `pairs.jsonld` that go with them; `pairs.csv` and `explanation.json` beside one come along.
    options : Options
        What the user says about it.

    Returns
    -------
    (tuple of str, tuple of str)
        What the profile has no place for; and the options for what was not stated and is not at hand.

    Raises
    ------
    InputError
        If images are to be copied and one is not at hand, or a named model card cannot be read.
    OutputError
        If two images of different content have one name.
    """
    copied = _write_images(folder, leaves, options)
    gone: list[str] = []
    for leaf in leaves:
        data, phrases = page_xml(leaf, options.profile)
        gone += phrases
        write_bytes(folder / "page" / f"{leaf.stem}.xml", data)
        write_text(folder / "cells" / f"{leaf.stem}.csv", long_text(leaf.reading))
    for path in pair_files:
        for found in _of_comparison(path):
            write_bytes(folder / "pairs" / found.name, image_data(found))
    card = model_card(models(leaves), options.model_card)
    if card is not None:
        write_text(folder / "model-card.md", card)
    write_text(folder / "parameters.json", _parameters(leaves))
    write_text(folder / "CITATION.cff", citation(options))
    others = {"pairs/": _PAIRS} if pair_files else {}
    others |= {name: what for name, what in NOTES.items() if (folder / name).is_file()}
    others |= {"model-card.md": "the digit model: data, figures, limits"} if card is not None else {}
    others |= {"images/": "the images themselves"} if copied else {}
    notes = [name for name in NOTES if (folder / name).is_file()]
    comparison = comparison_of(leaves, pair_files)
    again = remaking(
        leaves, comparison, options, own=_own_model(), notes=notes,
        loose_pairs=bool(pair_files) and comparison is None,
    )  # fmt: skip
    write_text(folder / "README.md", _readme(leaves, options, others, again))
    write_text(folder / METADATA, crate(folder, leaves, options, copied=copied))
    write_text(folder / CHECKSUMS, _checksums(folder))
    stated = {"--licence": options.licence, "--image-licence": options.image_licence, "--date": options.date}
    missing = [name for name, text in stated.items() if not text] + ["--author"] * (not options.authors)
    missing += ["--model-card"] * (card is None and bool(models(leaves)))
    return summed(gone), tuple(missing)


def models(leaves: Sequence[Leaf]) -> tuple[str, ...]:
    """The digit models of the readings: file name and the first twelve digits of its SHA-256."""
    return tuple(sorted({leaf.head.model for leaf in leaves} - {""}))


def model_card(names: Sequence[str], path: Path | None) -> str | None:
    """The card of the model that read: the file named, or zij's own if no other model was used.

    Raises
    ------
    InputError
        If the named file cannot be read as text.
    """
    if path is not None:
        try:
            return path.read_text("utf-8")
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: cannot be read as text ({error}); name the model's card.") from error
    card = files("zij.tables.weights") / "digits.md"
    return card.read_text("utf-8") if set(names) == {_own_model()} else None


def _own_model() -> str:
    """Name of the digit model that comes with zij, as readings bear it."""
    weights = files("zij.tables.weights") / "digits.safetensors"
    return f"digits.safetensors {sha256(str(weights))[:12]}"


def _of_comparison(path: Path) -> list[Path]:
    """A file of pairs, and what `zij compare` wrote beside it about them."""
    beside = [path.with_name(name) for name in ("pairs.csv", "explanation.json")]
    return [path, *(other for other in beside if path.name == "pairs.jsonld" and other.is_file())]


def _write_images(folder: Path, leaves: Sequence[Leaf], options: Options) -> bool:
    """`images.csv`, and the images if that is wanted."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["image", "width", "height", "sha256", "pages", "included"])
    for name, group in by_image(leaves).items():
        first, image = group[0].head, group[0].image
        if options.copy_images:
            if image is None:
                raise InputError(
                    f"{group[0].path}: its image {name!r} is not at hand; name the folder with --images."
                )
            write_bytes(folder / "images" / name, image_data(image))
        pages = " ".join(f"page/{leaf.stem}.xml" for leaf in group)
        included = "yes" if options.copy_images else "no"
        hashed = first.sha256 or ("" if image is None else sha256(image))
        writer.writerow([name, first.width, first.height, hashed, pages, included])
    write_text(folder / "images.csv", stream.getvalue())
    return options.copy_images


def _parameters(leaves: Sequence[Leaf]) -> str:
    pages = {
        leaf.stem: {
            "image": leaf.head.image,
            "source": leaf.head.source,
            "model": leaf.head.model,
            "parameters": dict(leaf.head.parameters),
        }
        for leaf in leaves
    }
    versions = {name: version(name) for name in ("zij", "numpy", "torch", "lxml")}
    data = {"versions": versions, "models": list(models(leaves)), "pages": pages}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _readme(leaves: Sequence[Leaf], options: Options, others: Mapping[str, str], again: str) -> str:
    named = models(leaves)
    return _README.format(
        title=options.title or "Readings of tables",
        pages=_count(len(leaves), "page"),
        tables=_count(sum(leaf.counts["tables"] for leaf in leaves), "table"),
        images=_count(len(by_image(leaves)), "image"),
        version=version("zij"),
        profile=options.profile,
        others="".join(f"| `{name}` | {what} |\n" for name, what in others.items()),
        metadata=METADATA,
        checksums=CHECKSUMS,
        date=options.date or NOT_STATED,
        licence=options.licence or NOT_STATED,
        image_licence=options.image_licence or NOT_STATED,
        models=f"Digit models: {', '.join(named)}.\n" if named else "",
        again=again,
    )


def _checksums(folder: Path) -> str:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
