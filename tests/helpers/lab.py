"""A real JupyterLab on this machine alone, with a home of its own, for the tests of what notebooks show."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

HELPERS = Path(__file__).parent
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
OPTIONS = [
    "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0",
    "--ServerApp.terminals_enabled=False", "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]  # fmt: skip


@contextlib.contextmanager
def running_lab(home: Path, cells: Sequence[str]) -> Iterator[str]:
    """The address of a notebook with these cells, in a JupyterLab that ends with the block.

    The kernel finds the helpers of the tests.
    """
    work = home / "work"
    work.mkdir(parents=True)
    (work / "pair.ipynb").write_text(json.dumps(notebook(cells)), "utf-8")
    for name, values in SETTINGS.items():
        path = home / "config/lab/user-settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), "utf-8")
    token, port = secrets.token_hex(16), free_port()
    words = [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.port={port}"]
    words.append(f"--ServerApp.root_dir={work}")
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            words, cwd=work, env=environment(home, token), stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, home / "log")
            yield f"http://127.0.0.1:{port}/doc/tree/pair.ipynb?token={token}"
        finally:
            end(server, port, token)


def environment(home: Path, token: str) -> dict[str, str]:
    """That of this process, with folders of their own for all that Jupyter keeps."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    own = {
        "HOME": home, "IPYTHONDIR": home / "ipython", "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data", "JUPYTER_RUNTIME_DIR": home / "runtime",
    }  # fmt: skip
    return {
        **kept,
        **{name: str(path) for name, path in own.items()},
        "JUPYTER_TOKEN": token,
        "PYTHONPATH": os.pathsep.join([str(HELPERS), *filter(None, [kept.get("PYTHONPATH")])]),
    }


def notebook(cells: Sequence[str]) -> dict[str, object]:
    """A notebook of code cells."""
    made = [
        {
            "cell_type": "code",
            "id": f"cell{n}",
            "metadata": {},
            "outputs": [],
            "source": text,
            "execution_count": None,
        }
        for n, text in enumerate(cells)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 120) -> None:
    """Wait until the server answers."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        assert server.poll() is None, log.read_text("utf-8", "replace")[-2000:]
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    raise TimeoutError(log.read_text("utf-8", "replace")[-2000:])


def end(server: subprocess.Popen[bytes], port: int, token: str) -> None:
    """Ask the server to end with its kernels; end it if it does not."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/shutdown", method="POST", headers={"Authorization": f"token {token}"}
    )
    with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=10):
        pass
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, sign)  # a kernel ends when its server is gone
    server.wait(20)
