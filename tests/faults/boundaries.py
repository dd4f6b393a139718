"""The moments between two effects of a process, and an end at one of them that leaves no last word.

A boundary is before and after each commit of SQLite, each fsync and each start of a child, and of each HTTP
request: before it is sent, when it was sent and nothing was heard yet, and when the head of its answer came.

Each has a name: where in the work it is, what is done, and the how manieth time that is in this life. A name
has no id, no number and no time in it, so it comes again in another life and in another run, and there is an
end to the names: of what is repeated until something has happened, the first times count only.

Not counted: bytes in the middle of a body, files that are neither fsynced nor a database's (sockets, options
of a child), questions to DNS, and the end of a child: what follows it is counted.
"""

import contextlib
import fcntl
import functools
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import httpcore
from httpcore._async.http11 import AsyncHTTP11Connection
from httpcore._sync.http11 import HTTP11Connection

PLACE: ContextVar[str] = ContextVar("PLACE", default="beside the steps")
"""Where in the work the current task is, or a thread that it waits for."""

TIMES = 2
"""How often in a life what may be repeated for ever counts."""

TIMES_OF_WRITES = 9
"""The same of requests that change something."""

_CHANGING = re.compile(r"\b(?:[0-9a-f-]{7,}|[0-9A-F-]{7,})\b|(?<=signature=)[\w-]+|\d+")
_TELLING = re.compile(r"-{0,2}[a-z][a-z:|.-]{0,60}")
_READS = ("GET", "HEAD")


def same(text: str) -> str:
    """`text` without what differs from one run to the next, in a line."""
    return _CHANGING.sub("N", " ".join(text.split()))


@contextlib.contextmanager
def at(place: str) -> Iterator[None]:
    """What is crossed in the block is at that place."""
    before = PLACE.set(place)
    try:
        yield
    finally:
        PLACE.reset(before)


_SPARED = "spared: "


def names(died: Path) -> list[str]:
    """The names of the boundaries in a file of `Boundaries` at which a process has died."""
    lines = died.read_text().splitlines() if died.exists() else []
    return [line for line in lines if not line.startswith(_SPARED)]


def by_kind(met: list[str]) -> str:
    """How many of those names there are of each kind, in words."""
    kinds = Counter(name.split(" | ")[1].partition(":")[0] for name in met)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))


def in_many_lives(live: Callable[[], object]) -> int:
    """Call `live` in one child after the other until one is not killed; its exit code. What is imported
    already need not be imported again."""
    while True:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                live()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code != -signal.SIGKILL:
            return code


