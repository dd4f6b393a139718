"""Heroku's own data services in an inventory: Postgres, Key-Value Store and Kafka, each asked side by side.

Backups and maintenances are told by app, so each owning app is asked once, however many services it has.
"""

import asyncio
import urllib.parse
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from providers.heroku import kafka, key_value, postgres
from providers.heroku.answers import Gone
from providers.heroku.backups import Whose, read_transfers
from providers.heroku.data_info import maintenance_of
from providers.heroku.databases import SERVICE as POSTGRES
from providers.heroku.fields import objects, text
from providers.heroku.gaps import Topic
from providers.heroku.survey import Survey
from wizard.model.stores import (
    BackupSchedule,
    Kafka,
    KafkaTopic,
    KeyValue,
    Maintenance,
    Postgres,
    PostgresCredential,
)

Row = dict[str, Any]
T = TypeVar("T")

SERVICES: Final = (POSTGRES, key_value.SERVICE, kafka.SERVICE)


_POSTGRES: Final = Topic(
    "databases",
    "Version and size of the database {name} are not known.",
    "Version and size of {count} databases are not known: {names}.",
)
_CREDENTIALS: Final = Topic(
    "database credentials",
    "The credentials of the database {name} are not known.",
    "The credentials of {count} databases are not known: {names}.",
)
_SCHEDULES: Final = Topic(
    "backup schedules",
    "The backup schedules of the database {name} are not known.",
    "The backup schedules of {count} databases are not known: {names}.",
)
_BACKUPS: Final = Topic(
    "backups",
    "The backups of the databases of {name} are not known.",
    "The backups of the databases of {count} apps are not known: {names}.",
)
_MAINTENANCES: Final = Topic(
    "maintenances",
    "What Heroku plans to maintain on the data services of {name} is not known.",
    "What Heroku plans to maintain on the data services of {count} apps is not known: {names}.",
)
_KEY_VALUE: Final = Topic(
    "key-value stores",
    "Version and size of the key-value store {name} are not known.",
    "Version and size of {count} key-value stores are not known: {names}.",
)
_SETTINGS: Final = Topic(
    "settings of key-value stores",
    "The settings of the key-value store {name} are not known.",
    "The settings of {count} key-value stores are not known: {names}.",
)
_KAFKA: Final = Topic(
    "Kafka clusters",
    "Version and size of the Kafka cluster {name} are not known.",
    "Version and size of {count} Kafka clusters are not known: {names}.",
)
_TOPICS: Final = Topic(
    "Kafka topics",
    "The topics of the Kafka cluster {name} are not known.",
    "The topics of {count} Kafka clusters are not known: {names}.",
)
_GROUPS: Final = Topic(
    "Kafka consumer groups",
    "The consumer groups of the Kafka cluster {name} are not known.",
    "The consumer groups of {count} Kafka clusters are not known: {names}.",
)


@dataclass
class _Postgres:
    row: Row
    reading: postgres.PostgresReading
    credentials: tuple[PostgresCredential, ...] | None
    schedules: tuple[BackupSchedule, ...] | None


@dataclass
class StoresRead:
    """What was told, by add-on id."""

    postgres: dict[str, Postgres] = field(default_factory=dict)
    key_value: dict[str, KeyValue] = field(default_factory=dict)
    kafka: dict[str, Kafka] = field(default_factory=dict)


