"""An archive for eScriptorium: flat PAGE-XML, images and METS.xml side by side in one zip file.

eScriptorium finds the image of a PAGE-XML file by `Page/@imageFilename` and sees flat cells alone.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from zij.corpora.exchange.leaf import Leaf, named_after_images
from zij.corpora.exchange.mets import Sheet, escriptorium_mets
from zij.corpora.exchange.pagefile import page_xml, summed
from zij.errors import InputError, OutputError

__all__ = ["NAME", "image_data", "write_archive", "write_escriptorium"]

NAME = "escriptorium.zip"
"""Name of the archive."""
_THEN = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file can state


def write_escriptorium(folder: Path, leaves: Sequence[Leaf]) -> tuple[str, ...]:
    """Write `escriptorium.zip`: for each image its PAGE-XML and, where it is at hand, the image itself.

    Returns
    -------
    tuple of str
        What the form has no place for.

    Raises
    ------
    OutputError
        If two images or their PAGE-XML would have one name.
    InputError
        If an image cannot be read.
    """
    sheets: list[Sheet] = []
    members: dict[str, Callable[[], bytes]] = {}
    gone: list[str] = []

    def page(leaf: Leaf) -> bytes:
        data, phrases = page_xml(leaf, "flat")
        gone.extend(phrases)
        return data

    for leaf in named_after_images(leaves):
        image = leaf.image_name if leaf.image is not None else None
        sheets.append(Sheet(f"{leaf.stem}.xml", image))
        _add(members, f"{leaf.stem}.xml", partial(page, leaf))
        if leaf.image is not None:
            _add(members, leaf.image_name, partial(image_data, leaf.image))
    _add(members, "METS.xml", partial(escriptorium_mets, sheets))
    write_archive(folder / NAME, members)
    return summed(gone)


def _add(members: dict[str, Callable[[], bytes]], name: str, data: Callable[[], bytes]) -> None:
    other = next((known for known in members if known.lower() == name.lower()), None)
    if other is not None:
        raise OutputError(
            f"{name}: would stand in the archive twice (beside {other!r}); rename one of the images."
        )
    members[name] = data


def image_data(path: Path) -> bytes:
    """The bytes of an image.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the file.") from error


def write_archive(path: Path, members: Mapping[str, Callable[[], bytes]]) -> None:
    """Write a zip file of these members, by name, without times or owners: the same input, the same bytes.

    Only one member is in memory at a time.

    Parameters
    ----------
    path : Path
    members : mapping of str to callable
        By name, a function that gives the content.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        with zipfile.ZipFile(path, "w") as file:
            for name in sorted(members):
                info = zipfile.ZipInfo(name, _THEN)
                info.create_system = 3  # Unix, whatever system this is
                info.external_attr = 0o644 << 16
                packed = name.lower().endswith(".xml")  # images are compressed already
                info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
                file.writestr(info, members[name]())
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror}); make room or choose another folder with -o."
        ) from error
