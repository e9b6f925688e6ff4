"""Printing types: the fonts that pages are set in, found on the machine, never shipped."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont, features

from zij.errors import InputError

__all__ = ["Sort", "Style", "Typeface", "demo_typeface", "find_typefaces", "roman_typeface"]

Style = Literal["oldstyle", "lining", "blackletter", "script", "signs"]

# Family as it begins the file name, style of its figures, OpenType features that bring them out.
FAMILIES: tuple[tuple[str, Style, tuple[str, ...]], ...] = (
    ("im-fell-", "oldstyle", ()),
    ("jacques-francois", "oldstyle", ()),
    ("EBGaramond12-Regular", "oldstyle", ("onum",)),
    ("EBGaramond12-Italic", "oldstyle", ("onum",)),
    ("EBGaramond08-Regular", "oldstyle", ("onum",)),
    ("GoudyBookletter", "oldstyle", ()),
    ("Gamaliel", "blackletter", ()),
    ("GFSBaskerville", "oldstyle", ()),
    ("GFSDidot.", "oldstyle", ("onum",)),
    ("JunicodeTwoBeta-Regular", "oldstyle", ("onum",)),
    ("JunicodeTwoBeta-Italic", "oldstyle", ("onum",)),
    ("JunicodeTwoBeta-Medium.", "oldstyle", ("onum",)),
    ("ElstobD-8ptBold.", "oldstyle", ("onum",)),
    ("ElstobD-10pt.", "oldstyle", ("onum",)),
    ("ElstobD-14ptItalic", "oldstyle", ("onum",)),
    ("Cardo", "oldstyle", ("onum",)),
    ("LinLibertine_R", "oldstyle", ("onum",)),
    ("LinLibertine_R.", "lining", ("lnum",)),
    ("LinLibertine_RB.", "lining", ("lnum",)),
    ("EBGaramond12-Regular", "lining", ("lnum",)),
    ("EBGaramond12-Bold", "lining", ("lnum",)),
    ("GFSDidot.", "lining", ("lnum",)),
    ("GFSDidotBold.", "lining", ("lnum",)),
    ("ElstobD-10pt.", "lining", ("lnum",)),
    ("JunicodeTwoBeta-Regular", "lining", ("lnum",)),
    ("UnifrakturMaguntia", "blackletter", ()),
    # npm packages @fontsource/NAME, besides im-fell-* and jacques-francois
    ("linden-hill-", "oldstyle", ()),
    ("fanwood-text-", "oldstyle", ()),
    ("sorts-mill-goudy-", "oldstyle", ()),
    ("rosarivo-", "oldstyle", ()),
    ("playfair-display-latin", "oldstyle", ()),
    ("prata-", "oldstyle", ()),
    ("old-standard-tt-", "lining", ()),
    ("libre-caslon-text-", "lining", ()),
    ("libre-baskerville-", "lining", ()),
    ("bodoni-moda-", "lining", ()),
    ("gupter-", "lining", ()),
    ("unifrakturmaguntia-", "blackletter", ()),
    ("pirata-one-", "blackletter", ()),
    ("grenze-gotisch-", "blackletter", ()),
    ("texturina-", "blackletter", ()),
    ("almendra-", "blackletter", ()),
    ("fondamento-", "blackletter", ()),
    ("medievalsharp-", "blackletter", ()),
    ("meddon-", "script", ()),
    ("la-belle-aurore-", "script", ()),
    ("homemade-apple-", "script", ()),
    ("cedarville-cursive-", "script", ()),
    ("petit-formal-script-", "script", ()),
    ("pinyon-script-", "script", ()),
    ("rouge-script-", "script", ()),
    ("jim-nightshade-", "script", ()),
    ("kristi-", "script", ()),
    ("mrs-saint-delafield-", "script", ()),
    ("italianno-", "script", ()),
    ("dawning-of-a-new-day-", "script", ()),
    # planets, signs of the zodiac, aspects: no figures are set from it
    ("DejaVuSans.", "signs", ()),
)
_SUFFIXES = {".ttf", ".otf", ".woff2", ".ttc"}


@dataclass(frozen=True, slots=True)
class Sort:
    """One piece of type, inked: its shape and where it stands.

    Attributes
    ----------
    ink : (H, W) ndarray of uint8
        0 paper, 255 ink, cut close around the shape (0 x 0 for a space).
    left, top : int
        Pixels from the pen's place on the base line to the shape's top left corner; `top` is negative
        for what stands above the line.
    advance : float
        Pixels to the next sort's place.
    """

    ink: NDArray[np.uint8]
    left: int
    top: int
    advance: float


@dataclass(frozen=True)
class Typeface:
    """A font file with the OpenType features that choose its figures.

    Attributes
    ----------
    path : str
    style : Style
        Whose shapes it has.
    features : tuple of str
        OpenType features that choose its figures.
    """

    path: str
    style: Style
    features: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """File name without folders and suffix."""
        return Path(self.path).stem

    @property
    def is_italic(self) -> bool:
        """Whether it slants, by its name."""
        name = self.name
        return "talic" in name or name.endswith(("RI", "RBI", "RZI", "i99"))

    def sort(self, character: str, size: int) -> Sort:
        """The sort of a character at `size` pixels to the em."""
        return _sort(self, character, size)

    def em_for_digits(self, height: float) -> int:
        """Pixels to the em at which a tall digit ('6') is `height` pixels high."""
        return max(round(height * 100 / max(int(self.sort("6", 100).ink.shape[0]), 1)), 4)

    def has(self, characters: str) -> bool:
        """Whether every character draws something of its own, none the font's placeholder."""
        return all(_draws(self, character) for character in characters)


