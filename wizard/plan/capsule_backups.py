"""The step at which a person turns on backups, where no API does."""

from collections.abc import Iterable

from wizard.mapping.spaces import space_of_capsule, space_of_database
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import Mapping
from wizard.model.plan import Step

STORES = ("mysql", "mongodb")
"""Types of stores that have backups there, beside Postgres and stores of files. The vendor's documentation
names no Redis."""


def backups_by_hand(mapping: Mapping, page: str) -> Iterable[Step]:
    """Backups are turned on where only a person can."""
    needs = {one.handle: f"prove:{one.handle}" for one in mapping.moved_databases()}
    needs |= {one.handle: f"database:{one.handle}" for one in moved_stores(mapping) if one.type in STORES}
    apps = {one.app_id for one in mapping.moved_apps()}
    needs |= {
        one.handle: f"storage:{one.handle}"
        for one in mapping.storages
        if one.action == "mount" and one.app_id in apps
    }
    moved = list(needs)
    if not moved:
        return
    of_files = {one.handle for one in mapping.storages}
    spaces: dict[str, list[str]] = {}
    for handle in moved:
        of = space_of_capsule if handle in of_files else space_of_database
        spaces.setdefault(of(mapping, handle), []).append(handle)
    yield Step(
        key="backups",
        kind="by-hand",
        title=f"You turn on backups of {', '.join(moved)}",
        phase="finish",
        by="person",
        needs=tuple(needs.values()),
        args={
            "waits": f"turn on the backups of {', '.join(moved)}",
            "lines": (
                f"Open {page}, the Space{'s' * (len(spaces) != 1)} {' and '.join(spaces)}.",
                f"$ {page}",
                *(
                    f"For the capsule{'s' * (len(names) != 1)} {', '.join(names)}"
                    + (f" in {space}" if len(spaces) > 1 else "")
                    + ": tab Backups, daily, and make one now."
                    for space, names in spaces.items()
                ),
                "The new side serves already, and nothing of it is backed up until then.",
            ),
        },
        seconds=(60, 600),
        way_back="you turn them off",
    )
