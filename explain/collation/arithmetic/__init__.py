"""What the numbers of a table say about each other: exact places, rules of columns, models, flagged cells."""

from zij.explain.collation.arithmetic.records import (
    CellCheck,
    Curve,
    Model,
    Parameter,
    Quantity,
    Rule,
    TableChecks,
    Weighing,
)
from zij.explain.collation.arithmetic.tablecheck import check_table
from zij.explain.collation.arithmetic.verdict import PRIORS, Priors, weigh, weigh_check

__all__ = [
    "PRIORS",
    "CellCheck",
    "Curve",
    "Model",
    "Parameter",
    "Priors",
    "Quantity",
    "Rule",
    "TableChecks",
    "Weighing",
    "check_table",
    "weigh",
    "weigh_check",
]
