"""All rules at once: a table is checked."""

from __future__ import annotations

from zij.explain.collation.arithmetic.records import TableChecks
from zij.tables.reading import Table

__all__ = ["check_table"]


def check_table(table: Table) -> TableChecks:
    """Check a table by its own arithmetic; nothing is ever changed.

    Parameters
    ----------
    table : Table
        With ids on its cells, see `Reading.with_ids`.

    Returns
    -------
    TableChecks
    """
    return TableChecks(table.id)
