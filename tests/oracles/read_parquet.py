"""Run `zij` with pyarrow in the path, then print a Parquet file as CSV: read_parquet.py FILE zij-words..."""

from __future__ import annotations

import sys

import pandas as pd

from zij.cli import main

if __name__ == "__main__":
    try:
        main(sys.argv[2:])
    except SystemExit as end:
        if end.code:
            raise
    frame = pd.read_parquet(sys.argv[1], engine="pyarrow")
    print()  # noqa: T201
    print({name: str(kind) for name, kind in frame.dtypes.items()})  # noqa: T201
    print(frame.to_csv(index=False, lineterminator="\n"), end="")  # noqa: T201
