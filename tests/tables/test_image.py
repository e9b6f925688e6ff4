"""Reading images: every kind gives the same picture, every damaged file one sentence."""

from __future__ import annotations

import hashlib
import os
import resource
import struct
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import TiffImagePlugin

from zij.errors import ImageError
from zij.tables.scan.image import read_image

RAMP = np.linspace(0, 255, 48 * 32).reshape(32, 48)
GREY8 = RAMP.astype(np.uint8)
GREY16 = np.rint(RAMP * 257).astype(np.uint16)
COLOUR = np.stack([GREY8, GREY8[::-1], GREY8[:, ::-1]], axis=2)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def header(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def save(path: Path, pixels: np.ndarray, **options: object) -> Path:
    Pillow.fromarray(pixels).save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "options", "tolerance"),
    [
        ("a.png", {}, 0),
        ("a.tif", {}, 0),
        ("a.tif", {"compression": "tiff_lzw"}, 0),
        ("a.tif", {"compression": "tiff_adobe_deflate"}, 0),
        ("a.jpg", {"quality": 98, "subsampling": 0}, 12),
        ("a.webp", {"lossless": True}, 0),
        ("a.jp2", {}, 0),
        ("a.j2k", {}, 0),
    ],
)
def test_colour(tmp_path: Path, name: str, options: dict[str, object], tolerance: int) -> None:
    path = save(tmp_path / name, COLOUR, **options)
    image = read_image(path)
    assert (image.name, image.width, image.height) == (name, 48, 32)
    assert image.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert image.pixels.dtype == np.uint8
    assert np.abs(image.pixels.astype(int) - COLOUR).max() <= tolerance


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "8"), ("a.png", "16")]
    + [("a.tif", k) for k in ("8", "16", "float", "float255", "float65535")],
)
def test_grey_of_every_depth_is_the_same_picture(tmp_path: Path, name: str, kind: str) -> None:
    values = {
        "8": GREY8,
        "16": GREY16,
        "float": (RAMP / 255).astype(np.float32),
        "float255": RAMP.astype(np.float32),
        "float65535": (RAMP * 257).astype(np.float32),
    }[kind]
    grey = read_image(save(tmp_path / name, values)).grey
    assert np.abs(grey.astype(int) - np.rint(RAMP)).max() <= 1


def test_grey_is_luma(tmp_path: Path) -> None:
    grey = read_image(save(tmp_path / "a.png", COLOUR)).grey
    assert np.abs(grey - COLOUR @ (0.299, 0.587, 0.114)).max() <= 1


def test_sixteen_bit_colour(tmp_path: Path) -> None:
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in COLOUR.astype(np.uint16) * 257)
    path = tmp_path / "a.png"
    path.write_bytes(png(header(48, 32, 16, 2), chunk(b"IDAT", zlib.compress(raw))))
    assert np.array_equal(read_image(path).pixels, COLOUR)


def test_white_is_zero_in_sixteen_bits(tmp_path: Path) -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0
    path = tmp_path / "a.tif"
    Pillow.fromarray(GREY16).save(path, tiffinfo=tags)
    with Pillow.open(path) as picture:
        assert picture.tag_v2[262] == 0  # the file is what the test means
    assert np.abs(read_image(path).grey.astype(int) - (255 - np.rint(RAMP))).max() <= 1


def test_transparency_is_paper(tmp_path: Path) -> None:
    layer = np.dstack([COLOUR, np.zeros((32, 48), np.uint8)])
    layer[:, :24, 3] = 255
    for name in ("a.png", "a.tif"):
        pixels = read_image(save(tmp_path / name, layer)).pixels
        assert np.array_equal(pixels[:, :24], COLOUR[:, :24])
        assert (pixels[:, 24:] == 255).all()


def test_palette_and_its_transparency(tmp_path: Path) -> None:
    picture = Pillow.new("P", (48, 32))
    picture.putpalette([10, 20, 30, 200, 100, 50])
    picture.paste(1, (0, 0, 24, 32))
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.png", transparency=0)
    assert read_image(tmp_path / "a.png").pixels[0, [0, 47]].tolist() == [[200, 100, 50], [10, 20, 30]]
    assert read_image(tmp_path / "b.png").pixels[0, [0, 47]].tolist() == [[200, 100, 50], [255, 255, 255]]


