"""The hand-written reader of readings accepts what the published schema accepts, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from made_readings import KINDS, made_reading

from zij.corpora.exchange.readingjson import reading_from_json, reading_json
from zij.corpora.exchange.schema import reading_schema, violations
from zij.errors import InputError
from zij.tables.reading import Reading

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, -1, 90, 3.0, 2.5, -0.5, 1.0, 0.0, 1.5, 10**400, 1e308, "", "0", "read",
    "empty", "human", "zij-reading", [], {}, [1], ["a"], {"text": "1", "confidence": 0.5},
    {"x": 0, "y": 0, "w": 1, "h": 1}, {"name": "a", "value": "b"},
)  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of every object and array, as (parent, key)."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(part, dict | list):
            yield from places(part)


def mutant(rng: np.random.Generator, data: Any) -> Any:
    """A copy with one or two changes."""
    data = json.loads(json.dumps(data))
    for _ in range(rng.integers(1, 3)):
        found = list(places(data))
        parent, key = found[rng.integers(len(found))]
        kind = rng.integers(5)
        if kind == 0:
            del parent[key]
        elif kind == 1 and isinstance(parent, dict):
            parent["another"] = parent[key]
        elif kind == 2 and isinstance(parent[key], int | float) and not isinstance(parent[key], bool):
            parent[key] = -parent[key] if rng.random() < 0.5 else float(parent[key])
        else:
            parent[key] = VALUES[rng.integers(len(VALUES))]
    return data


@pytest.mark.parametrize("seed", range(4))
def test_reader_and_schema_accept_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # the smallest pages, so that a change meets every kind of member
    sound = [json.loads(reading_json(made_reading(n, kind))) for n, kind in enumerate(KINDS[:6])]
    for data in sound:
        for table in data["tables"]:
            table["cells"] = table["cells"][:3]
    fates = {True: 0, False: 0}
    for _ in range(150):
        data = mutant(rng, sound[rng.integers(len(sound))])
        wrong = next(violations(data, reading_schema()), None)
        fates[wrong is None] += 1
        text = json.dumps(data)
        if wrong is None:
            again = reading_from_json(text)
            assert reading_from_json(reading_json(again)) == again
        else:
            with pytest.raises(InputError) as caught:
                reading_from_json(text, "p.json")
            assert wrong in str(caught.value) or "of this form" in str(caught.value)
    assert min(fates.values()) > 5


@pytest.mark.parametrize("word", ["1e999", "-1e999"])
@pytest.mark.parametrize("name", ["x", "w", "confidence", "skew"])
def test_a_number_that_is_too_large_is_refused(word: str, name: str) -> None:
    data = json.loads(reading_json(made_reading(2, "table")))
    for parent, key in list(places(data)):
        if key == name:
            parent[key] = "HERE"
            break
    with pytest.raises(InputError, match="too large"):
        reading_from_json(json.dumps(data).replace('"HERE"', word))


def test_half_a_surrogate_pair_is_refused_however_it_is_written(readings: dict[str, Reading]) -> None:
    text = reading_json(readings["full"])
    assert '"id": "t1"' in text
    for broken in (
        text.replace('"id": "t1"', '"id": "\\ud800"'),
        text.replace('"id": "t1"', '"id": "\ud800"'),
        text.replace('"id": "t1"', '"id": "\ud800"').encode("utf-8", "surrogatepass"),
        text.replace('"id": "t1"', '"id": "\\ud800"').encode("utf-16"),
    ):
        with pytest.raises(InputError, match="not readable as JSON"):
            reading_from_json(broken)


def test_text_that_is_escaped_reads_the_same(readings: dict[str, Reading]) -> None:
    data = json.loads(reading_json(readings["full"]))
    assert reading_from_json(json.dumps(data, ensure_ascii=True)) == reading_from_json(
        json.dumps(data, ensure_ascii=False)
    )
