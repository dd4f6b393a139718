"""Stores of files: data capsules whose folder is mounted into what they are bound to."""

from typing import Any

from providers.code_capsules.answers import CapsuleAnswer
from providers.code_capsules.capsules import KINDS, make, set_products, stays_larger, taken
from providers.code_capsules.config import Configs
from providers.code_capsules.creation import UNCLEAR, created
from providers.code_capsules.paths import BIND, STORAGE_TYPE, STORAGE_VARIABLE, filled
from providers.code_capsules.places import Places
from providers.code_capsules.sizes import products, resized
from wizard.model.trouble import Trouble
from wizard.ports import Capsule, Environment, Log, StorageCapsule


class Storages:
    """Stores of files of all Spaces.

    What a store is bound to the API tells nowhere that is known. It shows in the variable that the vendor
    sets in the capsule; where a Space has several stores, in its value, and what this program bound itself
    it remembers.
    """

    def __init__(self, places: Places, configs: Configs) -> None:
        self._places = places
        self._configs = configs
        self._bound: dict[str, set[str]] = {}

    async def find(self, environment: Environment, name: str) -> StorageCapsule | None:
        found = await (await self._places.of(environment.id)).named(name)
        if found is None or not _is_storage(found):
            return None
        self._places.remember(found.id, environment.id)
        return await self._told(environment, found)

    async def create(self, environment: Environment, name: str, disk_gb: int, log: Log) -> StorageCapsule:
        """Adopt the store of that name, letting it grow where it is smaller (a larger one stays so), or
        create it. It is ready at once (pulumi-codecapsules)."""
        place = await self._places.of(environment.id)
        found = await place.named(name)
        if found is None:
            log(f"Creating the storage capsule {name} ({disk_gb} GB).")
            request: dict[str, Any] = {
                "name": name,
                "description": "Moved from Heroku by Offramp",
                "manifest": {"manifestType": "data", "dataType": STORAGE_TYPE, "name": name},
                "products": products(memory_mb=0, cpu_percent=0, disk_gb=disk_gb, count=1),
            }
            found = await make(self._places, place, request, web_app_way=False)
        elif not _is_storage(found):
            raise taken(environment, name, found)
        else:
            log(f"The storage capsule {name} is there already.")
            have = found.products.disk_gb if found.products else 0
            if have > disk_gb:
                log(stays_larger(name, have, disk_gb))
            if 0 < have < disk_gb:
                log(f"{name} has {have} GB: it grows to {disk_gb} GB.")
                wanted = resized(found.products, disk_gb=disk_gb)
                await set_products(place.api, found.id, wanted, what=f"let {name} grow")
                found = await place.named(name) or found
        self._places.remember(found.id, environment.id)
        return await self._told(environment, found)

    async def bind(self, there: StorageCapsule, capsule: Capsule, log: Log) -> StorageCapsule:
        """Mount it into the capsule; done already is no error."""
        environment = Environment(id=capsule.environment_id, handle="")
        place, found = await self._places.capsule(there.id)
        now = await self._told(environment, found)
        if capsule.id in now.bound_to:
            log(f"{there.name} is mounted into {capsule.name} already.")
            return now
        log(f"Mounting {there.name} into {capsule.name}.")
        what, taken_over = f"mount {there.name} into {capsule.name}", False

        async def bind() -> None:
            nonlocal taken_over
            path = filled(BIND, data=there.id)
            # Whether it does harm a second time is not known: it is sent once, as what creates something.
            await place.api.post(path, {"capsuleId": capsule.id}, object, what=what, method="PATCH")
            taken_over = True

        async def look() -> StorageCapsule | None:
            if taken_over and STORAGE_VARIABLE in await self._configs.set_by(capsule):
                # Of several stores the variable does not tell which one it is of.
                self._bound.setdefault(there.id, set()).add(capsule.id)
            told = await self._told(environment, found)
            return told if capsule.id in told.bound_to else None

        try:
            return await created(self._places.patience, self._places.notes, bind, look, what)
        except Trouble as trouble:
            if trouble.code == UNCLEAR:
                trouble.advise("You can bind it there yourself, too (the capsule's tab Config).")
            raise

    async def _told(self, environment: Environment, found: CapsuleAnswer) -> StorageCapsule:
        here = await self._places.capsules(environment)
        several = sum(map(_is_storage, here)) > 1
        bound = set(self._bound.get(found.id, ()))
        marks = [mark for mark in (found.id, found.told("slug"), found.slug, found.name) if mark]
        for one in here:
            if one.data_type or one.type.lower() not in KINDS:
                continue
            folder = (await self._configs.system(one.id, one.name)).get(STORAGE_VARIABLE)
            if folder is not None and (not several or any(mark in folder.reveal() for mark in marks)):
                bound.add(one.id)
        return StorageCapsule(
            id=found.id,
            name=found.name,
            disk_gb=found.products.disk_gb if found.products else 0,
            bound_to=tuple(sorted(bound)),
            variable=STORAGE_VARIABLE,
        )


def _is_storage(found: CapsuleAnswer) -> bool:
    return found.data_type.startswith(STORAGE_TYPE.lower())
