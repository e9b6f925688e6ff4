"""`zij corpus judge`: what a scholar says of pairs of pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._showing.shown import Shown
from zij.actions.corpus._who import speaker
from zij.errors import InputError, UsageError, ZijError

if TYPE_CHECKING:
    from zij.corpora.store import Corpus
    from zij.corpora.store.records import Judgement, Verdict

__all__ = ["Judged", "judge"]

_NEEDED = ("a", "b", "verdict")


@dataclass(frozen=True, slots=True)
class Judged(Shown):
    """What `judge` stored.

    Attributes
    ----------
    folder : Path
    pairs : int
        How many judgements were given.
    changed : int
        How many of them were not there yet just so.
    failures : tuple of (str, str)
        Line and reason of each that could not be stored.
    """

    folder: Path
    pairs: int
    changed: int
    failures: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        """How many judgements were stored."""
        before = self.pairs - self.changed
        was = f"; {before:,} stood there already" if before else ""
        many = "s" * (self.changed != 1)
        return f"{self.changed:,} judgement{many} stored{was}; corpus: {self.folder}"

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import judged_html

        return judged_html(self)


def judge(
    corpus: str | Path,
    a: str | int | None = None,
    b: str | int | None = None,
    verdict: str | None = None,
    *,
    note: str = "",
    who: str | None = None,
    source: str | Path | None = None,
) -> Judged:
    """Say what two pages are to each other, or store a list; older judgements are kept, the newer holds.

    Parameters
    ----------
    corpus : path
        Folder of the corpus.
    a, b : str or int
        Names or ids of two pages.
    verdict : "same", "part", "related" or "different"
        The same table; `a` is a part of `b`; related in another way; different tables.
    note : str
        A reason.
    who : str, optional
        Default: the login name.
    source : path, optional
        A CSV file with the columns a, b, verdict and, if wanted, note, who and at (when, UTC), instead of
        one pair. It is the form in which `export` writes judgements.

    Returns
    -------
    Judged

    Raises
    ------
    ZijError
        If nothing could be done.
    """
    from zij.corpora.store import open_corpus

    one = (a is not None, b is not None, verdict is not None)
    if not ((all(one) and source is None) or (not any(one) and source is not None)):
        raise UsageError("name two pages and a verdict, or a file of judgements with --from.")
    name = speaker(who)
    with open_corpus(corpus) as opened:
        failures: list[tuple[str, ZijError]] = []
        said: list[Judgement] = []
        if source is None:
            said.append(_judgement(opened, {"a": a, "b": b, "verdict": verdict, "note": note}, name))
        else:
            said = _listed(opened, Path(source), name, failures)
        changed = opened.judge_all(said)
        reasons = tuple((line, f"{line}: {reason}") for line, reason in failures)
        return Judged(opened.folder, len(said), changed, reasons)


def _listed(corpus: Corpus, path: Path, who: str, failures: list[tuple[str, ZijError]]) -> list[Judgement]:
    """The judgements of a file; what cannot be used is added to `failures`."""
    from zij.tables.csvlines import csv_records

    said: list[Judgement] = []
    for number, fields in csv_records(path, _NEEDED):
        try:
            said.append(_judgement(corpus, fields, who))
        except (InputError, UsageError) as error:
            failures.append((f"{path}, line {number}", error))
    if failures and not said:
        first = InputError(f"{failures[0][0]}: {failures[0][1]}")
        for line, another in failures[1:]:
            first.add_note(f"{line}: {another}")
        raise first
    return said


def _judgement(corpus: Corpus, fields: Mapping[str, str | int | None], who: str) -> Judgement:
    """One judgement of pages by their names.

    Raises
    ------
    ZijError
        If a page is not there, both are one, or the verdict is not known.
    """
    from zij.corpora.store.notes import checked
    from zij.corpora.store.records import Judgement

    a, b = (corpus.page(_page(fields[side])) for side in "ab")
    verdict: Verdict = str(fields["verdict"]).strip().lower()  # type: ignore[assignment]
    texts = {name: str(fields.get(name) or "").strip() for name in ("note", "who", "at")}
    whose = speaker(texts["who"]) if texts["who"] else who
    return checked(Judgement(a.id, b.id, verdict, texts["note"], whose, texts["at"]))


def _page(value: str | int | None) -> str | int:
    return value if isinstance(value, int) else str(value or "").strip()
