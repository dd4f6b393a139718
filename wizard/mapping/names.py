"""Names on the target: handles that it accepts, each used once."""

import re
from collections.abc import Collection, Iterable

from wizard.model.mapping import Mapping
from wizard.ports import Profile

CRON_SERVICES = ("cron", "scheduler", "crontab")
"""Names for the service that runs the crontab; the first that no process type of the app has."""


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
