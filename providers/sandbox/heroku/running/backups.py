"""The transfers of the sandbox's Heroku: real dumps by a real pg_dump, kept as long as the sandbox runs, and
those that a description tells of."""

import asyncio
import hashlib
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from providers.sandbox.faults import Faults
from providers.sandbox.heroku.running.database import Database
from providers.sandbox.heroku.shapes.postgres import address
from providers.sandbox.heroku.world.stores import PastTransfer
from providers.sandbox.heroku.world.world import AddOn, World, stable_id
from providers.sandbox.postgres import PORT

CAPTURE = "backup:/capture"
"""The path by which a fault names the work of a capture. Kinds: `fail` (it ends without success), `hang` (it
does not end)."""


DUMP, RESTORE, KEEP = "pg_dump", "pg_restore", "gof3r"
"""What stands at the ends of a transfer: a database read, a database written, the store of backups."""

_ENDS = {"backup": (DUMP, KEEP), "copy": (DUMP, RESTORE), "restore": (KEEP, RESTORE)}


@dataclass
class Transfer:
    """A backup, copy or restore as the data API knows it. `schedule` is empty for those that a person began.

    `told` are the bytes of one that was described: it may have no file. `purged`: only the entry is left.
    """

    uuid: str
    num: int
    add_on_id: str
    app_id: str
    from_name: str
    from_url: str
    created_at: str
    schedule: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    succeeded: bool | None = None
    source_bytes: int = 0
    file: Path | None = None
    logs: list[tuple[str, str, str]] = field(default_factory=list)
    from_type: str = DUMP
    to_type: str = KEEP
    to_name: str = "BACKUP"
    canceled_at: str | None = None
    deleted_at: str | None = None
    purged_at: str | None = None
    told: int | None = None

    @property
    def size(self) -> int:
        """Bytes of the dump so far."""
        return self.file.stat().st_size if self.file is not None and self.file.exists() else 0

    @property
    def processed(self) -> int:
        """Bytes that it says it has carried."""
        return self.size if self.told is None else self.told

    @property
    def etag(self) -> str:
        """What the store calls the content of the dump by."""
        return f'"{hashlib.sha256(f"{self.uuid} {self.size}".encode()).hexdigest()[:32]}"'

    def say(self, message: str, level: str = "info") -> None:
        self.logs.append((moment(), level, message))


