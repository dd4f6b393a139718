"""What is to be told of the steps of a workflow beside what becomes of them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from wizard.prepare.workflow.action import DeployAction, Destination
from wizard.prepare.workflow.edit import Page
from wizard.prepare.workflow.jobs import Job, Step, repository
from wizard.prepare.workflow.lines import ScriptCommand
from wizard.prepare.workflow.nodes import get, pairs, text_of, texts_of
from wizard.prepare.workflow.whose import Here, Owner


class Wanted(NamedTuple):
    """What workflows are to do: deploy the apps of `place` with `action`. `title` is the target's name, for
    the names of steps; `hooks` what runs there before each deploy, by the app's name on Heroku."""

    place: Here
    action: DeployAction
    title: str
    hooks: dict[str, str]


class Told(NamedTuple):
    """Something about a step that a person should know. `kind` is a stable word, `line` counts from 1."""

    kind: str
    line: int
    job: str
    app: str = ""
    detail: str = ""
    to: Destination | None = None


def in_hook(command: ScriptCommand, name: str, hooks: dict[str, str]) -> bool:
    """Whether the target does without a command, since what it runs there before each deploy is the same."""
    return command.kind == "setup" or (
        command.kind == "run" and bool(name) and hooks.get(name, "").strip() == command.text.strip()
    )


def about_step(job: Job, step: Step, ours: Owner | None, wanted: Wanted) -> list[Told]:
    """All that is to be told of a step which reaches Heroku; nothing where it is none of `ours`."""
    if ours is None or ours.kind == "other":
        return []
    place = wanted.place
    to = ours.to or next((place.destination(name) for name in place.apps), None)
    if ours.kind == "unknown" and step.kind == "heroku":
        found = []
    elif ours.kind == "unknown" and ours.renames and step.kind != "promotion":
        found = [("matrix", ", ".join(f"{old} is {new}" for old, new in ours.renames))]
    elif ours.kind == "unknown":
        found = [("unknown-app", step.app)]
    elif step.kind in ("deploy", "build") and place.by_terraform(ours.name):
        found = [("by-terraform", ours.name)]
    else:
        to = place.promoted(ours.name) if step.kind == "promotion" else to
        found = [*_commands(step, ours, wanted), *_deploy(job, step, ours)]
    return [Told(kind, step.line, job.name, ours.name, detail, to) for kind, detail in found]


def _commands(step: Step, ours: Owner, wanted: Wanted) -> Iterator[tuple[str, str]]:
    if step.kind in ("mixed", "promotion"):
        yield step.kind, ""
    gone = "-gone" if step.kind in ("deploy", "build") and not is_part(step, ours.to) else ""
    for command in step.commands:
        if command.kind == "run" and not in_hook(command, ours.name, wanted.hooks):
            yield f"one-off{gone}", command.text
        elif command.kind == "heroku":
            yield f"acts{gone}", command.text.split("\n", 1)[0]


def _deploy(job: Job, step: Step, ours: Owner) -> Iterator[tuple[str, str]]:
    if step.kind not in ("deploy", "build") or ours.to is None:
        return
    if is_part(step, ours.to):
        yield ("part", step.folder) if step.folder else ("dockerfile", step.dockerfile)
        return
    if ours.guessed and step.app:
        yield "guessed", step.app
    if step.lost:
        yield "lost-inputs", ", ".join(step.lost)
    if step.in_image and not ours.to.image:
        yield "builds-there", ""
    if ours.to.image and not _pushed(job, ours.to):
        yield "not-built", ours.to.image


def _pushed(job: Job, to: Destination) -> bool:
    return any(repository(image) == repository(to.image) for image in job.pushes)


def is_part(step: Step, to: Destination | None) -> bool:
    """Whether a step deploys what the target would not build from the root. An image is whole as it is."""
    return bool(step.folder or step.dockerfile) and not (to and to.image)


def about_job(page: Page, job: Job, deploys: list[tuple[Step, Destination]]) -> list[Told]:
    """What stands in the way of a push from this job, or of the action itself.

    Args:
        deploys: the steps that become the action, in order.
    """
    first, found = deploys[0][0], []
    if re.search(r"windows|macos", job.runner):
        found.append(Told("runner", job.line, job.name, detail=job.runner))
    pushes = [step for step, to in deploys if not to.image]
    if pushes and (what := _other_than_branches(page, job, pushes[0])):
        found.append(Told("no-branch", first.line, job.name, detail=what))
    checkouts = [step for step in job.steps if step.kind == "checkout" and step.number < first.number]
    for step in checkouts if pushes else ():
        if ref := text_of(get(step.node, "with", "ref")):
            found.append(Told("other-ref", step.line, job.name, detail=ref))
        if (path := checkout_folder(step)) and not any(in_root(one) for one in checkouts):
            found.append(Told("checkout-path", step.line, job.name, detail=path))
    conditions = [(step.line, text_of(get(step.node, "if"))) for step, _ in deploys]
    for line, condition in ((job.line, text_of(get(job.node, "if"))), *conditions):
        if "heroku" in condition.lower():
            found.append(Told("condition", line, job.name, detail=condition))
    for step, _ in deploys:
        name = text_of(get(step.node, "id"))
        if name and re.search(rf"\bsteps\.{re.escape(name)}\.outputs\b", page.text):
            found.append(Told("outputs", step.line, job.name, detail=name))
    return found


def in_root(step: Step) -> bool:
    """Whether a checkout puts the code of this repository into the root, where the action pushes from."""
    return _own_code(step) and not checkout_folder(step)


def checkout_folder(step: Step) -> str:
    """The folder that a checkout of this repository goes to; empty for the root, and for any other step."""
    path = text_of(get(step.node, "with", "path")).strip().removeprefix("./").strip("/")
    return "" if path == "." or not _own_code(step) else path


def _own_code(step: Step) -> bool:
    repository = re.sub(r"\s", "", text_of(get(step.node, "with", "repository")))
    return step.kind == "checkout" and repository in ("", "${{github.repository}}")


_A_BRANCH = re.compile(r"refs/heads/|\bgithub\.ref_name\s*==")
_A_PUSH = re.compile(r"\bgithub\.event_name\s*==\s*'(push|workflow_dispatch|schedule)'")


def _other_than_branches(page: Page, job: Job, step: Step) -> str:
    """What may start a deploy that is no branch of this repository, in words; empty where nothing does."""
    trigger = get(page.root, "on")
    events = {pair.name for pair in pairs(trigger)} or set(texts_of(trigger))
    conditions = [text_of(get(node, "if")) for node in (job.node, step.node)]
    # Only what a condition demands, all else aside.
    demanded = " ".join(one for one in conditions if "||" not in one and "!" not in one)
    branch, push = _A_BRANCH.search(demanded), _A_PUSH.search(demanded)
    if get(trigger, "push", "tags") is not None and not branch:
        return "tags"
    if "release" in events and not (branch or push):
        return "tags"
    # What starts `pull_request_target` has the ref of the branch that it is for.
    if ("pull_request" in events and not (branch or push)) or ("pull_request_target" in events and not push):
        return "pull requests"
    return ""
