"""Which addresses on the web may be asked, so that no manifest makes zij reach into a private network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from zij.errors import InputError

__all__ = [
    "LOCAL",
    "PRIVATE",
    "PUBLIC",
    "Reach",
    "Target",
    "checked_target",
    "inside_of",
    "reach_of",
    "resolve",
]

LONGEST = 4096

Reach = int
"""How far inside an address lies: 0 the public web, 1 a private network, 2 this machine, 3 never allowed."""

PUBLIC, PRIVATE, LOCAL, NEVER = range(4)
"""How near an address is: on the web, in a private network, on this machine, or not to be asked."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked.

    Attributes
    ----------
    url : str
        As it was given, without a fragment.
    host : str
    port : int
    addresses : tuple of str
        IP addresses of the host, all of which were checked; a connection goes to one of them.
    """

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]

    def at(self, address: str) -> str:
        """The address with the host as a number, so that nobody can answer with another one meanwhile."""
        parts = urlsplit(self.url)
        host = f"[{address}]" if ":" in address else address
        port = f":{parts.port}" if parts.port is not None else ""
        return urlunsplit((parts.scheme, host + port, parts.path or "/", parts.query, ""))

    @property
    def host_header(self) -> str:
        """What the server is told to be called."""
        parts = urlsplit(self.url)
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{name}:{parts.port}" if parts.port is not None else name


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, those of version 4 first.

    Raises
    ------
    OSError
        If there is none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    return sorted(addresses, key=lambda address: ":" in address)


def reach_of(address: str) -> Reach:
    """How far inside an IP address lies."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return reach_of(str(inner))
    if ip.is_loopback:
        return LOCAL
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local:
        return NEVER
    if ip.is_private or not ip.is_global:
        return NEVER if ip.is_reserved and not ip.is_private else PRIVATE
    return PUBLIC


def checked_target(
    url: str,
    allowed: Reach = PUBLIC,
    *,
    names: Callable[[str, int], list[str]] = resolve,
    proxied: bool = False,
) -> Target:
    """An address of the web, if it may be asked.

    Parameters
    ----------
    url : str
    allowed : Reach
        How far inside its host may lie.
    names : callable
        Gives the IP addresses of a host and port.
    proxied : bool
        Whether a proxy will look the host up, so that not knowing it here is no obstacle.

    Returns
    -------
    Target

    Raises
    ------
    InputError
        If it is no http or https address, or its host lies further inside than allowed, or is not known.
    """
    if len(url) > LONGEST or any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise InputError(f"{url[:80]!r}: is no address of the web; correct the manifest.")
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
        port = parts.port or (443 if scheme == "https" else 80)
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise InputError(f"{url[:200]}: is no address of the web ({error}); correct it.") from error
    if scheme not in ("http", "https") or not host:
        raise InputError(f"{url[:200]}: is no http or https address; zij fetches nothing else.")
    if parts.username is not None or parts.password is not None:
        raise InputError(f"{url[:200]}: holds a user name; zij sends no passwords.")
    try:
        addresses = names(host, port)
    except (OSError, UnicodeError) as error:
        if proxied:
            addresses = []
        else:
            raise InputError(
                f"{url[:200]}: its host is not known here ({error}); check the address."
            ) from error
    for address in addresses:
        if reach_of(address) > allowed:
            raise InputError(
                f"{url[:200]}: lies on this machine or a private network, where a manifest from elsewhere "
                "must not lead; see --allow-private."
            )
    return Target(urlunsplit(parts._replace(fragment="")), host, port, tuple(addresses))


def inside_of(url: str, names: Callable[[str, int], list[str]] = resolve) -> Reach:
    """How far inside the host of an address that the user gave lies; `PUBLIC` where it is not known."""
    try:
        target = checked_target(url, LOCAL, names=names)
    except InputError:
        return PUBLIC
    return max((reach_of(address) for address in target.addresses), default=PUBLIC)
