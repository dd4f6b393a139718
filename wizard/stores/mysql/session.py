"""A session of SQL over MySQL's own client program, kept open as one connection."""

import contextlib
import re
import secrets
import subprocess
import time
from types import TracebackType

from wizard.stores.mysql.clients import environment
from wizard.stores.mysql.ear import Ear
from wizard.stores.mysql.errors import MysqlError
from wizard.stores.mysql.waited import Waited

Row = tuple[str | None, ...]

LATELY = 5.0
"""Seconds after an answer for which the connection counts as alive. Later it is asked for a sign of life
before the next statement: no server takes long for that, so a frozen one is not taken for one at work."""

_ESCAPES = {b"\\0": b"\0", b"\\n": b"\n", b"\\t": b"\t", b"\\\\": b"\\"}
_ESCAPE = re.compile(rb"\\[0nt\\]")


def quoted(name: str) -> str:
    """A name of a table or column, for SQL."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """A text, for SQL."""
    return "0x" + text.encode().hex() if text else "''"


class Session:
    """One connection. `words` starts the client program; it is signed in when the first query is answered.

    Raises MysqlError where the server or the program fails; the session is over then.
    """

    def __init__(self, words: list[str]) -> None:
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            start_new_session=True,
        )
        self._program = words[0].rpartition("/")[2]
        self._ear = Ear(self._process)
        self.waited = Waited(self.close)
        self._answered = -LATELY

    def query(self, sql: str) -> list[Row]:
        """Run one or more statements; the rows of all of them."""
        begin, end = (f"offramp-{secrets.token_hex(8)}" for _ in range(2))
        lives = time.monotonic() - self._answered < LATELY
        first = "" if lives else f"SELECT '{begin}';\n"
        assert self._process.stdin is not None and self._process.stdout is not None
        rows: list[Row] = []
        try:
            with self.waited.owed(instant=not lives):
                self._process.stdin.write(f"{first}{sql};\nSELECT '{end}';\n".encode())
                self._process.stdin.flush()
                for line in self._process.stdout:
                    if line == f"{end}\n".encode():
                        self._answered = time.monotonic()
                        return rows
                    self.waited.moved()
                    if line == f"{begin}\n".encode():
                        self.waited.instant = False
                        continue
                    rows.append(tuple(_field(field) for field in line[:-1].split(b"\t")))
        except (OSError, ValueError):
            pass
        self.close()
        raise MysqlError(self._program, self._process.returncode, self._ear.heard())

    def close(self) -> None:
        """End it; from another thread too."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _field(field: bytes) -> str | None:
    if field == b"NULL":
        return None
    return _ESCAPE.sub(lambda match: _ESCAPES[match[0]], field).decode(errors="replace")
