"""How long and how often the web is asked, and how it tells to wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from zij.errors import InputError

__all__ = ["AGAIN", "Limits", "NotHad", "proxied_by_environment", "retry_after"]

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
    """

    def __init__(self, message: str, *, again: bool = False, wait: float = 0.0) -> None:
        super().__init__(message)
        self.again, self.wait = again, wait


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
