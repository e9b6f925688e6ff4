"""The header tells what reading the whole image tells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from zij.errors import ImageError
from zij.tables.pagexml import image_size
from zij.tables.scan.header import Header, read_header
from zij.tables.scan.image import read_image

GREY = np.linspace(0, 255, 48 * 32).reshape(32, 48).astype(np.uint8)


@pytest.mark.parametrize("orientation", [None, *range(1, 9)])
@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.png", "PNG"), ("a.tif", "TIFF")])
def test_size_and_kind_are_those_of_the_image(
    tmp_path: Path, name: str, kind: str, orientation: int | None
) -> None:
    exif = Pillow.Exif()
    if orientation:
        exif[0x0112] = orientation
    Pillow.fromarray(GREY).save(tmp_path / name, exif=exif)
    found, image = read_header(tmp_path / name), read_image(tmp_path / name)
    assert found == Header(kind, image.width, image.height, 1)
    assert image_size(tmp_path / name) == (image.width, image.height)


def test_pages_of_a_tiff_are_counted(tmp_path: Path) -> None:
    pages = [Pillow.fromarray(GREY), Pillow.fromarray(255 - GREY), Pillow.fromarray(GREY)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert read_header(tmp_path / "a.tif") == Header("TIFF", 48, 32, 3)


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\xff\xd8\xff", b"II*\0" + b"\xff" * 40, b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_image_is_refused_in_the_same_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError) as one:
        read_header(path)
    with pytest.raises(ImageError) as other:
        read_image(path)
    assert str(one.value) == str(other.value)


def test_too_many_pixels_are_refused(tmp_path: Path) -> None:
    Pillow.new("1", (2000, 1000)).save(tmp_path / "a.png")
    with pytest.raises(ImageError, match="megapixels"):
        read_header(tmp_path / "a.png", max_megapixels=1.9)
    assert read_header(tmp_path / "a.png", max_megapixels=2).width == 2000
