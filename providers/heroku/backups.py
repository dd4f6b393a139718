"""Heroku's own backups of a Postgres, through its data API: begun, followed to their end, downloaded.

Wire facts (heroku/cli pg:backups, Heroku's recorded schemas): `POST /client/v11/databases/{id}/backups`
begins one and answers with a transfer; `GET /client/v11/apps/{owning app}/transfers[/{uuid}]` tells how it
stands, every 3 s at most; it is over when `finished_at` is set, and good when `succeeded` is. A transfer from
a database to `gof3r` is a backup; one with a `schedule` was begun by nobody.
`…/transfers/{num}/actions/public-url` gives a signed address of the dump, which is in custom format.
"""

import asyncio
import urllib.parse
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from providers.heroku.answers import Gone
from providers.heroku.client import Client
from providers.heroku.databases import SERVICE, read_database_url
from providers.heroku.dump_download import DumpDownload
from providers.heroku.fields import name_or_text, number, text, texts
from wizard.backups import AttachedDatabase, Backup
from wizard.model.secret import Secret
from wizard.model.stores import Backup as HeldBackup
from wizard.model.text import clean
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable

POLL_SECONDS: Final = 3.0
"""Between two looks at a transfer, as in Heroku's CLI."""

FAILED_POLLS: Final = 20
"""In a row, after which following is given up; Heroku's CLI tolerates as many."""

LOOKS: Final = 3
"""For a capture whose answer was lost, before it is taken for not begun."""

LOG_LINES: Final = 5

MODERATE: Final = 20 * 10**9
"""Bytes, up to which Heroku recommends its backups."""

_INCLUDE: Final = {"Accept-Inclusion": "addon:plan,config_vars"}
_ADVANCED: Final = ("advanced", "performance")


