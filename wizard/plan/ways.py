"""The steps that differ by the way an app's code takes: a push, an image, a workflow of GitHub, Terraform.

Whoever begins a deploy, it comes last: nothing may run at the target before the data is proven. A person who
deploys is told before the cut-over what to get ready, and in it when to go.
"""

import shlex
from collections.abc import Iterable
from typing import NamedTuple

from wizard.mapping.names import capsule_names
from wizard.mapping.stores import moved_stores
from wizard.mapping.way_words import IN_WORDS
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.plan import GateText, Step
from wizard.model.system import App, System
from wizard.plan.gates import CUT_OVER
from wizard.plan.shown_choices import config_choices, services
from wizard.ports import Profile
from wizard.prepare.terraform.provider import provider_of
from wizard.prepare.workflow.action import deploy_action
from wizard.session.parts import Prepared, PreparedApp

BEFORE = "deploys-before"
"""The step that notes what had been deployed before the data was proven."""

UNDONE = "stopped on the target; Heroku starts again"

Apps = list[tuple[App, AppChoice]]


class Around(NamedTuple):
    """What the steps of one app follow from, beside the app. `name` is that of the session."""

    name: str
    system: System
    mapping: Mapping
    prepared: Prepared
    profile: Profile


def handed_over(apps: Apps) -> Apps:
    """The apps whose deploy a person begins."""
    return [(app, choice) for app, choice in apps if choice.way in ("workflow", "terraform")]


def made_by_offramp(choice: AppChoice) -> bool:
    """Whether Offramp makes the app, its config, services and address; else Terraform does."""
    return choice.way != "terraform"


def ready_key(choice: AppChoice) -> str:
    """The key of the gate at which a person has got a deploy of their own ready."""
    return f"gate:ready:{choice.handle}"


def ready_gates(apps: Apps, around: Around) -> Iterable[Step]:
    """The gates before the cut-over at which a person gets secrets, branches or Terraform ready."""
    for app, choice in handed_over(apps):
        code = _code(around.prepared, app)
        needs = tuple(f"database:{one.handle}" for one in around.mapping.moved_databases())
        needs += tuple(f"database:{one.handle}" for one in moved_stores(around.mapping))
        if choice.way == "workflow":
            needs = (*needs, f"app:{choice.handle}")
            will = _for_workflow(app, choice, code, around)
        else:
            will = _for_terraform(code, around.profile)
        yield Step(
            key=ready_key(choice),
            kind="gate",
            title=f"Gate: you get the {IN_WORDS[choice.way]} of {choice.handle} ready",
            phase="copy",
            by="person",
            needs=needs or ("environment",),
            args={
                "gate": "ready",
                "way": choice.way,
                "app": app.id,
                "handle": choice.handle,
                "checkout": code.checkout,
                "folder": _folder(code, around.profile),
            },
            seconds=(0, 0),
            way_back="nothing on Heroku was touched; nothing runs on the target",
            gate=GateText(
                word=around.name,
                will_happen=will,
                duration="as long as you need; Heroku goes on serving",
                way_back="Nothing is deployed yet. Close the branch, or leave the files unapplied.",
            ),
        )


def noted(apps: Apps) -> Iterable[Step]:
    """The look, at the cut-over, at what had been deployed before the config is set."""
    handles = tuple(choice.handle for _, choice in handed_over(apps))
    if handles:
        yield Step(
            key=BEFORE,
            kind="deploys-before",
            title=f"Look what has been deployed so far to {', '.join(handles)}",
            phase="cut-over",
            needs=(CUT_OVER,),
            args={"handles": handles},
            seconds=(1, 5),
            way_back="nothing is changed by it",
        )


def stopped_early(apps: Apps, around: Around) -> Iterable[Step]:
    """Before the last copy: what a person's Terraform started already is stopped, and what a target started
    of a linked repository: it builds each push by itself, and may have the config vars of an earlier
    cut-over. Other ways have none before the data is proven, so that what they start reaches no database."""
    for app, choice in apps:
        if choice.way in ("terraform", "linked"):
            yield Step(
                key=f"early:{choice.handle}",
                kind="stop-early",
                title=f"Stop what runs of {choice.handle} on {around.profile.title} already",
                phase="cut-over",
                writes="target",
                needs=(CUT_OVER,),
                args={"app": app.id, "handle": choice.handle},
                seconds=(1, 60) if choice.way == "terraform" else (1, 10),
                way_back="nothing runs there then",
            )


