"""A small server on 127.0.0.1 that answers as it is told: fails, stalls, breaks off, lies."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Answer", "Web", "web"]


@dataclass
class Answer:
    """What is answered to a request.

    `lie` is added to the length that is stated; `cut` is how many bytes are sent before the connection is
    closed; `stall` is how many seconds are slept after the first half; `endless` sends without end.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    lie: int = 0
    cut: int | None = None
    stall: float = 0.0
    endless: bool = False
    length: bool = True
    ranges: bool = True


class Web:
    """The server, with all that it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.counts: Counter[str] = Counter()
        self.stop = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append((self.path, dict(self.headers)))
                server.counts[self.path] += 1
                answer = server.pages.get(self.path, Answer(b"nothing here", 404))
                if callable(answer):
                    answer = answer(server.counts[self.path])
                with contextlib.suppress(OSError):
                    _send(self, answer, server.stop)

            def log_message(self, *_: object) -> None:
                return

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: object) -> None:
                return

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Address of its root, without a slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def put(self, path: str, answer: Answer | bytes | Callable[[int], Answer]) -> str:
        """Answer so to a path; a function gets the number of the request, from 1. Returns the address."""
        self.pages[path] = Answer(answer) if isinstance(answer, bytes) else answer
        return self.url + path

    def close(self) -> None:
        """Stop."""
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _send(handler: BaseHTTPRequestHandler, answer: Answer, stop: threading.Event) -> None:
    body, status = answer.body, answer.status
    headers = dict(answer.headers)
    asked = handler.headers.get("Range", "")
    if asked.startswith("bytes=") and status == 200 and answer.ranges:
        version = handler.headers.get("If-Range", "")
        if not version or version in (headers.get("ETag"), headers.get("Last-Modified")):
            start = int(asked[6:].rstrip("-"))
            if start >= len(body):
                status, body = 416, b""
            else:
                headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
                status, body = 206, body[start:]
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if answer.length and not answer.endless:
        handler.send_header("Content-Length", str(len(body) + answer.lie))
    else:
        handler.send_header("Connection", "close")
        handler.close_connection = True
    handler.end_headers()
    if answer.endless:
        while not stop.is_set():
            handler.wfile.write(b"\xff\xd8\xff" + b"x" * 65536)
    sent = body if answer.cut is None else body[: answer.cut]
    half = len(sent) // 2 if answer.stall else len(sent)
    handler.wfile.write(sent[:half])
    if answer.stall:
        handler.wfile.flush()
        end = time.monotonic() + answer.stall
        while time.monotonic() < end and not stop.is_set():
            time.sleep(0.02)
        handler.wfile.write(sent[half:])
    if answer.cut is not None or answer.lie:
        handler.wfile.flush()
        handler.close_connection = True
        with contextlib.suppress(OSError):
            handler.connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def web() -> Iterator[Web]:
    """A server for one test."""
    served = Web()
    try:
        yield served
    finally:
        served.close()
