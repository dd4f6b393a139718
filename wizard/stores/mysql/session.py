"""A session of SQL over MySQL's own client program, kept open as one connection."""

import contextlib
import re
import secrets
import subprocess
from types import TracebackType

from wizard.stores.mysql.clients import environment
from wizard.stores.mysql.ear import Ear
from wizard.stores.mysql.errors import MysqlError
from wizard.stores.mysql.waited import Waited

Row = tuple[str | None, ...]

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

    def query(self, sql: str) -> list[Row]:
        """Run one or more statements; the rows of all of them."""
        end = f"offramp-{secrets.token_hex(8)}"
        assert self._process.stdin is not None and self._process.stdout is not None
        rows: list[Row] = []
        try:
            with self.waited.owed():
                self._process.stdin.write(f"{sql};\nSELECT '{end}';\n".encode())
                self._process.stdin.flush()
                for line in self._process.stdout:
                    if line == f"{end}\n".encode():
                        return rows
                    self.waited.moved()
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