class HerokuBackups:
    """See `wizard.backups.Backups`.

    Args:
        sleep: how to wait; tests pass one that returns at once.
    """

    def __init__(self, client: Client, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._client = client
        self._sleep = sleep

    async def databases(self, app: str) -> tuple[AttachedDatabase, ...]:
        """Every Postgres attached to an app, each once, `DATABASE` first. Raises Trouble."""
        path = f"/apps/{_quoted(app)}/addon-attachments"
        try:
            rows = await self._client.get_all(path, variant="sdk", headers=_INCLUDE)
        except Gone as gone:
            raise Gone(
                f"Heroku shows no app {clean(app, limit=80)} to this token.",
                remedy="Look at its name (`heroku apps --all`), or use a token of an account that sees it.",
                code=gone.code,
            ) from gone
        found: dict[str, AttachedDatabase] = {}
        for row in sorted(rows, key=_preference):
            plan, namespace = name_or_text(row.get("addon"), "plan"), text(row, "namespace")
            if not plan.startswith(f"{SERVICE}:") or namespace.startswith("connection-pooling"):
                continue
            if namespace and text(row, "addon", "id") in found:
                # Another role of a database that is attached as itself, too: that one sees more.
                continue
            name, add_on_id = text(row, "name"), text(row, "addon", "id")
            known = found.get(add_on_id)
            found[add_on_id] = AttachedDatabase(
                app=text(row, "app", "name"),
                name=known.name if known else name,
                names=(*(known.names if known else ()), name, *texts(row, "config_vars")),
                add_on_id=add_on_id,
                add_on=text(row, "addon", "name"),
                plan=plan.partition(":")[2],
                owner_id=text(row, "addon", "app", "id"),
                owner=text(row, "addon", "app", "name"),
            )
        return tuple(found.values())

    async def size(self, database: AttachedDatabase) -> int | None:
        """Bytes on Heroku's disk. Raises Trouble."""
        return number(await self._info(database), "num_bytes")

    async def cautions(self, database: AttachedDatabase) -> tuple[str, ...]:
        """What Heroku's own CLI and articles warn of. Raises Trouble."""
        info = await self._info(database)
        said = []
        if (number(info, "num_bytes") or 0) > MODERATE:
            said.append(
                "Heroku's backups are meant for up to 20 GB; one of a larger database may not come to its"
                " end. `offramp db copy` has no such limit."
            )
        credentials = number(info, "credentials") or 1
        if credentials > 1:
            said.append(
                f"{database.add_on} has {credentials} credentials: a backup holds only what the default"
                " one may read."
            )
        return tuple(said)

    async def database_url(self, add_on_id: str) -> Secret:
        """The URL of the database's default credential, read anew, with TLS demanded."""
        return await read_database_url(self._client, add_on_id)

    async def last_number(self, database: AttachedDatabase) -> int:
        """The highest number among the transfers of the app that owns the database. Raises Trouble."""
        return max((number(row, "num") or 0 for row in await self._transfers(database)), default=0)

    async def capture(self, database: AttachedDatabase, after: int) -> Backup:
        """Begin a backup. The request is sent once; when its answer is lost the list is looked at, and only
        when nothing has begun by then is it sent a second and last time.

        Raises:
            Trouble: Heroku refuses it, or does not tell what became of it.
        """
        if database.plan.startswith(_ADVANCED):
            raise Trouble(
                f"{database.add_on} is on the plan {database.plan}, whose backups Heroku keeps elsewhere.",
                remedy="Copy the database itself with `offramp db copy`.",
                code="backup-plan",
            )
        path = f"/client/v11/databases/{_quoted(database.add_on_id)}/backups"
        for last in (False, True):
            try:
                return _backup(await self._client.write("POST", path, None, host="data"))
            except Unreachable as unreachable:
                for look in range(LOOKS):
                    await self._sleep(1.0 + 2.0 * look)
                    adopted = await self.begun_after(database, after)
                    if adopted is not None:
                        return adopted
                if last:
                    raise unreachable
        raise AssertionError("the last try returns or raises")

    async def begun_after(self, database: AttachedDatabase, after: int) -> Backup | None:
        """The first one that a person began after number `after`. Raises Trouble."""
        rows = [
            row
            for row in await self._backups_of(database)
            if (number(row, "num") or 0) > after and not row.get("schedule")
        ]
        return _backup(min(rows, key=lambda row: number(row, "num") or 0)) if rows else None

    async def find(self, database: AttachedDatabase, backup_id: str) -> Backup | None:
        """The backup of that id as it is now; None when it is gone, or its data is. Raises Trouble."""
        try:
            row = await self._client.get(f"{_of_app(database)}/{_quoted(backup_id)}", host="data")
        except Gone:
            return None
        return None if text(row, "deleted_at") or text(row, "purged_at") else _backup(row)

    async def newest(self, database: AttachedDatabase) -> Backup | None:
        """The newest that is done and still there. Raises Trouble."""
        rows = [
            row
            for row in await self._backups_of(database)
            if row.get("succeeded") is True and not row.get("deleted_at") and not row.get("purged_at")
        ]
        return _backup(max(rows, key=lambda row: number(row, "num") or 0)) if rows else None

    async def follow(
        self, database: AttachedDatabase, backup_id: str, report: Callable[[Backup], None]
    ) -> Backup:
        """Wait until it is done.

        Raises:
            Trouble: it failed (`backup-failed`, with the end of its log), or is gone.
            Unreachable: the data API does not answer for a minute and more.
        """
        path = f"{_of_app(database)}/{_quoted(backup_id)}?verbose=true"
        failed, pause = 0, 1.0
        while True:
            try:
                backup = _backup(await self._client.get(path, host="data"))
                failed = 0
            except (Gone, SignInNeeded, SecondFactorNeeded):
                raise
            except Trouble as trouble:
                failed += 1
                if not trouble.retry or failed >= FAILED_POLLS:
                    raise
            else:
                report(backup)
                if backup.state == "done":
                    return backup
                if backup.state == "failed":
                    raise _failed(database, backup)
            await self._sleep(pause)
            pause = POLL_SECONDS

    def dump(self, database: AttachedDatabase, backup: Backup) -> DumpDownload:
        """Its bytes; nothing is asked before the first of them is wanted."""

        async def ask() -> Secret:
            path = f"{_of_app(database)}/{backup.number}/actions/public-url"
            for last in (False, False, True):
                try:
                    return _signed(await self._client.write("POST", path, None, host="data"))
                except Unreachable:
                    # Another signed address does no harm: asking again changes nothing.
                    if last:
                        raise
                    await self._sleep(2.0)
            raise AssertionError("the last try returns or raises")

        return DumpDownload(ask, sleep=self._sleep)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _info(self, database: AttachedDatabase) -> Any:
        return await self._client.get(f"/client/v11/databases/{_quoted(database.add_on_id)}", host="data")

    async def _transfers(self, database: AttachedDatabase) -> list[Mapping[str, Any]]:
        return [*await read_transfers(self._client, database.owner_id or database.owner)]

    async def _backups_of(self, database: AttachedDatabase) -> list[Mapping[str, Any]]:
        rows = [row for row in await self._transfers(database) if text(row, "to_type") == "gof3r"]
        if not rows:
            return []
        inside = text(await self._info(database), "database_name")
        known = (*database.names, database.add_on)
        return [row for row in rows if _is_of(row, known, inside)]


@dataclass(frozen=True)
class Whose:
    """By what backups of one database are told from others of its app.

    `names` are its attachments' and the add-on's, `rivals` those of databases with the same name inside their
    servers, as a leader and its followers have; `inside` is that name, "" when it is not known; `alone` says
    that the app owns no other database.
    """

    names: Collection[str]
    inside: str = ""
    rivals: Collection[str] = ()
    follower: bool = False
    alone: bool = False


def held_backups(transfers: Iterable[Any], whose: Whose) -> tuple[HeldBackup, ...]:
    """The backups of one database that Heroku holds, newest first, of all transfers of its owning app."""
    found = []
    for row in transfers:
        if not isinstance(row, dict) or text(row, "to_type") != "gof3r":
            continue
        if text(row, "deleted_at") or text(row, "purged_at") or not _belongs(row, whose):
            continue
        done, good = text(row, "finished_at") or text(row, "canceled_at"), row.get("succeeded")
        backup = HeldBackup(
            name=_shown_name(row),
            finished_at=done or None,
            succeeded=good if isinstance(good, bool) and done else None,
            bytes=number(row, "processed_bytes"),
        )
        found.append((text(row, "created_at"), number(row, "num") or 0, backup))
    return tuple(backup for _, _, backup in sorted(found, key=lambda one: one[:2], reverse=True))


def _belongs(transfer: Mapping[str, Any], whose: Whose) -> bool:
    path = _database_in(transfer)
    if whose.inside and path:
        if path != whose.inside:
            return False
        if not whose.rivals:
            return True
        # The same data under two addresses: a follower's backups name it.
        return _is_named(transfer, whose.names) or not (whose.follower or _is_named(transfer, whose.rivals))
    return whose.alone or _is_named(transfer, whose.names)


async def read_transfers(client: Client, app: str) -> list[dict[str, Any]]:
    """All transfers of the databases that an app owns, by its id or name. Raises Trouble."""
    rows = await client.get(f"/client/v11/apps/{_quoted(app)}/transfers", host="data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _preference(attachment: Mapping[str, Any]) -> tuple[bool, bool, str]:
    name = text(attachment, "name")
    return bool(text(attachment, "namespace")), name != "DATABASE", name


def _is_of(transfer: Mapping[str, Any], names: Collection[str], inside: str) -> bool:
    """Whether a transfer comes from the database of those names. Its `from_name` is an attachment's or the
    add-on's name, which may have been renamed since; the name of the database inside the server stays."""
    if inside and (path := _database_in(transfer)):
        return path == inside
    return _is_named(transfer, names)


def _database_in(transfer: Mapping[str, Any]) -> str:
    """The name of the database that a transfer came from, inside its server; "" when it does not tell."""
    try:
        return urllib.parse.urlsplit(text(transfer, "from_url")).path.strip("/")
    except ValueError:
        return ""


def _is_named(transfer: Mapping[str, Any], names: Collection[str]) -> bool:
    name = text(transfer, "from_name").removesuffix("_URL").removeprefix("HEROKU_POSTGRESQL_")
    return name in {one.removesuffix("_URL").removeprefix("HEROKU_POSTGRESQL_") for one in names}


def _shown_name(transfer: Mapping[str, Any]) -> str:
    """As Heroku's CLI shows it: `a` for scheduled, `b` for begun by hand."""
    return f"{'a' if transfer.get('schedule') else 'b'}{number(transfer, 'num') or 0:03d}"


def _backup(row: Any) -> Backup:
    """A transfer as a `Backup`. Raises Trouble when it cannot be one."""
    identity, count = text(row, "uuid"), number(row, "num")
    if not identity:
        raise Trouble(
            "Heroku's data API speaks of a backup without its uuid.",
            remedy="Try again; if it stays so, Heroku's API has changed: tell the makers of Offramp.",
            code="not-the-api",
        )
    over = bool(text(row, "finished_at")) or bool(text(row, "canceled_at"))
    logs = row.get("logs")
    lines = [text(one, "message") for one in logs if isinstance(one, dict)] if isinstance(logs, list) else []
    return Backup(
        id=identity,
        number=count or 0,
        name=_shown_name(row),
        state="running" if not over else "done" if row.get("succeeded") is True else "failed",
        made_at=text(row, "finished_at") or text(row, "created_at"),
        bytes=number(row, "processed_bytes") or 0,
        log=tuple(clean(one, limit=300) for one in lines if one.strip())[-LOG_LINES:],
    )


def _failed(database: AttachedDatabase, backup: Backup) -> Trouble:
    said = f" Its log ends: {' / '.join(backup.log)}." if backup.log else ""
    return Trouble(
        f"Heroku's backup {backup.name} of {database.add_on} failed.{said}",
        untouched="The database is as it was. Nothing was downloaded.",
        remedy="Run the command again for a new backup; for a large or busy database use `offramp db copy`.",
        code="backup-failed",
    )


def _signed(answer: Any) -> Secret:
    url = text(answer, "url")
    if not url:
        raise Trouble(
            "Heroku gave no address for the backup.",
            remedy="Look at `heroku pg:backups` whether the backup is still there, then try again.",
            code="backup-address",
        )
    try:
        parts = urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)
    except ValueError:
        parts = []
    for name, value in parts:
        if "signature" in name.lower():
            Secret(value, "signature of a backup's address")  # known from now on, wherever it turns up
    return Secret(url, "address of a backup")


def _of_app(database: AttachedDatabase) -> str:
    return f"/client/v11/apps/{_quoted(database.owner_id or database.owner)}/transfers"


def _quoted(word: str) -> str:
    return urllib.parse.quote(word, safe="")
