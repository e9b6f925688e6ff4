"""Chromium for the tests of reports, driven over its debugging pipe with the standard library alone."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
    "--force-color-profile=srgb", "--hide-scrollbars",
]  # fmt: skip

LIMIT = 120.0  # seconds that the browser has for one answer, on a machine that does much besides


class Browser:
    """One page in a fresh browser; all that it asks the network for, and all that it logs, is kept.

    Whatever the browser is asked, it has `limit` seconds for the answer; after that a TimeoutError says what
    was asked, so that a page that hangs fails its test and does not stop the others.
    """

    def __init__(self, profile: Path, *, width: int = 1500, height: int = 1200) -> None:
        assert PROGRAM
        down, up = os.pipe(), os.pipe()
        given = [fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (down[0], up[1])]  # clear of 3 and 4
        size = f"--window-size={width},{height}"
        words = [PROGRAM, *OPTIONS, size, f"--user-data-dir={profile}", "about:blank"]
        shell = f'exec "$@" 3<&{given[0]} 4>&{given[1]}'
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *words],
            pass_fds=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for fd in (down[0], up[1], *given):
            os.close(fd)
        self.out, self.back = os.fdopen(down[1], "wb"), os.fdopen(up[0], "rb")
        self.count, self.rest, self.session = 0, b"", ""
        self.loaded = False
        self.limit = LIMIT
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def __enter__(self) -> Self:
        try:
            self._attach()
        except BaseException:
            self.close()
            raise
        return self

    def _attach(self) -> None:
        end = time.monotonic() + self.limit
        while not (pages := self._pages()):  # at first there may be other targets, and no page yet
            assert time.monotonic() < end, "the browser opened no page"
            time.sleep(0.05)
        self.session = self.call("Target.attachToTarget", targetId=pages[0], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def _pages(self) -> list[str]:
        targets = self.call("Target.getTargets")["targetInfos"]
        return [target["targetId"] for target in targets if target["type"] == "page"]

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the browser, by force where it does not end by itself."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        for pipe in (self.out, self.back):
            with contextlib.suppress(OSError):  # what was not yet sent has nobody left to read it
                pipe.close()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and wait for its answer.

        Raises
        ------
        TimeoutError
            If there is none within the limit.
        """
        self.count += 1
        message: dict[str, Any] = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.out.write(json.dumps(message).encode() + b"\0")
        self.out.flush()
        end, what = time.monotonic() + self.limit, f"{method} {str(parameters)[:200]}"
        while True:
            answer = self._next(end, what)
            if answer.get("id") == self.count:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file and wait until it is drawn: before that the browser drops what a user does."""
        self.visit(path.as_uri() + fragment)
        self.settle()

    def visit(self, url: str) -> None:
        """Open an address and wait until all that belongs to it is there."""
        self.loaded = False
        self.call("Page.navigate", url=url)
        end = time.monotonic() + self.limit
        while not self.loaded:
            self._next(end, f"loading {url}")

    @contextlib.contextmanager
    def frame(self) -> Iterator[None]:
        """Ask the document in the page's only closed frame, instead of the page, for as long as the block."""
        page = self.session
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(t["targetId"] for t in targets if t["type"] == "iframe")
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        try:
            yield
        finally:
            self.session = page

    def settle(self) -> None:
        """Wait until what was changed is drawn."""
        for _ in range(3):
            self.ask("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    def wait(self, condition: str, seconds: float = 120) -> None:
        """Wait until an expression holds.

        Raises
        ------
        TimeoutError
            If it does not hold in time.
        """
        end = time.monotonic() + seconds
        while not self.ask(f"Boolean({condition})"):
            if time.monotonic() > end:
                raise TimeoutError(f"{condition} did not come true in {seconds} seconds")
            time.sleep(0.1)

    def ask(self, expression: str) -> Any:
        """Value of a JavaScript expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def point(self, selector: str, *, click: bool = False) -> None:
        """Move the pointer to the middle of an element, and click there if asked."""
        x, y = self.middle(selector)
        self._mouse("mouseMoved", x, y)
        if click:
            self._mouse("mousePressed", x, y, clickCount=1)
            self._mouse("mouseReleased", x, y, clickCount=1)

    def middle(self, selector: str) -> tuple[float, float]:
        """Where the middle of an element is in the window, after scrolling it into view."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.ask(f"{found}.scrollIntoView({{block: 'center'}})")
        x, y = self.ask(
            f"(() => {{ const b = {found}.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        return float(x), float(y)

    def wheel(self, selector: str, turn: float, *, control: bool = False) -> None:
        """Turn the wheel over the middle of an element, towards the reader where `turn` is above 0."""
        x, y = self.middle(selector)
        self._mouse("mouseMoved", x, y)
        self._mouse("mouseWheel", x, y, deltaX=0, deltaY=turn, modifiers=2 * control)

    def drag(self, selector: str, dx: float, dy: float) -> None:
        """Press at the middle of an element, move by pixels of the window, and let go."""
        x, y = self.middle(selector)
        self._mouse("mouseMoved", x, y)
        self._mouse("mousePressed", x, y, clickCount=1)
        for part in (0.3, 1.0):
            self._mouse("mouseMoved", x + part * dx, y + part * dy, button="left", buttons=1)
        self._mouse("mouseReleased", x + dx, y + dy, clickCount=1)

    def _mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        button = {"button": "left" if kind in ("mousePressed", "mouseReleased") else "none"}
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **(button | more))

    def fingers(self, *steps: Sequence[tuple[float, float]]) -> None:
        """Put fingers on the window, move them from step to step, and take them away.

        Parameters
        ----------
        *steps : sequence of (x, y)
            Where the fingers are, in pixels of the window.
        """
        for kind, step in zip(["touchStart", *["touchMove"] * (len(steps) - 1)], steps, strict=True):
            points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(step)]
            self.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def press(self, key: str, *, shift: bool = False, control: bool = False) -> None:
        """Press and let go one key, by its name in the DOM."""
        codes = {
            "Tab": 9,
            "Enter": 13,
            "Escape": 27,
            "ArrowLeft": 37,
            "ArrowUp": 38,
            "ArrowRight": 39,
            "ArrowDown": 40,
            "PageUp": 33,
            "+": 187,
            "-": 189,
            "0": 48,
        }
        for kind in ("rawKeyDown", "keyUp"):
            held = {"modifiers": 8 * shift + 2 * control}
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=codes[key],
                **held,
            )

    def picture(self, path: Path) -> None:
        """What is on the screen, as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def _next(self, end: float, what: str) -> dict[str, Any]:
        """The next message of the browser, waited for until `end`."""
        while b"\0" not in self.rest:
            left = end - time.monotonic()
            if left < 0 or not select.select([self.back], [], [], left)[0]:
                raise TimeoutError(f"Chromium has not answered in {self.limit:g} seconds: {what}")
            more = os.read(self.back.fileno(), 1 << 20)
            assert more, "the browser ended"
            self.rest += more
        text, self.rest = self.rest.split(b"\0", 1)
        message: dict[str, Any] = json.loads(text)
        what, details = message.get("method"), message.get("params", {})
        if what == "Page.loadEventFired":
            self.loaded = True
        elif what == "Network.requestWillBeSent":
            self.requests.append(details["request"]["url"])
        elif what in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(json.dumps(details))
        return message
