"""Notebooks whose switch is turned to a scholar's own scans run as well."""

from __future__ import annotations

from pathlib import Path

from notebook_runs import cells_of, run

from zij.tables.generate.climates import climates
from zij.tables.generate.pages import Setting, make_page
from zij.tables.overlay import save_png

# What comes after these cells is the same with any pages, or takes long.
UNTIL = {
    "1-reading": "others",
    "2-comparing": "mixed-pairs",
    "3-corpus": "search-table",
    "5-collating": "weights",
}


def test_they_run_with_scans_of_their_reader(tmp_path: Path) -> None:
    """All in one kernel, as starting one takes longer than reading two small pages."""
    table, scans = climates().with_rows(0, 12), []
    for number, contents in enumerate([table, table.with_cell(4, 5, "19")]):
        page = make_page(number, contents, Setting.plain(digit_height=20.0))
        scans.append(save_png(tmp_path / f"scan-{number}.png", page.pixels))
    cells = [cell for name, last in UNTIL.items() for cell in cells_of(name, scans=scans, until=last)]
    notebook = run(cells, tmp_path / "run")
    texts = [
        output.get("text", "") or str(output.get("data", {}).get("text/plain", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]
    assert sum("passed over" in text.lower() for text in texts) >= len(UNTIL)
    assert any("scan-1.png" in text for text in texts)