class StoreReader:
    """Begin each add-on as soon as it is known; `finish` when all are."""

    def __init__(self, survey: Survey, group: asyncio.TaskGroup) -> None:
        self._survey = survey
        self._group = group
        self._postgres: dict[str, asyncio.Task[_Postgres]] = {}
        self._key_value: dict[str, asyncio.Task[KeyValue]] = {}
        self._kafka: dict[str, asyncio.Task[Kafka]] = {}
        self._transfers: dict[str, asyncio.Task[list[Row] | None]] = {}
        self._maintenances: dict[str, asyncio.Task[dict[str, Maintenance]]] = {}
        self._rows: dict[str, Row] = {}

    def begin(self, row: Row, *, foreign: bool = False) -> None:
        """Read an add-on, once; anything but a provisioned data service of Heroku's is left alone.

        Args:
            foreign: the app that owns it cannot be read, so that is not asked about it.
        """
        mark, service = text(row, "id"), _service(row)
        if not mark or mark in self._rows or service not in SERVICES:
            return
        self._rows[mark] = row
        if text(row, "state") not in ("", "provisioned"):
            return
        if service == POSTGRES:
            self._postgres[mark] = self._group.create_task(self._read_postgres(row))
        elif service == key_value.SERVICE:
            self._key_value[mark] = self._group.create_task(self._read_key_value(row))
        else:
            self._kafka[mark] = self._group.create_task(self._read_kafka(row))
        owner, name = text(row, "app", "id"), text(row, "app", "name")
        if foreign or not owner:
            return
        if owner not in self._maintenances:
            self._maintenances[owner] = self._group.create_task(self._read_maintenances(owner, name))
        if service == POSTGRES and owner not in self._transfers and not postgres.is_advanced(_plan(row)):
            self._transfers[owner] = self._group.create_task(self._read_transfers(owner, name))

    async def finish(self, attachments: Mapping[str, Collection[Row]]) -> StoresRead:
        """Wait for all. `attachments` are the rows of attachments by add-on id."""
        maintenances: dict[str, Maintenance] = {}
        for owner in list(self._maintenances):
            maintenances.update(await self._maintenances[owner])
        found = StoresRead()
        for mark, row in self._rows.items():
            if text(row, "state") not in ("", "provisioned") and _service(row) == POSTGRES:
                found.postgres[mark] = Postgres(version="", plan=_plan(row))
        read = {mark: await task for mark, task in self._postgres.items()}
        places = {place: text(one.row, "name") for one in read.values() if (place := one.reading.place)}
        for mark, one in read.items():
            owner = text(one.row, "app", "id")
            attached = attachments.get(mark, ())
            found.postgres[mark] = postgres.completed(
                one.reading,
                name_of=lambda place: places.get(place, ""),
                credentials=one.credentials,
                schedules=one.schedules,
                transfers=await self._transfers[owner] if self._backed_up(one.row) else None,
                whose=_whose(one, read.values(), attachments),
                pooled=any(text(each, "namespace").startswith("connection-pooling") for each in attached),
                maintenance=maintenances.get(mark),
            )
        for mark, task in self._key_value.items():
            store = await task
            found.key_value[mark] = replace(store, maintenance=maintenances.get(mark) or store.maintenance)
        for mark, cluster in self._kafka.items():
            found.kafka[mark] = await cluster
        return found

    def _backed_up(self, row: Row) -> bool:
        return text(row, "app", "id") in self._transfers and not postgres.is_advanced(_plan(row))

    async def _ask(
        self, row: Row, doing: str, topic: Topic, question: Callable[[], Awaitable[T]], otherwise: T
    ) -> T:
        name = text(row, "name")
        return await self._survey.part(
            f"{doing} {name}",
            question,
            otherwise,
            topic=topic,
            mark=text(row, "id"),
            name=name,
            app_id=text(row, "app", "id") or None,
            side=True,
        )

    def _beside(
        self, row: Row, doing: str, topic: Topic, question: Callable[[], Awaitable[T]], otherwise: T
    ) -> asyncio.Task[T]:
        """Ask in a task of the group, so that it ends with all others when one ends the reading."""
        return self._group.create_task(self._ask(row, doing, topic, question, otherwise))

    async def _read_postgres(self, row: Row) -> _Postgres:
        client, mark, plan = self._survey.client, text(row, "id"), _plan(row)
        unknown = postgres.PostgresReading(Postgres(version="", plan=plan))
        credentials: asyncio.Task[tuple[PostgresCredential, ...] | None] = self._beside(
            row,
            "credentials of the database",
            _CREDENTIALS,
            lambda: postgres.read_credentials(client, mark, plan),
            None,
        )
        schedules: asyncio.Task[tuple[BackupSchedule, ...] | None] = self._beside(
            row, "backup schedules of the database", _SCHEDULES, lambda: self._schedules(mark, plan), None
        )
        # The data API may refuse a token that the platform takes: the database itself tells all later.
        reading = await self._ask(
            row, "the database", _POSTGRES, lambda: postgres.read_postgres(client, mark, plan), unknown
        )
        return _Postgres(row, reading, await credentials, await schedules)

    async def _schedules(self, mark: str, plan: str) -> tuple[BackupSchedule, ...] | None:
        if postgres.is_advanced(plan):
            return None  # Heroku keeps their backups elsewhere
        return await postgres.read_schedules(self._survey.client, mark)

    async def _read_key_value(self, row: Row) -> KeyValue:
        client, mark, plan = self._survey.client, text(row, "id"), _plan(row)
        settings = self._beside(
            row,
            "settings of the key-value store",
            _SETTINGS,
            lambda: key_value.read_settings(client, mark),
            dict[str, str](),
        )
        store = await self._ask(
            row,
            "the key-value store",
            _KEY_VALUE,
            lambda: key_value.read_key_value(client, mark, plan),
            KeyValue(plan=plan),
        )
        return replace(store, settings=await settings)

    async def _read_kafka(self, row: Row) -> Kafka:
        client, mark, plan = self._survey.client, text(row, "id"), _plan(row)
        topics: asyncio.Task[tuple[KafkaTopic, ...] | None] = self._beside(
            row, "topics of the Kafka cluster", _TOPICS, lambda: kafka.read_topics(client, mark), None
        )
        groups: asyncio.Task[tuple[str, ...] | None] = self._beside(
            row,
            "consumer groups of the Kafka cluster",
            _GROUPS,
            lambda: kafka.read_consumer_groups(client, mark),
            None,
        )
        cluster = await self._ask(
            row, "the Kafka cluster", _KAFKA, lambda: kafka.read_kafka(client, mark, plan), Kafka(plan=plan)
        )
        return replace(cluster, topics=await topics, consumer_groups=await groups)

    async def _read_transfers(self, owner: str, name: str) -> list[Row] | None:
        return await self._survey.part(
            f"backups of {name}",
            lambda: read_transfers(self._survey.client, owner),
            None,
            topic=_BACKUPS,
            mark=owner,
            name=name,
            app_id=owner,
            side=True,
        )

    async def _read_maintenances(self, owner: str, name: str) -> dict[str, Maintenance]:
        async def question() -> dict[str, Maintenance]:
            path = f"/data/maintenances/v1/apps/{urllib.parse.quote(owner, safe='')}"
            try:
                said = await self._survey.client.get(path, host="data")
            except Gone:
                return {}  # nothing planned, and no window either
            return _by_add_on(objects(said, "maintenances"))

        return await self._survey.part(
            f"maintenances of {name}",
            question,
            {},
            topic=_MAINTENANCES,
            mark=owner,
            name=name,
            app_id=owner,
            side=True,
        )


def _whose(one: _Postgres, every: Iterable[_Postgres], attachments: Mapping[str, Collection[Row]]) -> Whose:
    def names(of: _Postgres) -> list[str]:
        attached = attachments.get(text(of.row, "id"), ())
        return [text(of.row, "name"), *(text(each, "name") for each in attached)]

    owner = text(one.row, "app", "id")
    others = [each for each in every if each is not one and text(each.row, "app", "id") == owner]
    same = [each for each in others if each.reading.inside == one.reading.inside]
    return Whose(
        names=names(one),
        inside=one.reading.inside,
        rivals=[name for each in same for name in names(each)],
        follower=one.reading.follows,
        alone=not others,
    )


def _by_add_on(rows: Iterable[Row]) -> dict[str, Maintenance]:
    found = {}
    for row in rows:
        mark, planned = text(row, "addon", "uuid") or text(row, "addon", "id"), maintenance_of(row)
        if mark and planned is not None:
            found[mark] = planned
    return found


def _service(row: Row) -> str:
    return text(row, "addon_service", "name") or text(row, "plan", "name").partition(":")[0]


def _plan(row: Row) -> str:
    return text(row, "plan", "name")
