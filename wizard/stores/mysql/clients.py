"""MySQL's own client programs: which there are, what they know, and how a password reaches them."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wizard.model.trouble import Trouble
from wizard.stores.mysql.address import Address

INSTALL = (
    "Install MySQL's client programs: `apt-get install default-mysql-client` on Debian and Ubuntu,"
    " `brew install mysql-client` on macOS. Then press r."
)


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The programs' paths. `mariadb`: they are MariaDB's, whose options for TLS differ; `options` are those
    of the dump program that not every version knows."""

    client: str
    dump: str
    mariadb: bool
    options: tuple[str, ...]


def find_clients() -> Clients:
    """Look for them on the PATH.

    Raises:
        Trouble: they are not installed; it says which package to install.
    """
    for client_name, dump_name in (("mysql", "mysqldump"), ("mariadb", "mariadb-dump")):
        client, dump = shutil.which(client_name), shutil.which(dump_name)
        if client is None or dump is None:
            continue
        version = _said(client, "--version")
        known = _said(dump, "--help")
        wanted = {"set-gtid-purged": "--set-gtid-purged=OFF", "column-statistics": "--column-statistics=0"}
        return Clients(
            client=client,
            dump=dump,
            mariadb="MariaDB" in version,
            options=tuple(option for word, option in wanted.items() if f"--{word}" in known),
        )
    raise Trouble(
        "MySQL's client programs mysql and mysqldump are not on this machine.",
        untouched="Nothing was read or written.",
        remedy=INSTALL,
        code="mysql-clients",
    )


def _said(program: str, word: str) -> str:
    try:
        done = subprocess.run(
            [program, "--no-defaults", word], capture_output=True, timeout=20, check=False, env=environment()
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


def environment() -> dict[str, str]:
    """What such a program gets to know of ours: no file of the person's may change what it does."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": "/nonexistent", "MYSQL_TEST_LOGIN_FILE": "/dev/null", "LC_ALL": "C"}


@contextlib.contextmanager
def options_file(address: Address, folder: Path, *, mariadb: bool) -> Iterator[Path]:
    """A file of mode 0600 with how to sign in, for as long as the block lasts: an argument would stand in
    the process list."""
    lines = ["[client]"]
    values = {
        "host": address.host,
        "port": str(address.port),
        "user": address.user,
        "password": address.password.reveal(),
        "protocol": "tcp",
        "default-character-set": "utf8mb4",
    }
    lines += [f"{name}={_quoted(value)}" for name, value in values.items()]
    # The servers' certificates are signed by nobody we know (Aptible: its environment's own authority).
    if mariadb:
        lines += ["ssl", "loose-skip-ssl-verify-server-cert"]
    else:
        lines.append(f"ssl-mode={'REQUIRED' if address.tls else 'PREFERRED'}")
    # The dump program does not know it.
    lines += ["[mysql]", "connect-timeout=20"]
    handle, name = tempfile.mkstemp(prefix=f"mysql-{os.getpid()}-", suffix=".cnf", dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "w") as file:  # mkstemp makes it 0600
            file.write("\n".join(lines) + "\n")
        yield path
    finally:
        path.unlink(missing_ok=True)


def remove_left_files(folder: Path) -> None:
    """Remove what a process that was killed has left: its passwords stand in it."""
    for path in folder.glob("mysql-*.cnf"):
        pid = path.name.split("-")[1]
        if pid.isdigit() and not _lives(int(pid)):
            path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # It is somebody else's.
    return True


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
