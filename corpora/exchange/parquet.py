"""The cells of many pages as one Parquet file, for data tools; needs pyarrow."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from zij.corpora.exchange.leaf import Leaf
from zij.corpora.exchange.tablecsv import COLUMNS, long_rows
from zij.errors import UsageError
from zij.files import write_bytes

__all__ = ["NAME", "cells_frame", "write_parquet"]

NAME = "cells.parquet"
"""Name of the file."""
_WHOLE = ("row", "column", "row_span", "column_span", "x", "y", "w", "h")


def cells_frame(leaves: Sequence[Leaf]) -> pd.DataFrame:
    """A line a cell: the page's stem, its image, and the columns of the long form."""
    rows = [(leaf.stem, leaf.image_name, *row) for leaf in leaves for row in long_rows(leaf.reading)]
    frame = pd.DataFrame(rows, columns=["page", "image", *COLUMNS])
    types = dict.fromkeys(_WHOLE, "int64") | {"header": "bool", "confidence": "float64"}
    return frame.astype(types | dict.fromkeys(("page", "image", "table", "text", "state"), "str"))


def write_parquet(folder: Path, leaves: Sequence[Leaf]) -> None:
    """Write `cells.parquet`.

    Raises
    ------
    UsageError
        If pyarrow is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet needs the package pyarrow; install it with pip install 'zij[parquet]', or choose csv."
        )
    data = cells_frame(leaves).to_parquet(None, engine="pyarrow", index=False)
    assert isinstance(data, bytes)
    write_bytes(folder / NAME, data)