def deploy(app: App, choice: AppChoice, needs: tuple[str, ...], around: Around) -> Step:
    """The step that has the code of an app run at the target. `needs` are the proofs."""
    title, kind, seconds, args = _deploy(app, choice, around)
    if made_by_offramp(choice):
        needs = (f"configure:{choice.handle}", *needs)
    if choice.way == "git":
        needs = (f"push:{choice.handle}", *needs)
    person = choice.way in ("workflow", "terraform")
    return Step(
        key=f"deploy:{choice.handle}",
        kind=kind,
        title=title,
        phase="cut-over",
        by="person" if person else "offramp",
        writes="target",
        needs=(*((BEFORE, ready_key(choice)) if person else ()), *needs) or (CUT_OVER,),
        args={"app": app.id, "handle": choice.handle, **args},
        seconds=seconds,
        way_back=UNDONE,
    )


Told = tuple[str, str, tuple[int, int], dict[str, str | int | bool | tuple[str, ...]]]


def _deploy(app: App, choice: AppChoice, around: Around) -> Told:
    title = around.profile.title
    if choice.way == "image":
        args: dict[str, str | int | bool | tuple[str, ...]] = {
            "image": choice.image,
            "private": choice.private,
        }
        return f"Deploy {choice.handle} on {title} from {choice.image}", "deploy-image", (20, 300), args
    code = _code(around.prepared, app)
    if choice.way == "git":
        return f"Deploy {choice.handle} on {title}", "deploy", (20, 600), {"commit": code.commit}
    if choice.way == "linked":
        names = tuple(capsule_names(around.mapping, choice.handle).values())
        args = {"commit": code.commit, "branch": code.branch or code.on, "capsules": names}
        return f"Build {', '.join(names)} on {title}", "build", (60, 1200), args
    args = {
        "checkout": code.checkout,
        "branch": code.branch,
        "commit": code.commit,
        "later": _later(choice, code, title),
    }
    if choice.way == "workflow":
        args["repository"] = repository(around.system, app)
        what = f"merge {code.branch}" if code.branch else "run the workflow"
        return f"You {what}: GitHub deploys {choice.handle}", "deploy-by-workflow", (60, 1200), args
    args["folder"] = _folder(code, around.profile)
    # What other ways have in steps of their own.
    args["choices"] = config_choices(around.mapping, app)
    args["services"] = services(around.mapping, app)
    args["port"] = around.mapping.port
    args["web"] = any(
        one.app_id == app.id and one.type == "web" and one.action == "service"
        for one in around.mapping.processes
    )
    return f"You apply Terraform: it makes and deploys {choice.handle}", "apply-terraform", (60, 1200), args


def _later(choice: AppChoice, code: PreparedApp, title: str) -> str:
    """What must not happen after a way back, when a person could still deploy."""
    if choice.way == "terraform":
        return f"Do not apply Terraform now: {choice.handle} would run on {title} beside Heroku"
    branch = code.branch or "the workflow"
    return f"Do not merge or run {branch} now: {choice.handle} would run on {title} beside Heroku"


def repository(system: System, app: App) -> str:
    """The GitHub repository of an app as owner/name, as far as Heroku knows it."""
    if app.deploy.github is not None:
        return app.deploy.github.repository
    pipeline = next((one for one in system.pipelines if app.pipeline in (one.id, one.name)), None)
    return (pipeline.repository or "") if pipeline else ""


def _for_workflow(app: App, choice: AppChoice, code: PreparedApp, around: Around) -> tuple[str, ...]:
    action, where = deploy_action(around.profile), repository(around.system, app)
    lines = []
    if action is not None:
        secrets = list(action.secrets.values())
        if choice.image:
            secrets += action.registry_secrets.values()
        user = action.user.text.format(environment=around.mapping.environment)
        place = f"https://github.com/{where}/settings/secrets/actions" if where else "GitHub"
        lines.append(f"You create these secrets on {place}: {', '.join(secrets)}. They are of {user}.")
    if code.branch:
        lines.append(f"You push the branch {code.branch}, and do not merge it: a merge deploys.")
        lines.append(f"$ git -C {shlex.quote(code.checkout)} push origin {shlex.quote(code.branch)}")
        lines.append("Does the workflow deploy every branch? Then push it at the cut-over only.")
    return (
        *lines,
        f"Until the cut-over {choice.handle} has no config vars there: a deploy that comes early fails, or "
        "starts without any database.",
    )


def _for_terraform(code: PreparedApp, profile: Profile) -> tuple[str, ...]:
    where = _folder(code, profile)
    lines = [f"You have {where} on this machine, and read README.md there."]
    if code.branch:
        lines.append(f"$ git -C {shlex.quote(code.checkout)} switch {shlex.quote(code.branch)}")
    return (
        *lines,
        "You run `terraform init`, the imports, and `terraform plan`; the lines stand above.",
        "You do not apply before the cut-over asks for it: that deploys.",
    )


def _folder(code: PreparedApp, profile: Profile) -> str:
    provider = provider_of(profile)
    return f"{code.checkout.rstrip('/')}/{provider.folder}" if provider else code.checkout


def _code(prepared: Prepared, app: App) -> PreparedApp:
    return next(one for one in prepared.apps if one.app_id == app.id)