def moment() -> str:
    """The time in the data API's form."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S +0000")


class Backups:
    """All transfers, and the links that were given out for them.

    Attributes:
        hold: seconds that a capture takes at least.
        link_seconds: how long a public URL is good for.
        content: in place of a dump, where there is no Postgres behind the sandbox.
        captures: how often a capture was begun.
    """

    def __init__(
        self, folder: Path, world: World, databases: Mapping[str, Database], faults: Faults, canary: str = ""
    ) -> None:
        self.hold = 0.0
        self.link_seconds = 600.0
        self.content = b""
        self.captures = 0
        self.transfers: list[Transfer] = []
        self._folder = folder
        self.world = world
        self._databases = databases
        self._faults = faults
        self._canary = canary
        self._links: dict[str, tuple[Transfer, float]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._remembered: set[str] = set()

    def of_app(self, app_id: str) -> list[Transfer]:
        """All transfers of the add-ons that an app owns, by number."""
        self._remember()
        return [one for one in self.transfers if one.app_id == app_id]

    def _remember(self) -> None:
        """Take in the past that descriptions tell of, by time, as far as it is not in yet."""
        stores = self.world.stores.postgres
        new = [mark for mark in stores if mark not in self._remembered and stores[mark].transfers]
        self._remembered.update(new)
        past = [
            (told.at, self.world.add_ons[mark], told)
            for mark in new
            if mark in self.world.add_ons
            for told in stores[mark].transfers
        ]
        numbers: dict[str, int] = {}
        for one in self.transfers:
            numbers[one.app_id] = max(numbers.get(one.app_id, 0), one.num)
        for _, add_on, told in sorted(past, key=lambda row: row[0]):
            number = numbers[add_on.app_id] = numbers.get(add_on.app_id, 0) + 1
            self.transfers.append(self._past(add_on, told, number))

    def _past(self, add_on: AddOn, told: PastTransfer, number: int) -> Transfer:
        from_type, to_type = _ENDS[told.kind]
        schedules = self.world.stores.postgres_of(add_on.id).schedules
        name = schedules[0].name if schedules else ""
        restore = told.kind == "restore"
        return Transfer(
            uuid=stable_id("transfer", add_on.id, str(number), told.at),
            num=number,
            add_on_id=add_on.id,
            app_id=add_on.app_id,
            from_name=told.other if restore else self._name_of(add_on),
            from_url="" if restore else address(self.world, add_on, self._databases).url,
            created_at=told.at,
            schedule=stable_id("schedule", add_on.id, name) if told.scheduled else "",
            started_at=told.at,
            finished_at=told.at,
            succeeded=told.succeeded and not told.canceled,
            source_bytes=told.bytes,
            from_type=from_type,
            to_type=to_type,
            to_name="BACKUP" if to_type == KEEP else self._name_of(add_on) if restore else told.other,
            canceled_at=told.at if told.canceled else None,
            purged_at=told.at if told.purged else None,
            told=told.bytes,
        )

    def _name_of(self, add_on: AddOn) -> str:
        """What Heroku calls a database in a transfer: its first attachment to its own app."""
        names = [one.name for one in self.world.attached(add_on.id) if one.app_id == add_on.app_id]
        return names[0] if names else add_on.name

    def capture(self, add_on: AddOn, *, schedule: str = "") -> Transfer:
        """Begin a backup; it goes on by itself."""
        self.captures += 1
        num = max((one.num for one in self.of_app(add_on.app_id)), default=0) + 1
        transfer = Transfer(
            uuid=stable_id("transfer", add_on.id, str(num), secrets.token_hex(8)),
            num=num,
            add_on_id=add_on.id,
            app_id=add_on.app_id,
            from_name=self._name_of(add_on),
            from_url=address(self.world, add_on, self._databases).url,
            created_at=moment(),
            schedule=schedule,
            to_name="SCHEDULED BACKUP" if schedule else "BACKUP",
        )
        self.transfers.append(transfer)
        task = asyncio.create_task(self._dump(transfer, self._databases.get(add_on.id)))
        self._tasks[transfer.uuid] = task
        task.add_done_callback(lambda _: self._tasks.pop(transfer.uuid, None))
        return transfer

    def cancel(self, transfer: Transfer) -> None:
        """Break one off that runs; one that is over stays as it is."""
        task = self._tasks.get(transfer.uuid)
        if task is not None and transfer.finished_at is None:
            task.cancel()
            transfer.canceled_at = transfer.finished_at = moment()
            transfer.succeeded = False
            transfer.say("Canceled", "error")

    def delete(self, transfer: Transfer) -> None:
        """Forget one, data and entry."""
        self.cancel(transfer)
        transfer.deleted_at = moment()
        self.transfers.remove(transfer)

    async def stop(self) -> None:
        """Break off what runs."""
        running = list(self._tasks.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def link(self, transfer: Transfer) -> tuple[str, str]:
        """The query of a new public URL, which is as good as a password, and when it ends."""
        if transfer.file is None:
            # One that was described: its data is made when somebody wants it.
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            transfer.file = self._folder / f"{transfer.uuid}.dump"
            transfer.file.write_bytes(self.content)
        signature = secrets.token_hex(32) + self._canary
        self._links[signature] = (transfer, time.monotonic() + self.link_seconds)
        ends = datetime.fromtimestamp(time.time() + self.link_seconds, UTC).strftime(
            "%Y-%m-%d %H:%M:%S +0000"
        )
        return (
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIASANDBOX%2F20261121%2Fus-east-1%2Fs3"
            f"&X-Amz-Expires={self.link_seconds:.0f}&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}",
            ends,
        )

    def linked(self, signature: str) -> Transfer | None:
        """What a public URL leads to; None when it has ended or was never given out."""
        transfer, ends = self._links.get(signature, (None, 0.0))
        return transfer if time.monotonic() < ends else None

    async def _dump(self, transfer: Transfer, database: Database | None) -> None:
        rule = self._faults.take("POST", CAPTURE)
        transfer.started_at = moment()
        transfer.say("Starting dump of postgresql database")
        if rule is not None and rule.kind == "hang":
            await asyncio.Event().wait()
        await asyncio.sleep(self.hold)
        good, said = (False, "pg_dump: error: query was cancelled: out of shared memory")
        if rule is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            transfer.file = self._folder / f"{transfer.uuid}.dump"
            good, said = await self._write(transfer.file, database)
        transfer.source_bytes = transfer.size
        for line in said.splitlines()[-5:]:
            transfer.say(line, "info" if good else "error")
        transfer.succeeded = good
        transfer.say("Dump complete" if good else "Dump failed")
        transfer.finished_at = moment()

    async def _write(self, file: Path, database: Database | None) -> tuple[bool, str]:
        if database is None or database.postgres is None:
            await asyncio.to_thread(file.write_bytes, self.content)
            return True, ""
        # As at Heroku: by the database's own role, through a pipe, so nothing can be wound back.
        with file.open("wb") as out:
            child = await asyncio.create_subprocess_exec(
                str(database.postgres.program("pg_dump")),
                "--format=custom",
                "--no-password",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={
                    "PATH": os.environ.get("PATH", os.defpath),
                    "PGHOST": str(database.postgres.socket_folder),
                    "PGPORT": str(PORT),
                    "PGUSER": database.role,
                    "PGPASSWORD": database.password,
                    "PGDATABASE": database.name,
                },
            )
            assert child.stdout is not None and child.stderr is not None
            try:
                while piece := await child.stdout.read(1 << 18):
                    out.write(piece)
                said = await child.stderr.read()
                code = await child.wait()
            finally:
                if child.returncode is None:
                    child.kill()
        return code == 0, said.decode(errors="replace")
