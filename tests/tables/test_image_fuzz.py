"""Mutated images: each is read or refused in one sentence, in little memory and time."""

from __future__ import annotations

import io
import json
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.random import Generator
from PIL import Image as Pillow
from PIL import features

from zij.errors import ImageError
from zij.tables.scan.image import read_image

COUNT = 20  # mutations of each kind of file
MOST = 4.0  # megapixels; what is read may be no larger
MEMORY = 250_000  # kilobytes above what the program needs without any image
SECONDS = 30  # of the processor, for all files of a process

Mutation = Callable[[Generator, bytes], bytes]


def picture(mode: str) -> Pillow.Image:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (40, 56, 3), np.uint8)
    pixels[8:30, 10:40] = 200
    if mode == "I;16":
        return Pillow.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    if mode == "F":
        return Pillow.fromarray(pixels[..., 0].astype(np.float32) / 255)
    if mode == "RGBA":
        return Pillow.fromarray(np.dstack([pixels, pixels[..., 0]]))
    return Pillow.fromarray(pixels).convert(mode)


def encoded(mode: str, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    if options.pop("several", False):
        options |= {"save_all": True, "append_images": [picture(mode)] * 2}
    picture(mode).save(stream, kind, **options)
    return stream.getvalue()


def png(depth: int, colour: int, row: bytes, *, interlaced: bool = False) -> bytes:
    """A PNG of 40 rows; interlaced ones hold noise in as many bytes as the seven passes need."""
    body = (b"\0" + row) * 40 if not interlaced else b"\0" * 20_000

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 56, 40, depth, colour, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(body)), chunk(b"IEND", b"")]
    )


def directory(entries: list[tuple[int, int]], body: bytes) -> bytes:
    """A TIFF of some tags with a number each, the pixels before them."""
    body += bytes(len(body) % 2)
    tags = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return (
        b"II*\0" + struct.pack("<I", 8 + len(body)) + body + struct.pack("<H", len(entries)) + tags + bytes(4)
    )


def tiled() -> bytes:
    """A TIFF of one tile of 64 x 64 pixels, 8 bits grey."""
    sizes = [(256, 60), (257, 50), (258, 8), (259, 1), (262, 1), (277, 1)]
    return directory([*sizes, (322, 64), (323, 64), (324, 8), (325, 4096)], bytes(range(256)) * 16)


EXIF = b"Exif\0\0II*\0" + struct.pack("<IHHHII", 8, 1, 0x0112, 3, 1, 6) + bytes(4)
SEEDS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: encoded("RGB", "JPEG"),
    "jpeg progressive": lambda: encoded("RGB", "JPEG", progressive=True),
    "jpeg grey, restarts": lambda: encoded("L", "JPEG", restart_marker_rows=1),
    "jpeg cmyk": lambda: encoded("CMYK", "JPEG"),
    "jpeg 4:4:4, exif": lambda: encoded("RGB", "JPEG", subsampling=0, exif=EXIF),
    "png": lambda: encoded("RGB", "PNG"),
    "png rgba": lambda: encoded("RGBA", "PNG"),
    "png grey and alpha": lambda: encoded("LA", "PNG"),
    "png palette": lambda: encoded("P", "PNG", transparency=0),
    "png 1 bit": lambda: encoded("1", "PNG"),
    "png 16 bit": lambda: encoded("I;16", "PNG"),
    "png 16 bit colour": lambda: png(16, 2, bytes(56 * 6)),
    "png interlaced": lambda: png(8, 2, b"", interlaced=True),
    "tiff": lambda: encoded("RGB", "TIFF"),
    "tiff lzw": lambda: encoded("RGB", "TIFF", compression="tiff_lzw"),
    "tiff deflate": lambda: encoded("L", "TIFF", compression="tiff_adobe_deflate"),
    "tiff jpeg": lambda: encoded("RGB", "TIFF", compression="jpeg"),
    "tiff fax": lambda: encoded("1", "TIFF", compression="group4"),
    "tiff packbits": lambda: encoded("P", "TIFF", compression="packbits"),
    "tiff cmyk": lambda: encoded("CMYK", "TIFF"),
    "tiff 16 bit": lambda: encoded("I;16", "TIFF"),
    "tiff float": lambda: encoded("F", "TIFF"),
    "tiff of three pages": lambda: encoded("L", "TIFF", several=True),
    "tiff tiled": tiled,
    "bigtiff": lambda: encoded("RGB", "TIFF", big_tiff=True),
    "webp": lambda: encoded("RGB", "WEBP"),
    "webp lossless, alpha": lambda: encoded("RGBA", "WEBP", lossless=True),
    "webp moving": lambda: encoded("RGB", "WEBP", several=True),
    "jpeg 2000": lambda: encoded("RGB", "JPEG2000"),
    "jpeg 2000 tiled": lambda: encoded("L", "JPEG2000", tile_size=(16, 16)),
}  # fmt: skip


def flip(rng: Generator, data: bytes) -> bytes:
    """A few bits turned over, half of the time in the first bytes, where the structure stands."""
    changed = bytearray(data)
    end = len(data) if rng.random() < 0.5 else min(len(data), 300)
    for at in rng.integers(0, end, int(rng.choice([1, 2, 4, 16]))):
        changed[at] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def cut(rng: Generator, data: bytes) -> bytes:
    return data[: int(rng.integers(1, len(data)))]