@functools.lru_cache(maxsize=60_000)
def _draws(face: Typeface, character: str) -> bool:
    missing, shape = face.sort("\U0010fffe", 40).ink, face.sort(character, 40).ink
    return bool(shape.size) and not (shape.shape == missing.shape and np.array_equal(shape, missing))


@functools.lru_cache(maxsize=120_000)
def _sort(face: Typeface, character: str, size: int) -> Sort:
    font = _font(face.path, size)
    wanted = list(face.features) or None
    mask, (left, top) = font.getmask2(character, mode="L", anchor="ls", features=wanted)
    width, height = mask.size
    ink = (
        np.asarray(mask, dtype=np.uint8).reshape(height, width)
        if width and height
        else np.zeros((0, 0), np.uint8)
    )
    rows, columns = np.flatnonzero(ink.max(1, initial=0) > 40), np.flatnonzero(ink.max(0, initial=0) > 40)
    if not rows.size:
        return Sort(np.zeros((0, 0), np.uint8), 0, 0, font.getlength(character, features=wanted))
    cut = np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    cut.setflags(write=False)
    advance = font.getlength(character, features=wanted)
    return Sort(cut, int(left + columns[0]), int(top + rows[0]), advance)


@functools.lru_cache(maxsize=400)
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, size, layout_engine=engine)


def find_typefaces(folder: str | Path | None = None) -> tuple[Typeface, ...]:
    """The known typefaces that are installed, in an order that depends on their names alone.

    Parameters
    ----------
    folder : path, optional
        Where to look (with all its folders); by default the places where systems keep fonts.

    Returns
    -------
    tuple of Typeface
        One for each known family and style; fonts in `folder` that zij does not know count as lining.

    Raises
    ------
    InputError
        If none is found.
    """
    folders = [Path(folder)] if folder is not None else list(_system_folders())
    files = sorted((p.name, str(p)) for f in folders for p in f.rglob("*") if p.suffix.lower() in _SUFFIXES)
    first: dict[str, str] = {}
    for name, path in files:
        first.setdefault(name, path)
    found = [
        Typeface(path, style, wanted if features.check("raqm") else ())
        for start, style, wanted in FAMILIES
        for name, path in first.items()
        if name.startswith(start)
    ]
    known = {face.path for face in found}
    if folder is not None:
        found += [Typeface(path, "lining") for path in first.values() if path not in known]
    found = [face for face in found if face.has("0123456789")]
    if not any(face.style == "oldstyle" for face in found):
        raise InputError(
            f"{folder or 'this machine'}: no font with old-style figures was found; install Debian's "
            "fonts-ebgaramond, fonts-junicode and fonts-elstob or unpack the "
            "npm packages @fontsource/im-fell-* and name their folder with --fonts."
        )
    return tuple(found)


def demo_typeface() -> Typeface:
    """A typeface with old-style figures that is always there: matplotlib's own `cmmi10`."""
    import matplotlib

    return Typeface(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "cmmi10.ttf"), "oldstyle")


def roman_typeface() -> Typeface:
    """A serif typeface that is always there, for words and headings: matplotlib's `cmr10`."""
    import matplotlib

    return Typeface(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "cmr10.ttf"), "lining")


def _system_folders() -> Iterator[Path]:
    home = Path.home()
    places: Sequence[Path] = {
        "darwin": [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")],
        "win32": [Path("C:/Windows/Fonts"), home / "AppData/Local/Microsoft/Windows/Fonts"],
    }.get(
        sys.platform,
        [
            home / ".fonts",
            home / ".local/share/fonts",
            Path("/usr/share/fonts"),
            Path("/usr/local/share/fonts"),
        ],
    )
    return (place for place in places if place.is_dir())
