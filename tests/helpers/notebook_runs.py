"""The notebooks, run as `make notebooks` runs them, but without a network and with warnings as errors."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from browser import Browser

FOLDER = Path(__file__).parents[2] / "notebooks"

_STRICT = """
import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", module="ipykernel|IPython|tornado|zmq|asyncio")  # not ours
"""

_ONCE = f"""
import sys
sys.path.append({str(Path(__file__).parent)!r})
import remembered
remembered.kept = remembered.remembered()
remembered.kept.__enter__()
"""
"""What several notebooks ask of the same pixels is read once."""

_AFRESH = "get_ipython().run_line_magic('reset', '-f')"
"""Takes all names away, so that a notebook has but its own."""

_OFFLINE = """
import os, socket

def refuse(what):
    with open(os.environ["ASKED"], "a") as file:
        print(what, file=file)
    raise OSError(f"there is no network here: {what}")

def guarded(own):
    def connect(self, address):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            refuse(address)
        return own(self, address)
    return connect

def asked(host, *args, own=socket.getaddrinfo, **options):
    if host not in (None, "", "127.0.0.1", "::1", "localhost"):
        refuse(host)
    return own(host, *args, **options)

socket.socket.connect = guarded(socket.socket.connect)
socket.socket.connect_ex = guarded(socket.socket.connect_ex)
socket.getaddrinfo = asked
"""
"""What Python does first in the kernel: who wants to reach another machine is refused and written down."""


def runner() -> ModuleType:
    """`notebooks/run.py` as a module."""
    name = "zij_notebooks_run"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FOLDER / "run.py")
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def kept(name: str) -> Any:
    """A notebook as it is kept."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def offline(folder: Path) -> dict[str, str]:
    """Variables for a Python that cannot reach another machine; what it asks for is written to `asked`."""
    site = folder / "site"
    site.mkdir(parents=True)
    (site / "sitecustomize.py").write_text(_OFFLINE, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))
    return {"PYTHONPATH": path, "ASKED": str(folder / "asked")}


def cells_of(name: str, *, scans: Sequence[Path] | None = None, until: str | None = None) -> list[Any]:
    """The cells of a notebook, for `run`.

    Parameters
    ----------
    name : str
    scans : sequence of path, optional
        What its switch is turned to.
    until : str, optional
        Id of the last cell that is taken.
    """
    cells = kept(name).cells
    if scans is not None:
        switch = next(cell for cell in cells if cell.id == "switch")
        switch.source += f"\nSCANS = {[str(scan) for scan in scans]!r}"
    ids = [cell.id for cell in cells]
    for cell in cells:
        cell.id = f"{name}-{cell.id}" if scans is None else f"own-{name}-{cell.id}"
    return list(cells if until is None else cells[: ids.index(until) + 1])


def run(parts: Mapping[str, Sequence[Any]], folder: Path) -> dict[str, Any]:
    """Run notebooks in one kernel, see that all cells were run and none complained, and return them.

    To start a kernel takes longer than most cells; no notebook sees the names of another. Nothing may be
    written but into temporary folders, and no other machine may be asked for anything.
    """
    metadata, here = runner().METADATA, folder / "here"
    before = sorted(path.name for path in FOLDER.iterdir())
    here.mkdir(parents=True)
    (folder / "temporary").mkdir()
    cells = [nbformat.v4.new_code_cell(source) for source in (_STRICT, _ONCE)]
    for part in parts.values():
        cells += [nbformat.v4.new_code_cell(_AFRESH), *part]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    env = offline(folder) | {"TMPDIR": str(folder / "temporary")}
    found = runner().execute(notebook, here, env).notebook
    assert not (folder / "asked").exists(), (folder / "asked").read_text()
    strewn = [each.name for each in here.iterdir()]
    assert not strewn, f"written outside of temporary folders: {strewn}"
    assert sorted(path.name for path in FOLDER.iterdir()) == before
    for cell in (cell for cell in found.cells if cell.cell_type == "code"):
        assert cell.execution_count, cell.id
        for output in cell.outputs:
            assert output.output_type != "error", (cell.id, output)
            assert output.get("name") != "stderr", (cell.id, output.text)
    ran = iter(found.cells[2:])
    return {name: _part(ran, len(part)) for name, part in parts.items()}


def _part(cells: Iterator[Any], count: int) -> Any:
    """One of the notebooks that were run."""
    next(cells)  # took the names away
    return nbformat.v4.new_notebook(cells=list(islice(cells, count)), metadata=runner().METADATA)


def check_page(notebook: Any, folder: Path, browser: Browser | None) -> None:
    """See that its page names nothing to be fetched, and opens in Chromium with everything in its place."""
    path = folder / "page.html"
    path.write_text(runner().page(notebook, "page"), encoding="utf-8")
    if browser is None:
        pytest.skip("no Chromium here to open the page with")
    browser.requests.clear()
    browser.complaints.clear()
    browser.open(path)
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []
    assert browser.complaints == []
    assert browser.ask("document.documentElement.scrollWidth <= window.innerWidth")
    cut = browser.ask(
        "[...document.querySelectorAll('.jp-OutputArea-output')]"
        ".filter(area => area.scrollWidth > area.clientWidth + 1).map(area => area.innerText.slice(0, 80))"
    )
    assert cut == [], "wider than the page"
    assert browser.ask("[...document.images].every(image => image.naturalWidth > 0)")