@pytest.mark.parametrize("name", ["a.png", "a.tif", "b.tif"])
def test_one_bit(tmp_path: Path, name: str) -> None:
    options = {"compression": "group4"} if name == "b.tif" else {}
    Pillow.fromarray(GREY8 > 99).save(tmp_path / name, **options)
    assert np.array_equal(read_image(tmp_path / name).grey, np.where(GREY8 > 99, 255, 0))


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_cmyk(tmp_path: Path, name: str) -> None:
    Pillow.fromarray(COLOUR).convert("CMYK").save(tmp_path / name, quality=98)
    assert np.abs(read_image(tmp_path / name).pixels.astype(int) - COLOUR).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "b.tif"])
def test_orientation(tmp_path: Path, name: str, orientation: int) -> None:
    """The eight orientations of EXIF, written as the camera would: the scene turned back."""
    scene = np.zeros((40, 64, 3), np.uint8)
    scene[:8, :16] = 255
    scene[:8, 48:] = 128
    back = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),  # stored a quarter turn to the left, to be turned to the right
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    options = {"compression": "tiff_lzw"} if name == "b.tif" else {}
    Pillow.fromarray(np.ascontiguousarray(back(scene))).save(tmp_path / name, exif=exif, **options)
    pixels = read_image(tmp_path / name).pixels
    assert pixels.shape == scene.shape
    assert np.abs(pixels.astype(int) - scene).mean() < 3


def test_first_of_several_pages_is_read_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first, second = Pillow.fromarray(GREY8), Pillow.fromarray(255 - GREY8)
    first.save(tmp_path / "a.tif", save_all=True, append_images=[second])
    assert np.array_equal(read_image(tmp_path / "a.tif").grey, GREY8)
    assert "several pages" in caplog.text


def test_one_pixel(tmp_path: Path) -> None:
    image = read_image(save(tmp_path / "a.png", np.full((1, 1, 3), 7, np.uint8)))
    assert image.pixels.tolist() == [[[7, 7, 7]]]


def refusal(path: Path, **options: float) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(path, **options)
    message = str(caught.value)
    assert path.name in message
    assert message.endswith(".") and "\n" not in message and len(message) < 160 + len(str(path))
    return message


def test_no_file_folder_and_empty_file(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.jpg")
    assert "is a folder and empty; name an image." in refusal(tmp_path)
    (tmp_path / "empty.jpg").touch()
    assert "empty" in refusal(tmp_path / "empty.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert "not an ordinary file" in refusal(tmp_path / "pipe.jpg")
    with pytest.raises(ImageError, match="no file name"):
        read_image("a\0.jpg")


def test_text_named_jpg(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no picture at all")
    assert "not a JPEG, PNG, TIFF, WebP or JPEG 2000" in refusal(tmp_path / "a.jpg")


def test_not_permitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.png", GREY8)

    def forbidden(*_: object) -> int:  # the superuser, whom nothing is forbidden, may run the tests
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", forbidden)
    assert "may not be read" in refusal(path)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {}),
        ("b.jpg", {"progressive": True}),
        ("a.png", {}),
        ("a.tif", {}),
        ("b.tif", {"compression": "tiff_lzw"}),
        ("a.webp", {}),
        ("a.jp2", {}),
    ],
)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_cut_off(tmp_path: Path, name: str, options: dict[str, object], share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    path = save(tmp_path / name, noise, **options)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    message = refusal(path)
    assert "cut off" in message or "damaged" in message


def test_bomb_is_refused_before_it_bursts(tmp_path: Path) -> None:
    side = 14_200
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes(side + 1)) for _ in range(side)) + rows.flush()
    path = tmp_path / "bomb.png"
    path.write_bytes(png(header(side, side), chunk(b"IDAT", packed)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    assert "202 megapixels" in refusal(path)
    assert time.perf_counter() - start < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes


def test_limits(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", GREY8)
    assert "too large" in refusal(path, max_megapixels=0.001)
    path.write_bytes(png(header(40_000, 1), chunk(b"IDAT", zlib.compress(bytes(40_001)))))
    assert "too long" in refusal(path)


def test_huge_texts_in_png(tmp_path: Path) -> None:
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9))
    path = tmp_path / "a.png"
    for parts in ((bomb, pixels), (pixels, bomb)):
        path.write_bytes(png(header(1, 1), *parts))
        assert "metadata" in refusal(path)
    path.write_bytes(png(header(1, 1), chunk(b"tEXt", b"Comment\0" + bytes(17 << 20)), pixels))
    assert "metadata" in refusal(path)


def test_large_images_do_not_warn(tmp_path: Path) -> None:
    """Pillow itself warns from 89 megapixels on; its limit stays as it is."""
    limit = Pillow.MAX_IMAGE_PIXELS
    path = tmp_path / "a.png"
    Pillow.new("1", (9500, 9500), 1).save(path)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert read_image(path).width == 9500
    assert not seen
    assert limit == Pillow.MAX_IMAGE_PIXELS
