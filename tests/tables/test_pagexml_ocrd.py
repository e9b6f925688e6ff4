"""OCR-D as a second opinion: its model loses nothing of our files, its validator finds no error in them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from made_readings import made_readings
from oracles import ask

from zij.tables.pagexml import to_xml
from zij.tables.reading import Reading

SCRIPT = Path(__file__).parents[1] / "oracles" / "ask_ocrd.py"
COUNT = int(os.environ.get("READINGS", "70"))


@pytest.fixture(scope="module")
def opinions(reading: Reading, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By file: each reading in both profiles, and what is no good."""
    folder = tmp_path_factory.mktemp("ocrd")
    for number, made in enumerate([reading, *made_readings(COUNT)]):
        (folder / f"{number}-nested.xml").write_bytes(to_xml(made))
        (folder / f"{number}-flat.xml").write_bytes(to_xml(made, profile="flat"))
    good = to_xml(reading)
    for name, old, new in WRONG:
        assert old in good
        (folder / f"wrong-{name}.xml").write_bytes(good.replace(old, new, 1))
    (folder / "wrong-dialect.xml").write_bytes(to_xml(reading, profile="transkribus"))
    answers = ask("ocrd", SCRIPT, *sorted(folder.iterdir())).splitlines()
    return {answer["file"]: answer for answer in map(json.loads, answers)}


WRONG = [
    ("text", b"<Unicode>12 30</Unicode>", b"<Unicode>12 31</Unicode>"),
    ("place", b'points="20,60 29,60 29,80 20,80"', b'points="10,60 29,60 29,80 10,80"'),
    ("baseline", b'<Baseline points="20,80 70,80"', b'<Baseline points="20,90 70,90"'),
]


def test_nothing_is_lost_or_invented(opinions: dict[str, dict[str, Any]]) -> None:
    ours = {name: answer for name, answer in opinions.items() if not name.startswith("wrong")}
    assert len(ours) == 2 * (COUNT + 1)
    assert {name: a["lost"] + a["invented"] for name, a in ours.items() if a["lost"] or a["invented"]} == {}
    assert max(answer["elements"] for answer in ours.values()) > 500


def test_the_validator_finds_no_error(opinions: dict[str, dict[str, Any]]) -> None:
    ours = {name: answer for name, answer in opinions.items() if not name.startswith("wrong")}
    assert {name: answer["errors"] for name, answer in ours.items() if answer["errors"]} == {}


def test_it_sees_all_lines_of_both_profiles(opinions: dict[str, dict[str, Any]], reading: Reading) -> None:
    for profile in ("nested", "flat"):
        assert opinions[f"0-{profile}.xml"]["lines"] == to_xml(reading).count(b"<TextLine ")


@pytest.mark.parametrize("name", [name for name, _, _ in WRONG])
def test_it_would_say_so(name: str, opinions: dict[str, dict[str, Any]]) -> None:
    assert opinions[f"wrong-{name}.xml"]["errors"]


def test_of_transkribus_files_it_loses_cells(opinions: dict[str, dict[str, Any]]) -> None:
    assert any(lost[2] == "TableCell" for lost in opinions["wrong-dialect.xml"]["lost"])
