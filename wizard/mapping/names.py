"""Names on the target: handles that it accepts, each used once."""

import re
from collections.abc import Collection, Iterable

from wizard.model.mapping import Mapping
from wizard.ports import Profile

CRON_SERVICES = ("cron", "scheduler", "crontab")
"""Names for the service that runs the crontab; the first that no process type of the app has."""

CLOCK_SERVICES = ("clock", "jobs", "schedule")
"""Names for the service that runs scheduler jobs inside a process; the first that no process type has."""


def is_handle(profile: Profile, text: str) -> bool:
    """Whether the target accepts `text` as a handle."""
    return re.fullmatch(profile.handle_pattern, text) is not None


def make_handle(profile: Profile, text: str, taken: Collection[str] = ()) -> str:
    """A handle that the target accepts, made from `text`, and not among `taken`.

    Whatever the target's pattern refuses becomes a dash; "app" stands where nothing is left.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "app"
    for length in (40, 30, 20, 12):
        base = plain[:length].strip("-") or "app"
        if is_handle(profile, base):
            break
    handle = base
    number = 2
    while handle in taken:
        handle = f"{base}-{number}"
        number += 1
    return handle


def common_name(names: Iterable[str]) -> str:
    """What app names begin with: "migrate" of migrate-backend and migrate-frontend; else the first name."""
    split = [name.split("-") for name in names]
    if not split:
        return "app"
    common = []
    for words in zip(*split, strict=False):
        if len(set(words)) > 1:
            break
        common.append(words[0])
    text = "-".join(common)
    return text if len(text) > 2 else "-".join(split[0])


def cron_service(mapping: Mapping, app_id: str) -> str | None:
    """The name of the service that runs an app's crontab, None when no job of it becomes a crontab line."""
    if not any(job.app_id == app_id and job.action == "cron" for job in mapping.jobs):
        return None
    taken = {
        choice.service
        for choice in mapping.processes
        if choice.app_id == app_id and choice.action == "service"
    }
    return next((name for name in CRON_SERVICES if name not in taken), "offramp-cron")


def clock_service(mapping: Mapping, app_id: str) -> str | None:
    """The name of the service that runs an app's clock, None when no job of it has a clock of its own."""
    jobs = [one for one in mapping.jobs if one.app_id == app_id and one.action == "in-process"]
    if not any(not one.process for one in jobs):
        return None
    taken = {one.service for one in mapping.processes if one.app_id == app_id and one.action == "service"}
    return next((name for name in CLOCK_SERVICES if name not in taken), "offramp-clock")


def capsule_services(mapping: Mapping, app_id: str) -> tuple[str, ...]:
    """The services of an app that have a capsule for themselves, where each has one: those of processes that
    are not joined to another, and that of the clock."""
    own = [
        one.service
        for one in mapping.processes
        if one.app_id == app_id and one.action == "service" and not one.joined
    ]
    clock = clock_service(mapping, app_id)
    return (*own, *([clock] if clock else []))


def capsule_name(handle: str, service: str, services: Collection[str]) -> str:
    """The name of a capsule: the app's for `web` or for the only one of `services`, else with the service
    behind it ("shop-worker"; of a service `mail_queue`, "shop-mail-queue")."""
    if service == "web" or len(services) == 1:
        return handle
    return f"{handle}-{re.sub(r'[^a-z0-9]+', '-', service.lower()).strip('-')}"


def capsule_names(mapping: Mapping, handle: str) -> dict[str, str]:
    """The names of the capsules of the app with that handle, by service."""
    app = next((one for one in mapping.moved_apps() if one.handle == handle), None)
    services = capsule_services(mapping, app.app_id) if app is not None else ()
    return {service: capsule_name(handle, service, services) for service in services}
