"""Debian's server 15, which has TLS, ICU and contrib, and its pgbouncer. Linux only, as Debian is."""

import contextlib
import datetime
import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from providers.sandbox import embedded
from providers.sandbox.postgres import PORT, Postgres
from tests.wizard.database_servers import _NUMBER, PASSWORD, Database, Server
from wizard.model.secret import Secret

DEBIANS = Path("/usr/lib/postgresql/15/bin")

_SETTINGS = {"wal_level": "logical", "max_prepared_transactions": "5", "ssl": "on"}


class DebianPostgres(Postgres):
    """Debian's binaries, started as the wheel's are."""

    def program(self, name: str) -> Path:
        return DEBIANS / name


class DebianServer(Server):
    """A cluster of Debian's server 15, by its socket as the others are.

    Attributes:
        address: a loopback address of its own, at which TLS and a password are asked for.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 15)
        self.postgres = DebianPostgres(folder, 15)
        self.address = (
            f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250)}.{secrets.randbelow(250) + 2}"
        )

    def start(self) -> None:
        run = self.background.run
        run(self.postgres.init("postgres", PASSWORD))
        _certificate(self.postgres.data)
        with (self.postgres.data / "pg_hba.conf").open("a") as rules:
            rules.write("hostssl all all 127.0.0.0/8 scram-sha-256\n")
        run(self.postgres.start({**_SETTINGS, "listen_addresses": self.address}))
        run(self.postgres.sql(f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'"))

    def made(self, options: str) -> Database:
        """A database with options of its own, the role's."""
        name = f"d{next(_NUMBER)}"
        self.background.run(
            self.postgres.sql(f"CREATE DATABASE {name} OWNER app TEMPLATE template0 {options}")
        )
        return Database(self, name)

    def over_tls(self, database: Database, role: str = "app") -> Secret:
        """The database's URL by the network, as Heroku gives it."""
        return Secret(f"postgresql://{role}:{PASSWORD}@{self.address}:{PORT}/{database.name}?sslmode=require")


def _certificate(folder: Path) -> None:
    """A certificate that nobody vouches for, as Heroku's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somewhere.example")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    (folder / "server.crt").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    secret = folder / "server.key"
    secret.touch(mode=0o600)
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    embedded.give_to_postgres(folder, embedded.way())


@contextlib.contextmanager
def debian_server(folder: Path) -> Iterator[DebianServer]:
    """A running server 15 of Debian's; skips, or fails in CI, where it is not installed."""
    _want(DEBIANS / "postgres", "postgresql-15")
    made = DebianServer(folder)
    try:
        made.start()
        yield made
    finally:
        made.close()


def _want(program: Path, package: str) -> None:
    if os.access(program, os.X_OK):
        return
    reason = f"needs Debian's {package}, which is not on this machine"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextlib.contextmanager
def pooler(server: DebianServer, folder: Path) -> Iterator[str]:
    """A pgbouncer in transaction mode before `server`, as Heroku's connection pooling; the address and port
    that it listens at."""
    program = Path("/usr/sbin/pgbouncer")
    _want(program, "pgbouncer")
    users = folder / "users.txt"
    users.touch(mode=0o600)
    users.write_text("".join(f'"{role}" "{PASSWORD}"\n' for role in ("app", "postgres")))
    port = 20_000 + secrets.randbelow(9_000)
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={server.postgres.socket_folder} port={PORT}\n"
        f"[pgbouncer]\nlisten_addr = {server.address}\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = plain\nauth_file = {users}\npool_mode = transaction\ndefault_pool_size = 1\n"
        f"logfile = {folder}/pgbouncer.log\npidfile =\nignore_startup_parameters = extra_float_digits\n"
    )
    how = embedded.way()
    embedded.give_to_postgres(folder, how)
    child = subprocess.Popen(
        [*embedded.prefix(how), str(program), str(settings)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **embedded.identity(how),
    )
    try:
        where = f"{server.address}:{port}"
        for _ in range(500):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(f"postgresql://app:{PASSWORD}@{where}/postgres", connect_timeout=2).close()
                break
            assert child.poll() is None, (folder / "pgbouncer.log").read_text()
            time.sleep(0.02)
        yield where
    finally:
        child.terminate()
        child.wait(10)
