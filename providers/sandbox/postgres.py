"""One Postgres server of the sandbox: made, started, stopped; reachable by its unix socket only.

It always asks for the password (SCRAM), also on the socket. It dies with this process. Settings: a crash
of the server loses nothing that was committed (`synchronous_commit` stays on); a power cut may, which a
sandbox does not care about, so `fsync` is off.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql as compose

from providers.sandbox import embedded
from providers.sandbox.embedded import Way
from providers.sandbox.watchdog import WATCHDOG
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

PORT = 5432
"""Names the socket file; no TCP port is opened."""

_HBA = "local all all scram-sha-256\nlocal replication all reject\n"
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
_ALWAYS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "on",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",  # statements may hold passwords, and the log is a file
    "log_checkpoints": "off",
}
_LOAD = {"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off", "maintenance_work_mem": "256MB"}


class Postgres:
    """A cluster in `folder`/data, its log in `folder`/postgres.log, its socket in a private folder.

    Attributes:
        socket_folder: what libpq takes as `host`; short, 0700.
        fast_load: whether `start` uses settings for a big load (autovacuum off, hardly any WAL).
    """

    def __init__(self, folder: Path, major: int = 16, *, how: Way | None = None) -> None:
        self.folder = folder
        self.major = major
        self.fast_load = False
        self.superuser = "postgres"
        self._password = Secret("", "password of the superuser")
        self._how = how or embedded.way()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_folder: Path | None = None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.data = folder / "data"
        self.log_file = folder / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        if self._socket_folder is None:
            self._socket_folder = embedded.private_folder("offramp-")
            embedded.give_to_postgres(self._socket_folder, self._how)
        return self._socket_folder

    @property
    def socket(self) -> Path:
        """The socket itself; its port number is `PORT`."""
        return self.socket_folder / f".s.PGSQL.{PORT}"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None when it does not run."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    async def init(self, superuser: str, password: Secret | str, *, fast_load: bool = False) -> None:
        """Make an empty cluster (UTF-8) with one superuser. About half a second.

        Raises:
            Trouble: initdb failed; its own words are in the cause.
        """
        self.fast_load = fast_load
        await asyncio.to_thread(self._initdb, superuser)
        await self.set_superuser(superuser, password)

    async def adopt(self, made: Path, superuser: str, password: Secret | str) -> None:
        """Copy the cleanly stopped data folder `made` to here, and give its superuser a new password."""
        await asyncio.to_thread(self._copy_from, made)
        await self.set_superuser(superuser, password)

    async def set_superuser(self, superuser: str, password: Secret | str) -> None:
        """Set the superuser's password while the server is stopped. The password touches no file."""
        self.superuser = superuser
        self._password = password if isinstance(password, Secret) else Secret(password)
        statement = compose.SQL("ALTER ROLE {} PASSWORD {}").format(
            compose.Identifier(superuser), compose.Literal(self._password.reveal())
        )
        await asyncio.to_thread(self._alone, statement.as_string(None))

    async def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Start the server and wait until it takes connections (0.03 s).

        Raises:
            Trouble: it does not start; the end of its log is in the cause.
        """
        if self.pid is not None:
            return
        chosen = {**_ALWAYS, **_shared_memory(), **(_LOAD if self.fast_load else {}), **(settings or {})}
        process = self._spawn(chosen)
        self._process = process
        WATCHDOG.guard(process.pid, signal.SIGINT, pid_file=self.data / "postmaster.pid")
        for _ in range(3000):
            if process.poll() is not None:
                break
            if self._is_ready(process.pid):
                return
            await asyncio.sleep(0.01)
        await self.stop()
        raise Trouble(
            f"The sandbox's Postgres does not start: {self._log_end()}",
            remedy="Remove the sandbox folder and start again.",
            code="sandbox-postgres",
        )

    async def stop(self) -> None:
        """Stop the server cleanly; clients are disconnected. No error if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        # Fast shutdown, then at once, then by force.
        for number, patience in ((signal.SIGINT, 1500), (signal.SIGQUIT, 300), (signal.SIGKILL, 300)):
            if process.poll() is None:
                process.send_signal(number)
            for _ in range(patience):
                if process.poll() is not None:
                    WATCHDOG.release(process.pid)
                    return
                await asyncio.sleep(0.01)

    async def remove(self) -> None:
        """Stop the server and remove its data and its socket folder."""
        await self.stop()
        await asyncio.to_thread(self._remove_data)
        if self._socket_folder is not None:
            embedded.remove_private_folder(self._socket_folder)
            self._socket_folder = None

    async def connect(self, database: str = "postgres") -> psycopg.AsyncConnection[tuple[Any, ...]]:
        """A connection of the superuser, in autocommit. Close it yourself."""
        return await psycopg.AsyncConnection.connect(
            host=str(self.socket_folder),
            port=PORT,
            user=self.superuser,
            password=self._password.reveal(),
            dbname=database,
            autocommit=True,
        )

    async def sql(self, text: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run `text` (one or more statements) as superuser; the rows of the last one, if it gives any."""
        connection = await self.connect(database)
        try:
            cursor = await connection.execute(text.encode())
            while cursor.nextset():
                pass
            return await cursor.fetchall() if cursor.description else []
        finally:
            await connection.close()

    def program(self, name: str) -> Path:
        """The path of one of the wheel's programs (`pg_dump`)."""
        return embedded.binaries(self.major, self._how) / name

    def _initdb(self, superuser: str) -> None:
        self._place_data()
        arguments = ["-D", str(self.data), "-U", superuser, "-E", "UTF8", f"--locale={embedded.locale()}"]
        # `reject` until our own rules are there: initdb asks for a password file for anything better.
        self._run("initdb", [*arguments, "--auth=reject", "--no-sync", "--no-instructions"])
        (self.data / "pg_hba.conf").write_text(_HBA)

    def _place_data(self) -> None:
        """Put the data where `nobody` can reach it, if `nobody` is who runs Postgres."""
        self._remove_data()
        if self._how is Way.NOBODY:
            if not embedded.open_to_nobody(self.folder / "data"):
                self.data = embedded.private_folder("offramp-data-")
            self.data.mkdir(exist_ok=True, mode=0o700)
            embedded.give_to_postgres(self.data, self._how)

    def _copy_from(self, made: Path) -> None:
        self._place_data()
        shutil.copytree(made, self.data, symlinks=True, dirs_exist_ok=True)
        self.data.chmod(0o700)
        embedded.give_to_postgres(self.data, self._how)

    def _remove_data(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        if self.data != self.folder / "data":
            WATCHDOG.release_folder(self.data)
            self.data = self.folder / "data"

    def _run(self, program: str, arguments: Sequence[str], given: str = "") -> None:
        command = [*embedded.prefix(self._how), str(self.program(program)), *arguments]
        try:
            done = subprocess.run(
                command,
                input=given.encode(),
                capture_output=True,
                check=False,
                cwd="/",
                env={**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)},
                **embedded.identity(self._how),  # type: ignore[call-overload]
            )
            failed, said = done.returncode != 0, done.stderr.decode(errors="replace")
        except OSError as error:
            failed, said = True, str(error)
        if failed or "FATAL" in said or "ERROR" in said:
            raise Trouble(
                f"The sandbox cannot make its Postgres ({program}): {said.strip()[-600:]}",
                remedy="See that the sandbox folder's disk has room and that it may be written.",
                code="sandbox-postgres",
            )

    def _alone(self, statement: str) -> None:
        settings = ["-c", "fsync=off", "-c", "log_min_error_statement=panic"]
        self._run("postgres", ["--single", "-D", str(self.data), *settings, "postgres"], statement + "\n")

    def _spawn(self, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
        arguments = ["-D", str(self.data), "-k", str(self.socket_folder), "-p", str(PORT)]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        with self.log_file.open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                [*embedded.prefix(self._how), str(self.program("postgres")), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # else ctrl+c in the terminal would reach it
                cwd="/",
                env={**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)},
                **embedded.identity(self._how),  # type: ignore[call-overload]
            )
        return process

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        # A file that a crash left behind says "ready" too, so the pid must be ours.
        return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def _log_end(self) -> str:
        try:
            return self.log_file.read_text(errors="replace").strip()[-600:]
        except OSError as error:
            return str(error)


def _shared_memory() -> dict[str, str]:
    """Containers have 64 MB of /dev/shm, too little for parallel queries."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108 - only asked how big it is
    except OSError:
        return {}
    if room.f_bavail * room.f_frsize < 256 * 1024 * 1024:
        return {"dynamic_shared_memory_type": "mmap"}
    return {}
