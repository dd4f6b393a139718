"""The changes that a move needs in the code of one app: which files, and why each."""

from collections.abc import Mapping as Known

from wizard.document.checkout import Checkout
from wizard.document.repository.against_app import compare_with_app
from wizard.mapping.names import cron_service
from wizard.mapping.problem import Problem
from wizard.model.mapping import Mapping
from wizard.model.system import App, System
from wizard.model.text import clean
from wizard.ports import Profile
from wizard.prepare import release_hook
from wizard.prepare.app_json import app_json_remarks
from wizard.prepare.capsules.propose import CapsuleChanges
from wizard.prepare.case import Case, Part
from wizard.prepare.command import plain_words
from wizard.prepare.container_app import container_remarks
from wizard.prepare.dockerfile import dockerfile, starts_by_script
from wizard.prepare.file_change import FileChange, Proposal
from wizard.prepare.own_dockerfile import has_entrypoint
from wizard.prepare.procfile import services_procfile
from wizard.prepare.same_code import with_differences
from wizard.prepare.schedules import CRONTAB, GUARANTEES, cron_command, crontab
from wizard.prepare.start_lines import check_lines
from wizard.prepare.start_script import started
from wizard.prepare.terraform.propose import terraform_part
from wizard.prepare.traps import traps
from wizard.prepare.workflow.propose import told_once, workflow_part


def propose_all(
    system: System, mapping: Mapping, profile: Profile, checkouts: Known[str, Checkout]
) -> dict[str, Proposal]:
    """The proposals of all apps that move and have a checkout, by app id, in the order of the inventory."""
    proposals = {
        choice.app_id: propose_changes(
            system.app(choice.app_id), mapping, profile, checkouts[choice.app_id], system
        )
        for choice in mapping.moved_apps()
        if choice.app_id in checkouts
    }
    return with_differences(proposals, system, mapping, checkouts)


def propose_changes(
    app: App, mapping: Mapping, profile: Profile, checkout: Checkout, system: System | None = None
) -> Proposal:
    """What `app` needs in its code to run at the target. The same arguments give the same proposal.

    Args:
        app: with the jobs that a person typed in.
        checkout: as `wizard.prepare.code.read_for_changes` reads it.
        system: for what the code says of other apps (workflows, Terraform); without it they are unknown.
    """
    case = Case(app, mapping, profile, checkout)
    problems = [
        case.problem(remark.kind, remark.text, remark.remedy, blocks=remark.blocks)
        for remark in (*checkout.remarks, *compare_with_app(checkout, app))
        if remark.kind not in _ELSEWHERE
    ]
    if profile.capabilities.layout == "capsules":
        return _of_capsules(case, system, problems)
    changes: list[FileChange] = []
    for part in (dockerfile, _procfile, _crontab, _hook):
        found, told = part(case)
        changes += [change for change in found if change.old != change.new]
        problems += told
    for delivery in (workflow_part, terraform_part):
        found, told = delivery(app, system, mapping, profile, checkout)
        changes += found
        problems += told
    problems = told_once(problems, changes)
    problems += [
        *container_remarks(case),
        *app_json_remarks(case),
        *traps(case, _dockerfile_text(case, changes)),
    ]
    problems += _unreadable(case, changes)
    return Proposal(
        app_id=app.id,
        changes=tuple(changes),
        # What stops comes first.
        problems=tuple(sorted(problems, key=lambda problem: not problem.blocks)),
        may_keep_slug=_may_keep_slug(case, problems),
    )


def _of_capsules(case: Case, system: System | None, problems: list[Problem]) -> Proposal:
    """The proposal where each process becomes a capsule of its own; apps of one repository share a branch."""
    found = CapsuleChanges(case, system)
    stored = any(problem.code == "storage" for problem in found.problems)
    problems = [
        *told_once([*problems, *found.problems], found.changes),
        *container_remarks(case),
        *app_json_remarks(case),
        *(
            problem
            for problem in traps(case, _dockerfile_text(case, found.changes))
            if not (stored and problem.code == "local-disk")
        ),
        *_unreadable(case, found.changes),
    ]
    return Proposal(
        app_id=case.app.id,
        changes=tuple(found.changes),
        problems=tuple(sorted(problems, key=lambda problem: not problem.blocks)),
        together=True,
        capsules=found.capsules,
        variables=found.variables,
    )


def _unreadable(case: Case, changes: list[FileChange]) -> list[Problem]:
    """A file that is there but could not be read (not UTF-8, a link) is never written over."""
    folder = f"{case.checkout.folder}/" if case.checkout.folder else ""
    return [
        case.problem("unreadable", f"{change.path} must change, but is no plain text file", "Make it one.")
        for change in changes
        if change.path.removeprefix(folder) in case.checkout.unreadable
    ]


def _dockerfile_text(case: Case, changes: list[FileChange]) -> str:
    path = f"{case.checkout.folder}/Dockerfile".lstrip("/")
    new = next((change.new for change in changes if change.path == path), None)
    return new or case.checkout.files.get("Dockerfile", "")


