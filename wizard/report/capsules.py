"""What a report says where every process became a capsule of its own."""

from collections.abc import Iterator

from wizard.document.answers import when
from wizard.model.mapping import Mapping, ProcessChoice
from wizard.model.system import App, System


def process_became(choice: ProcessChoice) -> str:
    """What a process became, in words; "" where targets of every layout have the same ones."""
    if choice.action == "before-start":
        return "a command before each start of web"
    if choice.action != "service" or not choice.capsule:
        return ""
    if choice.joined:
        return f"in the capsule of {choice.joined}"
    return f"{choice.capsule} capsule {choice.service}, {choice.count} x {choice.memory_mb} MB"


def jobs_became(app: App, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """The ids of an app's scheduler jobs that a clock starts or somebody else, and what that is."""
    for choice in mapping.jobs:
        if choice.app_id != app.id:
            continue
        if choice.action == "in-process":
            where = choice.process or "a capsule of its own"
            yield choice.job_id, f"a clock in {where} starts it, in UTC"
        elif choice.action == "outside":
            yield choice.job_id, "a call from outside"


def files_became(app: App, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """The files that an app writes, and the store that they go to."""
    for choice in mapping.storages:
        if choice.app_id == app.id and choice.action == "mount":
            yield f"{app.name} files", f"{choice.handle}, a store of files of {choice.disk_gb} GB"


def files_left(system: System, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Files that are lost at each restart, and why that was said to be right."""
    names = {app.id: app.name for app in system.apps}
    for choice in mapping.storages:
        if choice.action == "leave" and choice.app_id in names:
            yield f"{names[choice.app_id]} files", choice.reason


def calls_to_set_up(system: System, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Jobs that a cron service of somebody else is to start: what to do, and how."""
    moved = {choice.app_id for choice in mapping.moved_apps()}
    apps = {app.id: app for app in system.apps if app.id in moved}
    for choice in mapping.jobs:
        app = apps.get(choice.app_id)
        job = next((one for one in (app.jobs if app else None) or () if one.id == choice.job_id), None)
        if app is None or job is None or choice.action != "outside":
            continue
        yield (
            f"Have a cron service call {app.name} for `{job.command}`",
            f"{when(job)}; {choice.reason}. Until then nothing starts it.",
        )
