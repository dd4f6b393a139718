"""What a source offers that keeps backups of its databases: Protocols and plain values, like
`wizard.ports`."""

from collections.abc import AsyncIterator, Callable
from typing import Literal, Protocol, runtime_checkable

from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.ports import FoundToken, Hosts
from wizard.ports.names_hosts import NamesHosts


class AttachedDatabase(Noun, frozen=True, kw_only=True):
    """A Postgres as an app of the source sees it. `name` is the attachment that it was asked for by
    ("DATABASE"), `names` are all of that app; `owner` is the app that it belongs to and that its backups are
    listed under."""

    app: str
    name: str
    names: tuple[str, ...]
    add_on_id: str
    add_on: str
    plan: str
    owner_id: str
    owner: str


class Backup(Noun, frozen=True, kw_only=True):
    """A backup of the source's own making. `number` tells its order among those of the app, `name` is the
    vendor's word for it ("b012"). `bytes` of the dump so far. `log` holds its last lines, for one that
    failed."""

    id: str
    number: int
    name: str
    state: Literal["running", "done", "failed"]
    made_at: str
    bytes: int
    log: tuple[str, ...] = ()


class Dump(Protocol):
    """The bytes of a backup. `total` and `mark` (which tells its content from another's) are known once the
    first piece has come, `total` None when the vendor does not tell. `waiting_for` says why no bytes come,
    empty while they may."""

    total: int | None
    mark: str
    waiting_for: str

    def pieces(self, start: int = 0) -> AsyncIterator[bytes]:
        """All bytes from `start` on, over as many connections as it takes. Raises Trouble."""
        ...


class Backups(Protocol):
    """The databases of the source, and its own backups of them. `capture` writes; all else is read."""

    async def databases(self, app: str) -> tuple[AttachedDatabase, ...]:
        """Every Postgres that is attached to an app (id or name), each once, the app's main one first."""
        ...

    async def size(self, database: AttachedDatabase) -> int | None:
        """Bytes that it takes on the vendor's disk, None when that is not told."""
        ...

    async def cautions(self, database: AttachedDatabase) -> tuple[str, ...]:
        """What a person must know before a backup of it is made, a sentence each."""
        ...

    async def database_url(self, add_on_id: str) -> Secret:
        """See `Source.database_url`."""
        ...

    async def last_number(self, database: AttachedDatabase) -> int:
        """The number of the newest transfer: a capture asked for after it has a higher one."""
        ...

    async def capture(self, database: AttachedDatabase, after: int) -> Backup:
        """Have a backup made now. When the answer is lost, one of this database that began after number
        `after` is adopted."""
        ...

    async def begun_after(self, database: AttachedDatabase, after: int) -> Backup | None:
        """The first backup of this database that a person began after number `after`, whatever its state."""
        ...

    async def find(self, database: AttachedDatabase, backup_id: str) -> Backup | None:
        """The backup of that id as it is now; None when it is gone."""
        ...

    async def newest(self, database: AttachedDatabase) -> Backup | None:
        """The newest backup of this database that is done."""
        ...

    async def follow(
        self, database: AttachedDatabase, backup_id: str, report: Callable[[Backup], None]
    ) -> Backup:
        """Wait until it is done. Raises Trouble with the end of its log when it failed."""
        ...

    def dump(self, database: AttachedDatabase, backup: Backup) -> Dump:
        """Its bytes, from where the vendor keeps them."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class BackupProvider(NamesHosts, Protocol):
    """A source that keeps backups of its databases."""

    def environment_token(self) -> FoundToken | None:
        """The token that stands in the environment; looks nowhere else."""
        ...

    def open_backups(self, hosts: Hosts, token: Secret) -> Backups: ...
