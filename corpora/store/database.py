"""The SQLite file of a corpus: how it is opened, kept in step with its schema, and written to.

The journal is a write-ahead log, so that readers never wait for the one who writes, and `synchronous` is
FULL: a judgement that was reported as stored is on the disk, whatever happens to the machine. Transactions
are few (one a batch of pages), so that this costs next to nothing.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from zij.corpora.store.names import matches
from zij.corpora.store.schema import MIGRATIONS
from zij.errors import InputError, OutputError, ZijError

__all__ = ["APPLICATION", "FILE", "WAIT", "Database"]

FILE = "corpus.sqlite3"
"""Name of the database in the folder of a corpus."""
APPLICATION = 0x7A696A63  # "zijc"
WAIT = 60.0  # seconds that another program's transaction is waited for
_LATER = "-wal"


class Database:
    """One connection to the SQLite file of a corpus.

    Attributes
    ----------
    path : Path
    read_only : bool
        Whether nothing can be written.
    closed : bool
        Whether the connection was closed.
    """

    def __init__(self, path: Path, *, create: bool = False, wait: float = WAIT) -> None:
        self.path = path
        self.read_only = self.closed = False
        self._wait = wait
        self._depth = 0
        with self._told():
            self._open = _connected(path, create=create, wait=wait)
            try:
                self._prepare(create)
            except BaseException:
                self._open.close()
                raise

    def close(self) -> None:
        """Close the connection; what was committed in the log moves into the file with the last one."""
        self._open.close()
        self.closed = True

    def rows(self, text: str, values: Any = ()) -> list[sqlite3.Row]:
        """All rows of a query.

        Raises
        ------
        ZijError
            If the file is damaged or locked.
        """
        with self._told():
            return self._open.execute(text, values).fetchall()

    def tuples(self, text: str, values: Any = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query as plain tuples, one after the other: the fast way to many of them.

        Raises
        ------
        ZijError
            If the file is damaged or locked.
        """
        with self._told():
            cursor = self._open.cursor()
            cursor.row_factory = None
            yield from cursor.execute(text, values)

    def run(self, text: str, values: Any = ()) -> sqlite3.Cursor:
        """Execute one statement, inside `writing`."""
        return self._open.execute(text, values)

    def run_all(self, text: str, values: Any) -> None:
        """Execute one statement for each set of values, inside `writing`."""
        self._open.executemany(text, values)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Several queries that see one and the same state."""
        with self._told(), self._transaction("BEGIN"):
            yield

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction, committed whole at the end of the block, or not at all.

        Raises
        ------
        OutputError
            If nothing can be written there, another program holds the file, or the disk is full.
        """
        if self.read_only:
            raise OutputError(
                f"{self.path.parent}: cannot be written to, only read; copy the corpus to a folder of yours."
            )
        with self._told(), self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        if self._depth == 0:
            self._open.execute(begin)
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0 and self._open.in_transaction:
                self._open.execute("ROLLBACK")
            raise
        self._depth -= 1
        if self._depth == 0:
            try:
                self._open.execute("COMMIT")
            except BaseException:
                if self._open.in_transaction:
                    self._open.execute("ROLLBACK")
                raise

    def _prepare(self, create: bool) -> None:
        self.read_only = not create and not _writable(self.path)
        self._open.row_factory = sqlite3.Row
        self._open.create_function("matches", 2, matches, deterministic=True)
        self._open.execute("PRAGMA foreign_keys = ON")
        version = self._version()
        if version == 0 and not create:
            raise InputError(f"{self.path.parent}: is no corpus; make one with zij corpus add.")
        if version > len(MIGRATIONS):
            raise InputError(
                f"{self.path}: was made by a newer zij (schema {version}, and this one knows "
                f"{len(MIGRATIONS)}); install a newer zij."
            )
        if self.read_only:
            if version < len(MIGRATIONS):
                raise OutputError(
                    f"{self.path}: is of an older zij (schema {version}) and cannot be brought up to date "
                    "where it lies; copy the corpus to a folder of yours."
                )
            return
        self._use_log()
        self._open.execute("PRAGMA synchronous = FULL")
        if version < len(MIGRATIONS):
            with self._transaction("BEGIN IMMEDIATE"):
                self._migrate()

    def _use_log(self) -> None:
        """Switch the write-ahead log on; another process may be at it, which SQLite does not wait for."""
        until = time.monotonic() + self._wait
        while True:
            try:
                mode = self._open.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY or (
                    time.monotonic() > until
                ):
                    raise
                time.sleep(0.01)
                continue
            if mode != "wal":
                raise OutputError(
                    f"{self.path.parent}: this disk cannot hold a corpus, as several programs could not "
                    "share it; choose a folder on a disk of this computer."
                )
            return

    def _version(self) -> int:
        """The schema's number; 0 for an empty file."""
        mark = self._open.execute("PRAGMA application_id").fetchone()[0]
        version = int(self._open.execute("PRAGMA user_version").fetchone()[0])
        tables = self._open.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if (mark, version, tables) == (0, 0, 0):
            return 0
        if mark != APPLICATION or version < 1:
            raise InputError(f"{self.path}: is a SQLite file of another program; choose another folder.")
        return version

    def _migrate(self) -> None:
        """Bring the schema up to date, one step after the other; another process may have done it."""
        for number, step in enumerate(MIGRATIONS[self._version() :], self._version() + 1):
            for statement in step:
                self._open.execute(statement)
            self._open.execute(f"PRAGMA user_version = {number}")
        self._open.execute(f"PRAGMA application_id = {APPLICATION}")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors as sentences."""
        try:
            yield
        except sqlite3.Error as error:
            raise _sentence(self.path, error) from error


def _connected(path: Path, *, create: bool, wait: float) -> sqlite3.Connection:
    connect: Callable[[str], sqlite3.Connection] = lambda mode: sqlite3.connect(  # noqa: E731
        f"file:{quote(str(path.absolute()))}?{mode}", uri=True, timeout=wait, isolation_level=None
    )
    if create or _writable(path):
        return connect("mode=rwc" if create else "mode=rw")
    connection = connect("mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:  # the log's index cannot be made there: nobody else writes there either
        connection.close()
        log = Path(f"{path}{_LATER}")
        if log.exists() and log.stat().st_size:
            raise OutputError(
                f"{path.parent}: has changes in {log.name} that only a program that may write there can take "
                "in; copy the corpus to a folder of yours."
            ) from None
        return connect("mode=ro&immutable=1")
    return connection


def _writable(path: Path) -> bool:
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _sentence(path: Path, error: sqlite3.Error) -> ZijError:
    """What SQLite could not do, and what to do about it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return OutputError(
            f"{path}: is held by another program, nothing was changed; wait until it has ended and try again."
        )
    if code == sqlite3.SQLITE_FULL:
        return OutputError(f"{path}: the disk is full, nothing was changed; make room and try again.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return OutputError(
            f"{path}: cannot be written or opened there ({error}); see to the folder's permissions, or copy "
            "the corpus to a folder of yours."
        )
    if code == sqlite3.SQLITE_IOERR:
        return OutputError(
            f"{path}: the disk does not answer as it should ({error}), nothing was changed; see whether it "
            "is full or faulty and try again."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return InputError(f"{path}: is damaged ({error}); take the corpus from a backup.")
    return InputError(f"{path}: cannot be used ({error}); take the corpus from a backup, or report it.")
