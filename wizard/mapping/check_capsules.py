"""What does not fit a target where every process is a capsule of its own, and what is not as on Heroku."""

from collections import Counter
from collections.abc import Iterator

from wizard.choose.capsule_kind import has_capsules
from wizard.choose.hostnames import is_apex, too_many
from wizard.mapping.capsule_config import capsule_config_problems
from wizard.mapping.linked import linked_problems
from wizard.mapping.names import capsule_name, capsule_services, clock_service, is_handle
from wizard.mapping.problem import Problem
from wizard.mapping.storages import storage_problems
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import AppChoice, JobChoice, Mapping, ProcessChoice
from wizard.model.system import App, System
from wizard.ports import Profile


def capsule_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """The problems of a target of that layout; none of any other."""
    if not has_capsules(profile):
        return
    yield from _team_problems(mapping, profile)
    yield from _region_problems(system, mapping, profile)
    apps = {app.id: app for app in system.apps}
    for choice in mapping.moved_apps():
        app = apps.get(choice.app_id)
        if app is not None:
            yield from _app_problems(system, mapping, profile, app, choice)
    yield from _name_problems(system, mapping, profile)
    yield from capsule_config_problems(system, mapping, profile)
    yield from storage_problems(system, mapping, profile)


def _team_problems(mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    teams, word = profile.capabilities.teams, profile.words.get("environment", "environment")
    if not mapping.create_environment or not teams:
        return
    if mapping.team and mapping.team not in teams:
        text = f"`{mapping.team}` is no team of this account"
    elif not mapping.team and len(teams) > 1:
        text = f"which team the new {word} belongs to is not chosen"
    else:
        return
    yield Problem(code="team", component="team", text=text, remedy="Choose one: it pays.", blocks=True)


def _region_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    nearest = profile.capabilities.nearest
    today = {app.region for app in system.apps if app.region}
    far = sorted(place for place in today if place not in nearest)
    if mapping.create_environment and nearest and far:
        yield Problem(
            code="region-far",
            component="region",
            text=f"{profile.title} has no region near {', '.join(far)}, where the system runs today",
            remedy="Expect longer ways for the people there, or ask its makers for one nearer.",
        )


def _app_problems(
    system: System, mapping: Mapping, profile: Profile, app: App, choice: AppChoice
) -> Iterator[Problem]:
    if choice.way == "linked":
        yield from linked_problems(system, mapping, profile, app, choice)
    yield from _pipeline_problems(system, app)
    processes = [one for one in mapping.processes if one.app_id == app.id]
    services = [one for one in processes if one.action == "service"]
    for one in services:
        yield from _service_problems(app, one, services, profile)
    yield from _release_problems(app, processes, profile)
    for job in (one for one in mapping.jobs if one.app_id == app.id):
        yield from _job_problems(app, job, services, profile)
    yield from _domain_problems(mapping, profile, app)
    if any(process.autoscale and process.autoscale.active for process in app.processes):
        yield _look(
            "no-autoscaling",
            f"{app.name} web",
            f"Heroku scales it by itself; {profile.title} runs as many as are set",
            "Set as many as the busiest hour needs.",
        )


def _pipeline_problems(system: System, app: App) -> Iterator[Problem]:
    pipeline = next((one for one in system.pipelines if app.pipeline in (one.id, one.name)), None)
    if pipeline is not None and len(pipeline.apps) > 1:
        yield _look(
            "no-pipelines",
            app.name,
            f"is promoted along the pipeline {pipeline.name}; there each app builds a branch of its own",
            "Let what is for trying out build another branch, and merge where you promoted.",
        )


def _service_problems(
    app: App, one: ProcessChoice, services: list[ProcessChoice], profile: Profile
) -> Iterator[Problem]:
    name = f"{app.name} {one.type}"
    if one.joined:
        yield from _joined_problems(name, one, services)
        return
    if not one.capsule:
        yield _stop("capsule-kind", name, "what kind of capsule it becomes is not said", "Choose one.")
    most = profile.capabilities.max_cpu_percent
    if most is not None and one.cpu_percent > most:
        text = f"{one.cpu_percent} % of a CPU is more than a capsule has, {most} %"
        yield _stop("cpu", name, text, "Choose less.")
    if one.capsule == "frontend":
        if one.type != "web":
            text = "is a static site, and only a web process serves one"
            yield _stop("frontend-type", name, text, "Make it a backend or a Docker capsule.")
        if one.output.startswith("/") or ".." in one.output.split("/"):
            text = f"`{one.output}` is no folder of its code"
            yield _stop("output", name, text, "Name the folder with the built files, from the app's own.")
        elif one.build and not one.output:
            text = "is built, and nothing says into which folder"
            yield _stop("output", name, text, "Name the folder with the built files: dist, build, public.")
        yield _look(
            "static-config",
            name,
            "is a static site: its config vars go into its files at its build, and change by a build only",
            "Offramp writes the step that puts them in (prepare); look that the code reads them from there.",
        )


def _joined_problems(name: str, one: ProcessChoice, services: list[ProcessChoice]) -> Iterator[Problem]:
    host = next((other for other in services if other.type == one.joined), None)
    if host is None:
        text, remedy = (
            f"is to run with {one.joined}, which does not run there",
            "Give it a capsule of its own.",
        )
        yield _stop("joined", name, text, remedy)
    elif host is one or host.joined:
        text = f"is to run with {one.joined}, which has no capsule of its own either"
        yield _stop("joined-loop", name, text, "Let one of them have a capsule for itself.")
    elif host.capsule != "docker":
        text = f"is to run with {one.joined}, and a {host.capsule or 'backend'} capsule runs one command"
        remedy = (
            f"Make {one.joined} a Docker capsule, whose image runs both, or give it a capsule of its own."
        )
        yield _stop("one-command", name, text, remedy)
    elif host.count > 1:
        text = f"runs {host.count} times with {one.joined}, each beside a container of it"
        yield _look("joined-replicas", name, text, f"Run {one.joined} once, unless that is meant.")


def _release_problems(app: App, processes: list[ProcessChoice], profile: Profile) -> Iterator[Problem]:
    before = [one for one in processes if one.action == "before-start"]
    if not before:
        return
    name = f"{app.name} {before[0].type}"
    web = next((one for one in processes if one.type == "web" and one.action == "service"), None)
    if len(before) > 1:
        yield _stop("two-releases", app.name, "has two commands before its start", "Keep one.")
    elif web is None:
        text = "is to run before the web command, and there is no web process"
        yield _stop("no-web-command", name, text, "Leave it behind, and say how it runs.")
    elif web.capsule == "frontend":
        text = "is to run before the web command, and a static site has none"
        yield _stop("no-web-command", name, text, "Leave it behind, or make web a backend capsule.")
    else:
        often = f", in {web.count} containers at once" if web.count > 1 else ""
        yield _look(
            "before-start",
            name,
            f"runs at each start of web{often}, not once a release: {profile.title} has no release phase",
            "Look that it bears being run again" + (" and beside itself (a lock)." if often else "."),
        )


def _job_problems(
    app: App, job: JobChoice, services: list[ProcessChoice], profile: Profile
) -> Iterator[Problem]:
    known = {one.id: one.command for one in app.jobs or ()}
    name = f"{app.name} job {known.get(job.job_id, job.job_id)}"
    if job.action == "outside" and not any(one.type == "web" for one in services):
        text = "is to be called from outside, and the app has no web process that answers"
        yield _stop("outside-no-web", name, text, "Let a clock inside the app start it.")
    elif job.action == "outside":
        yield _look(
            "outside",
            name,
            "a cron service of somebody else is to call an address of the app, which the code has to offer",
            "Write that address with a secret in it, and set the service up after the cut-over.",
        )
    if job.action != "in-process" or not job.process:
        return
    host = next((one for one in services if one.type == job.process), None)
    if host is None:
        text = f"its clock is to run in {job.process}, which does not run there"
        yield _stop("clock-process", name, text, "Choose another process, or a capsule of its own.")
    elif host.capsule == "frontend":
        text = f"its clock is to run in {job.process}, a static site that runs nothing"
        yield _stop("clock-process", name, text, "Choose another process, or a capsule of its own.")
    elif host.count > 1:
        yield _look(
            "double-runs",
            name,
            f"its clock runs in each of the {host.count} containers of {job.process}: each starts the job",
            "Run it once, give the clock a capsule of its own, or take a lock in the database.",
        )


def _domain_problems(mapping: Mapping, profile: Profile, app: App) -> Iterator[Problem]:
    if profile.capabilities.max_root_domains is None:
        return
    asked = [
        one.hostname
        for one in mapping.domains
        if one.app_id == app.id and one.action in ("endpoint", "by-hand")
    ]
    for hostname, reason in too_many(asked, profile.capabilities).items():
        code = "root-domains" if is_apex(hostname) else "domains"
        remedy = "Leave it behind, or another one of the app; a redirect where its DNS is may do for it."
        yield _stop(code, hostname, reason, remedy)


def _name_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """All capsules of a Space have one list of names, whatever they are. Those of a move are told apart by
    their names in several Spaces, too: in the plan, in the report, by whoever opens a tunnel to one."""
    word = profile.words.get("environment", "environment")
    names = {app.id: app.name for app in system.apps}
    add_ons = {one.id: one.name for one in system.add_ons}
    found: list[tuple[str, str]] = []
    for choice in mapping.moved_apps():
        name = names.get(choice.app_id, choice.app_id)
        services = capsule_services(mapping, choice.app_id)
        clock = clock_service(mapping, choice.app_id)
        for service in services:
            capsule = capsule_name(choice.handle, service, services)
            of = next(
                (
                    one.type
                    for one in mapping.processes
                    if one.app_id == choice.app_id and one.service == service and one.action == "service"
                ),
                "",
            )
            who = name if service == clock and not of else f"{name} {of}"
            found.append((who, capsule))
            if not is_handle(profile, capsule) and is_handle(profile, choice.handle):
                text = f"would be called `{capsule}`, which {profile.title} does not take"
                yield _stop("capsule-name", who, text, "Give the app a shorter name there.")
    found += [(add_ons.get(one.add_on_id, one.handle), one.handle) for one in mapping.moved_databases()]
    found += [(add_ons.get(one.add_on_id, one.handle), one.handle) for one in moved_stores(mapping)]
    found += [
        (names.get(one.app_id, one.handle), one.handle) for one in mapping.storages if one.action == "mount"
    ]
    counted = Counter(capsule for _, capsule in found)
    for capsule in sorted(name for name, count in counted.items() if count > 1):
        sharing = [who for who, one in found if one == capsule]
        where = f"in one {word}" if not mapping.spaces else "in one move"
        text = f"would be two capsules called `{capsule}` {where}"
        yield _stop("capsule-twice", ", ".join(dict.fromkeys(sharing)), text, "Give one another name there.")


def _stop(code: str, name: str, text: str, remedy: str) -> Problem:
    return Problem(code=code, component=name, text=text, remedy=remedy, blocks=True)


def _look(code: str, name: str, text: str, remedy: str) -> Problem:
    return Problem(code=code, component=name, text=text, remedy=remedy)
