"""Run as a program: a whole move in as many lives as it takes. Each ends, without a last word, before or
after the first statement at which none has ended yet.

Arguments: work folder, the file of those at which one has ended, and how many each life passes over first.
The URLs come in the environment. Each life is forked, so that it need not wait for Python's start; the last
one says what `dying_move` says.

Beside each statement of either side it is each login, each COPY from one side to the other, each start of a
child such as pg_dump, and whatever else psycopg waits for.
"""

import contextlib
import os
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import waiting
from psycopg.conninfo import conninfo_to_dict

from tests.faults.boundaries import Boundaries, in_many_lives, same
from tests.faults.dying_move import whole_move
from wizard.database import copy

TIMES = 3
"""How often in a life the same statement counts: parts of a table follow each other."""

_PASS = ["before"]
_WITHIN = threading.local()


def watch(boundaries: Boundaries) -> None:
    """End this process where `boundaries` says; there is no way back."""
    boundaries.install_children()
    source = str(conninfo_to_dict(os.environ["SOURCE"])["dbname"])

    def who(connection: psycopg.Connection[Any]) -> str:
        side = "source" if connection.info.dbname == source else "target"
        name = connection.info.parameter_status("application_name") or "/none"
        return f"{side} {name.rpartition('/')[2]}"

    @contextlib.contextmanager
    def around(what: str) -> Iterator[None]:
        if getattr(_WITHIN, "it", False):
            yield
            return
        with boundaries.around(what, TIMES):
            _WITHIN.it = True
            try:
                yield
            finally:
                _WITHIN.it = False

    def words(connection: psycopg.Connection[Any], query: Any) -> str:
        if isinstance(query, str | bytes):
            return _short(os.fsdecode(query))
        return _short(query.as_string(connection))

    execute, wait, login, splice = (
        psycopg.Cursor.execute,
        psycopg.Connection.wait,
        waiting.wait_conn,
        copy.splice,
    )

    def watched_execute(self: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        with around(f"a statement: {who(self.connection)}: {words(self.connection, query)}"):
            return execute(self, query, *arguments, **named)

    def watched_wait(self: Any, *arguments: Any, **named: Any) -> Any:
        with around(f"an answer: {who(self)}"):
            return wait(self, *arguments, **named)

    def watched_login(*arguments: Any, **named: Any) -> Any:
        with around("a login"):
            return login(*arguments, **named)

    def watched_splice(source: Any, target: Any, copies: Any, **named: Any) -> Any:
        with around(f"a COPY: {_short(copies[0][1].decode())}"):
            return splice(source, target, copies, **named)

    psycopg.Cursor.execute = watched_execute  # type: ignore[method-assign,assignment]
    psycopg.Connection.wait = watched_wait  # type: ignore[method-assign]
    waiting.wait_conn = watched_login
    copy.splice = watched_splice


def _short(text: str) -> str:
    """Where it begins, and whether two that begin alike are the same."""
    text = same(text)
    return f"{text[:100]} #{zlib.crc32(text.encode()):x}"


def live(work: Path, died: Path, spare: int) -> None:
    """One life, to its end or to the end of the move."""
    watch(Boundaries(died, spare, lambda: _PASS[0]))
    whole_move(work, lambda method: _PASS.__setitem__(0, method))


if __name__ == "__main__":
    sys.exit(in_many_lives(lambda: live(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
