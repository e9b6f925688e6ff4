"""What the results of reading, judging, teaching, generating and validating hold, as data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from zij.actions._files.validate import Validated
    from zij.actions._pages.annotate import Annotated
    from zij.actions._pages.evaluate import Evaluated
    from zij.actions._pages.generate import Generated
    from zij.actions._teaching.teach import TaughtPages

__all__ = [
    "annotated_frame",
    "errors_frame",
    "families_frame",
    "marks_frame",
    "misprints_frame",
    "scores_frame",
    "validated_frame",
]


def annotated_frame(result: Annotated) -> pd.DataFrame:
    """The cells of all pages: the page's stem, then the columns of `STEM.cells.csv`."""
    import pandas as pd

    frames = [source.reading.frame() for source in result.sources]
    for frame, source in zip(frames, result.sources, strict=True):
        frame.insert(0, "page", source.stem)
    return pd.concat(frames, ignore_index=True)


def scores_frame(result: Evaluated) -> pd.DataFrame:
    """The figures of `pages.csv`, a page a row; the hashes of the files of truth stand in the file alone."""
    from zij.tables.csvframe import csv_frame
    from zij.tables.scores.page import DIGIT_FIGURES, VALUE_FIGURES
    from zij.tables.scores.scoretable import COLUMNS, page_row

    columns = [name for name in COLUMNS if name != "truth_sha256"]
    rows = [page_row(page, "")[:-1] for page in result.pages]
    kinds = dict.fromkeys((*DIGIT_FIGURES, *VALUE_FIGURES, "digit_height"), "float64")
    return csv_frame(columns, rows, kinds | {"errors": "int64"})


def errors_frame(result: Evaluated) -> pd.DataFrame:
    """What is wrong, one error a row: the contents of `errors.csv`; numbers are missing where not known."""
    from zij.tables.csvframe import csv_frame
    from zij.tables.scores.faults import COLUMNS, fault_row

    rows = [fault_row(page.name, fault) for page in result.pages for fault in page.faults]
    kinds = dict.fromkeys(("confidence", "x", "y", "w", "h"), "float64")
    return csv_frame(COLUMNS, rows, kinds | {"row": "Int64", "column": "Int64"})


def marks_frame(result: TaughtPages) -> pd.DataFrame:
    """How the pages held back are read before and after, a page a row.

    The columns are page, digits, errors_before, errors_after, f1_before, f1_after.
    """
    import pandas as pd

    rows = [
        (name, old.digits, old.errors, new.errors, old.f1, new.f1)
        for name, old, new in zip(result.held_back, result.before, result.after, strict=True)
    ]
    columns = ["page", "digits", "errors_before", "errors_after", "f1_before", "f1_after"]
    return pd.DataFrame(rows, columns=columns)


def misprints_frame(result: Generated) -> pd.DataFrame:
    """The misprints that were put in: the contents of `misprints.csv`.

    Raises
    ------
    OSError
        If the file is gone.
    """
    return _written(result, "misprints.csv")


def families_frame(result: Generated) -> pd.DataFrame:
    """Which page belongs to which family, and how it came about: the contents of `families.csv`.

    Raises
    ------
    OSError
        If the file is gone, or there are no families.
    """
    return _written(result, "families.csv")


def _written(result: Generated, name: str) -> pd.DataFrame:
    """A file as it was written; a leading zero is a digit, so that all is text."""
    import pandas as pd

    return pd.read_csv(result.folder / name, dtype="str", keep_default_na=False)


def validated_frame(result: Validated) -> pd.DataFrame:
    """What was found, a finding a row: file, line (0 for none), element, kind, what, advice, tolerated."""
    import pandas as pd

    rows = [
        (path.as_posix(), f.line, f.element, f.kind, f.what, f.advice, f.tolerated)
        for path, f in result.findings
    ]
    columns = ["file", "line", "element", "kind", "what", "advice", "tolerated"]
    kinds = {"line": "int64", "tolerated": "bool"}
    return pd.DataFrame(rows, columns=columns).astype(kinds)
