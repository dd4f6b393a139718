"""Both ends of a copy by MySQL's own programs: how they are signed in, lost and tried again."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

from wizard.database.control import Control, Stopped
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.stores.gauge import Gauge
from wizard.stores.mysql.address import address_of
from wizard.stores.mysql.clients import find_clients, options_file, remove_left_files
from wizard.stores.mysql.errors import MysqlError, trouble
from wizard.stores.mysql.pump import pump
from wizard.stores.mysql.session import Session

T = TypeVar("T")

Side = Literal["source", "target"]

LONGEST_SILENCE = 600.0
"""Seconds for which a side may fail every time before a person is asked."""

LONGEST_WAIT = 5.0
"""Seconds between two attempts, at most."""

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
    ) -> None:
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
        with self._signed_in(side) as (options, database):
            words = [self._clients.client, f"--defaults-file={options}", "--batch", "--skip-column-names"]
            session = Session([*words, "--unbuffered", "--quick", database])
            forget = self._control.on_stop(session.close)
            try:
                session.query(SETTINGS)
                if side == "source":
                    session.query("SET SESSION TRANSACTION READ ONLY")
                    self._want_tls(session)
                yield session
            finally:
                forget()
                session.close()

    def _want_tls(self, session: Session) -> None:
        address = address_of(self._urls["source"](), plain_allowed=self._plain_source)
        cipher = session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        if address.tls and not (cipher and cipher[0][1]):
            raise Trouble(
                "The source does not speak TLS.",
                untouched="Nothing was read of it.",
                remedy="Have its provider turn TLS on, or allow it to be read without, as its app does.",
                code="store-plain",
            )

    @contextlib.contextmanager
    def _signed_in(self, side: Side) -> Iterator[tuple[Path, str]]:
        plain = self._plain_source and side == "source"
        address = address_of(self._urls[side](), plain_allowed=plain)
        with options_file(address, self._work, mariadb=self._clients.mariadb) as options:
            yield options, address.database

    def carry(self, options: list[str], names: list[str], part: str, *, definitions: bool = False) -> None:
        """Dump some of the source into the target. `names` are tables, none for all. Raises MysqlError,
        Trouble, Stopped."""
        with self._signed_in("source") as (source, database), self._signed_in("target") as (target, there):
            dump = [self._clients.dump, f"--defaults-file={source}", *self._clients.options]
            dump += [
                LARGEST_ROW,
                "--single-transaction",
                "--quick",
                "--hex-blob",
                "--no-tablespaces",
                "--skip-comments",
            ]
            dump += ["--default-character-set=utf8mb4", "--skip-triggers", *options, "--", database, *names]
            load = [self._clients.client, f"--defaults-file={target}", LARGEST_ROW, "--batch", there]
            pump(
                dump,
                load,
                control=self._control,
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
        """Do something that may be done again, as often as it takes while waiting may help.

        Raises:
            Trouble: waiting does not help, or has not for `LONGEST_SILENCE`. `what` begins its words.
            Stopped: the person asked for it.
        """
        attempt, began = 0, time.monotonic()
        while True:
            self._control.check()
            try:
                return work()
            except (MysqlError, Trouble) as error:
                if self._control.stopped:
                    raise Stopped from error
                refused = error if isinstance(error, Trouble) else trouble(error, what)
                if not refused.retry or time.monotonic() - began > LONGEST_SILENCE:
                    raise refused from error
                self._gauge.wait(f"{refused.cause.removesuffix('.')}, trying again")
                self._control.sleep(min(0.2 * 2 ** min(attempt, 8), LONGEST_WAIT))
                attempt += 1
