"""The person's own program beside a tunnel: what it is told, its signals, its end."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType
from urllib.parse import parse_qsl, unquote, urlsplit

from wizard.model.secret import Secret
from wizard.stores.ends import POSTGRES

MISLEADING = ("PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGPASSFILE", "PGSSLROOTCERT", "PGREQUIRESSL")
"""Variables of libpq that would lead it elsewhere than into the tunnel."""


def forget_misleading() -> None:
    """Take them out of this process's environment: what looks whether the tunnel works heeds them, too."""
    for name in MISLEADING:
        os.environ.pop(name, None)


def tls_of(url: Secret) -> str:
    """How a program is to speak TLS to the Postgres at `url`, as libpq calls it (sslmode)."""
    return dict(parse_qsl(urlsplit(url.reveal()).query)).get("sslmode", "require")


def told(url: Secret, type_: str) -> dict[str, Secret]:
    """The variables for a program that uses the store at `url` (through the tunnel)."""
    parts = urlsplit(url.reveal())
    host, port = parts.hostname or "", str(parts.port or "")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    name = unquote(parts.path[1:])
    found = {"TUNNEL_HOST": host, "TUNNEL_PORT": port, "TUNNEL_USER": user, "TUNNEL_DATABASE": name}
    if type_ == POSTGRES:
        found |= {
            "PGHOST": host,
            "PGPORT": port,
            "PGUSER": user,
            "PGDATABASE": name,
            "PGSSLMODE": tls_of(url),
            "PGPASSWORD": password,
        }
    elif type_ == "mysql":
        found |= {"MYSQL_HOST": host, "MYSQL_TCP_PORT": port, "MYSQL_PWD": password}
    elif type_ == "redis":
        found |= {"REDISCLI_AUTH": password}
    return {key: Secret(value, key) for key, value in found.items()}


def run(words: Sequence[str], variables: dict[str, Secret]) -> int:
    """Run the program to its end; its exit code, or 128 and the number of the signal that ended it.

    Signals that come to us alone are passed on. Ctrl+c on a terminal reaches it by itself, and means there
    what the program makes of it.
    """
    environment = {**os.environ, **{name: value.reveal() for name, value in variables.items()}}
    child: subprocess.Popen[bytes] | None = None
    early: list[int] = []
    terminal = sys.stdin is not None and sys.stdin.isatty()

    def pass_on(number: int, frame: FrameType | None) -> None:
        if terminal and number in (signal.SIGINT, signal.SIGQUIT):
            return
        if child is None:
            # It may have begun already, while we do not have its process id yet.
            early.append(number)
        else:
            child.send_signal(number)

    numbers = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
    before = {number: signal.signal(number, pass_on) for number in numbers}
    try:
        child = subprocess.Popen(list(words), env=environment)
        for number in early:
            child.send_signal(number)
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
