"""Lines of the CSV files that commands write, as data frames: one definition for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["csv_frame"]


def csv_frame(
    columns: Sequence[str], lines: Iterable[Sequence[object]], kinds: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """The lines of a table as a frame.

    Parameters
    ----------
    columns : sequence of str
        Headings of the file.
    lines : iterable of sequence
        The fields of each line as they are written, "" where nothing is said.
    kinds : mapping of str to str, optional
        "int64" or, where something may be missing, "Int64" or "float64", by column; all others are text.

    Returns
    -------
    DataFrame
        A row a line; text stays as it is written ("007", "yes", ""), a missing number is NaN or <NA>.
    """
    import pandas as pd

    rows, kinds = list(lines), kinds or {}
    made = [
        _series([row[n] for row in rows], kinds.get(column, "str")) for n, column in enumerate(columns)
    ]  # by place, as a siglum may give two columns one name
    frame = pd.concat(made, axis=1) if made else pd.DataFrame()
    frame.columns = pd.Index(list(columns), dtype="str")
    return frame


def _series(values: list[Any], kind: str) -> pd.Series[Any]:
    import pandas as pd

    if kind == "str":
        return pd.Series([str(value) for value in values], dtype="str")
    convert = float if kind == "float64" else int
    missing = float("nan") if kind == "float64" else pd.NA
    return pd.Series([convert(value) if value != "" else missing for value in values], dtype=kind)