_ELSEWHERE = frozenset({"runtime", "procfile-fir"})
"""Remarks of the document stage about Heroku's own builds. What of them matters here is said by the parts."""


def _may_keep_slug(case: Case, problems: list[Problem]) -> bool:
    """Whether the slug of Heroku is a way out: the code has no Dockerfile, and none can be written."""
    stuck = any(problem.blocks and problem.code in _NOT_BUILT for problem in problems)
    return not case.container and not case.checkout.has("Dockerfile") and (stuck or case.choice.keep_slug)


_NOT_BUILT = frozenset(
    {
        "dotnet-source",
        "go-no-modules",
        "gradle-wrapper",
        "jruby",
        "language",
        "node-too-old",
        "package-json",
        "php-too-old",
        "python-no-packages",
        "python-too-old",
        "ruby-no-lock",
        "ruby-platform",
        "ruby-too-old",
        "sbt-not-pinned",
    }
)
"""Problems that say that no Dockerfile builds the code as it is."""


def _procfile(case: Case) -> Part:
    services = case.services()
    empty = [type_ for type_, (_, command) in services.items() if not command]
    problems = [
        case.problem(
            "no-command",
            f"nothing says what `{type_}` runs; without a Procfile there is one service, `cmd`, for the "
            "image's own command",
            "Name its command in the Procfile and commit it.",
        )
        for type_ in empty
    ]
    cron = cron_service(case.mapping, case.app.id)
    old = case.checkout.files.get("Procfile")
    if problems or (not services and cron is None):
        return [], problems
    entrypoint = has_entrypoint(case.checkout.files.get("Dockerfile", ""))
    script = starts_by_script(case)
    added = {cron: cron_command(entrypoint=entrypoint)} if cron else {}
    if case.profile.capabilities.needs_dockerfile and not script:
        lines = {type_: command for type_, (_, command) in services.items()}
        problems += check_lines(case.app.name, lines, entrypoint=entrypoint)
    # Heroku may take another file for it, or none; the target takes the one in the root.
    taken = None if case.container else case.checkout.files.get(case.checkout.procfile_at)
    new = services_procfile(taken, services, added, started if script else None)
    gone = sorted(
        choice.type
        for choice in case.processes
        if choice.action != "service"
        and case.checkout.procfile
        and choice.type in case.checkout.procfile.commands
    )
    why = [f"{case.profile.title} runs one service for each line"]
    if case.checkout.procfile_at != "Procfile":
        why.append(f"made from {clean(case.checkout.procfile_at)}, which Heroku takes for this app")
    if gone:
        why.append(f"no service: {', '.join(gone)}")
    if cron:
        why.append(f"`{cron}` runs the crontab")
    return [FileChange(path="Procfile", old=old, new=new, why="; ".join(why))], problems


def _crontab(case: Case) -> Part:
    if not case.jobs:
        return [], []
    old = case.checkout.files.get(CRONTAB)
    script = starts_by_script(case)
    new = crontab(case.jobs, case.commands, started if script else None)
    if old is not None and old != new:
        return [], [
            case.problem(
                "crontab",
                f"has a file {CRONTAB} of its own, which Offramp does not write over",
                "Give that file another name and commit it.",
            )
        ]
    why = (
        f"{case.profile.title} has no scheduler: a service runs the {len(case.jobs)} jobs of Heroku Scheduler"
    )
    change = FileChange(path=CRONTAB, old=old, new=new, why=why.replace(" 1 jobs", " one job"))
    return [change], [case.problem("scheduler", *GUARANTEES, blocks=False)]


def _hook(case: Case) -> Part:
    hook = case.profile.capabilities.release_hook
    chosen = case.moved("release-hook")
    if hook is None or not chosen:
        return [], []
    command = case.commands.get(chosen[0].type, "")
    if not command:
        return [], [
            case.problem("no-command", "nothing says what `release` runs", "Name it in the Procfile.")
        ]
    if starts_by_script(case):
        command = started(command, shell=False)
    elif has_entrypoint(case.checkout.files.get("Dockerfile", "")) or not plain_words(command):
        # Heroku runs it with bash, whatever it is.
        command = release_hook.without_shell(command)
    old = case.checkout.files.get(hook.file)
    procfile = case.checkout.procfile
    if old and procfile and chosen[0].type not in procfile.commands and release_hook.commands(old, hook):
        # The code has moved its line there already; what Heroku still runs may be an older one.
        return [], []
    try:
        new = release_hook.with_hook(old, hook, command)
    except release_hook.NotReadable as error:
        return [], [
            case.problem(
                "hook-file",
                f"{hook.file}: {error.args[0]}",
                f"Add `{command}` to {hook.key} there yourself and commit it.",
            )
        ]
    why = f"the release command of Heroku runs there, before each deploy starts anything ({hook.key})"
    return [FileChange(path=hook.file, old=old, new=new, why=why)], []
