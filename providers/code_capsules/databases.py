"""Data capsules: databases of every type, and the vendor's own program that leads to them.

Their versions cannot be chosen by the API, and no answer tells them: `version` is empty, and the server
itself is asked over the tunnel. There is no failed state either: a provisioning that is dead looks like a
slow one (pulumi-codecapsules), so that there is an end to the waiting, and never a deletion.
"""

import asyncio
import shlex
import time
from collections.abc import Sequence
from typing import Any

from providers.code_capsules.answers import CapsuleAnswer
from providers.code_capsules.capsules import make, set_products, stays_larger, taken
from providers.code_capsules.failures import Missing, Refused
from providers.code_capsules.paths import DATA_STATUS, DATA_TYPES, STORAGE_TYPE, filled
from providers.code_capsules.places import Place, Places
from providers.code_capsules.sizes import percent_for, products, resized
from wizard.model.secret import Secret
from wizard.model.ticket import ProxyTicket
from wizard.model.trouble import Trouble, Unreachable
from wizard.ports import DatabaseWish, Environment, Log, TargetDatabase

VERSION = "current"
"""What stands for a version where only the vendor knows which one it makes."""

READY = "ready"

_NO_DATABASE = Secret("postgresql://", "no database")


class Databases:
    """Data capsules of all Spaces, but for stores of files."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def types(self) -> dict[str, list[str]]:
        """The types that can be created; a Postgres has no version to choose at all."""
        return {type_: [] if type_ == "postgresql" else [VERSION] for type_ in DATA_TYPES}

    async def find(self, environment: Environment, handle: str) -> TargetDatabase | None:
        """The database of that name, as its cluster tells it now."""
        place = await self._places.of(environment.id)
        found = await place.named(handle)
        if found is None or type_of(found) == "":
            return None
        self._places.remember(found.id, environment.id)
        return database(await _status(place, found), environment.id)

    async def create(self, environment: Environment, wish: DatabaseWish, log: Log) -> TargetDatabase:
        """Create it or adopt the one of that name, wait until it is ready, and give it the size that is
        wished where it has another. A larger disk stays as it is.

        Raises:
            Trouble: `handle-taken`; `no-such-type`; `still-starting` where it is not ready in time;
                `size-unclear` where it has less than was wished.
        """
        if wish.type not in DATA_TYPES:
            raise Trouble(
                f"Code Capsules has no database of the type {wish.type}.",
                remedy="Decide on the map what becomes of it, and make the plan again.",
                code="no-such-type",
            )
        place = await self._places.of(environment.id)
        found = await place.named(wish.handle)
        if is_new := found is None:
            found = await self._make(place, wish, log)
        elif type_of(found) != wish.type:
            raise taken(environment, wish.handle, found)
        else:
            log(
                f"The data capsule {wish.handle} is there already ({found.state or 'its state is not told'})."
            )
        self._places.remember(found.id, environment.id)
        ready = await self._until_ready(place, found, log)
        if not is_new:
            await self._fit(place, ready, wish, log)
        done = await place.named(wish.handle)
        return database(await _status(place, done or ready), environment.id)

    async def url(self, database: TargetDatabase, credential: str = "") -> Secret:
        """The address that capsules of the same Space use.

        Raises:
            Trouble: it is not told (yet); or another credential than the only one is asked for.
        """
        if credential:
            raise Trouble(
                f"The database {database.handle} has one address only at Code Capsules, none of the type "
                f"{credential}.",
                remedy="Use its own address.",
                code="no-credential",
            )
        place, found = await self._places.capsule(database.id)
        found = await _status(place, found)
        url = found.told("privateConnectionString")
        if not url:
            raise Trouble(
                f"Code Capsules tells no address of the database {database.handle} "
                f"(state: {found.state or 'not told'}).",
                remedy="Look at its tab Details in the dashboard, and wait until it is ready.",
                code="no-credential",
                retry=True,
            )
        return Secret(url, f"URL of the database {database.handle}")

    async def ticket(
        self, database: TargetDatabase, email: str, password: Secret | None = None
    ) -> ProxyTicket:
        """How the vendor's program is started (documentation, CLI: `proxy capsule -s -c -P`), and how one
        signs in to it (`login -e`: its `-p` would put the password among the arguments, so it is to ask)."""
        url = await self.url(database)
        place = await self._places.of_capsule(database.id)
        target = ("-s", place.space.slug, "-c", database.id, "-P", "{port}")
        return self.program(email, password, ("proxy", "capsule", *target), url)

    def program(
        self,
        email: str,
        password: Secret | None,
        words: Sequence[str] = (),
        url: Secret = _NO_DATABASE,
    ) -> ProxyTicket:
        """The vendor's program, and how one signs in to it. Raises Trouble: its words cannot be read."""
        cli = self._words()
        return ProxyTicket(
            program=(*cli, *words),
            environment={},
            database_url=url,
            whoami=(*cli, "whoami"),
            login=shlex.join([*cli, "login", "-e", email]),
            title="Code Capsules",
            login_words=(*cli, "login", "-e", email),
            password=password,
        )

    def _words(self) -> list[str]:
        try:
            words = shlex.split(self._places.addresses.cli)
        except ValueError:
            words = []
        if not words:
            raise Trouble(
                "The words given for Code Capsules' program cannot be read.",
                remedy="Quote them as for a shell.",
                code="bad-address",
            )
        return words

    async def _make(self, place: Place, wish: DatabaseWish, log: Log) -> CapsuleAnswer:
        log(f"Creating the data capsule {wish.handle} ({DATA_TYPES[wish.type]}, {wish.memory_mb} MB).")
        log("Which version it is, Code Capsules chooses; its server tells it.")
        request: dict[str, Any] = {
            "name": wish.handle,
            "description": "Moved from Heroku by Offramp",
            "manifest": {
                "manifestType": "data",
                "dataType": DATA_TYPES[wish.type],
                "name": wish.handle,
            },
            "products": products(
                memory_mb=wish.memory_mb,
                cpu_percent=percent_for(wish.memory_mb, wish.type),
                disk_gb=wish.disk_gb,
                count=1,
            ),
        }
        return await make(self._places, place, request, web_app_way=False)

    async def _until_ready(self, place: Place, found: CapsuleAnswer, log: Log) -> CapsuleAnswer:
        patience = self._places.patience
        began = answered = time.monotonic()
        wait = patience.ready_first
        told = ""
        while True:
            now = time.monotonic()
            try:
                found = await _status(place, found)
                answered = now
            except Unreachable:
                if now - answered > patience.outage:
                    raise
            if found.state.lower() == READY:
                return found
            if found.state != told:
                told = found.state
                log(f"The data capsule {found.name} is: {told or 'its state is not told'}.")
            if now - began > patience.ready:
                raise still_starting(found, patience.ready, self._places.addresses.app)
            await asyncio.sleep(wait)
            wait = min(wait * 2, patience.ready_most)

    async def _fit(self, place: Place, found: CapsuleAnswer, wish: DatabaseWish, log: Log) -> CapsuleAnswer:
        """Give it the memory and the disk that are wished, and read again what it has."""
        have = found.products
        if have is None:
            return found
        if have.disk_gb > wish.disk_gb:
            log(stays_larger(found.name, have.disk_gb, wish.disk_gb))
        memory = wish.memory_mb if have.memory_mb and have.memory_mb != wish.memory_mb else None
        disk = wish.disk_gb if 0 < have.disk_gb < wish.disk_gb else None
        if memory is None and disk is None:
            return found
        log(
            f"{found.name} has {have.memory_mb} MB of memory and {have.disk_gb} GB of disk: it gets "
            f"{memory or have.memory_mb} MB and {disk or have.disk_gb} GB."
        )
        percent = percent_for(memory, wish.type) if memory is not None else None
        wanted = resized(have, memory_mb=memory, cpu_percent=percent, disk_gb=disk)
        await set_products(place.api, found.id, wanted, what=f"set the size of {found.name}")
        # What has another size starts anew, with what it holds.
        there = await place.named(wish.handle) or found
        ready = await self._until_ready(place, there, log)
        now = ready.products
        if now is None:
            return ready
        if now.memory_mb < (memory or 0) or now.disk_gb < (disk or 0):
            raise Trouble(
                f"Code Capsules took the size of {found.name}, and shows {now.memory_mb} MB of memory and "
                f"{now.disk_gb} GB of disk.",
                untouched="What it holds was not touched.",
                remedy="Look at it in the dashboard, then try again.",
                code="size-unclear",
                retry=True,
            )
        if now.memory_mb > (memory or now.memory_mb) or now.disk_gb > (disk or now.disk_gb):
            log(f"Code Capsules made more of it: {now.memory_mb} MB of memory and {now.disk_gb} GB of disk.")
        return ready


