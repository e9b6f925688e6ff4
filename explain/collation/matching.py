"""The tables of all witnesses matched: a base is chosen, and one witness after the other is laid on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from zij.explain.collation.grids import Codes, Grid
from zij.explain.collation.growing import Growing
from zij.explain.collation.laying import Laid, Sheet, lay, worth_in_place

__all__ = ["Matched", "match_tables"]

PARTS = 8
"""Parts in which one table may lie on another, as two half-tables on a long one."""
FEW = 36
"""Pairs of tables up to which all are tried; of more, each table with the `TRIED` likeliest."""
TRIED = 3
LEAST_SHARED = 0.1
"""Share of the smaller table's numbers that must occur in the larger for the two to be laid on each other."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Collated tables, the best alignment score of each witness, and the order in which they were laid."""

    tables: tuple[Growing, ...]
    scores: tuple[float, ...]
    order: tuple[int, ...]


@dataclass(slots=True, eq=False)
class _Free:
    """What of a witness's table lies nowhere yet."""

    grid: Grid
    sheet: Sheet

    @property
    def count(self) -> int:
        return int((self.sheet.code > 0).sum())


def match_tables(witnesses: Sequence[Sequence[Grid]], tell: Tell | None = None) -> Matched:
    """Match the tables of all witnesses, rows to rows and columns to columns.

    The witness with the most numbers is the base: each of its tables begins a collated table. The others are
    laid, the fullest first, on what most of those before them have in each place; what only they have is put
    where it belongs. What lies nowhere then, of the fullest first, begins further tables. In the end every
    witness is laid once more on what the others have.

    Parameters
    ----------
    witnesses : sequence of sequences of Grid
    tell : callable, optional
        Called with how many witnesses are laid, and how many there are.

    Returns
    -------
    Matched
        Tables that lie on no other are among them, with one witness.
    """
    free = [[_Free(grid, Sheet(grid.code, grid.weight)) for grid in grids] for grids in witnesses]
    order = sorted(range(len(witnesses)), key=lambda w: _rank(witnesses[w]))
    scores = np.zeros(len(witnesses))
    tables: list[Growing] = []
    for step, base in enumerate(order):
        begun = [Growing.of(base, one.grid) for one in free[base] if _whole(one) and one.count]
        for one in free[base]:
            if _whole(one):
                one.sheet = _nothing(one.sheet)
        for witness in order[step + 1 :] if begun else ():
            found = _laid_all(begun, witness, free[witness])
            scores[base] = max(scores[base], found)
            scores[witness] = max(scores[witness], found)
        tables += begun
        if tell is not None:
            tell(step + 1, len(order))
    shared = [table for table in tables if len(table.parts) > 1]
    for table in shared:
        _refine(table)
    alone = [table for table in tables if len(table.parts) == 1]
    return Matched((*shared, *alone), tuple(scores.tolist()), tuple(order))


def _rank(grids: Sequence[Grid]) -> tuple[int, bytes]:
    """The fullest first; of equally full ones by their numbers: the order of the arguments is indifferent."""
    return -sum(grid.filled for grid in grids), b"".join(grid.code.tobytes() for grid in grids)


def _whole(one: _Free) -> bool:
    """Whether nothing, or next to nothing, of a table lies anywhere yet."""
    return one.count >= 0.5 * max(one.grid.filled, 1)


def _nothing(sheet: Sheet) -> Sheet:
    return Sheet(np.zeros_like(sheet.code), np.zeros_like(sheet.weight))


def _laid_all(tables: Sequence[Growing], witness: int, free: list[_Free]) -> float:
    """Lay a witness's tables on the collated ones, the best match first; the best score found is returned."""
    sheets = [table.sheet() for table in tables]
    kinds = [np.unique(sheet.code) for sheet in sheets]
    found: dict[tuple[int, int], Laid] = {}
    best = 0.0
    chosen: list[tuple[int, int, Laid]] = []
    stale = _likely([sheet.code for sheet in sheets], [one.sheet.code for one in free])
    for _ in range(PARTS * max(len(free), len(tables))):
        for t, k in sorted(stale):
            if _may_share(kinds[t], free[k].sheet.code):
                found[t, k] = lay(sheets[t], free[k].sheet)
            else:
                found.pop((t, k), None)
        if not found:
            break
        (t, k), laid = max(
            found.items(), key=lambda item: (item[1].good, item[1].worth, -item[0][0], -item[0][1])
        )
        best = max(best, laid.score)
        if not laid.good:
            break
        chosen.append((t, k, laid))
        sheets[t] = sheets[t].without([i for i, _ in laid.rows], [p for p, _ in laid.columns])
        free[k].sheet = free[k].sheet.without([j for _, j in laid.rows], [q for _, q in laid.columns])
        stale = {pair for pair in found if pair[0] == t or pair[1] == k}
    _take(tables, witness, free, chosen)
    return best


