"""What becomes of the size of a database that is there already, where the target gives it another."""

from wizard.mapping.stores import moved_stores
from wizard.model.mapping import DatabaseChoice, Mapping, StoreChoice
from wizard.model.plan import Finding
from wizard.ports import CapsuleTarget, Environment, TargetDatabase


async def size_findings(target: CapsuleTarget, there: Environment | None, mapping: Mapping) -> list[Finding]:
    """A disk that would have to shrink blocks; another size is told, since the database starts anew."""
    if there is None:
        return []
    found: list[Finding] = []
    choices: list[DatabaseChoice | StoreChoice] = [*mapping.moved_databases(), *moved_stores(mapping)]
    for choice in choices:
        known = await target.find_database(there, choice.handle)
        if known is not None and (finding := _size(known, choice)) is not None:
            found.append(finding)
    for storage in mapping.storages:
        if storage.action == "mount" and (store := await target.find_storage(there, storage.handle)):
            found += _shrinks(storage.handle, store.disk_gb, storage.disk_gb)
    return found


def _shrinks(handle: str, has: int, wanted: int) -> list[Finding]:
    if has <= wanted:
        return []
    return [
        Finding(
            state="blocks",
            what=f"The disk of {handle} has {has} GB already, the map wants {wanted} GB",
            detail="disks there grow, and never shrink",
            remedy=f"Choose {has} GB or more on the map.",
        )
    ]


def _size(known: TargetDatabase, choice: DatabaseChoice | StoreChoice) -> Finding | None:
    memory, disk = known.memory_mb or choice.memory_mb, known.disk_gb or choice.disk_gb
    if shrinks := _shrinks(choice.handle, disk, choice.disk_gb):
        return shrinks[0]
    if (memory, disk) == (choice.memory_mb, choice.disk_gb):
        return None
    return Finding(
        state="look",
        what=f"{choice.handle} is there already, and gets another size: {choice.memory_mb} MB of memory, "
        f"{choice.disk_gb} GB of disk",
        detail=f"it has {memory} MB and {disk} GB; it may start anew for that",
        remedy="Choose on the map what it has, if it is to stay as it is.",
    )
