"""The map where every process is a capsule of its own: what the rows say, and what can be decided there."""

from typing import Literal

from screens.map_checks import handle, number
from screens.map_option import BY_PERSON, Change, Option, leave
from wizard.choose.capsule_kind import has_capsules
from wizard.choose.own_image import by_image_words, how_by_image, own_image
from wizard.choose.sizes import nearest_size, process_memory_mb
from wizard.choose.stores import store_type
from wizard.mapping import edit, edit_capsules, storages
from wizard.mapping.capsules import cpu_percent
from wizard.mapping.check import Component
from wizard.mapping.linked import repository_check
from wizard.model.mapping import AppChoice, CapsuleKind, JobChoice, Mapping, ProcessChoice, StorageChoice
from wizard.model.system import AddOn, Process
from wizard.ports import Profile

KINDS: dict[CapsuleKind, str] = {
    "backend": "Backend capsule: the target's builders build it, one command runs",
    "frontend": "Frontend capsule: serves files; no config when it runs, no database",
    "docker": "Docker capsule: its Dockerfile says what is built and run",
}

CLOCK = "in UTC; what is missed while it restarts is not made up"


# -- what the rows say ---------------------------------------------------------------------------------


def process_becomes(choice: ProcessChoice, profile: Profile) -> str:
    """What a process becomes, in the column after the arrow; "" where every target has the same words."""
    if choice.action == "before-start":
        return "before web starts"
    if choice.action != "service" or not has_capsules(profile):
        return ""
    if choice.joined:
        return f"in the capsule of {choice.joined}"
    size = f"{choice.count} x {choice.memory_mb} MB {cpu_percent(choice, profile)} %"
    return f"{choice.capsule or 'capsule ?'}, {size}"


def process_details(choice: ProcessChoice, process: Process | None) -> str:
    """What a capsule is built and run by: what the row has no room for."""
    if choice.action not in ("service", "before-start") or not choice.capsule:
        return ""
    if choice.capsule == "frontend":
        build = f"built by `{choice.build}`" if choice.build else "not built"
        return f"{build}, files in {choice.output or 'its root'}"
    command = choice.command or (process.command if process else "")
    run = "" if choice.capsule == "docker" and not choice.command else f"runs `{command}`"
    return ", ".join(filter(None, (run, f"built by `{choice.build}`" if choice.build else "")))


def job_becomes(choice: JobChoice) -> str:
    """What a job becomes; "" where it is none of a target of this layout."""
    if choice.action == "in-process":
        return f"clock in {choice.process}" if choice.process else "clock in its own capsule"
    return "called from outside" if choice.action == "outside" else ""


def code_becomes(choice: AppChoice) -> str:
    """Where the target fetches an app's code from."""
    name = choice.repository.removeprefix("https://").partition("/")[2] or choice.repository or "?"
    return f"{name}, {choice.folder}" if choice.folder else name


def files_become(choice: StorageChoice) -> str:
    """What becomes of the files that an app writes."""
    words = {"leave": "lost at each restart", "undecided": "?"}
    return words.get(choice.action, f"{choice.handle} · {choice.disk_gb} GB")


# -- what can be decided -------------------------------------------------------------------------------


def capsule_options(component: Component, mapping: Mapping, profile: Profile) -> list[Option]:
    """What can be decided for what other targets have not, or decide otherwise; empty for all else."""
    match component:
        case ("team",):
            return _team(mapping, profile)
        case ("region",):
            return [_region(name) for name in profile.capabilities.regions]
        case ("files", app_id):
            return _files(app_id, mapping, profile)
        case ("way", app_id):
            return _code(app_id, mapping, profile)
        case ("job", app_id, job_id):
            return _job(app_id, job_id, mapping)
        case ("domain", app_id, hostname):
            return _domain(app_id, hostname)
    return []


