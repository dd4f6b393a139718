"""What becomes of processes, release commands and jobs where every process is a capsule of its own."""

from typing import Literal, NamedTuple

import msgspec

from wizard.choose.sizes import process_memory_mb
from wizard.document.checkout import Checkout
from wizard.mapping.runtime_lines import TITLES, Wanted, fits, lines_of, wanted
from wizard.mapping.static_sites import StaticSite, static_site
from wizard.model.mapping import CapsuleKind, JobChoice, Mapping, ProcessChoice
from wizard.model.system import App, Job, Process
from wizard.ports import Profile

PIN: dict[str, str] = {
    "node": "engines in package.json",
    "python": ".python-version",
    "ruby": "Gemfile.lock",
    "php": "composer.json",
    "dotnet": "global.json",
    "java": "a config var",
    "go": "a config var",
}
"""Where buildpacks of the Google Cloud kind read the version of a language."""


class Kind(NamedTuple):
    """The kind of capsule that an app's process becomes, and why."""

    capsule: CapsuleKind
    why: str


def has_capsules(profile: Profile) -> bool:
    """Whether each process is a capsule of its own there."""
    return profile.capabilities.layout == "capsules"


def kind_of(app: App, process: Process, checkout: Checkout | None, profile: Profile) -> Kind:
    """What a process becomes: files that are served by themselves, a container of the app's own, or code that
    the target's builders build. A worker is that, too: nobody has to listen on a port."""
    site = static_site(app, process, checkout)
    if site is not None:
        return Kind(
            "frontend",
            f"{site.because}: a static site, which reads no config var when it runs and reaches no database",
        )
    if app.stack == "container":
        return Kind("docker", "Heroku builds it from a Dockerfile")
    if checkout is not None and checkout.has("heroku.yml"):
        return Kind("docker", "its heroku.yml builds it from a Dockerfile")
    if checkout is not None and checkout.has("Dockerfile"):
        return Kind("docker", "it has a Dockerfile")
    told = wanted(app, checkout)
    lines = lines_of(profile, told.language) if told else None
    if told is not None and lines is not None and not lines:
        return Kind("docker", f"{profile.title} builds no {TITLES[told.language]}: from a Dockerfile")
    if told is not None and lines and not fits(told.version, lines):
        return Kind(
            "docker", f"it wants {told.in_words()}; {profile.title} builds {_few(lines)}: from a Dockerfile"
        )
    return Kind("backend", _built(told, lines, process, profile))


def _built(told: Wanted | None, lines: tuple[str, ...] | None, process: Process, profile: Profile) -> str:
    port = "" if process.type == "web" else ", and needs no port"
    if told is None:
        return f"{profile.title} builds it{port}"
    title = TITLES[told.language]
    if not told.version and lines:
        return f"{profile.title} builds {title}{port}; nothing pins its version: it takes its newest"
    where = f", pinned by {PIN[told.language]}" if told.language in PIN else ""
    return f"{profile.title} builds {told.in_words()}{where}{port}"


def _few(lines: tuple[str, ...]) -> str:
    return " and ".join(lines) if len(lines) < 3 else f"{lines[0]} to {lines[-1]}"


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
    """Percent of a CPU that a service gets: what was chosen, else what goes with its memory."""
    if choice.cpu_percent:
        return choice.cpu_percent
    with_memory = round(choice.memory_mb / 1024 * profile.prices.cpu_percent_per_gb)
    return max(1, min(with_memory, profile.capabilities.max_cpu_percent or with_memory))


def runs_code(mapping: Mapping, app_id: str) -> bool:
    """Whether anything of an app is more than files that are served."""
    return any(
        one.app_id == app_id and one.action == "service" and one.capsule != "frontend"
        for one in mapping.processes
    ) or any(one.app_id == app_id and one.action == "in-process" for one in mapping.jobs)


def memory_needed(process: Process, choice: ProcessChoice, profile: Profile) -> int:
    """MB that a service should have: a dyno's, and what files take that are only served."""
    needed = process_memory_mb(process)
    files = profile.capabilities.static_memory_mb
    return min(needed, files) if choice.capsule == "frontend" and files else needed
