"""What a tunnel leads to, for every kind of store that a target has: see `wizard.database.far_end`."""

from collections.abc import Callable, Sequence
from pathlib import Path

from wizard.database.far_end import FarEnd, NoAnswer, Ping, PostgresEnd, local_url
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.stores.insist import reason
from wizard.stores.mysql import address as mysql
from wizard.stores.mysql.clients import Clients, find_clients, options_file
from wizard.stores.mysql.errors import MysqlError
from wizard.stores.mysql.session import Session
from wizard.stores.probes import greeted_by_mysql, reached
from wizard.stores.redis import address as redis
from wizard.stores.redis.wire import Connection, ReplyError

POSTGRES = "postgresql"

_AT_WORK = """
SELECT 1 FROM information_schema.PROCESSLIST
WHERE ID <> CONNECTION_ID() AND USER = SUBSTRING_INDEX(USER(), '@', 1) AND COMMAND IN ('Query', 'Execute')
  AND COALESCE(STATE, '') NOT IN ('Sending to client', 'Writing to net', 'Reading from net')
LIMIT 1
"""
"""Whether a statement of this user's runs, and does not wait for its client. Which connection is the loader's
its program does not tell."""


def end_of(type_: str, work: Path) -> FarEnd:
    """The end for the target's word for a type of store ("postgresql", "redis"). `work` is a private folder
    (0700)."""
    if type_ == POSTGRES:
        return PostgresEnd()
    if type_ == "redis":
        return RedisEnd()
    if type_ == "mysql":
        return MysqlEnd(work)
    return OtherEnd()


class _StoreEnd:
    def local_url(self, store: Secret, port: int) -> Secret:
        """Whether TLS is spoken inside the tunnel stays as it is in the credential's URL."""
        return local_url(store, port)


class RedisEnd(_StoreEnd):
    """A Redis or Valkey. Its certificate names another host than the tunnel's, so it is not compared."""

    def open(self, url: Secret) -> Ping:
        """Sign in."""
        return _RedisPing(url)


class _RedisPing:
    def __init__(self, url: Secret) -> None:
        try:
            self._connection = Connection(redis.address_of(url))
        except (OSError, ReplyError, Trouble) as error:
            raise NoAnswer(reason(error)) from error

    def ask(self) -> None:
        try:
            self._connection.call("PING")
        except (OSError, ReplyError) as error:
            raise NoAnswer(reason(error)) from error

    def close(self) -> None:
        self._connection.close()


class MysqlEnd(_StoreEnd):
    """A MySQL or MariaDB. It is asked in one session that is kept: a server shuts out a host that only knocks
    (max_connect_errors). So where its client programs are not on this machine, it is knocked at only once.

    Aptible's demands TLS inside the tunnel too, which the client programs offer by themselves.
    """

    def __init__(self, work: Path) -> None:
        self._work = work

    def open(self, url: Secret) -> Ping:
        """Sign in by MySQL's client program."""
        try:
            clients = find_clients()
        except Trouble:
            return _OtherPing(url, Once(greeted_by_mysql))
        return _MysqlPing(url, self._work, clients)


class _MysqlPing:
    def __init__(self, url: Secret, work: Path, clients: Clients) -> None:
        try:
            address = mysql.address_of(url)
            with options_file(address, work, mariadb=clients.mariadb) as options:
                words = [clients.client, f"--defaults-file={options}", "--batch", "--skip-column-names"]
                self._session = Session([*words, "--unbuffered", address.database])
                # The file is read until the first answer.
                self.ask()
        except Trouble as trouble:
            raise NoAnswer(trouble.cause) from trouble
        except OSError as error:
            raise NoAnswer(reason(error)) from error

    def ask(self) -> None:
        try:
            self._session.query("SELECT 1")
        except MysqlError as error:
            raise NoAnswer(reason(error)) from error

    def at_work(self, backends: Sequence[int]) -> bool | None:
        """True where a statement runs. Else nobody knows: of one that is on its way nothing is seen there."""
        try:
            return True if self._session.query(_AT_WORK) else None
        except MysqlError as error:
            raise NoAnswer(reason(error)) from error

    def close(self) -> None:
        self._session.close()


class Once:
    """Asks until there was an answer, and not again."""

    def __init__(self, ask: Callable[[Secret], None]) -> None:
        self._ask: Callable[[Secret], None] | None = ask

    def __call__(self, url: Secret) -> None:
        if self._ask is not None:
            self._ask(url)
            self._ask = None


class OtherEnd(_StoreEnd):
    """A store that Offramp does not speak to: whether somebody is there is all that is asked."""

    def open(self, url: Secret) -> Ping:
        """Nothing is kept open."""
        return _OtherPing(url, reached)


class _OtherPing:
    def __init__(self, url: Secret, ping: Callable[[Secret], None]) -> None:
        self._url = url
        self._ping = ping

    def ask(self) -> None:
        try:
            self._ping(self._url)
        except OSError as error:
            raise NoAnswer(reason(error)) from error

    def close(self) -> None:
        """Nothing is open."""