def _likely(one: Sequence[Codes], two: Sequence[Codes]) -> set[tuple[int, int]]:
    """Pairs of tables to try: all, or of many each table with those that share most of what is rare."""
    pairs = {(t, k) for t in range(len(one)) for k in range(len(two))}
    if len(pairs) <= FEW:
        return pairs
    bags = [_tokens(code) for code in (*one, *two)]
    kinds, where = np.unique(np.concatenate(bags), return_inverse=True)
    owner = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
    count = sparse.csr_matrix((np.ones(len(owner)), (owner, where)), (len(bags), len(kinds)))
    rarity = np.log(len(bags) / np.asarray((count > 0).sum(axis=0)).ravel())
    count = count.multiply(rarity[None]).tocsr()
    length = np.sqrt(np.maximum(np.asarray(count.multiply(count).sum(axis=1)).ravel(), 1e-9))
    like = np.asarray((count[: len(one)] @ count[len(one) :].T).todense())
    like /= length[: len(one), None] * length[None, len(one) :]
    kept = set()
    for t, k in pairs:
        ranks = (like[t] > like[t, k]).sum(), (like[:, k] > like[t, k]).sum()
        if like[t, k] > 0 and min(ranks) < TRIED:
            kept.add((t, k))
    return kept


def _tokens(code: Codes) -> Codes:
    """The different numbers of a table, and pairs of neighbours in its rows."""
    both = (code[:, :-1] > 0) & (code[:, 1:] > 0)
    mixed = code[:, :-1] * np.uint64(0x9E3779B97F4A7C15) + code[:, 1:]
    return np.unique(np.concatenate([code[code > 0], mixed[both]]))


def _may_share(kinds: Codes, code: Codes) -> bool:
    own = np.unique(code[code > 0])
    if not len(own):
        return False
    shared = int(np.isin(own, kinds).sum())
    return shared >= LEAST_SHARED * min(len(own), len(kinds))


def _take(
    tables: Sequence[Growing], witness: int, free: list[_Free], chosen: Sequence[tuple[int, int, Laid]]
) -> None:
    """Put the witness's parts on the tables; each takes the rest of the rows and columns that are its own."""
    order = [(list(table.rows), list(table.columns)) for table in tables]
    for t, k, laid in chosen:
        rows, columns = order[t]
        now_rows, now_columns = (
            {key: at for at, key in enumerate(keys)} for keys in (tables[t].rows, tables[t].columns)
        )
        moved = replace(
            laid,
            rows=tuple((now_rows[rows[i]], j) for i, j in laid.rows),
            columns=tuple((now_columns[columns[p]], q) for p, q in laid.columns),
        )
        one = free[k]
        lying = tables[t].take(witness, one.grid, moved, one.sheet.code)
        one.sheet = one.sheet.without(list(lying.rows), list(lying.columns))


def _refine(table: Growing) -> None:
    """Lay every witness once more on what the others have, where that agrees no worse."""
    for witness in sorted(table.parts):
        if len(table.parts) < 3 or len(table.parts[witness]) > 1:
            continue
        old = table.parts[witness][0]
        sheet = table.sheet(without=witness)
        laid = lay(sheet, Sheet(old.grid.code, old.grid.weight))
        if not laid.good or laid.worth <= _worth(table, witness, sheet) + 1e-9:
            continue
        table.parts.pop(witness)
        table.take(witness, old.grid, laid, old.grid.code)
    table.tidied()


def _worth(table: Growing, witness: int, sheet: Sheet) -> float:
    """Agreement of a witness with the others as it lies now, by weight."""
    return worth_in_place(sheet, table.codes(witness))
