"""Fetching from the web: politely, with limits, resumed where it broke off, checked wherever it leads."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import numpy as np

from zij import __version__
from zij.corpora.sources.address import PUBLIC, Reach, Target, checked_target, resolve
from zij.corpora.sources.partial import Partial, alone, starts_at
from zij.corpora.sources.patience import AGAIN, Hosts, Limits, NotHad, proxied_by_environment, retry_after
from zij.errors import InputError, OutputError, UsageError

if TYPE_CHECKING:
    import httpx

__all__ = ["Fetcher", "Limits", "NotHad"]

_AGENT = f"zij/{__version__}"
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Fetcher:
    """One visitor of the web, for one process; close it at the end.

    Attributes
    ----------
    rate : float
        Requests a second to one host.
    seed : int
        Of the random part of pauses.
    limits : Limits
    clock, sleep : callable
        Time, and how to let it pass.
    names : callable
        Looks up a host's addresses.
    """

    rate: float = 2.0
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    names: Callable[[str, int], list[str]] = resolve
    _hosts: Hosts = field(init=False)
    _client: Any = None
    _last: dict[str, float] = field(default_factory=dict)
    _random: np.random.Generator | None = None

    def __post_init__(self) -> None:
        self._hosts = Hosts(self.limits)

    def __enter__(self) -> Fetcher:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def json(self, url: str, allowed: Reach = PUBLIC) -> Any:
        """A JSON document.

        Raises
        ------
        NotHad
            If it cannot be had, or is no JSON.
        """
        data = self._tried(url, lambda: self._whole(url, allowed))
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise NotHad(f"{url}: is no JSON ({str(error)[:100]}); check the address.") from error

    def file(self, url: str, path: Path, check: Callable[[Path], None], allowed: Reach = PUBLIC) -> None:
        """A file, written whole or not at all; what broke off is resumed, now or in a later call.

        Parameters
        ----------
        url : str
        path : Path
            Where it is to stand. While it comes it stands beside it under a name that ends in `.part`.
        check : callable
            Raises `InputError` for a file that is not what was asked for.
        allowed : Reach
            How far inside its host may lie.

        Raises
        ------
        NotHad
            If it cannot be had.
        OutputError
            If it cannot be written.
        """
        part = path.with_name(f"{path.name}.part")
        self._tried(url, lambda: self._into(url, part, check, allowed))
        try:
            os.replace(part, path)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror}); make room.") from error
        Partial.of(part).forget()

    # -- one attempt ---------------------------------------------------------------------------------------

    def _whole(self, url: str, allowed: Reach) -> bytes:
        data = bytearray()
        with self._answer(url, allowed, {"Accept": "application/json, application/ld+json, */*"}) as answer:
            self._length(answer, url, self.limits.json_bytes)
            for chunk in self._chunks(answer, url, answer.iter_bytes()):
                data += chunk
                if len(data) > self.limits.json_bytes:
                    raise NotHad(f"{url}: sends more than {self.limits.json_bytes >> 20} MB; it is given up.")
        return bytes(data)

    def _into(self, url: str, part: Path, check: Callable[[Path], None], allowed: Reach) -> None:
        mark = Partial.of(part)
        headers = {"Accept": "image/*, */*;q=0.1", "Accept-Encoding": "identity", **mark.headers(url)}
        with self._answer(url, allowed, headers) as answer:
            start = mark.size if answer.status_code == 206 and starts_at(answer.headers, mark.size) else 0
            if answer.status_code == 206 and not start:
                mark.forget()
                raise NotHad(f"{url}: sent another part than was asked for; run it again.", again=True)
            self._length(answer, url, self.limits.image_bytes - start)
            try:
                part.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"{part.parent}: cannot be made ({error.strerror}); make room.") from error
            if not start:
                mark.begin(url, answer.headers)
            self._write(answer, url, part, start)
        try:
            check(part)
        except InputError as error:
            mark.forget()
            cut = "cut off" in str(error)
            kind = answer.headers.get("content-type", "")[:60]
            said = "came cut off" if cut else f"is no image that zij can read (the server calls it {kind!r})"
            raise NotHad(f"{url}: {said}; look at it in a browser.", again=cut) from error

    def _write(self, answer: httpx.Response, url: str, part: Path, start: int) -> None:
        size = start
        encoded = answer.headers.get("content-encoding", "identity").lower() not in ("", "identity")
        chunks = answer.iter_bytes() if encoded else answer.iter_raw()
        try:
            with part.open("r+b" if start else "ab") as stream:
                if not alone(stream):
                    raise NotHad(f"{url}: is being fetched by another zij; run it again later.", again=True)
                stream.seek(start)
                stream.truncate()
                for chunk in self._chunks(answer, url, chunks):
                    size += len(chunk)
                    if size > self.limits.image_bytes:
                        Partial.of(part).forget()
                        most = self.limits.image_bytes >> 20
                        raise NotHad(f"{url}: sends more than {most} MB; it is given up.")
                    stream.write(chunk)
        except OSError as error:
            Partial.of(part).forget()
            raise OutputError(f"{part}: cannot be written ({error.strerror}); make room.") from error

    def _chunks(self, answer: httpx.Response, url: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The parts of an answer, as long as it has time."""
        end = self.clock() + self.limits.total
        for chunk in chunks:
            if self.clock() > end:
                raise NotHad(f"{url}: took longer than {self.limits.total:g} s; run it again.", again=True)
            yield chunk

    def _length(self, answer: httpx.Response, url: str, most: int) -> None:
        stated = answer.headers.get("content-length", "")
        if stated.isdecimal() and int(stated[:20]) > most:
            raise NotHad(f"{url}: is larger than {most >> 20} MB; it is left out.")

    @contextlib.contextmanager
    def _answer(self, url: str, allowed: Reach, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer to a request, after redirects, each of which is checked."""
        self._opened()
        import httpx

        first, place = url, url
        for _ in range(self.limits.redirects + 1):
            proxied = proxied_by_environment(place)
            target = checked_target(place, allowed, names=self.names, proxied=proxied)
            self._wait_for(target.host)
            try:
                answer = self._send(target, headers, proxied)
            except httpx.TimeoutException as error:
                away = "did not answer" if isinstance(error, httpx.ConnectTimeout) else ""
                raise NotHad(
                    f"{place}: did not answer in time; run it again.", again=True, host=away
                ) from error
            except httpx.HTTPError as error:
                what = " ".join(str(error).split())[:150] or type(error).__name__
                away = "could not be reached" if isinstance(error, httpx.ConnectError) else ""
                said = f"{place}: cannot be reached ({what}); run it again."
                raise NotHad(said, again=True, host=away) from error
            except httpx.InvalidURL as error:
                raise NotHad(f"{place}: is no address of the web ({error}); correct it.") from error
            if answer.status_code in _MOVED and (goal := answer.headers.get("location")):
                answer.close()
                place = urljoin(place, goal)
                continue
            try:
                self._judge(answer, first)
                yield answer
            except httpx.TimeoutException as error:
                raise NotHad(f"{first}: stalled; run it again.", again=True) from error
            except httpx.HTTPError as error:
                raise NotHad(f"{first}: broke off before its end; run it again.", again=True) from error
            finally:
                answer.close()
            return
        raise NotHad(f"{first}: leads on and on ({self.limits.redirects} redirects); check the address.")

    def _send(self, target: Target, headers: dict[str, str], proxied: bool) -> httpx.Response:
        """One request, to an address that was checked."""
        import httpx

        client = self._opened()
        headers = {"User-Agent": _AGENT, **headers}
        if proxied or not target.addresses:
            return client.send(client.build_request("GET", target.url, headers=headers), stream=True)
        trouble: httpx.HTTPError | None = None
        for address in target.addresses[:4]:
            request = client.build_request(
                "GET", target.at(address), headers={**headers, "Host": target.host_header},
                extensions={"sni_hostname": target.host},
            )  # fmt: skip
            try:
                return client.send(request, stream=True)
            except httpx.ConnectError as error:
                trouble = error
        assert trouble is not None
        raise trouble

    def _opened(self) -> httpx.Client:
        if self._client is None:
            try:
                import httpx
            except ImportError as error:
                raise UsageError('fetching from the web needs httpx; pip install "zij[iiif]".') from error
            limits = self.limits
            times = httpx.Timeout(limits.read, connect=limits.connect)
            self._client = httpx.Client(timeout=times, follow_redirects=False)
        return self._client  # type: ignore[no-any-return]

    def _judge(self, answer: httpx.Response, url: str) -> None:
        """Raise for an answer that is not what was asked for."""
        status = answer.status_code
        if status in (200, 206):
            return
        if status == 416:
            raise NotHad(f"{url}: cannot be resumed; run it again.", again=True)
        what = {
            401: "asks for a password", 403: "may not be had", 404: "is not there", 410: "is no longer there",
            429: "asks to be left alone for now",
        }.get(status, f"answered with an error ({status})")  # fmt: skip
        if status not in AGAIN:
            raise NotHad(f"{url}: {what}; look at it in a browser.")
        wait = retry_after(answer.headers.get("retry-after", ""))
        if wait > self.limits.longest_pause:
            asks = f"asks to wait {wait:.0f} s"
            raise NotHad(f"{url}: {asks}; run it again later.", host=asks)
        raise NotHad(f"{url}: {what}; run it again later.", again=True, wait=wait)

    # -- patience ------------------------------------------------------------------------------------------

    def _tried(self, url: str, attempt: Callable[[], Any]) -> Any:
        """What an attempt gives, tried again with growing pauses."""
        most = self._hosts.attempts(url)
        for number in range(1, most + 1):
            try:
                found = attempt()
            except NotHad as error:
                if not error.again or number == most:
                    self._hosts.failed(url, error)
                    raise
                self.sleep(max(self._pause(number), error.wait))
            else:
                self._hosts.answered(url)
                return found
        raise AssertionError("not reached")

    def _pause(self, number: int) -> float:
        """Seconds after the attempt of that number: doubled each time, half of it by chance."""
        if self._random is None:
            self._random = np.random.default_rng(self.seed)
        longest = min(self.limits.pause * 2 ** (number - 1), self.limits.longest_pause)
        return float(longest * (0.5 + 0.5 * self._random.random()))

    def _wait_for(self, host: str) -> None:
        """Keep the rate of a host."""
        if self.rate > 0 and host in self._last:
            rest = self._last[host] + 1 / self.rate - self.clock()
            if rest > 0:
                self.sleep(rest)
        self._last[host] = self.clock()
