"""What a tunnel to a store leads to, by its type: see `wizard.database.far_end`."""

from collections.abc import Callable
from pathlib import Path

from wizard.database.far_end import FarEnd, NoAnswer, Ping
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.stores.mysql import address as mysql
from wizard.stores.mysql.clients import Clients, find_clients, options_file
from wizard.stores.mysql.errors import MysqlError
from wizard.stores.mysql.session import Session
from wizard.stores.probes import probe_of
from wizard.stores.redis import address as redis
from wizard.stores.redis.ends import reason
from wizard.stores.redis.wire import Connection, ReplyError


def end_of(type_: str, work: Path) -> FarEnd:
    """The far end for the target's word for a type of store. `work` is a private folder (0700)."""
    if type_ == "redis":
        return RedisEnd()
    if type_ == "mysql":
        return MysqlEnd(work)
    return OtherEnd(type_)


class RedisEnd:
    """A Redis or Valkey."""

    def local_url(self, store: Secret, port: int) -> Secret:
        """Plain inside the tunnel where the credential is."""
        return redis.local_url(store, port)

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


class MysqlEnd:
    """A MySQL or MariaDB. It is asked in one session that is kept: a server shuts out a host that only knocks
    (max_connect_errors). So where its client programs are not on this machine, it is knocked at only once."""

    def __init__(self, work: Path) -> None:
        self._work = work

    def local_url(self, store: Secret, port: int) -> Secret:
        """TLS inside the tunnel is the client programs' own affair."""
        return mysql.local_url(store, port)

    def open(self, url: Secret) -> Ping:
        """Sign in by MySQL's client program."""
        try:
            clients = find_clients()
        except Trouble:
            return _OtherPing(url, Once(probe_of("mysql").ping))
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


class OtherEnd:
    """A store that Offramp does not speak to: whether somebody is there is all that is asked."""

    def __init__(self, type_: str) -> None:
        self._probe = probe_of(type_)

    def local_url(self, store: Secret, port: int) -> Secret:
        """All but host and port as it is."""
        return self._probe.local_url(store, port)

    def open(self, url: Secret) -> Ping:
        """Nothing is kept open."""
        return _OtherPing(url, self._probe.ping)


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
