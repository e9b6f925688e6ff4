"""How long and how often the web is asked, how it tells to wait, and which hosts are left alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from zij.errors import InputError

__all__ = ["AGAIN", "Hosts", "Limits", "NotHad", "proxied_by_environment", "retry_after"]

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which another attempt may succeed."""


class NotHad(InputError):
    """Something on the web could not be had.

    Attributes
    ----------
    again : bool
        Whether another attempt may succeed.
    wait : float
        Seconds that the server asks to wait.
    host : str
        What is amiss with the whole host, "" where it may be this file alone.
    """

    def __init__(self, message: str, *, again: bool = False, wait: float = 0.0, host: str = "") -> None:
        super().__init__(message)
        self.again, self.wait, self.host = again, wait, host


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch.

    Attributes
    ----------
    connect, read, total : float
        Seconds until a connection stands, between two parts of an answer, and for the whole of it.
    attempts : int
        How often it is tried.
    pause, longest_pause : float
        Seconds before the second attempt, doubled each time; and the most that is waited, also where the
        server asks for more, in which case it is given up.
    redirects : int
    away, unwell : int
        Files one after the other that a host cannot be reached for, after which it is asked no more; and that
        it fails otherwise, after which it is asked once for each until one comes.
    json_bytes, image_bytes : int
        Greatest answers.
    """

    connect: float = 10.0
    read: float = 30.0
    total: float = 600.0
    attempts: int = 5
    pause: float = 1.0
    longest_pause: float = 120.0
    redirects: int = 5
    away: int = 3
    unwell: int = 5
    json_bytes: int = 64 * 2**20
    image_bytes: int = 256 * 2**20


def retry_after(text: str) -> float:
    """Seconds that a server asks to wait: a number, or a date (RFC 9110, 10.2.3)."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max((then - datetime.now(UTC)).total_seconds(), 0.0)


def proxied_by_environment(url: str) -> bool:
    """Whether the environment names a proxy for an address."""
    parts = urlsplit(url)
    proxies = getproxies()
    if not any(proxies.get(kind) for kind in (parts.scheme.lower(), "all")):
        return False
    return not proxy_bypass(parts.hostname or "")


@dataclass(slots=True)
class Hosts:
    """How the hosts have answered so far, so that one that is not well costs neither it nor the user much.

    A host that asks for a long pause is asked no more, and neither is one that cannot be reached. One that
    fails otherwise is asked on, as it may be these files alone.

    Attributes
    ----------
    limits : Limits
    """

    limits: Limits
    _away: dict[str, int] = field(default_factory=dict)
    _failed: dict[str, int] = field(default_factory=dict)
    _why: dict[str, str] = field(default_factory=dict)

    def attempts(self, url: str) -> int:
        """How often a file may be asked for.

        Raises
        ------
        NotHad
            If its host is left alone.
        """
        host = _host(url)
        if why := self._why.get(host):
            raise NotHad(f"{url}: was not asked for, as {host} {why}; run it again later.", host=why)
        return 1 if self._failed.get(host, 0) >= self.limits.unwell else self.limits.attempts

    def answered(self, url: str) -> None:
        """A file came, or the host said plainly that there is none."""
        for counts in (self._away, self._failed):
            counts.pop(_host(url), None)

    def failed(self, url: str, error: NotHad) -> None:
        """A file did not come, however often it was asked for."""
        host = _host(url)
        if not (error.host or error.again):
            self.answered(url)
            return
        self._failed[host] = self._failed.get(host, 0) + 1
        self._away[host] = self._away.get(host, 0) + 1 if error.host else 0
        if error.host and (not error.again or self._away[host] >= self.limits.away):
            self._why[host] = error.host


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
