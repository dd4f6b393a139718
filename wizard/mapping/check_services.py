"""What is wrong with services: sizes, counts, names, release commands and jobs."""

import re
from collections.abc import Iterator

from wizard.choose.capsule_kind import has_capsules, memory_needed
from wizard.choose.sizes import is_size, sizes_in_words
from wizard.mapping.problem import Problem
from wizard.model.mapping import Mapping, ProcessChoice
from wizard.model.system import App, Process, System
from wizard.ports import Profile

SERVICE_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}")


def service_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """The problems of every app that moves."""
    apps = {app.id: app for app in system.apps}
    of_app: dict[str, list[ProcessChoice]] = {}
    for process in mapping.processes:
        of_app.setdefault(process.app_id, []).append(process)
    for choice in mapping.moved_apps():
        app = apps.get(choice.app_id)
        if app is not None:
            yield from _app_problems(app, of_app.get(app.id, []), mapping, profile)


def _app_problems(
    app: App, processes: list[ProcessChoice], mapping: Mapping, profile: Profile
) -> Iterator[Problem]:
    known = {process.type: process for process in app.processes}
    chosen = [choice for choice in processes if choice.type in known]
    services = [choice for choice in chosen if choice.action == "service"]
    for choice in services:
        if choice.joined and has_capsules(profile):
            continue  # it has neither size nor count of its own
        yield from _size_problems(f"{app.name} {choice.type}", choice, known[choice.type], profile)
        yield from _count_problems(f"{app.name} {choice.type}", choice, known[choice.type], profile)
    yield from _name_problems(app, services)
    yield from _release_problems(app, chosen, profile)
    jobs = [job for job in mapping.jobs if job.app_id == app.id and job.action == "cron"]
    if jobs and profile.capabilities.scheduler == "none":
        yield Problem(
            code="no-scheduler",
            component=app.name,
            text=f"{profile.title} has no scheduler",
            remedy="Leave its jobs behind, and say how they run.",
            blocks=True,
        )
    clock = any(one.app_id == app.id and one.action == "in-process" for one in mapping.jobs)
    if not services and not jobs and not clock:
        yield Problem(
            code="nothing-runs",
            component=app.name,
            text="moves, but nothing of it runs there",
            remedy="Make a process a service, or leave the app behind.",
            blocks=True,
        )


def _name_problems(app: App, services: list[ProcessChoice]) -> Iterator[Problem]:
    for choice in services:
        if not SERVICE_NAME.fullmatch(choice.service):
            yield Problem(
                code="service-name",
                component=f"{app.name} {choice.type}",
                text=f"`{choice.service}` cannot be the name of a service",
                remedy="Use letters, digits and dashes.",
                blocks=True,
            )
    names = [choice.service for choice in services]
    for service in sorted({service for service in names if names.count(service) > 1}):
        yield Problem(
            code="service-twice",
            component=app.name,
            text=f"two process types become one service `{service}`",
            remedy="Give each a name of its own.",
            blocks=True,
        )


def _release_problems(app: App, chosen: list[ProcessChoice], profile: Profile) -> Iterator[Problem]:
    hooks = [choice for choice in chosen if choice.action == "release-hook"]
    if hooks and not profile.capabilities.release_phase:
        yield Problem(
            code="no-release-phase",
            component=f"{app.name} {hooks[0].type}",
            text=f"{profile.title} has no release phase",
            remedy="Leave it behind, and say how the command runs.",
            blocks=True,
        )
    if len(hooks) > 1:
        yield Problem(
            code="two-releases",
            component=app.name,
            text="has two release commands",
            remedy="Keep one.",
            blocks=True,
        )


def _size_problems(name: str, choice: ProcessChoice, process: Process, profile: Profile) -> Iterator[Problem]:
    can = profile.capabilities
    needed = memory_needed(process, choice.capsule, profile)
    files = can.static_memory_mb if choice.capsule == "frontend" else None
    if not is_size(profile, choice.memory_mb, least=files):
        yield Problem(
            code="memory-size",
            component=name,
            text=f"{choice.memory_mb} MB is no size of {profile.title}",
            remedy=f"Choose {sizes_in_words(profile)}.",
            blocks=True,
        )
    elif choice.profile and choice.profile not in can.machines:
        yield Problem(
            code="machine",
            component=name,
            text=f"`{choice.profile}` is no kind of machine of {profile.title}",
            remedy=f"Choose one of: {', '.join(can.machines) or 'none'}.",
            blocks=True,
        )
    elif choice.profile and choice.memory_mb < can.machines[choice.profile]:
        yield Problem(
            code="machine-memory",
            component=name,
            text=f"the machine {choice.profile} has {can.machines[choice.profile]} MB at least, not "
            f"{choice.memory_mb}",
            remedy="Give it more memory, or another kind of machine.",
            blocks=True,
        )
    elif choice.memory_mb < needed:
        yield Problem(
            code="less-memory",
            component=name,
            text=f"has {choice.memory_mb} MB there, {needed} MB on Heroku",
            remedy="Give it as much, unless you know that it needs less.",
        )


def _count_problems(
    name: str, choice: ProcessChoice, process: Process, profile: Profile
) -> Iterator[Problem]:
    most = profile.capabilities.max_containers
    if choice.count < 0 or (most is not None and choice.count > most):
        yield Problem(
            code="count",
            component=name,
            text=f"cannot run {choice.count} times there (at most {most})",
            remedy="Choose another count.",
            blocks=True,
        )
    elif choice.count < process.quantity:
        yield Problem(
            code="fewer",
            component=name,
            text=f"runs {choice.count} times there, {process.quantity} times on Heroku",
            remedy="Run as many, unless you know that fewer do.",
        )
    elif choice.count == 0 and choice.type != "web":
        yield Problem(
            code="stopped",
            component=name,
            text="is scaled to zero on Heroku and stays so",
            remedy="Leave it behind if nobody starts it any more.",
        )
    if choice.type == "web" and choice.count == 0:
        yield Problem(
            code="web-stopped",
            component=name,
            text="runs 0 times: nobody answers at its web address",
            remedy="Run it once at least, unless that is meant.",
        )