def process_options(
    choice: ProcessChoice, process: Process | None, mapping: Mapping, profile: Profile, sizes: list[Option]
) -> list[Option]:
    """What can be decided for a process. `sizes` are the options that every target has for one that runs."""
    app_id, type_ = choice.app_id, choice.type
    behind = leave(lambda m, why: edit.decide_process(m, app_id, type_, "leave", why))
    if type_ == "release":
        return [_before_start(app_id, type_, profile), _command(app_id, choice, process), behind]
    kinds = [
        _kind(app_id, kind, choice, process, profile)
        for kind in sorted(KINDS, key=lambda one: one != choice.capsule)
        if _can_be(kind, type_)
    ]
    if choice.action == "leave":
        return [*kinds, behind]
    hosts = [
        one.type
        for one in mapping.processes
        if one.app_id == app_id and one.type != type_ and one.action == "service" and not one.joined
    ]
    joined = [_join(app_id, type_, host) for host in hosts if host != choice.joined]
    if choice.joined:
        return [*kinds, *joined, behind]
    of_kind = [_command(app_id, choice, process), _build(app_id, choice)]
    if choice.capsule == "frontend":
        of_kind = [_build(app_id, choice), _output(app_id, choice)]
    return [*kinds, *sizes, _cpu(app_id, choice, profile), *of_kind, *joined, behind]


def _can_be(kind: CapsuleKind, type_: str) -> bool:
    return kind != "frontend" or type_ == "web"


def _kind(
    app_id: str, kind: CapsuleKind, choice: ProcessChoice, process: Process | None, profile: Profile
) -> Option:
    files = profile.capabilities.static_memory_mb
    memory = choice.memory_mb
    if kind == "frontend" and files:
        memory = min(memory, files)
    elif choice.capsule == "frontend" and process is not None:
        memory = nearest_size(profile, process_memory_mb(process))
    now = choice.action == "service" and kind == choice.capsule and not choice.joined
    return Option(
        kind,
        KINDS[kind] + (" (now)" if now else ""),
        lambda m, _: edit_capsules.set_kind(m, app_id, choice.type, kind, memory),
    )


def _before_start(app_id: str, type_: str, profile: Profile) -> Option:
    return Option(
        "before-start",
        "Run it before the web command, at each of its starts",
        lambda m, _: edit_capsules.before_start(
            m, app_id, type_, f"{profile.title} has no release phase; {BY_PERSON}"
        ),
    )


def _command(app_id: str, choice: ProcessChoice, process: Process | None) -> Option:
    of_heroku = process.command if process and choice.capsule != "docker" else ""
    return Option(
        "command",
        f"Command (now {choice.command or of_heroku or 'that of its image'})",
        lambda m, text: edit_capsules.set_command(m, app_id, choice.type, "" if text == of_heroku else text),
        "What does it run? Nothing stands for what it runs by itself.",
        choice.command or of_heroku,
        lambda text: "",
    )


def _build(app_id: str, choice: ProcessChoice) -> Option:
    return Option(
        "build",
        f"Build command (now {choice.build or 'the builder decides'})",
        lambda m, text: edit_capsules.set_build(m, app_id, choice.type, text),
        "What builds it? Nothing leaves it to the target's builder.",
        choice.build,
        lambda text: "",
    )


def _output(app_id: str, choice: ProcessChoice) -> Option:
    return Option(
        "output",
        f"Folder with the built files (now {choice.output or 'its root'})",
        lambda m, text: edit_capsules.set_output(m, app_id, choice.type, text),
        "Which folder of the app holds the files once it is built? Nothing stands for its root.",
        choice.output,
        _inside,
    )


def _inside(text: str) -> str:
    bad = text.startswith("/") or ".." in text.split("/")
    return "Name a folder below that of the app: dist, build, public." if bad else ""


def _cpu(app_id: str, choice: ProcessChoice, profile: Profile) -> Option:
    most = profile.capabilities.max_cpu_percent or 100
    return Option(
        "cpu",
        f"CPU (now {cpu_percent(choice, profile)} %)",
        lambda m, text: edit_capsules.set_cpu(m, app_id, choice.type, int(text)),
        f"How much of a CPU, in percent, up to {most}? 0 is as much as goes with its memory.",
        str(choice.cpu_percent),
        number(0, most),
    )


def _join(app_id: str, type_: str, host: str) -> Option:
    return Option(
        f"join {host}",
        f"Run it in the capsule of {host}, whose Dockerfile starts both",
        lambda m, _: edit_capsules.join(m, app_id, type_, host),
    )


