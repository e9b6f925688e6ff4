"""Run the notebooks from top to bottom, and keep them with their results, also as pages for any browser.

    python notebooks/run.py                   all of them, into build/notebooks
    python notebooks/run.py 3-corpus -o out   one of them
    python notebooks/run.py --clear           do not run them, but take results away from those that are kept

Prints the seconds that each took, of the clock and of the processor. Only --clear changes the notebooks.
"""

from __future__ import annotations

import argparse
import functools
import os
import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")  # jupyter_core asks for a choice, and warns otherwise

import nbformat
from jinja2 import DictLoader
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbconvert import HTMLExporter

__all__ = ["METADATA", "Run", "cleared", "execute", "names", "page"]

HERE = Path(__file__).parent
LIMIT = 600  # seconds for one cell
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
"""Of a notebook as it is kept: nothing of the machine on which it was last saved."""

_PLAIN = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block extra_css -%}
<style>
.jp-Notebook { max-width: 62rem; margin: 0 auto; }
.jp-OutputArea-output { overflow-x: auto; }
.jp-OutputArea-output img { max-width: 100%; height: auto; }
</style>
{%- endblock -%}
"""
"""Nothing of the page comes from the network: no MathJax, no require.js, no widgets."""


@dataclass(frozen=True)
class Run:
    """A notebook with its results, and the seconds that it took: of the clock, of the processor."""

    notebook: nbformat.NotebookNode
    seconds: float
    processor: float


def names() -> list[str]:
    """The notebooks by number, without suffix."""
    return sorted(path.stem for path in HERE.glob("*.ipynb"))


def execute(notebook: nbformat.NotebookNode, folder: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run a notebook in a kernel of its own, in `folder`, by the Python that runs this.

    Parameters
    ----------
    notebook : NotebookNode
        Is not changed.
    folder : path
        Where it runs and makes its temporary files.
    env : mapping, optional
        Variables for its environment.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    own = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    own |= {"TMPDIR": str(folder), "PYDEVD_DISABLE_FILE_VALIDATION": "1"} | dict(env or {})
    copy, start, before = nbformat.from_dict(notebook), time.monotonic(), _children()
    with tempfile.TemporaryDirectory() as kept:
        client = NotebookClient(
            copy, kernel_manager_class=_kernel_of(Path(kept)), timeout=LIMIT, store_widget_state=False,
            resources={"metadata": {"path": str(folder)}},
        )  # fmt: skip
        client.execute(env=own | {"IPYTHONDIR": kept})
    return Run(copy, time.monotonic() - start, _children() - before)


def _kernel_of(folder: Path) -> type[AsyncKernelManager]:
    """What starts kernels of this very Python, whatever kernels a user has, through sockets in `folder`."""

    class Own(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.kernel_spec_manager = KernelSpecManager(kernel_dirs=[])
            self.connection_file = str(folder / "kernel.json")
            self.transport = "ipc"

    return Own


def page(notebook: nbformat.NotebookNode, title: str) -> str:
    """A notebook with its results as one HTML file that needs no network."""
    html, _ = _exporter().from_notebook_node(notebook, {"metadata": {"name": title}})
    return str(html)


@functools.cache
def _exporter() -> HTMLExporter:
    """Its template is compiled once."""
    return HTMLExporter(
        template_file="plain.html.j2",
        extra_loaders=[DictLoader({"plain.html.j2": _PLAIN})],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )


def cleared(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A notebook as it is kept: without results, counts, and what editors note down."""
    copy = nbformat.from_dict(notebook)
    copy.metadata = nbformat.from_dict(METADATA)
    copy.nbformat, copy.nbformat_minor = 4, 5
    for cell in copy.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return copy


def _children() -> float:
    """Seconds of the processor that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Run the notebooks and keep them with their results.")
    parser.add_argument("names", nargs="*", default=names(), help="such as 3-corpus; all by default")
    parser.add_argument("-o", dest="out", type=Path, default=Path("build/notebooks"))
    parser.add_argument(
        "--clear", action="store_true", help="take results away from the notebooks themselves"
    )
    asked = parser.parse_args(arguments)
    if asked.clear:
        for name in asked.names:
            path = HERE / f"{name}.ipynb"
            nbformat.write(cleared(nbformat.read(path, as_version=4)), path)
        return 0
    asked.out.mkdir(parents=True, exist_ok=True)
    total = [0.0, 0.0]
    for name in asked.names:
        notebook = nbformat.read(HERE / f"{name}.ipynb", as_version=4)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            run = execute(notebook, Path(folder))
        nbformat.write(run.notebook, asked.out / f"{name}.ipynb")
        (asked.out / f"{name}.html").write_text(page(run.notebook, name), encoding="utf-8")
        print(f"{name}: {run.seconds:.0f} s ({run.processor:.0f} s of the processor)", flush=True)
        total = [total[0] + run.seconds, total[1] + run.processor]
    print(f"together: {total[0]:.0f} s ({total[1]:.0f} s of the processor); open {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
