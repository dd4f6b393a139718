"""What apps write to their disk: gone at each restart on Heroku, kept where a store of files is mounted."""

from collections.abc import Iterator
from collections.abc import Mapping as Known
from typing import Literal

import msgspec

from wizard.document.checkout import Checkout
from wizard.document.repository.code_nouns import CodeLine
from wizard.mapping.capsules import runs_code
from wizard.mapping.names import is_handle, make_handle
from wizard.mapping.problem import Problem
from wizard.model.mapping import Mapping, StorageChoice
from wizard.model.system import System
from wizard.ports import Profile

LASTING = ("upload", "sqlite", "database", "local disk", "storage", "carrierwave", "paperclip", "shrine")
"""Words in the names of the rules (assets/code_rules.toml) for what somebody will miss when it is gone. All
else is a cache, a log, or a file that lives as long as a request."""


def propose_storages(
    system: System, profile: Profile, mapping: Mapping, checkouts: Known[str, Checkout]
) -> tuple[StorageChoice, ...]:
    """A choice for each app whose code writes to its disk and that runs code there, by the target's stores of
    files; none where it has no such stores, or nobody looked through the code."""
    if not profile.capabilities.storage:
        return ()
    taken = [one.handle for one in mapping.apps]
    taken += [one.handle for one in mapping.databases] + [one.handle for one in mapping.stores]
    choices = []
    for choice in mapping.apps:
        checkout = checkouts.get(choice.app_id)
        lines = disk_lines(checkout) if checkout else ()
        if not lines or not runs_code(mapping, choice.app_id):
            continue
        handle = make_handle(profile, f"{choice.handle}-files", taken)
        taken.append(handle)
        choices.append(_propose(choice.app_id, handle, lines))
    return tuple(choices)


def disk_lines(checkout: Checkout) -> tuple[CodeLine, ...]:
    """The lines that write to the disk, those first that write what should last."""
    found = [line for line in checkout.lines if line.kind == "disk"]
    return tuple(sorted(found, key=lambda line: not _lasts(line)))


def _lasts(line: CodeLine) -> bool:
    return any(word in line.name.lower() for word in LASTING)


def _propose(app_id: str, handle: str, lines: tuple[CodeLine, ...]) -> StorageChoice:
    lasting = [line for line in lines if _lasts(line)]
    first = (lasting or lines)[0]
    more = len(lasting or lines) - 1
    where = f"{first.name}, {first.file}:{first.line}" + (f" and {more} more" if more else "")
    action: Literal["leave", "undecided"] = "undecided" if lasting else "leave"
    reason = (
        f"the code keeps files ({where}), which each restart deletes, here and there: are they to last?"
        if lasting
        else f"the code writes files ({where}) that are gone at each restart on Heroku, too"
    )
    return StorageChoice(app_id=app_id, action=action, handle=handle, reason=reason)


def decide_storage(
    mapping: Mapping, app_id: str, action: Literal["mount", "leave", "undecided"], reason: str = ""
) -> Mapping:
    """Mount a store of files into the capsules of an app, or let its files be lost."""
    return _changed(mapping, app_id, action=action, reason=reason)


def set_storage(
    mapping: Mapping, app_id: str, *, handle: str | None = None, disk_gb: int | None = None
) -> Mapping:
    """Change what is named of a store of files, which is then mounted; what is None stays."""
    wanted = {"handle": handle, "disk_gb": disk_gb}
    given = {name: value for name, value in wanted.items() if value is not None}
    return _changed(mapping, app_id, **given, action="mount", reason="set by a person")


def storage_of(mapping: Mapping, app_id: str) -> StorageChoice | None:
    """The choice for an app's files, None when it has none."""
    return next((one for one in mapping.storages if one.app_id == app_id), None)


def kept_storages(decided: Mapping, proposed: Mapping) -> tuple[StorageChoice, ...]:
    """The stores of files of `proposed`, with what was decided for them; one that was mounted stays, though
    nobody looked through the code this time."""
    known = {one.app_id: one for one in decided.storages if one.action != "undecided"}
    apps = {one.app_id for one in proposed.apps}
    now = [known.pop(one.app_id, one) for one in proposed.storages]
    return (*now, *(one for one in known.values() if one.action == "mount" and one.app_id in apps))


def storage_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """What is wrong with stores of files of apps that move, or not decided."""
    names = {app.id: app.name for app in system.apps}
    moving = {choice.app_id for choice in mapping.moved_apps()}
    for choice in mapping.storages:
        if choice.app_id not in moving or choice.app_id not in names:
            continue
        name = storage_name(names[choice.app_id])
        if choice.action == "undecided":
            yield _stop("undecided", name, choice.reason or "is not decided", "Decide what becomes of it.")
        elif choice.action == "leave" and not choice.reason.strip():
            text, remedy = "is left behind without a reason", "Say why: the report repeats it."
            yield _stop("no-reason", name, text, remedy)
        elif choice.action == "mount":
            yield from _mount_problems(choice, name, mapping, profile)


def _mount_problems(
    choice: StorageChoice, name: str, mapping: Mapping, profile: Profile
) -> Iterator[Problem]:
    if not profile.capabilities.storage:
        yield _stop("no-storage", name, f"{profile.title} has no stores of files", "Leave it behind.")
        return
    if not is_handle(profile, choice.handle):
        text = f"`{choice.handle}` is no name that {profile.title} takes"
        yield _stop("handle", name, text, "Choose another name.")
    if not runs_code(mapping, choice.app_id):
        text = "nothing of the app runs code there: files that are only served read no store"
        yield _stop("storage-frontend", name, text, "Leave it behind, or make the app a backend capsule.")
        return
    several = [
        one.service
        for one in mapping.processes
        if one.app_id == choice.app_id and one.action == "service" and one.count > 1
    ]
    if several:
        yield Problem(
            code="storage-replicas",
            component=name,
            text=f"{', '.join(several)} runs several times, and all of them write to the same files",
            remedy="Look that the code bears it (SQLite does not), or run it once.",
        )
    yield Problem(
        code="storage-variable",
        component=name,
        text="the code has to write below the folder in the variable that the store sets; it begins empty",
        remedy="Change the paths in the code; copy old files by WebDAV where they are to come along. It can "
        "grow later, and never shrinks.",
    )


def storage_name(app_name: str) -> str:
    """The name under which an app's files stand."""
    return f"{app_name} files"


def _stop(code: str, name: str, text: str, remedy: str) -> Problem:
    return Problem(code=code, component=name, text=text, remedy=remedy, blocks=True)


def _changed(mapping: Mapping, app_id: str, **changes: str | int) -> Mapping:
    if storage_of(mapping, app_id) is None:
        raise KeyError(app_id)
    storages = tuple(
        msgspec.structs.replace(one, **changes) if one.app_id == app_id else one for one in mapping.storages
    )
    return msgspec.structs.replace(mapping, storages=storages)