def drop(rng: Generator, data: bytes) -> bytes:
    start = int(rng.integers(4, len(data)))
    return data[:start] + data[start + int(rng.integers(1, 60)) :]


def append(rng: Generator, data: bytes) -> bytes:
    return data + (rng.bytes(500) if rng.random() < 0.5 else data)


def lie(rng: Generator, data: bytes) -> bytes:
    """A two- or four-byte number, wherever it stands, becomes an extreme one: sizes, offsets, lengths."""
    changed, width = bytearray(data), int(rng.choice([2, 4]))
    at = int(rng.integers(4, max(min(len(data), 400) - width, 5)))
    value = int(rng.choice([0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF])) & (256**width - 1)
    changed[at : at + width] = value.to_bytes(width, "big" if rng.random() < 0.5 else "little")
    return bytes(changed)


def splice(rng: Generator, data: bytes) -> bytes:
    """A piece of the file, such as a chunk, a segment or an entry, put somewhere else as well."""
    a, b = sorted(int(n) for n in rng.integers(4, len(data), 2))
    at = int(rng.integers(4, len(data)))
    return data[:at] + data[a : min(b, a + 2000)] + data[at:]


def swollen(rng: Generator, data: bytes) -> bytes:
    """Sizes in the headers enlarged so that they still pass the limit or just do not."""
    side = int(rng.choice([1999, 2001, 32_001, 65_535]))
    changed = data
    for old in (56, 40, 60, 50):
        for form in (">I", "<I", ">H", "<H"):
            if rng.random() < 0.7:
                changed = changed.replace(struct.pack(form, old), struct.pack(form, side), 1)
    return resealed(changed)


def sealed(rng: Generator, data: bytes) -> bytes:
    """As `flip`, with the checksums of a PNG made good, so that its decoder sees the harm."""
    return resealed(flip(rng, data))


def resealed(data: bytes) -> bytes:
    if not data.startswith(b"\x89PNG"):
        return data
    out, at = data[:8], 8
    while at + 12 <= len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        body = data[at + 4 : at + 8 + length]
        out += data[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return out


MUTATIONS: tuple[Mutation, ...] = (flip, cut, drop, append, lie, splice, swollen, sealed)


def packed(size: int) -> bytes:
    """So many zeros, deflated piece by piece."""
    stream = zlib.compressobj(1)
    return b"".join(stream.compress(bytes(1 << 20)) for _ in range(size >> 20)) + stream.flush()


def bombs() -> Iterator[bytes]:
    """Small files that promise or hold much."""
    whole, much = png(8, 0, bytes(56)), packed(150 << 20)
    for name, body in ((b"IDAT", much), (b"zTXt", b"a\0\0" + much), (b"iCCP", b"a\0\0" + much)):
        extra = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        yield whole[:33] + extra + whole[33:]
    for side in (60, 12_000):  # one strip that holds far more than the size says, and one that keeps its word
        yield strip(side, much)


def strip(side: int, body: bytes) -> bytes:
    """A TIFF of one deflated strip."""
    return directory([(256, side), (257, side), (258, 8), (259, 8), (262, 1), (273, 8), (277, 1), (278, side),
                      (279, len(body))], body)  # fmt: skip


def mutated(seed: int) -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(seed)
    for kind, make in SEEDS.items():
        data = make()
        for n in range(COUNT):
            mutation = MUTATIONS[n % len(MUTATIONS)]
            yield f"{kind}: {mutation.__name__} {n}", mutation(rng, data)
    for n, data in enumerate(bombs()):
        yield f"bomb {n}", data


def outcome(path: Path) -> str:
    """What became of a file: "read", "refused", or what should not be."""
    try:
        image = read_image(path, max_megapixels=MOST)
    except ImageError as error:
        text = str(error).replace(path.name, "")
        one = text.endswith(".") and "\n" not in text and len(str(error)) < 250 + len(str(path))
        return "refused" if one else f"said: {error}"
    except Exception as error:
        return f"raised {type(error).__name__}: {error}"
    pixels = image.pixels
    sound = pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8
    return "read" if sound and 0 < pixels.shape[0] * pixels.shape[1] <= MOST * 1e6 else f"gave {pixels.shape}"


def main(folder: Path) -> None:
    """Read all mutated files, in a process of its own; a crash of a decoder kills it."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    read_image(write(folder, SEEDS["png"]()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    results: dict[str, str] = {}
    for name, data in mutated(5):
        (folder / "now.txt").write_text(name)
        results[name] = outcome(write(folder, data))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sys.stdout.write(json.dumps({"results": results, "grown": grown}))


def write(folder: Path, data: bytes) -> Path:
    path = folder / "page.img"
    path.write_bytes(data)
    return path


def test_every_seed_is_a_sound_image(tmp_path: Path) -> None:
    assert features.check("libtiff")
    for kind, make in SEEDS.items():
        assert outcome(write(tmp_path, make())) == "read", kind


@pytest.mark.filterwarnings("ignore")
def test_mutated_files_are_read_or_refused_in_bounded_memory(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, __file__, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{(tmp_path / 'now.txt').read_text()}: {done.stderr[-500:]}"
    found = json.loads(done.stdout)
    results = found["results"]
    assert len(results) >= 500
    assert {name: what for name, what in results.items() if what not in ("read", "refused")} == {}
    assert list(results.values()).count("refused") >= 150  # the mutations do harm
    assert list(results.values()).count("read") >= 50  # and not all of them
    assert found["grown"] < MEMORY * (1024 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
