"""The two Postgres servers: a source that takes nothing but TLS, and a target that loses nothing."""

import getpass
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import psycopg

from providers.sandbox.watchdog import WATCHDOG
from tests.benchmarks.postgres import processes
from tests.benchmarks.postgres.programs import Programs

Connection = psycopg.Connection[tuple[Any, ...]]

ROLE = "app"
"""Owns the databases on both sides, and is no superuser: neither Heroku nor a target gives one."""

_OWNER = "postgres" if os.geteuid() == 0 else None
"""Postgres refuses to run as root."""

_SETTINGS = {
    "source": {"ssl": "on", "max_wal_size": "4GB", "autovacuum": "off"},
    "target": {"ssl": "on", "max_wal_size": "4GB", "fsync": "on", "wal_level": "replica"},
}
_MEMORY = {"source": 1024, "target": 2048}
"""MB of shared buffers at scale 100."""

_ACCESS = {
    "source": "hostssl all app 127.0.0.1/32 scram-sha-256\n",
    "target": "host all app 127.0.0.1/32 scram-sha-256\n",
}


def free_port() -> int:
    """A TCP port of loopback that nobody listens at now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """A cluster in `folder`; it is made if it is not there. The superuser is reached by a unix socket, and
    known by the name that the system gives (no password is kept)."""

    def __init__(
        self, side: Literal["source", "target"], folder: Path, programs: Programs, scale: int
    ) -> None:
        self.side = side
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self._data = folder / side
        self._folder = folder
        self._programs = programs
        self._megabytes = max(128, _MEMORY[side] * scale // 100)
        # A short path, because a socket's must be; the server's user must get in.
        self.socket_folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
        WATCHDOG.guard_folder(self.socket_folder)
        _give(self.socket_folder)
        self._process: subprocess.Popen[bytes] | None = None
        if not (self._data / "PG_VERSION").exists():
            self._make()

    @property
    def pid(self) -> int:
        """The postmaster."""
        assert self._process is not None
        return self._process.pid

    def _make(self) -> None:
        self._data.mkdir(mode=0o700)
        _give(self._data)
        command = [
            self._programs.of_postgres("initdb"),
            "-D",
            str(self._data),
            "-U",
            "postgres",
            "-E",
            "UTF8",
        ]
        self._run([*command, "--locale=C.UTF-8", "--auth=reject"])
        key = self._data / "server.key"
        made = ["req", "-new", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=localhost"]
        files = ["-keyout", str(key), "-out", str(self._data / "server.crt")]
        self._run([self._programs["openssl"], *made, *files])
        key.chmod(0o600)
        (self._data / "pg_hba.conf").write_text(f"local all all peer map=bench\n{_ACCESS[self.side]}")
        (self._data / "pg_ident.conf").write_text(
            "".join(f"bench {getpass.getuser()} {role}\n" for role in ("postgres", ROLE))
        )

    def _run(self, command: list[str]) -> None:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=_OWNER,
            group=_OWNER,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        )
        if ran.returncode != 0:
            raise SystemExit(f"{Path(command[0]).name} failed: {ran.stderr or ran.stdout}")

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        settings = _SETTINGS[self.side] | {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_folder),
            "shared_buffers": f"{self._megabytes}MB",
            "max_connections": "100",
            "log_min_error_statement": "panic",
        }
        command = [self._programs.of_postgres("postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = processes.start(
            command, folder=self._folder, log=f"{self.side}.log", user=_OWNER, end_with=signal.SIGINT
        )
        limit = time.monotonic() + 120
        while True:
            try:
                with self.connect() as connection:
                    self._make_role(connection)
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > limit:
                    raise SystemExit(f"The {self.side} server does not start: {error}") from error
                time.sleep(0.05)

    def _make_role(self, connection: Connection) -> None:
        there = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone()
        verb = "CREATE" if there is None else "ALTER"
        connection.execute(f"{verb} ROLE {ROLE} LOGIN PASSWORD '{self.password}'".encode())

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop; clients are disconnected (SIGINT: fast shutdown, SIGQUIT: at once, recovers at its start)."""
        if self._process is not None:
            processes.end(self._process, number, 120)
            self._process = None

    def close(self) -> None:
        """Stop, and leave nothing but the cluster's own folder."""
        self.stop()
        shutil.rmtree(self.socket_folder, ignore_errors=True)
        WATCHDOG.release_folder(self.socket_folder)

    @contextmanager
    def connect(self, database: str = "postgres", role: str = "postgres") -> Iterator[Connection]:
        """A connection of the superuser that needs no tunnel, in autocommit, for looking."""
        with psycopg.connect(
            host=str(self.socket_folder), port=self.port, user=role, dbname=database, autocommit=True
        ) as connection:
            yield connection

    def sql(self, text: str, database: str = "postgres", role: str = "postgres") -> None:
        """Run a script."""
        with self.connect(database, role) as connection:
            connection.execute(text.encode())

    def fresh(self, database: str) -> None:
        """Make `database` anew, empty, and have nothing left to write from what was before."""
        self.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self.sql(f"CREATE DATABASE {database} OWNER {ROLE} TEMPLATE template0 ENCODING 'UTF8'")
        self.sql("CHECKPOINT")

    def environment(self, database: str) -> dict[str, str]:
        """What the server's own programs need to reach it by its socket."""
        return {
            "PGHOST": str(self.socket_folder),
            "PGPORT": str(self.port),
            "PGUSER": ROLE,
            "PGDATABASE": database,
            "PATH": os.environ["PATH"],
            "LC_ALL": "C",
        }


def _give(path: Path) -> None:
    """Let the server's user have it."""
    path.chmod(0o755 if path.name.startswith("bench-") else 0o700)
    if _OWNER is not None:
        owner = pwd.getpwnam(_OWNER)
        os.chown(path, owner.pw_uid, owner.pw_gid)
