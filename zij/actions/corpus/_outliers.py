"""`zij corpus outliers`: pages unlike any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zij.actions._showing.shown import Shown
from zij.actions.corpus._looking import (
    Progress,
    close,
    facts,
    look,
    pictures,
    steps,
    versions,
    write_csv,
    write_json,
)
from zij.errors import UsageError
from zij.files import check_folder, staged_folder, write_text

if TYPE_CHECKING:
    import pandas as pd

    from zij.corpora.seeing.outliers import Outliers
    from zij.corpora.seeing.pages import SeenPages
    from zij.corpora.store import Where

__all__ = ["FoundOutliers", "outliers"]

ENOUGH = 50


@dataclass(frozen=True, slots=True, eq=False)
class FoundOutliers(Shown):
    """What `outliers` found.

    Attributes
    ----------
    folder : Path
        Where the files lie.
    pages : DataFrame
        The contents of `outliers.csv`.
    summary : dict
        The contents of `outliers.json`.
    sentence : str
    """

    folder: Path
    pages: pd.DataFrame
    summary: dict[str, Any]
    sentence: str

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Distances are there or not."""
        return ()

    def frame(self) -> pd.DataFrame:
        """The contents of `outliers.csv`: each page with its nearest, a row each; the same as `pages`."""
        return self.pages

    def _repr_html_(self) -> str:
        from zij.actions.corpus._shows import outliers_html

        return outliers_html(self)


def outliers(
    corpus: str | Path,
    out: str | Path,
    *,
    where: Sequence[str] | Where | None = None,
    apart: str = "page",
    digits: int = ENOUGH,
    count: int = 60,
    progress: Progress | None = None,
) -> FoundOutliers:
    """Find the pages that are farthest from their nearest.

    Writes `outliers.csv`, `outliers.json` and `outliers.html` into `out`, all or none.

    Parameters
    ----------
    corpus : path
    out : path
        Folder for the results.
    where : sequence of str or Where, optional
        Only these pages.
    apart : "page" or "book"
        Whether any other page saves a page from being an outlier, or only one of another book.
    digits : int
        Pages with fewer digits are told apart: what they are like is mostly chance.
    count : int
        How many are shown in the HTML file; the CSV has all pages.
    progress : callable, optional

    Returns
    -------
    FoundOutliers

    Raises
    ------
    ZijError
        If there is no page to look at, the request cannot be right, or the folder cannot be written to.
    """
    from zij.corpora.seeing.outliers import book_groups, find_outliers
    from zij.corpora.seeing.outliershtml import outliers_page
    from zij.corpora.store import open_corpus
    from zij.corpora.store.where import described

    if apart not in ("page", "book"):
        raise UsageError(f"outliers apart by {apart!r} are not known; choose page or book.")
    out, conditions = Path(out), described(where)
    check_folder(out)
    steps(progress)("comparing all pages with all")
    with open_corpus(corpus) as opened:
        pages = look(opened, conditions)
        groups = book_groups(pages.texts("book"))
        found = find_outliers(pages.vectors, pages.digits, groups, enough=digits, apart=apart)
        parameters = {"where": str(conditions or ""), "apart": apart, "digits": digits}
        summary = _summary(pages, found, parameters)
        table = _table(pages, found)
        lead = _found(found)
        html = outliers_page(
            pages, found, pictures(opened, pages), apart=apart, count=count,
            lead=f"{lead[0].upper()}{lead[1:]}.", title=f"Pages unlike any other, of {len(pages):,}",
            facts=facts(parameters | {"fence": found.fence}, summary["versions"]),
        )  # fmt: skip
        with staged_folder(out) as folder:
            write_csv(folder / "outliers.csv", table)
            write_json(folder / "outliers.json", summary)
            write_text(folder / "outliers.html", html)
    sentence = close([_found(found)], pages.left_out(), out / "outliers.html", "pictures")
    return FoundOutliers(out, table, summary, sentence)


def _table(pages: SeenPages, found: Outliers) -> pd.DataFrame:
    """A row a page, the most distant first, those with too few digits last."""
    import numpy as np
    import pandas as pd

    names = np.array([*pages.names, ""], object)  # -1 is no page
    what = np.where(found.few, "few digits", np.where(found.outlying, "outlier", ""))
    columns: dict[str, Any] = {"page": names[:-1], "kind": what, "digits": pages.digits}
    for suffix, near, far in (
        ("", found.nearest, found.distance),
        ("_other_book", found.nearest_elsewhere, found.distance_elsewhere),
    ):
        known = np.isfinite(far)
        columns[f"nearest{suffix}"] = names[near]
        columns[f"distance{suffix}"] = np.where(known, far, np.nan)
        cosine = 1 - np.where(known, far, 0.0) ** 2 / 2
        columns[f"similarity{suffix}"] = np.where(known, np.round(cosine, 6), np.nan)
    table = pd.DataFrame(columns).iloc[found.order].reset_index(drop=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table


def _summary(pages: SeenPages, found: Outliers, parameters: dict[str, Any]) -> dict[str, Any]:
    """The contents of `outliers.json`."""
    return {
        "pages": len(pages),
        "unprocessed": pages.unprocessed,
        "without_digits": pages.empty,
        "outliers": int(found.outlying.sum()),
        "few_digits": int(found.few.sum()),
        "fence": found.fence,
        "parameters": parameters,
        "versions": versions(),
    }


def _found(found: Outliers) -> str:
    """How many, and from where on; or why that cannot be said."""
    from zij.corpora.seeing.outliers import FEWEST_PAGES

    count, few = int(found.outlying.sum()), int(found.few.sum())
    limit = 1 - found.fence**2 / 2
    listed = "all are listed by the similarity to their nearest"
    if found.judged < FEWEST_PAGES:
        said = f"too few pages ({found.judged:,}) to say what is unusual; {listed}"
    elif limit <= 0:
        said = f"the pages are so unlike each other that none is unusual; {listed}"
    else:
        are = "page is" if count == 1 else "pages are"
        said = f"{count:,} {are} unlike any other (similarity to the nearest below {limit:.3f})"
    have = "has" if few == 1 else "have"
    return f"{said}, {few:,} {have} too few digits to say"
