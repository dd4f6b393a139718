"""What becomes of processes, release commands and jobs where every process is a capsule of its own."""

from typing import Literal

import msgspec

from wizard.choose.capsule_kind import kind_of
from wizard.choose.static_sites import StaticSite, static_site
from wizard.document.checkout import Checkout
from wizard.model.mapping import JobChoice, Mapping, ProcessChoice
from wizard.model.system import App, Job, Process
from wizard.ports import Profile


def in_capsule(
    choice: ProcessChoice, app: App, process: Process, checkout: Checkout | None, profile: Profile
) -> ProcessChoice:
    """`choice` with the kind of its capsule, and what builds and runs it."""
    kind = kind_of(app, process, checkout, profile)
    choice = msgspec.structs.replace(choice, capsule=kind.capsule)
    if choice.action != "service":
        return choice
    if kind.capsule != "frontend":
        return msgspec.structs.replace(choice, reason=f"{kind.why}; {choice.reason}")
    site = static_site(app, process, checkout)
    assert site is not None
    return _frontend(choice, site, kind.why, profile)


def _frontend(choice: ProcessChoice, site: StaticSite, why: str, profile: Profile) -> ProcessChoice:
    memory = profile.capabilities.static_memory_mb or choice.memory_mb
    return msgspec.structs.replace(
        choice,
        memory_mb=min(memory, choice.memory_mb),
        build=site.build,
        output=site.output,
        reason=why,
    )


def release_before_start(
    base: ProcessChoice, app: App, checkout: Checkout | None, profile: Profile
) -> ProcessChoice:
    """A release command where there is no phase for it: before the web command, where one runs code."""
    web = next((process for process in app.processes if process.type == "web"), None)
    runs = web is not None and static_site(app, web, checkout) is None
    action: Literal["before-start", "undecided"] = "before-start" if runs else "undecided"
    reason = (
        f"{profile.title} has no release phase: it runs before the web command, at each start of a "
        "container, and has to bear being run again"
        if runs
        else f"{profile.title} has no release phase, and no web process runs code that it could go before"
    )
    return msgspec.structs.replace(base, action=action, count=0, reason=reason)


def job_choice(app: App, job: Job, profile: Profile) -> JobChoice:
    """A clock in a capsule of its own, of which there is one: in a process with several containers each would
    start the job."""
    return JobChoice(
        app_id=app.id,
        job_id=job.id,
        action="in-process",
        reason=f"{profile.title} has no scheduler: a clock in a capsule of its own starts it, in UTC; a run "
        "that is missed while that restarts is not made up",
    )


def cpu_percent(choice: ProcessChoice, profile: Profile) -> int:
    """Percent of a CPU that a service gets: what was chosen, else what goes with its memory, a half
    percent upwards."""
    if choice.cpu_percent:
        return choice.cpu_percent
    with_memory = int(choice.memory_mb / 1024 * profile.prices.cpu_percent_per_gb + 0.5)
    return max(1, min(with_memory, profile.capabilities.max_cpu_percent or with_memory))


def runs_code(mapping: Mapping, app_id: str) -> bool:
    """Whether anything of an app is more than files that are served."""
    return any(
        one.app_id == app_id and one.action == "service" and one.capsule != "frontend"
        for one in mapping.processes
    ) or any(one.app_id == app_id and one.action == "in-process" for one in mapping.jobs)
