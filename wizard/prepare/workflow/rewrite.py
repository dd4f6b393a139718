"""One workflow rewritten: the steps that deploy to Heroku become the target's action."""

import re
from typing import NamedTuple

from ruamel.yaml.nodes import MappingNode

from wizard.prepare.workflow.action import DeployAction, Destination, inputs
from wizard.prepare.workflow.edit import (
    Page,
    StepEdit,
    TextEdit,
    applied,
    deploy_step,
    drop_pairs,
    prove,
    replaced,
    whole_history,
    with_checkout,
    without_step,
)
from wizard.prepare.workflow.jobs import Job, Step, read_jobs
from wizard.prepare.workflow.lines import ScriptCommand
from wizard.prepare.workflow.nodes import Tree, get, is_block, pairs, text_of, tree
from wizard.prepare.workflow.whose import Here, Owner, owner


class Told(NamedTuple):
    """Something about a step that a person should know. `kind` is a stable word, `line` counts from 1."""

    kind: str
    line: int
    job: str
    app: str = ""
    detail: str = ""
    to: Destination | None = None


class Rewrite(NamedTuple):
    """The new text, and what is to be told of the workflow. `apps` are those that it deploys now."""

    text: str
    told: tuple[Told, ...]
    apps: tuple[str, ...]


class Wanted(NamedTuple):
    """What workflows are to do: deploy the apps of `place` with `action`. `title` is the target's name, for
    the names of steps; `hooks` what runs there before each deploy, by the app's name on Heroku."""

    place: Here
    action: DeployAction
    title: str
    hooks: dict[str, str]


def rewrite(page: Page, wanted: Wanted) -> Rewrite:
    """Rewrite a workflow.

    Raises:
        NotEditable: the text cannot be edited; nothing is done by halves.
    """
    told: list[Told] = []
    edits: list[TextEdit] = []
    expected = tree(page.root)
    apps: list[str] = []
    for job in read_jobs(page.root):
        done = _job(page, job, wanted)
        told += done.told
        apps += done.apps
        # From the end on, so that the numbers of the steps before it stay true.
        for step in sorted(done.steps, key=lambda one: one.number, reverse=True):
            edits += step.edits
            expected = replaced(expected, ("jobs", job.name, "steps", step.number), step.becomes)
    new = page.text
    if edits:
        new = applied(page.text, edits)
        new = _without_variables(prove(page, new, expected))
    once = {(one.kind, one.job, one.app, one.detail): one for one in reversed(told)}
    return Rewrite(new, tuple(one for one in told if one in once.values()), tuple(dict.fromkeys(apps)))


class _JobDone(NamedTuple):
    steps: list[StepEdit]
    told: list[Told]
    apps: list[str]


def _job(page: Page, job: Job, wanted: Wanted) -> _JobDone:
    place, action, hooks = wanted.place, wanted.action, wanted.hooks
    whose = {step.number: owner(job, step, place) for step in job.steps if step.kind in _REACHING}
    told = [found for step in job.steps for found in _about(job, step, whose.get(step.number), wanted)]
    groups: dict[str, list[Step]] = {}
    for step in job.steps:
        if step.kind in ("deploy", "build") and whose[step.number].kind == "ours":
            groups.setdefault(step.app, []).append(step)
    if not groups:
        return _JobDone([], told, [])
    done: dict[int, StepEdit] = {}
    names: list[str] = []
    for group in groups.values():
        last, ours = group[-1], whose[group[-1].number]
        assert ours.to is not None
        done[last.number] = deploy_step(page, last.node, action.action, inputs(action, ours.to), wanted.title)
        done |= {step.number: without_step(page, step.node) for step in group[:-1]}
        names += [ours.name] if ours.name else list(place.apps)
    left = [step for step in job.steps if step.number not in done]
    once = [step for step in left if step.kind == "heroku" and _all_in_hook(step, whose, hooks)]
    if not any(step.kind in _REACHING for step in left if step not in once):
        done |= {step.number: without_step(page, step.node) for step in left if step.kind == "setup"}
    done |= {step.number: without_step(page, step.node) for step in once}
    if any(not _to(whose, group).image for group in groups.values()):
        _whole_history(page, job, done, first=min(group[-1].number for group in groups.values()))
    told += _about_job(job, groups, whose, page)
    steps = [edit._replace(number=number) for number, edit in done.items() if edit.edits]
    return _JobDone(steps, told, names)


_REACHING = ("deploy", "build", "mixed", "promotion", "heroku")


def _to(whose: dict[int, Owner], group: list[Step]) -> Destination:
    to = whose[group[-1].number].to
    assert to is not None
    return to


def _whole_history(page: Page, job: Job, done: dict[int, StepEdit], *, first: int) -> None:
    """See that the code of the job is there with its whole history when it is pushed."""
    stays = [step for step in job.steps if step.number not in done and step.number < first]
    if any(command.kind == "history" for step in stays for command in step.commands):
        return
    checkouts = [step for step in stays if step.kind == "checkout"]
    if checkouts:
        done[checkouts[-1].number] = whole_history(page, checkouts[-1].node)
    else:
        node = next(step.node for step in job.steps if step.number == first)
        done[first] = with_checkout(page, node, done[first])


