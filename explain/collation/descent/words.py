"""What a tree of witnesses rests on, as a table, as facts, and in plain words."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from zij.explain.collation.descent.descent import Descent
from zij.tables.csvframe import csv_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "changes_csv", "changes_frame", "facts", "sentences"]

COLUMNS = (
    "table", "row", "column", "text", "witnesses", "other_text", "other_witnesses", "weight", "times",
    "least",
)  # fmt: skip
"""Columns of `descent.csv`, in their order."""


def changes_csv(descent: Descent) -> str:
    """The errors that the tree rests on, a line for each text but the commonest of a place.

    Columns are `COLUMNS`: which witnesses have the text (parted by blanks), which is the commonest text and
    who has that, the weight of the change between both (nats: how unlikely it is by chance), how many changes
    the tree asks for in this place, and how many would do at the least.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_shared(descent))
    return stream.getvalue()


def changes_frame(descent: Descent) -> pd.DataFrame:
    """The errors that the tree rests on as a frame with `COLUMNS`; see `changes_csv`."""
    whole = dict.fromkeys(("row", "column", "times", "least"), "int64")
    return csv_frame(COLUMNS, _shared(descent), {**whole, "weight": "float64"})


def facts(descent: Descent) -> dict[str, object]:
    """What was found and what it depends on, for `collation.json`."""
    characters, names = descent.characters, descent.characters.names
    return {
        "places_compared": characters.compared,
        "places_that_differ": len(characters.keys),
        "places_that_tell": int(characters.informative().sum()),
        "groups": [
            {
                "witnesses": list(descent.group(group)),
                "bootstrap": round(own.bootstrap, 4),
                "decay": round(own.decay, 4),
                "chance_of_coincidence": float(f"{own.chance:.3g}"),
                "in_tree": group in descent.tree.groups,
            }
            for group, own in descent.found.support.items()
        ],
        "root": {"by": descent.root.by, "against": [[names[a], names[b]] for a, b in descent.root.against]},
        "possible_exemplars": [
            {"copy": names[e.copy], "exemplar": names[e.exemplar], "nearest": e.direct}
            for e in descent.exemplars
        ],
        "against_the_tree": [
            {
                **dict(zip(("table", "row", "column"), characters.keys[o.place], strict=True)),
                "times": o.changes, "least": o.least, "cost": round(o.cost, 4),
            }
            for o in descent.objections
        ],
        "contamination": [
            {
                "witness": names[one.witness], "with": list(descent.group(one.group)),
                "share": round(one.share, 2), "gain": round(one.gain, 2),
                "chance_of_coincidence": float(f"{one.chance:.3g}"),
                "places": [list(characters.keys[p]) for p in one.places],
            }
            for one in descent.contaminations
        ],
        "parameters": {
            **{name: getattr(descent.model, name) for name in descent.model.__slots__},
            "replicates": descent.replicates, "seed": descent.seed,
        },
    }  # fmt: skip


def sentences(descent: Descent) -> tuple[str, ...]:
    """What the tree says and what speaks against it, in plain words."""
    names, told = descent.characters.names, []
    for group, own in descent.found.support.items():
        if group in descent.tree.groups:
            small = min(group, frozenset(range(len(names))) - group, key=lambda g: (len(g), sorted(g)))
            told.append(
                f"{_list(descent.group(small))} stand together, apart from the others (bootstrap "
                f"{own.bootstrap:.2f}; by coinciding errors {_chance(own.chance)})"
            )
    if not told:
        told.append("no group of witnesses is borne out: the tree is a star")
    for one in descent.contaminations:
        told.append(
            f"{names[one.witness]} shares {len(one.places)} errors with {_list(descent.group(one.group))} "
            "against its place in the tree: it may follow two exemplars"
        )
    for before, other in descent.root.against:
        told.append(f"{names[before]} stands before {names[other]} in the tree, but is younger by its date")
    if descent.objections:
        count = len(descent.objections)
        told.append(
            f"{count} place{'s' * (count != 1)} ask{'s' * (count == 1)} for the same error twice, or for its "
            "return"
        )
    return tuple(told)


def _chance(value: float) -> str:
    return "less than 1 in 10,000" if value < 1e-4 else f"{value:.2g}"


def _list(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _shared(descent: Descent) -> Iterator[tuple[object, ...]]:
    characters, names = descent.characters, descent.characters.names
    times = Counter(change.place for change in descent.changes)
    for p, key in enumerate(characters.keys):
        first, *others = characters.texts[p]
        have = [
            " ".join(name for name, state in zip(names, characters.state[p], strict=True) if state == k)
            for k in range(len(others) + 1)
        ]
        for k, text in enumerate(others, 1):
            weight = f"{characters.steps[p, 0, k]:.3f}"
            yield (*key, text, have[k], first, have[0], weight, times[p], len(others))
