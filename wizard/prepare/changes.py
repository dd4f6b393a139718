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
from wizard.prepare.command import exec_form, plain_words
from wizard.prepare.file_change import FileChange, Proposal
from wizard.prepare.image import Image, ImageWish
from wizard.prepare.language import language_of
from wizard.prepare.node_image import node_image
from wizard.prepare.own_dockerfile import check_dockerfile, has_entrypoint
from wizard.prepare.procfile import services_procfile
from wizard.prepare.python_image import python_image
from wizard.prepare.schedules import CRONTAB, cron_command, cron_jobs, cron_stage, crontab
from wizard.prepare.start_lines import check_lines
from wizard.prepare.template import fill
from wizard.prepare.workflow.propose import workflow_part


def propose_all(
    system: System, mapping: Mapping, profile: Profile, checkouts: Known[str, Checkout]
) -> dict[str, Proposal]:
    """The proposals of all apps that move and have a checkout, by app id, in the order of the inventory."""
    return {
        choice.app_id: propose_changes(
            system.app(choice.app_id), mapping, profile, checkouts[choice.app_id], system
        )
        for choice in mapping.moved_apps()
        if choice.app_id in checkouts
    }


def propose_changes(
    app: App, mapping: Mapping, profile: Profile, checkout: Checkout, system: System | None = None
) -> Proposal:
    """What `app` needs in its code to run at the target. The same arguments give the same proposal.

    Args:
        app: with the jobs that a person typed in.
        checkout: read with `also=(profile.capabilities.release_hook.file,)` where the target has one.
        system: for what the code says of other apps (workflows, Terraform); without it they are unknown.
    """
    commands = _commands(app, checkout)
    problems = [
        Problem(
            code=remark.kind,
            component=app.name,
            text=remark.text,
            remedy=remark.remedy,
            blocks=remark.blocks,
        )
        for remark in (*checkout.remarks, *compare_with_app(checkout, app))
    ]
    changes: list[FileChange] = []
    for part in (_dockerfile, _procfile, _crontab, _hook):
        found, told = part(app, mapping, profile, checkout, commands)
        changes += [change for change in found if change.old != change.new]
        problems += told
    for found, told in (workflow_part(app, system, mapping, profile, checkout),):
        changes += found
        problems += told
    problems += [
        # A file that is there but could not be read (not UTF-8, a link) is never written over.
        _problem("unreadable", app, f"{change.path} must change, but is no plain text file", "Make it one.")
        for change in changes
        if change.path in checkout.unreadable
    ]
    return Proposal(app_id=app.id, changes=tuple(changes), problems=tuple(problems))


Part = tuple[list[FileChange], list[Problem]]


def _commands(app: App, checkout: Checkout) -> dict[str, str]:
    """Commands by process type: of the Procfile, which is deployed next, else what Heroku runs now."""
    running = {process.type: process.command for process in app.processes}
    written = checkout.procfile.commands if checkout.procfile else {}
    return running | {name: command for name, command in written.items() if command}


def _dockerfile(
    app: App, mapping: Mapping, profile: Profile, checkout: Checkout, commands: dict[str, str]
) -> Part:
    jobs = cron_jobs(app, mapping)
    stage = cron_stage() if jobs else ""
    if checkout.has("Dockerfile"):
        text = checkout.files.get("Dockerfile")
        if text is None:
            return [], []
        return [], list(
            check_dockerfile(text, app=app.name, port=mapping.port, needs_cron=bool(jobs), stage=stage)
        )
    if not profile.capabilities.needs_dockerfile:
        return [], []
    language = language_of(app, checkout)
    problems = []
    if app.stack == "container":
        problems.append(
            _problem(
                "container",
                app,
                "is built from Docker images on Heroku, and there is no Dockerfile in the root",
                "Commit the Dockerfile of its web process there.",
            )
        )
        return [], problems
    if language.name not in ("python", "nodejs"):
        problems.append(
            _problem(
                "language",
                app,
                f"is written in {language.title}; Offramp writes Dockerfiles for Python and Node.js",
                "Write a Dockerfile that builds and runs it, commit it, and read the folder again.",
            )
        )
        return [], problems
    problems += _besides(app, checkout, language.others)
    web = commands.get("web") or _default_command(language.name, checkout)
    wish = ImageWish(
        app=app.name,
        port=mapping.port,
        command=exec_form(web or next(iter(commands.values()), "true")),
        config=tuple(var.name for var in app.config if not var.empty),
        cron_stage=stage,
    )
    image: Image = (python_image if language.name == "python" else node_image)(checkout, wish)
    return _image_files(profile, checkout, image), [*problems, *image.problems]


def _image_files(profile: Profile, checkout: Checkout, image: Image) -> list[FileChange]:
    changes = [
        FileChange(
            path="Dockerfile",
            old=None,
            new=image.text,
            why=f"{profile.title} builds from a Dockerfile; this one does what the buildpack did",
        )
    ]
    if not checkout.has(".dockerignore"):
        changes.append(
            FileChange(
                path=".dockerignore",
                old=None,
                new=fill("dockerignore"),
                why="keeps local settings and packages out of images that are built on your machine",
            )
        )
    return changes


