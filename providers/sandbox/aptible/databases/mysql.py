"""One MySQL of the sandbox's Aptible: a real MariaDB, which takes connections only through TLS."""

import asyncio
import shutil
import subprocess
from pathlib import Path

from providers.sandbox.processes import free_port
from providers.sandbox.program import Program
from providers.sandbox.relay import Door, Relay
from providers.sandbox.tls import Certificates
from wizard.model.trouble import Trouble

USER = "aptible"
DATABASE = "db"
KIND = "mysql"


def program() -> str | None:
    """Where mariadbd is, None when it or its installer is missing on this machine."""
    if shutil.which("mariadb-install-db") is None:
        return None
    return shutil.which("mariadbd")


class MysqlServer:
    """Made by `start`. Its version is MariaDB's own, whatever was ordered.

    The portal forwards to its TCP port: on a unix socket it would take a client without TLS.
    """

    def __init__(self, process: Program, relay: Relay) -> None:
        self.process = process
        self.doors: dict[str, Door] = {KIND: relay.port}
        self.ports = {KIND: relay.port}
        self._relay = relay

    @classmethod
    async def start(
        cls,
        folder: Path,
        password: str,
        certificates: Certificates,
        *,
        user: str = USER,
        database: str = DATABASE,
        plain: bool = False,
    ) -> "MysqlServer":
        """Make the data folder (some seconds) and start the server. `user` may do everything; `plain`: TLS is
        not demanded.

        Raises:
            Trouble: it cannot be made, or does not start.
        """
        await asyncio.to_thread(folder.mkdir, 0o700, True, True)
        port = free_port()
        common = ["--no-defaults", f"--datadir={folder / 'data'}", "--user=root", *_SMALL]
        await asyncio.to_thread(_install, [str(shutil.which("mariadb-install-db")), *common, *_ROOT])
        first = folder / "first.sql"
        first.touch(0o600)
        first.write_text(
            f"CREATE DATABASE {database};\n"
            f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password}'{'' if plain else ' REQUIRE SSL'};\n"
            f"GRANT ALL ON *.* TO '{user}'@'%' WITH GRANT OPTION;\n"
        )
        files = certificates.server_files(folder)
        command = [
            program() or "mariadbd",
            *common,
            f"--init-file={first}",
            f"--port={port}",
            "--bind-address=127.0.0.1",
            f"--socket={folder / 's'}",
            f"--pid-file={folder / 'pid'}",
            "--skip-name-resolve",
            f"--require-secure-transport={'OFF' if plain else 'ON'}",
            f"--ssl-ca={certificates.ca_file}",
            *(f"--ssl-{name}={path}" for name, path in files.items()),
        ]
        try:
            process = await Program.start(command, folder / "mysql.log", lambda: _answers(port))
        finally:
            # Read at the start and never again: neither the password nor the key stays on disk.
            for path in (first, *files.values()):
                path.unlink(missing_ok=True)
        relay = Relay(target=port)
        await relay.listen()
        return cls(process, relay)

    def drop(self) -> None:
        self._relay.drop()

    async def stop(self, *, remove: bool = False) -> None:
        await self._relay.stop()
        await self.process.stop()


_SMALL = (
    "--innodb-log-file-size=4M",
    "--innodb-buffer-pool-size=16M",
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-log-bin",
)
_ROOT = ("--auth-root-authentication-method=normal", "--skip-test-db")


def _install(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        raise Trouble(
            f"MariaDB cannot make its data folder: {done.stderr[-300:].strip()}",
            remedy="Look whether mariadb-install-db works on this machine.",
            code="database-program",
        )


async def _answers(port: int) -> bool:
    """MySQL greets first; it does so once it takes connections."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        greeting = await asyncio.wait_for(reader.read(16), 2)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return bool(greeting)
