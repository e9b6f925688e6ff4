"""`zij corpus search`: pages of a corpus that are like a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zij.actions._showing.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

    from zij.actions._inputs.sources import Progress
    from zij.corpora.finding import Hits
    from zij.corpora.finding.report import Asked
    from zij.corpora.finding.words import Line
    from zij.corpora.store import Where

__all__ = ["Found", "search"]


@dataclass(frozen=True, slots=True)
class Found(Shown):
    """What `search` found.

    Attributes
    ----------
    folder : Path
        Of the corpus.
    query : str
        Name of the page that was searched for.
    in_corpus : bool
        Whether it is a page of the corpus, which does not find itself.
    digits : bool
        Whether it has any digit.
    hits : Hits
        The most similar pages, and where was searched.
    conditions : str
        On the pages that may be found, as `--where` takes them.
    files : tuple of Path
        What was written.
    asked : Asked or None
        The page that was searched for, with its reading and picture.
    records : tuple of Line
        The hits as they stand in `search.csv`.
    """

    folder: Path
    query: str
    in_corpus: bool
    digits: bool
    hits: Hits
    conditions: str = ""
    files: tuple[Path, ...] = ()
    asked: Asked | None = None
    records: tuple[Line, ...] = ()

    def frame(self) -> pd.DataFrame:
        """The contents of `search.csv`: a row a hit.

        Similarity, scores and shares are floats from 0 to 1, NaN where nothing was checked; rows and columns
        are counted from 0.
        """
        from zij.corpora.finding.words import hits_frame

        return hits_frame(self.records)

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import found_html

        return found_html(self)

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Nothing: pages that could not be read are counted in the sentence."""
        return ()

    def lines(self) -> Iterator[str]:
        """One line a hit: rank, similarity, name, and where it was checked the score and the shared part."""
        from zij.corpora.finding.words import hit_line

        width = min(max((len(hit.name) for hit in self.hits.hits), default=0), 48)
        return (hit_line(hit, width) for hit in self.hits.hits)

    @property
    def sentence(self) -> str:
        """How many pages were found and searched, and what is to be known about that."""
        from zij.corpora.finding.words import counted, unsearched

        covered, parts = self.hits.coverage, [self._found()]
        if self.hits.hits and self.hits.checked and not self.hits.sharing:
            parts.append(f"{covered.with_table:,} of the searched pages have a table")
        if self.hits.recall is not None:
            recall = self.hits.recall
            parts.append(
                f"approximate: finds {recall.share:.1%} of the {min(recall.k, covered.searched)} nearest, as "
                f"measured with {counted(recall.queries, 'page')} of this corpus"
            )
        parts += [*self.hits.remarks, unsearched(covered), *map(_named, self.files)]
        return "; ".join(part for part in parts if part)

    def _found(self) -> str:
        from zij.corpora.finding.words import counted

        covered = self.hits.coverage
        if not self.digits:
            return f"nothing found: {self.query} has no digits to search for"
        if not covered.pages:
            other = "other page" if self.in_corpus else "page"
            if self.conditions:
                return f"nothing found: {self.folder} has no {other} of which {self.conditions} holds"
            return f"nothing found: {self.folder} has no {other}; zij corpus add adds pages"
        if not self.hits.hits:
            return f"nothing found: of {counted(covered.pages, 'page')} none could be searched"
        hits, pages = counted(len(self.hits.hits), "hit"), counted(covered.searched, "page")
        found = f"{hits} for {self.query} in {pages}"
        if not self.hits.checked:
            return f"{found}, not checked by arrangement"
        shares = "shares" if self.hits.sharing < 2 else "share"
        number = f"{self.hits.sharing or 'none'} {shares} a part of a table"
        return f"{found}: {number} ({self.hits.checked:,} checked)"


def _named(path: Path) -> str:
    return f"{'report' if path.suffix == '.html' else 'table'}: {path}"


def search(
    corpus: str | Path,
    page: str | Path,
    *,
    k: int = 20,
    where: Mapping[str, str] | Sequence[str] | Where | None = None,
    check: int = 100,
    approximate: bool = False,
    csv: str | Path | None = None,
    out: str | Path | None = None,
    weights: str | Path | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> Found:
    """Find the pages of a corpus that are most like a page.

    Parameters
    ----------
    corpus : path
        Folder of the corpus.
    page : path or str
        An image, a PAGE-XML file, `CORPUS#PAGE`, or the name of a page in this corpus. A page of the corpus,
        also when it is named by its image file, does not find itself.
    k : int
        How many pages.
    where : sequence of str, mapping or Where, optional
        Conditions on the pages that may be found, as `--where` takes them.
    check : int
        How many of the most similar pages are checked by arrangement; 0: none.
    approximate : bool
        Search with an approximate index; needs the extra `ann`.
    csv : path, optional
        Where to write the hits as CSV.
    out : path, optional
        Folder for `search.csv` and `search.html`.
    weights : path, optional
        Another digit network for an image.
    device : "auto", "cpu" or "cuda"
        On which an image is read.
    progress : callable, optional
        Called with what is being done, how much is done, and how much there is.

    Returns
    -------
    Found

    Raises
    ------
    ZijError
        If the page or the corpus cannot be read, or a file cannot be written.
    """
    from zij.actions.corpus._asked import asked_page
    from zij.corpora.finding import Searcher
    from zij.corpora.finding.report import search_report
    from zij.corpora.finding.said import with_said
    from zij.corpora.finding.words import hit_lines, hits_csv
    from zij.corpora.store import open_corpus
    from zij.corpora.store.where import described
    from zij.files import check_folder, staged_folder, write_text

    conditions = described(where)
    if out is not None:
        check_folder(out)
    tell = progress or (lambda step, done, total: None)
    with open_corpus(corpus) as opened:
        tell("reading the page", 0, 3)
        asked = asked_page(opened, page, weights=weights, device=device)
        tell("searching", 1, 3)
        searcher = Searcher(opened, where=conditions)
        hits = searcher.search(asked.query, k=k, check=check, approximate=approximate)
        hits = with_said(opened, asked.query.page_id, hits)
        tell("writing", 2, 3)
        pages = [opened.page(hit.page_id) for hit in hits.hits]
        table = hits_csv(hits, pages)
        query, files = asked.query, []
        found = Found(
            opened.folder, query.name, query.page_id is not None, not query.empty, hits, str(conditions),
            asked=asked, records=hit_lines(hits, pages),
        )  # fmt: skip
        if out is not None:
            report = search_report(opened, asked, hits, conditions, found.sentence)
            with staged_folder(out) as folder:
                write_text(folder / "search.csv", table)
                write_text(folder / "search.html", report)
            files.append(Path(out) / "search.html")
    if csv is not None:
        files.append(write_text(csv, table))
    return replace(found, files=tuple(files))