async def _status(place: Place, found: CapsuleAnswer) -> CapsuleAnswer:
    """A data capsule with its state of now: the list may have an older one. What the answer leaves out stays
    as the list had it."""
    path = filled(DATA_STATUS, capsule=found.id)
    try:
        now = await place.api.get(path, CapsuleAnswer, what=f"the data capsule {found.name}")
    except Missing:
        return found
    except Refused as refused:
        # "Invalid capsule_id" for one that the cluster does not know (yet).
        if refused.status != 400:
            raise
        return found
    return CapsuleAnswer(
        id=found.id,
        name=found.name,
        slug=found.slug,
        type=found.type,
        status=now.status if now.status is not None else found.status,
        products=now.products or found.products,
        manifest={**(found.manifest or {}), **(now.manifest or {})},
    )


def still_starting(found: CapsuleAnswer, seconds: float, app: str) -> Trouble:
    """Nobody tells whether it ever will be ready."""
    return Trouble(
        f"The data capsule {found.name} is not ready after {max(1, round(seconds / 60))} min (state: "
        f"{found.state or 'not told'}). Code Capsules has no word for one that failed: it may be slow or "
        "dead.",
        untouched="It is there and holds nothing yet; Heroku's database is as it was.",
        remedy=f"Keep waiting: try again. Or look at it in the dashboard ({app}); if it does not come, "
        "delete it there yourself and try again, and it is created anew. Offramp deletes nothing.",
        code="still-starting",
        retry=True,
    )


def type_of(found: CapsuleAnswer) -> str:
    """The wizard's word for the type of a data capsule; empty for a store of files and for what is none."""
    known = {"mongo": "mongodb", **{value.lower(): key for key, value in DATA_TYPES.items()}}
    if found.data_type.startswith(STORAGE_TYPE.lower()):
        return ""
    return known.get(found.data_type, found.data_type)


def database(found: CapsuleAnswer, environment_id: str) -> TargetDatabase:
    """An answer in the wizard's words."""
    state = found.state.lower()
    return TargetDatabase(
        id=found.id,
        handle=found.name,
        environment_id=environment_id,
        version="",
        state="provisioned" if state == READY else "provisioning" if state == "starting" else state,
        disk_gb=found.products.disk_gb if found.products else None,
        type=type_of(found),
        memory_mb=(found.products.memory_mb or None) if found.products else None,
    )
