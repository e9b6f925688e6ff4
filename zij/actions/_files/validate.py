"""`zij validate`: what is wrong in PAGE-XML files, and whether the files of a pair agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from zij.actions._inputs.sources import Progress
from zij.actions._showing.shown import Shown
from zij.errors import InputError, UsageError, ZijError
from zij.tables.pagexml import Finding, Schema, examine_pagexml

if TYPE_CHECKING:
    import pandas as pd

    from zij.explain.report.pairfiles import PairFiles

__all__ = ["Validated", "validate"]

_LIMIT = 64 * 2**20 + 1  # a byte more than is read, so that the check itself refuses what is larger
_HEAD = 2**16
_NORMAL = "tolerated, as it is normal in Transkribus' files"
_TOLERATED = {"image-absent": "tolerated, as images may be kept elsewhere"}


@dataclass(frozen=True, slots=True)
class Validated(Shown):
    """What `validate` found.

    Attributes
    ----------
    files : tuple of Path
        The PAGE-XML files that were looked at.
    findings : tuple of (Path, Finding)
        What is wrong, file by file in the order of their lines; also what is tolerated.
    failures : tuple of (str, str)
        Files that could not be read, with reasons.
    others : int
        XML files in the folders that are no PAGE-XML and were passed over.
    pairs : int
        How many tables of pairs were held against their pages.
    """

    files: tuple[Path, ...]
    findings: tuple[tuple[Path, Finding], ...]
    failures: tuple[tuple[str, str], ...] = ()
    others: int = 0
    pairs: int = 0

    @property
    def errors(self) -> tuple[tuple[Path, Finding], ...]:
        """The findings that are not tolerated."""
        return tuple((path, finding) for path, finding in self.findings if not finding.tolerated)

    @property
    def sentence(self) -> str:
        """What was found, in one line."""
        wrong = {path for path, _ in self.errors}
        fine = sum(path not in wrong for path in self.files)
        parts = [f"{_counted(len(self.files), 'PAGE-XML file')}: {fine} without error"]
        if self.errors:
            parts.append(f"{_counted(len(self.errors), 'error')} in {_counted(len(wrong), 'file')}")
        if tolerated := len(self.findings) - len(self.errors):
            parts.append(f"{_counted(tolerated, 'deviation')} tolerated")
        if self.pairs:
            wrong_pairs = any(finding.kind == "pair" for _, finding in self.errors)
            parts.append("pairs and pages contradict each other" if wrong_pairs else "pairs and pages agree")
        if self.others:
            parts.append(f"{_counted(self.others, 'other XML file')} passed over")
        return "; ".join(parts)

    def frame(self) -> pd.DataFrame:
        """What was found: file, line, element, kind, what, advice, tolerated."""
        from zij.actions._showing.frames import validated_frame

        return validated_frame(self)

    def _repr_html_(self) -> str:
        from zij.actions._showing.pages import validated_html

        return validated_html(self)

    def lines(self) -> Iterator[str]:
        """Each error in one line; what is tolerated, once for each file and kind with its count."""
        seen: dict[tuple[Path, str], list[Finding]] = {}
        for path, finding in self.findings:
            if finding.tolerated:
                seen.setdefault((path, finding.kind), []).append(finding)
            elif finding.kind == "unreadable":  # it names the file, and says what to do
                yield f"{finding.what}."
            else:
                yield f"{_place(path, finding)}: {finding.what}; {finding.advice}."
        for (path, kind), alike in seen.items():
            more = f" and {len(alike) - 1} more like it" if len(alike) > 1 else ""
            reason = _TOLERATED.get(kind, _NORMAL)
            yield f"{_place(path, alike[0])}: {alike[0].what}{more} ({reason})."


def validate(
    files: Sequence[str | Path],
    *,
    schema: str | Path | None = None,
    pairs: str | Path | None = None,
    images: str | Path | None = None,
    progress: Progress | None = None,
) -> Validated:
    """Check PAGE-XML files of any version and program; nothing is changed.

    Beside what a schema says, points outside the image, references to nothing, cells that overlap or are
    missing, texts that contradict each other and the like are found. What is normal in the files of
    Transkribus is named as tolerated. A folder with a `pairs.csv`, as `zij compare` writes it, has its pairs
    held against its pages, too.

    Parameters
    ----------
    files : sequence of path
        PAGE-XML files, or folders in which all are checked.
    schema : path, optional
        An XML schema of PAGE, checked too.
    pairs : path, optional
        A `pairs.csv`, with its `pairs.jsonld` beside it; its pages are those two among `files` or beside it
        that the annotations name, otherwise `files` are first page and second page.
    images : path, optional
        Where the images must lie; by default an image is compared only if it lies beside its file.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Validated

    Raises
    ------
    ZijError
        If no file can be checked, or the schema or the pairs cannot be read.
    """
    known = None if schema is None else Schema(schema)
    folder = _images(images)
    named, others, failures = _named(files)
    pair_files = _pairs(None if pairs is None else Path(pairs), files, named)
    findings: list[tuple[Path, Finding]] = []
    checked = []
    for number, path in enumerate(named):
        if progress is not None:
            progress(f"checking {path.name}", number, len(named))
        try:
            data = _content(path)
        except InputError as error:
            failures.append((str(path), str(error)))
            continue
        checked.append(path)
        found = examine_pagexml(data, name=str(path), schema=known, folder=path.parent, images=folder)
        findings += ((path, finding) for finding in found)
    for pair in pair_files:
        findings += _held(pair)
    if not checked:
        raise InputError(failures[0][1] if failures else f"{files[0]}: holds no PAGE-XML; name other files.")
    return Validated(tuple(checked), tuple(findings), tuple(failures), others, len(pair_files))


def _held(pair: PairFiles) -> Iterator[tuple[Path, Finding]]:
    from zij.explain.report.paircheck import pair_findings

    try:
        yield from pair_findings(pair)
    except ZijError as error:
        yield pair.pairs, Finding("pair", str(error).rstrip("."))


def _images(images: str | Path | None) -> Path | None:
    if images is None:
        return None
    if not Path(images).is_dir():
        raise InputError(f"{images}: is no folder; name the folder of the images.")
    return Path(images)


def _named(files: Sequence[str | Path]) -> tuple[list[Path], int, list[tuple[str, str]]]:
    """The files to check, how many were passed over, and what is not there."""
    if not files:
        raise UsageError("no file is named; give one or more PAGE-XML files or folders.")
    found: dict[Path, None] = {}
    others = 0
    failures = []
    for path in map(Path, files):
        if path.is_dir():
            for inner in sorted(p for p in path.rglob("*") if p.suffix.lower() == ".xml" and p.is_file()):
                if _is_page(inner):
                    found[inner] = None
                else:
                    others += 1
        elif path.exists() and path.suffix.lower() == ".csv":
            why = "is a table, no PAGE-XML; name the folder in which it lies, or give pairs.csv with --pairs."
            failures.append((str(path), f"{path}: {why}"))
        elif path.exists():
            found[path] = None
        else:
            failures.append((str(path), f"{path}: there is no such file; check the name."))
    return list(found), others, failures


def _is_page(path: Path) -> bool:
    """Whether a file in a folder is to be checked: it names PAGE's root, in whatever encoding."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return True  # so that it is named as not readable
    return b"PcGts" in head.replace(b"\0", b"")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_LIMIT)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the file.") from error