def _default_command(language: str, checkout: Checkout) -> str:
    return "npm start" if language == "nodejs" and checkout.has("package.json") else ""


def _besides(app: App, checkout: Checkout, others: tuple[str, ...]) -> list[Problem]:
    problems = []
    if others:
        problems.append(
            _problem(
                "buildpacks",
                app,
                f"has more buildpacks ({', '.join(others)}); the Dockerfile does the work of one",
                "Add what the others did, on the new branch or in a Dockerfile of your own.",
                blocks=False,
            )
        )
    if checkout.has("Aptfile"):
        problems.append(
            _problem(
                "aptfile",
                app,
                "has an Aptfile; the Dockerfile does not install its packages",
                "Add them, on the new branch or in a Dockerfile of your own.",
                blocks=False,
            )
        )
    if checkout.has(".profile"):
        problems.append(
            _problem(
                "profile",
                app,
                "has a .profile, which Heroku runs before each process and a container does not",
                "Move what it does into the start commands.",
                blocks=False,
            )
        )
    return problems


def _procfile(
    app: App, mapping: Mapping, profile: Profile, checkout: Checkout, commands: dict[str, str]
) -> Part:
    chosen = [choice for choice in mapping.processes if choice.app_id == app.id]
    services = {
        choice.type: (choice.service, commands.get(choice.type, ""))
        for choice in chosen
        if choice.action == "service"
    }
    empty = [type_ for type_, (_, command) in services.items() if not command]
    problems = [
        _problem("no-command", app, f"nothing says what `{type_}` runs", "Name its command in the Procfile.")
        for type_ in empty
    ]
    cron = cron_service(mapping, app.id)
    old = checkout.files.get("Procfile")
    if problems or (not services and cron is None):
        return [], problems
    entrypoint = has_entrypoint(checkout.files.get("Dockerfile", ""))
    lines = {type_: command for type_, (_, command) in services.items()}
    if profile.capabilities.needs_dockerfile:
        problems += check_lines(app.name, lines, entrypoint=entrypoint)
    # Heroku may take another file for it; the target takes the one in the root.
    taken = checkout.files.get(checkout.procfile_at)
    new = services_procfile(taken, services, {cron: cron_command(entrypoint=entrypoint)} if cron else {})
    gone = sorted(
        choice.type
        for choice in chosen
        if choice.action != "service" and checkout.procfile and choice.type in checkout.procfile.commands
    )
    why = [f"{profile.title} runs one service for each line"]
    if checkout.procfile_at != "Procfile":
        why.append(f"made from {clean(checkout.procfile_at)}, which Heroku takes for this app")
    if gone:
        why.append(f"no service: {', '.join(gone)}")
    if cron:
        why.append(f"`{cron}` runs the crontab")
    return [FileChange(path="Procfile", old=old, new=new, why="; ".join(why))], problems


def _crontab(
    app: App, mapping: Mapping, profile: Profile, checkout: Checkout, commands: dict[str, str]
) -> Part:
    jobs = cron_jobs(app, mapping)
    if not jobs:
        return [], []
    old = checkout.files.get(CRONTAB)
    new = crontab(jobs, commands)
    if old is not None and old != new:
        return [], [
            _problem(
                "crontab",
                app,
                f"has a file {CRONTAB} of its own, which Offramp does not write over",
                "Give that file another name and commit it.",
            )
        ]
    why = f"{profile.title} has no scheduler: a service runs the {len(jobs)} jobs of Heroku Scheduler"
    return [FileChange(path=CRONTAB, old=old, new=new, why=why.replace(" 1 jobs", " one job"))], []


def _hook(app: App, mapping: Mapping, profile: Profile, checkout: Checkout, commands: dict[str, str]) -> Part:
    hook = profile.capabilities.release_hook
    chosen = [
        choice for choice in mapping.processes if choice.app_id == app.id and choice.action == "release-hook"
    ]
    if hook is None or not chosen:
        return [], []
    command = commands.get(chosen[0].type, "")
    if not command:
        return [], [
            _problem("no-command", app, "nothing says what `release` runs", "Name it in the Procfile.")
        ]
    if has_entrypoint(checkout.files.get("Dockerfile", "")) or not plain_words(command):
        # Heroku runs it with bash, whatever it is.
        command = release_hook.without_shell(command)
    old = checkout.files.get(hook.file)
    try:
        new = release_hook.with_hook(old, hook, command)
    except release_hook.NotReadable as error:
        return [], [
            _problem(
                "hook-file",
                app,
                f"{hook.file}: {error.args[0]}",
                f"Add `{command}` to {hook.key} there yourself and commit it.",
            )
        ]
    why = f"the release command of Heroku runs there, before each deploy starts anything ({hook.key})"
    return [FileChange(path=hook.file, old=old, new=new, why=why)], []


def _problem(code: str, app: App, text: str, remedy: str, *, blocks: bool = True) -> Problem:
    return Problem(code=code, component=app.name, text=text, remedy=remedy, blocks=blocks)