def _all_in_hook(step: Step, whose: dict[int, Owner], hooks: dict[str, str]) -> bool:
    """Whether a step does nothing but run on Heroku what the target runs before each deploy anyway."""
    name = whose[step.number].name
    return all(
        _in_hook(command, name, hooks) for command in step.commands if command.kind != "nothing"
    ) and any(command.kind == "run" for command in step.commands)


def _in_hook(command: ScriptCommand, name: str, hooks: dict[str, str]) -> bool:
    return command.kind == "setup" or (
        command.kind == "run" and bool(name) and hooks.get(name, "").strip() == command.text.strip()
    )


def _about(job: Job, step: Step, ours: Owner | None, wanted: Wanted) -> list[Told]:
    place, hooks = wanted.place, wanted.hooks
    if ours is None or ours.kind == "other":
        return []
    found = []
    to = ours.to or next((place.destination(name) for name in place.apps), None)

    def tell(kind: str, detail: str = "") -> None:
        found.append(Told(kind, step.line, job.name, ours.name, detail, to))

    if ours.kind == "unknown":
        if step.kind != "heroku":
            tell("unknown-app", step.app)
        return found
    if step.kind == "mixed":
        tell("mixed")
    if step.kind == "promotion":
        tell("promotion")
    for command in step.commands:
        if command.kind == "run" and not _in_hook(command, ours.name, hooks):
            tell("one-off", command.text)
        elif command.kind == "heroku":
            tell("acts", command.text.split("\n", 1)[0])
    if step.kind in ("deploy", "build"):
        if ours.guessed and step.app:
            tell("guessed", step.app)
        if step.lost:
            tell("lost-inputs", ", ".join(step.lost))
        if step.in_image and ours.to is not None and not ours.to.image:
            tell("builds-there")
    return found


def _about_job(job: Job, groups: dict[str, list[Step]], whose: dict[int, Owner], page: Page) -> list[Told]:
    """What stands in the way of a push from this job, or of the action itself."""
    first = next(iter(groups.values()))[-1]
    found = []
    if re.search(r"windows|macos", job.runner):
        found.append(Told("runner", job.line, job.name, detail=job.runner))
    pushes = any(not _to(whose, group).image for group in groups.values())
    trigger = get(page.root, "on")
    events = {pair.name for pair in pairs(trigger)} or {text_of(trigger)}
    tags = get(trigger, "push", "tags") is not None
    if pushes and (tags or events & {"release", "pull_request"}):
        what = "tags" if tags or "release" in events else "pull requests"
        found.append(Told("no-branch", first.line, job.name, detail=what))
    for step in job.steps:
        ref = text_of(get(step.node, "with", "ref")) if step.kind == "checkout" else ""
        if pushes and ref and step.number < first.number:
            found.append(Told("other-ref", step.line, job.name, detail=ref))
    for group in groups.values():
        name = text_of(get(group[-1].node, "id"))
        if name and re.search(rf"\bsteps\.{re.escape(name)}\.outputs\b", page.text):
            found.append(Told("outputs", group[-1].line, job.name, detail=name))
    return found


def _without_variables(page: Page) -> str:
    """Without the variables of Heroku's that the workflow or a job sets and nothing reads any more."""
    text = page.text
    expected: Tree = tree(page.root)
    edits: list[TextEdit] = []
    places: list[tuple[tuple[str, ...], MappingNode]] = []
    if isinstance(page.root, MappingNode):
        places.append(((), page.root))
    for job in read_jobs(page.root):
        if any(step.kind in _REACHING or step.kind == "setup" for step in job.steps):
            return text
        places.append((("jobs", job.name), job.node))
    for path, node in places:
        every = pairs(node)
        env = next((pair for pair in every if pair.name == "env"), None)
        if env is None or not is_block(env.value):
            continue
        inner = pairs(env.value)
        gone = {
            one.name
            for one in inner
            if one.name.startswith("HEROKU_")
            and len(re.findall(rf"\b{one.name}\b", _bare(text, one.name))) == 1
        }
        if not gone or len({one.name for one in inner}) != len(inner):
            continue
        if len(gone) == len(inner):
            edits += drop_pairs(page, every, {"env"}, node.start_mark.column)
            expected = replaced(expected, (*path, "env"), ())
            continue
        edits += drop_pairs(page, inner, gone, env.value.start_mark.column)
        for name in gone:
            expected = replaced(expected, (*path, "env", name), ())
    if not edits:
        return text
    return prove(page, applied(text, edits), expected).text


def _bare(text: str, name: str) -> str:
    """The text without the secret of the same name, which is no place that reads the variable."""
    return re.sub(rf"\b(secrets|vars)\.{re.escape(name)}\b", "", text)