def _pairs(pairs: Path | None, files: Sequence[str | Path], named: Sequence[Path]) -> list[PairFiles]:
    """The tables of pairs to hold against their pages: the one that is named, else those of the folders."""
    if pairs is not None:
        return [_pair(pairs, named)]
    tables = [path / "pairs.csv" for path in map(Path, files) if (path / "pairs.csv").is_file()]
    return [_pair(table, named) for table in tables]


def _pair(table: Path, named: Sequence[Path]) -> PairFiles:
    from zij.explain.report.pairfiles import PairFiles, read_annotations

    if not table.is_file():
        raise InputError(f"{table}: there is no such file; name the pairs.csv of zij compare.")
    annotations = table.with_suffix(".jsonld")
    stated = read_annotations(annotations)["items"][:1] if annotations.is_file() else []
    names = [Path(unquote(str(item.get(f"zij:pageXml{side}", ""))).partition("#")[0]).name
             for item in stated for side in "AB"]  # fmt: skip
    pages = [_page(name, table.parent, named) for name in names if name]
    beside = [sorted(table.parent.glob(f"{side}-*.xml")) for side in "AB"]
    if len(pages) == 2 and None not in pages:
        first, second = pages
    elif len(named) == 2:
        first, second = named
    elif all(len(found) == 1 for found in beside):
        first, second = beside[0][0], beside[1][0]
    else:
        first = second = None
    if first is None or second is None:
        raise UsageError(f"{table}: its pages are not beside it; name them, first page and second page.")
    return PairFiles(table, annotations if annotations.is_file() else None, (first, second))


def _page(name: str, folder: Path, named: Sequence[Path]) -> Path | None:
    """The page of that name among those given, else beside the table."""
    given = next((path for path in named if path.name == name), None)
    return given if given is not None else folder / name if (folder / name).is_file() else None


def _place(path: Path, finding: Finding) -> str:
    return f"{path}:{finding.line}" if finding.line else str(path)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
