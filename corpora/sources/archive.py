"""Archives (zip) of pages, as eScriptorium and Transkribus export them."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from zij.corpora.sources.folders import folder_pages
from zij.corpora.sources.found import Found, Gathering, Told, Wishes, reason_of
from zij.corpora.sources.images import FOREIGN
from zij.corpora.sources.names import safe_name
from zij.corpora.store.records import Missed, NewPage
from zij.files import sha256, write_bytes
from zij.tables.scan.kinds import SUFFIXES

__all__ = ["zip_pages"]

MOST = 50_000  # members
LARGEST = 512 * 2**20  # bytes of one member
WHOLE = 64 * 2**30  # bytes of all of them
_RATIO = 200  # times that a member may swell
_SMALL = 16 * 2**20  # a member up to this size may swell as it likes
_WANTED = SUFFIXES | FOREIGN | {".xml", ".json", ".csv"}
_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError)


def zip_pages(path: Path, source: str, wishes: Wishes) -> Gathering:
    """The pages of a zip archive.

    Its members are laid below `wishes.images`, under names that zij makes of theirs, and read as a folder is.

    Parameters
    ----------
    path : Path
        The archive.
    source : str
        What it is called in the corpus.
    wishes : Wishes

    Returns
    -------
    Gathering
    """
    try:
        digest = sha256(path)
        folder = wishes.images / f"{safe_name(path.stem, 40)}-{digest[:16]}"
        names: dict[Path, str] = {}
        with zipfile.ZipFile(path) as archive:
            yield from _laid(archive, path, source, folder, names)
    except _FAULTS as error:
        yield Missed(source, str(path), f"is no zip archive, or a damaged one ({reason_of(error)})")
        return
    if not names:
        yield Missed(source, str(path), "holds no pages")
        return

    def key(page: NewPage) -> NewPage:
        """The page under a key that stays when the corpus is moved."""
        kind, _, rest = page.key.partition(":")
        member = names.get(Path(rest), PurePosixPath(rest).name)
        return replace(page, key=f"zip:{path.resolve().as_posix()}#{kind}:{member}")

    for item in folder_pages(folder, source, wishes, book=path.stem, key=key, skip=path):
        yield _renamed(item, folder, path)


def _renamed(item: Found, folder: Path, path: Path) -> Found:
    """What is told of a laid file, told of the archive."""
    if isinstance(item, Missed | Told):
        return replace(item, item=item.item.replace(str(folder), str(path)))
    return item


def _laid(
    archive: zipfile.ZipFile, path: Path, source: str, folder: Path, names: dict[Path, str]
) -> Iterator[Found]:
    """Lay the members of an archive that may be pages, each whole or not at all."""
    members = archive.infolist()
    if len(members) > MOST:
        yield Missed(source, str(path), f"holds {len(members):,} files, more than {MOST:,}; split it")
        return
    taken: set[str] = set()
    whole = 0
    for member in members:
        item = f"{path}: {member.filename}"[:500]
        inner = PurePosixPath(member.filename.replace("\\", "/"))
        if member.is_dir() or inner.suffix.lower() not in _WANTED or inner.name.startswith("."):
            continue
        if inner.is_absolute() or ".." in inner.parts or ":" in member.filename:
            yield Missed(source, item, "has a name that leads out of the archive")
            continue
        reason = _refused(member, whole)
        if reason:
            yield Missed(source, item, reason)
            continue
        whole += member.file_size
        place = folder.joinpath(*_safe(inner, taken))
        try:
            if not (place.is_file() and place.stat().st_size == member.file_size):
                with archive.open(member) as stream:
                    data = stream.read(member.file_size + 1)
                if len(data) != member.file_size:
                    raise ValueError("its size is not the stated one")
                write_bytes(place, data)
        except _FAULTS as error:
            yield Missed(source, item, f"cannot be unpacked ({reason_of(error)})")
            continue
        names[place.resolve()] = member.filename


def _refused(member: zipfile.ZipInfo, whole: int) -> str:
    """Why a member is not unpacked; "" if it is."""
    if member.flag_bits & 1:
        return "is locked with a password"
    if member.file_size > LARGEST or whole + member.file_size > WHOLE:
        return f"is too large ({member.file_size >> 20} MB, or the archive as a whole)"
    if member.file_size > _SMALL and member.file_size > _RATIO * max(member.compress_size, 1):
        return f"swells more than {_RATIO} times; unpack it by hand if you trust it"
    if (member.external_attr >> 16) & 0o170000 == 0o120000:
        return "is a link, which is not followed"
    return ""


def _safe(inner: PurePosixPath, taken: set[str]) -> list[str]:
    """The parts of a place under which a member is laid; the stem of an image stays that of its PAGE-XML."""
    parts = [safe_name(part) for part in inner.parts[:-1]][-4:]
    stem, suffix = safe_name(inner.stem, 80), inner.suffix.lower()
    if inner.name.lower().endswith(".cells.csv"):
        stem, suffix = safe_name(inner.name[:-10], 80), ".cells.csv"
    name, number = f"{stem}{suffix}", 1
    while "/".join([*parts, name]).casefold() in taken:
        number += 1
        name = f"{stem}-{number}{suffix}"
    taken.add("/".join([*parts, name]).casefold())
    return [*parts, name]
