"""Who is speaking, unless that is said."""

from __future__ import annotations

import getpass

from zij.errors import UsageError

__all__ = ["speaker"]

_LONGEST = 200


def speaker(who: str | None) -> str:
    """The name under which something is stored: the given one, else that of the login, else "".

    Raises
    ------
    UsageError
        If it is too long or holds signs that cannot be shown.
    """
    if who is None:
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):  # a container may know no names
            return ""
    name = who.strip()
    if len(name) > _LONGEST or not name.isprintable():
        raise UsageError(f"{name[:40]!r} cannot be a name; use up to {_LONGEST} signs in one line.")
    return name
