"""Pages without the digits outside their tables: page numbers, catchwords, signatures, numbers in text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zij.actions._inputs.sources import Source
from zij.errors import InputError, UsageError

if TYPE_CHECKING:
    from zij.similarity.encoders.encoder import Encoder

__all__ = ["check_only_tables", "counted_alike", "explainable", "left_out", "tables_alone"]


def check_only_tables(only_tables: bool, model: str | Encoder) -> None:
    """Refuse the request of a model that sees the whole picture.

    Parameters
    ----------
    only_tables : bool
    model : str or Encoder

    Raises
    ------
    UsageError
        If an encoder of images is to see tables only.
    """
    name = model if isinstance(model, str) else model.name
    if only_tables and name != "bigram":
        raise UsageError(
            f"--only-tables belongs to bigram, which counts digits; leave it out for {name}, or crop the"
            " scans."
        )


def tables_alone(source: Source) -> Source:
    """A page as if nothing stood outside its tables.

    What was read outside them goes, and so do candidates of digits whose middle lies in no table's box.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Source
        With the same image and the same tables.
    """
    tables = source.reading.tables
    inside = (g for g in source.doubtful if any(table.box.contains(*g.box.centre) for table in tables))
    return replace(source, reading=replace(source.reading, loose=()), doubtful=tuple(inside))


def left_out(source: Source) -> int:
    """How many digits `tables_alone` takes from what the bigram network would see of a page."""
    from zij.similarity.placement import place

    whole, part = (place(one.reading, one.doubtful) for one in (source, tables_alone(source)))
    return len(whole.peaks) - len(part.peaks)


def counted_alike(
    sources: Sequence[Source], only_tables: bool
) -> tuple[tuple[Source, Source], dict[str, Any]]:
    """The pages as they are to be counted, and what is recorded of that.

    Parameters
    ----------
    sources : sequence of Source
        The first page and the second.
    only_tables : bool
        Whether digits outside tables are left out.

    Returns
    -------
    sources : (Source, Source)
        The same, or `tables_alone` of each.
    facts : dict
        `only_tables`, and where it holds `a_left_out` and `b_left_out`, the digits of either page that are
        left out.
    """
    a, b = sources
    if not only_tables:
        return (a, b), {"only_tables": False}
    facts = {"only_tables": True, "a_left_out": left_out(a), "b_left_out": left_out(b)}
    return (tables_alone(a), tables_alone(b)), facts


def explainable(
    sources: tuple[Source, Source], encoder: Encoder | None, only_tables: bool
) -> tuple[tuple[Source, Source], dict[str, Any]]:
    """The pages as a model is to see them that explains them, and what is recorded of that.

    Parameters
    ----------
    sources : (Source, Source)
    encoder : Encoder or None
        It sees whole pictures, so that nothing is left out and nothing recorded.
    only_tables : bool

    Returns
    -------
    sources : (Source, Source)
    facts : dict
        As `counted_alike` gives them.

    Raises
    ------
    InputError
        If nothing of a page would be left.
    """
    if encoder is not None:
        return sources, {}
    (a, b), facts = counted_alike(sources, only_tables)
    for one, side in ((a, "a"), (b, "b")):
        if facts.get(f"{side}_left_out") and not any(True for _ in one.reading.numbers()):
            raise InputError(
                f"{one.image.name}: all its digits stand outside tables, so that --only-tables leaves"
                " nothing to explain; leave that option out, or correct the page's reading."
            )
    return (a, b), facts