def _job(app_id: str, job_id: str, mapping: Mapping) -> list[Option]:
    """A clock in a capsule of its own or in a process, a call from outside, or left behind."""

    def clock(process: str) -> Change:
        where = f"a clock in {process}" if process else "a clock in a capsule of its own"
        return lambda m, _: edit_capsules.move_job(
            m, app_id, job_id, "in-process", reason=f"{where} starts it, {CLOCK}", process=process
        )

    hosts = [
        one
        for one in mapping.processes
        if one.app_id == app_id and one.action == "service" and one.capsule != "frontend" and not one.joined
    ]
    return [
        Option("in-process", "A clock in a capsule of its own starts it", clock("")),
        *(
            Option(
                f"in {one.type}",
                f"A clock in {one.type} starts it" + (f", in each of {one.count}" if one.count > 1 else ""),
                clock(one.type),
            )
            for one in hosts
        ),
        Option(
            "outside",
            "A cron service of somebody else calls an address of the app",
            lambda m, which: edit_capsules.move_job(
                m, app_id, job_id, "outside", reason=f"{which} calls an address of the app"
            ),
            "Which service calls it? The report repeats it.",
        ),
        leave(lambda m, why: edit.decide_job(m, app_id, job_id, "leave", why)),
    ]


def _domain(app_id: str, hostname: str) -> list[Option]:
    """A domain of the web capsule; by hand; left behind."""

    def to(action: Literal["endpoint", "by-hand"]) -> Change:
        return lambda m, _: edit.decide_domain(m, app_id, hostname, action, BY_PERSON)

    return [
        Option("endpoint", "Give it to the web capsule; I set its DNS records when asked", to("endpoint")),
        Option("by-hand", "I change its DNS after the cut-over", to("by-hand")),
        leave(lambda m, why: edit.decide_domain(m, app_id, hostname, "leave", why)),
    ]


def _code(app_id: str, mapping: Mapping, profile: Profile) -> list[Option]:
    """Which repository, and where in it."""
    choice = mapping.app(app_id) or AppChoice(app_id=app_id)
    return [
        Option(
            "repository",
            f"Another repository (now {choice.repository or 'none'})",
            lambda m, text: edit_capsules.set_repository(m, app_id, text),
            "Its address, as a browser has it: https://github.com/acme/shop",
            choice.repository,
            lambda text: repository_check(profile, text),
        ),
        Option(
            "sub-folder",
            f"The folder of the app in it (now {choice.folder or 'its root'})",
            lambda m, text: edit_capsules.set_folder(m, app_id, text),
            "Which folder of the repository is it? Nothing stands for its root.",
            choice.folder,
            _inside,
        ),
    ]


def _region(name: str) -> Option:
    return Option(f"region {name}", f"In {name}", lambda m, _: edit.set_region(m, name))


def _team(mapping: Mapping, profile: Profile) -> list[Option]:
    """The teams of the account, where they are known; else a slug that is typed."""
    teams = profile.capabilities.teams

    def to(slug: str) -> Change:
        return lambda m, _: edit_capsules.set_team(m, slug)

    known = [Option(f"team {slug}", f"{name} ({slug})", to(slug)) for slug, name in teams.items()]
    return known or [
        Option(
            "team",
            "Another team",
            edit_capsules.set_team,
            "The slug of the team, as its address has it",
            mapping.team,
        )
    ]


def _files(app_id: str, mapping: Mapping, profile: Profile) -> list[Option]:
    """A store of files, its name and size; or files that are lost."""
    choice = storages.storage_of(mapping, app_id)
    if choice is None:
        return []
    behind = leave(
        lambda m, why: storages.decide_storage(m, app_id, "leave", why), "Let them be lost, as on Heroku"
    )
    mount = Option(
        "mount",
        "Mount a store of files into its capsules",
        lambda m, _: storages.decide_storage(m, app_id, "mount", BY_PERSON),
    )
    least, most = profile.capabilities.disk_range_gb or (1, 1000)
    sizes = [
        Option(
            "handle",
            "Another name there",
            lambda m, name: storages.set_storage(m, app_id, handle=name),
            "What is the store called there?",
            choice.handle,
            handle(profile),
        ),
        Option(
            "disk",
            f"Size (now {choice.disk_gb} GB)",
            lambda m, text: storages.set_storage(m, app_id, disk_gb=int(text)),
            "How many GB? It can grow later, and never shrink.",
            str(choice.disk_gb),
            number(least, most),
        ),
    ]
    return [mount, *(sizes if choice.action == "mount" else ()), behind]


def image_options(add_on: AddOn, profile: Profile) -> list[Option]:
    """A Docker capsule from its makers' image, for a service that the target has no counterpart of."""
    type_ = store_type(add_on)
    if not has_capsules(profile) or not own_image(type_):
        return []
    return [
        Option(
            "own-image",
            by_image_words(type_),
            lambda m, _: edit.decide_add_on(m, add_on.id, "by-hand", how_by_image(type_)),
        )
    ]
