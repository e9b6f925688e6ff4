"""What was judged as tables: a line for each similarity and mode, and a line for each query."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from zij.corpora.judging.judging import Figures, Judged
from zij.corpora.judging.measures import Measure
from zij.corpora.judging.truth import Truth
from zij.tables.csvframe import csv_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Line", "figures_lines", "judged_csv", "judged_frame", "query_lines"]

Line = dict[str, object]
"""Fields as they are written, by column."""
_TEXTS, _WHOLE = ("measure", "mode", "page"), ("queries", "relevant")


def figures_lines(judged: Judged) -> list[Line]:
    """The lines of `evaluation.csv`: a similarity and a mode each; what is not known is empty."""
    return [_line(one) for one in judged.figures]


def query_lines(truth: Truth, judged: Judged, measures: Sequence[Measure]) -> list[Line]:
    """The lines of `queries.csv`: page, mode, relevant, and each measure's average precision and recall.

    Parameters
    ----------
    truth : Truth
    judged : Judged
    measures : sequence of Measure
        In the order in which they were judged.

    Returns
    -------
    list of Line
    """
    lines = []
    for one in judged.queries:
        line: Line = {"page": truth.pages[one.query].name, "mode": one.mode, "relevant": one.relevant}
        for measure, precision, recall in zip(measures, one.precision, one.recall, strict=True):
            line[f"{measure.name}_average_precision"] = f"{precision:.6f}"
            line[f"{measure.name}_recall_at_10"] = f"{recall:.6f}"
        lines.append(line)
    return lines


def judged_csv(lines: Sequence[Line]) -> str:
    """Lines of one kind, one or more, as CSV with a header, LF."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return stream.getvalue()


def judged_frame(lines: Sequence[Line]) -> pd.DataFrame:
    """Lines of one kind, one or more, as a frame.

    Returns
    -------
    DataFrame
        Names are text, numbers of queries and pages whole numbers, figures floats from 0 to 1 (NaN where
        they are not known).
    """
    columns = list(lines[0])
    kinds = dict.fromkeys((name for name in columns if name not in _TEXTS), "float64")
    kinds |= {name: "int64" for name in _WHOLE if name in columns}
    return csv_frame(columns, [list(line.values()) for line in lines], kinds)


def _line(one: Figures) -> Line:
    """A line of `evaluation.csv`."""
    near = one.neighbours
    numbers = {
        "mean_average_precision": one.precision.mean, "map_low": one.precision.low,
        "map_high": one.precision.high, "recall_at_10": one.recall.mean, "recall_low": one.recall.low,
        "recall_high": one.recall.high, "nn_recall": near.recall, "nn_recall_sd": near.recall_deviation,
        "nn_precision": near.precision, "nn_precision_sd": near.precision_deviation,
    }  # fmt: skip
    told = {name: f"{value:.6f}" if value == value else "" for name, value in numbers.items()}
    return {"measure": one.measure.name, "mode": one.mode, "queries": one.queries, **told}
