"""Both ends of a copy by MySQL's own programs: how they are signed in, lost and tried again."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.stores.gauge import Gauge
from wizard.stores.insist import insist
from wizard.stores.mysql.address import Address, address_of
from wizard.stores.mysql.clients import find_clients, options_file, remove_left_files
from wizard.stores.mysql.errors import MysqlError, trouble
from wizard.stores.mysql.pump import pump
from wizard.stores.mysql.session import Session

T = TypeVar("T")

Side = Literal["source", "target"]

LARGEST_ROW = "--max-allowed-packet=1G"
"""What the programs may send and receive at once, the most that there is: by themselves they fail at rows of
16 and 24 MB."""

SETTINGS = (
    "SET NAMES utf8mb4; SET SESSION time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO',"
    " group_concat_max_len = 1000000, net_read_timeout = 600, net_write_timeout = 600, wait_timeout = 28800"
)
"""The text of a value depends on these, and with it the digest: equal on both sides."""


class Ends:
    """Args as of `MysqlMove`."""

    def __init__(
        self,
        source: Callable[[], Secret],
        target: Callable[[], Secret],
        work: Path,
        control: Control,
        gauge: Gauge,
        *,
        plain_source: bool,
        lanes: Lanes | None = None,
    ) -> None:
        self._lanes = lanes or Lanes()
        self._urls = {"source": source, "target": target}
        self._work = work
        self._control = control
        self._gauge = gauge
        self._plain_source = plain_source
        self._clients = find_clients()
        remove_left_files(work)

    @contextlib.contextmanager
    def session(self, side: Side) -> Iterator[Session]:
        """A session of SQL on one side; a stop ends it. Raises MysqlError, Trouble."""
        with self._signed_in(side) as (options, address):
            words = [self._clients.client, f"--defaults-file={options}", "--batch", "--skip-column-names"]
            session = Session([*words, "--unbuffered", "--quick", address.database])
            forget = self._control.on_stop(session.close)
            if side == "target":
                self._lanes.hold(session.waited)
            try:
                session.query(SETTINGS)
                if side == "source":
                    session.query("SET SESSION TRANSACTION READ ONLY")
                    self._want_tls(session, address)
                yield session
            finally:
                forget()
                self._lanes.let_go(session.waited)
                session.close()

    @staticmethod
    def _want_tls(session: Session, address: Address) -> None:
        cipher = session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        if address.tls and not (cipher and cipher[0][1]):
            raise Trouble(
                "The source does not speak TLS.",
                untouched="Nothing was read of it.",
                remedy="Have its provider turn TLS on, or allow it to be read without, as its app does.",
                code="store-plain",
            )

    @contextlib.contextmanager
    def _signed_in(self, side: Side) -> Iterator[tuple[Path, Address]]:
        plain = self._plain_source and side == "source"
        # Each sign-in is one connection, to the end of the block.
        with self._lanes.entered() if side == "target" else contextlib.nullcontext():
            address = address_of(self._urls[side](), plain_allowed=plain)
            with options_file(address, self._work, mariadb=self._clients.mariadb) as options:
                yield options, address

    def carry(self, options: list[str], names: list[str], part: str, *, definitions: bool = False) -> None:
        """Dump some of the source into the target. `names` are tables, none for all. Raises MysqlError,
        Trouble, Stopped."""
        with self._signed_in("source") as (source, read), self._signed_in("target") as (target, written):
            dump = [self._clients.dump, f"--defaults-file={source}", *self._clients.options]
            dump += [
                LARGEST_ROW,
                "--single-transaction",
                "--quick",
                "--hex-blob",
                "--no-tablespaces",
                "--skip-comments",
            ]
            dump += [
                "--default-character-set=utf8mb4",
                "--skip-triggers",
                *options,
                "--",
                read.database,
                *names,
            ]
            load = [
                self._clients.client,
                f"--defaults-file={target}",
                LARGEST_ROW,
                "--batch",
                written.database,
            ]
            pump(
                dump,
                load,
                control=self._control,
                lanes=self._lanes,
                passed=lambda size: self._gauge.add(part, 0, size),
                definitions=definitions,
            )

    def ask(self, side: Side, work: Callable[[Session], T]) -> T:
        """Do something in a session of its own, again while waiting may help. Raises Trouble, Stopped."""

        def once() -> T:
            with self.session(side) as session:
                return work(session)

        return self.insist(f"The {side} refuses a step", once)

    def insist(self, what: str, work: Callable[[], T]) -> T:
        """Do something that may be done again while waiting may help. Raises Trouble, whose words begin with
        `what`, and Stopped; see `wizard.stores.insist`."""
        return insist(
            work,
            errors=(MysqlError,),
            told=lambda error: trouble(error, what),
            control=self._control,
            gauge=self._gauge,
        )
