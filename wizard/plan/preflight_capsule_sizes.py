"""What becomes of the size of a database that is there already, where the target gives it another."""

from wizard.mapping.stores import moved_stores
from wizard.model.mapping import DatabaseChoice, Mapping, StoreChoice
from wizard.model.plan import Finding
from wizard.ports import CapsuleTarget, Environment, TargetDatabase


async def size_findings(target: CapsuleTarget, there: Environment | None, mapping: Mapping) -> list[Finding]:
    """A disk that is larger stays so, and is told, for it is billed; another size is told, since the database
    starts anew."""
    if there is None:
        return []
    found: list[Finding] = []
    choices: list[DatabaseChoice | StoreChoice] = [*mapping.moved_databases(), *moved_stores(mapping)]
    for choice in choices:
        if (known := await target.find_database(there, choice.handle)) is not None:
            found += _size(known, choice)
    for storage in mapping.storages:
        if storage.action == "mount" and (store := await target.find_storage(there, storage.handle)):
            found += _stays(storage.handle, store.disk_gb, storage.disk_gb)
    return found


def _stays(handle: str, has: int, wanted: int) -> list[Finding]:
    if has <= wanted:
        return []
    return [
        Finding(
            state="look",
            what=f"The disk of {handle} has {has} GB already, and keeps them: the map wants {wanted} GB",
            detail="disks there grow, and never shrink; what is there is billed",
            remedy=f"Choose {has} GB on the map to see what it costs.",
        )
    ]


def _size(known: TargetDatabase, choice: DatabaseChoice | StoreChoice) -> list[Finding]:
    memory, disk = known.memory_mb or choice.memory_mb, known.disk_gb or choice.disk_gb
    found = _stays(choice.handle, disk, choice.disk_gb)
    if memory != choice.memory_mb or disk < choice.disk_gb:
        found.append(
            Finding(
                state="look",
                what=f"{choice.handle} is there already, and gets another size: {choice.memory_mb} MB of "
                f"memory, {max(disk, choice.disk_gb)} GB of disk",
                detail=f"it has {memory} MB and {disk} GB; it may start anew for that",
                remedy="Choose on the map what it has, if it is to stay as it is.",
            )
        )
    return found