class Boundaries:
    """Ends this process at the first boundary whose name is not in the file `died`, and writes it there. Any
    number of processes may do so with the same file.

    Args:
        spare: how many such boundaries are passed over first, in no life to be died at.
        place: where in the work the caller is.
    """

    def __init__(self, died: Path, spare: int = 0, place: Callable[[], str] = PLACE.get) -> None:
        self._died = died
        self._known = set[str]()
        self._spare = spare
        self._place = place
        self._times = Counter[str]()
        self._lock = threading.Lock()

    def cross(self, what: str, times: int = TIMES) -> None:
        """One boundary; the process may end here."""
        with self._lock:
            what = f"{self._place()} | {what}"
            self._times[what] += 1
            name = f"{what} | {self._times[what]}"
            if self._times[what] <= times and name not in self._known and self._is_new(name):
                os.kill(os.getpid(), signal.SIGKILL)

    def _is_new(self, name: str) -> bool:
        """Whether this is the one to die at; written down so that no other does."""
        with self._died.open("a+") as file:
            # Others may have died since this life began.
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            self._known = {line.removeprefix(_SPARED) for line in file.read().splitlines()}
            if name in self._known:
                return False
            spared, self._spare = self._spare > 0, self._spare - 1
            file.write(f"{_SPARED if spared else ''}{name}\n")
            return not spared

    @contextlib.contextmanager
    def around(self, what: str, times: int = TIMES) -> Iterator[None]:
        """A boundary before and one after the block."""
        self.cross(f"before {what}", times)
        yield
        self.cross(f"after {what}", times)

    def install(self) -> None:
        """Watch this process; there is no way back."""
        self.install_children()
        self._install_sqlite()
        self._install_http()
        fsync = os.fsync

        def watched_fsync(descriptor: Any) -> None:
            with self.around("an fsync"):
                fsync(descriptor)

        os.fsync = watched_fsync  # type: ignore[assignment]

    def install_children(self) -> None:
        """Watch the starts of children only."""
        start = subprocess.Popen.__init__

        def watched_start(child: Any, words: Any, *arguments: Any, **named: Any) -> None:
            with self.around(f"the start of a child: {_program(words)}"):
                start(child, words, *arguments, **named)

        subprocess.Popen.__init__ = watched_start  # type: ignore[method-assign]

    def _install_sqlite(self) -> None:
        around = self.around

        class Connection(sqlite3.Connection):
            written: list[str]
            """What the transaction has done so far."""

            def cursor(self, *arguments: Any) -> Any:
                return super().cursor(*(arguments or (Cursor,)))

            def execute(self, statement: str, *values: Any) -> Any:
                return self.cursor().execute(statement, *values)

            def executemany(self, statement: str, *values: Any) -> Any:
                return self.cursor().executemany(statement, *values)

            def executescript(self, script: str) -> Any:
                return self.cursor().executescript(script)

            def commit(self) -> None:
                with self._kept("COMMIT", ()):
                    super().commit()

            def __exit__(self, kind: Any, *error: Any) -> Any:
                with self._kept("ROLLBACK" if kind else "COMMIT", ()):
                    return super().__exit__(kind, *error)

            @contextlib.contextmanager
            def _kept(self, statement: str, values: Any) -> Iterator[None]:
                verb = statement.split(None, 1)[0].upper()
                if verb == "BEGIN" or not self.in_transaction:
                    self.written = []
                if verb not in ("BEGIN", "SELECT", "ROLLBACK", "COMMIT", "END") and (
                    verb != "PRAGMA" or "=" in statement
                ):
                    self.written.append(_statement(statement, values))
                ends = verb in ("COMMIT", "END") or (self.isolation_level is None and not self.in_transaction)
                if not ends or not self.written:
                    yield
                    return
                with around(f"a commit: {'; '.join(self.written)}"):
                    yield

        class Cursor(sqlite3.Cursor):
            connection: Connection

            def execute(self, statement: str, values: Any = ()) -> Any:
                with self.connection._kept(statement, values):
                    return super().execute(statement, values)

            def executemany(self, statement: str, values: Any) -> Any:
                with self.connection._kept(statement, ()):
                    return super().executemany(statement, values)

            def executescript(self, script: str) -> Any:
                with around(f"a commit: {same(script[:80])}"):
                    return super().executescript(script)

        connect = sqlite3.connect
        sqlite3.connect = functools.partial(connect, factory=Connection)  # type: ignore[assignment]

    def _install_http(self) -> None:
        def cross(moment: str, request: httpcore.Request) -> None:
            method = request.method.decode()
            # Whose API it is: on one machine all have the same host.
            headers = {name.lower(): value for name, value in request.headers}
            kind = headers.get(b"accept", b"").decode().partition(";")[0].rpartition("/")[2]
            words = same(f"{request.url.host.decode()} {request.url.target.decode()}, as {kind}")
            self.cross(f"{moment}: {method} {words}", TIMES if method in _READS else TIMES_OF_WRITES)

        send, receive = (
            AsyncHTTP11Connection._send_request_headers,
            AsyncHTTP11Connection._receive_response_headers,
        )

        async def sending(self: Any, request: httpcore.Request, **named: Any) -> None:
            cross("before a request", request)
            await send(self, request, **named)

        async def receiving(self: Any, request: httpcore.Request, **named: Any) -> Any:
            cross("a request sent", request)
            done = await receive(self, request, **named)
            cross("a request answered", request)
            return done

        AsyncHTTP11Connection._send_request_headers = sending  # type: ignore[method-assign]
        AsyncHTTP11Connection._receive_response_headers = receiving  # type: ignore[method-assign]
        send_now, receive_now = (
            HTTP11Connection._send_request_headers,
            HTTP11Connection._receive_response_headers,
        )

        def sending_now(self: Any, request: httpcore.Request) -> None:
            cross("before a request", request)
            send_now(self, request)

        def receiving_now(self: Any, request: httpcore.Request) -> Any:
            cross("a request sent", request)
            done = receive_now(self, request)
            cross("a request answered", request)
            return done

        HTTP11Connection._send_request_headers = sending_now  # type: ignore[method-assign]
        HTTP11Connection._receive_response_headers = receiving_now  # type: ignore[method-assign]


def _statement(statement: str, values: Any) -> str:
    """A statement, and of its values those that say what it is about."""
    about = [one for one in values if isinstance(one, str) and _TELLING.fullmatch(one)]
    return same(" ".join([statement[:80], *about]))


def _program(words: Any) -> str:
    if isinstance(words, str | bytes | os.PathLike):
        words = [words]
    program, *rest = (os.fsdecode(word) for word in words)
    return same(" ".join([Path(program).name, *(word for word in rest if _TELLING.fullmatch(word))]))
