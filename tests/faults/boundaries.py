"""The moments between two effects of a process, and an end at one of them that leaves no last word.

A boundary is before and after each commit of SQLite, each fsync and each start of a child, and of each HTTP
request: before it is sent, when it was sent and nothing was heard yet, and when the head of its answer came.
Questions that are asked again and again until something has ended count once.
"""

import functools
import itertools
import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from typing import Any

import httpcore
from httpcore._async.http11 import AsyncHTTP11Connection


class Boundaries:
    """Counts the boundaries of this process from `install` on, and kills it at number `last` (0: never)."""

    def __init__(self, last: int, tell: Callable[[int, str], None] = lambda number, what: None) -> None:
        self._last = last
        self._tell = tell
        self._count = itertools.count(1)
        self._asked = ""

    def cross(self, what: str, request: httpcore.Request | None = None) -> None:
        """One boundary; the process may end here."""
        if request is not None:
            method, target = request.method.decode(), request.url.target.decode()
            again = self._asked
            if what == "answered":
                self._asked = f"{method} {target}"
            if method == "GET" and again == f"{method} {target}":
                return
            what = f"{what} {method}"
        number = next(self._count)
        self._tell(number, what)
        if number == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Watch this process; there is no way back."""
        cross = self.cross

        class Connection(sqlite3.Connection):
            def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
                if statement != "COMMIT":
                    return super().execute(statement, *values)
                cross("before a commit")
                done = super().execute(statement, *values)
                cross("after a commit")
                return done

        connect = sqlite3.connect
        sqlite3.connect = functools.partial(connect, factory=Connection)  # type: ignore[assignment]
        fsync = os.fsync

        def watched_fsync(descriptor: Any) -> None:
            cross("before an fsync")
            fsync(descriptor)
            cross("after an fsync")

        os.fsync = watched_fsync  # type: ignore[assignment]
        start = subprocess.Popen.__init__

        def watched_start(self: Any, *arguments: Any, **named: Any) -> None:
            cross("before a child")
            start(self, *arguments, **named)
            cross("after the start of a child")

        subprocess.Popen.__init__ = watched_start  # type: ignore[method-assign]
        self._install_http()

    def _install_http(self) -> None:
        cross, http = self.cross, AsyncHTTP11Connection
        send, receive = http._send_request_headers, http._receive_response_headers

        async def sending(self: Any, request: httpcore.Request, **named: Any) -> None:
            cross("before", request)
            await send(self, request, **named)

        async def receiving(self: Any, request: httpcore.Request, **named: Any) -> Any:
            cross("sent", request)
            done = await receive(self, request, **named)
            cross("answered", request)
            return done

        http._send_request_headers = sending  # type: ignore[method-assign]
        http._receive_response_headers = receiving  # type: ignore[method-assign]
