"""One workflow rewritten: the steps that deploy to Heroku become the target's action."""

import re
from typing import NamedTuple

from msgspec.structs import replace
from ruamel.yaml.nodes import MappingNode

from wizard.prepare.workflow.action import Destination, inputs
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
from wizard.prepare.workflow.jobs import Job, Step, read_jobs, repository
from wizard.prepare.workflow.nodes import Tree, get, is_block, pairs, text_of, tree
from wizard.prepare.workflow.told import (
    Told,
    Wanted,
    about_job,
    about_step,
    checkout_folder,
    in_hook,
    in_root,
    is_part,
)
from wizard.prepare.workflow.whose import Owner, owner


class Rewrite(NamedTuple):
    """The new text, and what is to be told of the workflow. `apps` are those that it deploys now."""

    text: str
    told: tuple[Told, ...]
    apps: tuple[str, ...]


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
    told = [found for step in job.steps for found in about_step(job, step, whose.get(step.number), wanted)]
    groups: dict[str, list[Step]] = {}
    parts = {step.app for step in job.steps if step.number in whose and is_part(step, whose[step.number].to)}
    for step in job.steps:
        mine = step.kind in ("deploy", "build") and whose[step.number].kind == "ours"
        if mine and step.app not in parts and not place.by_terraform(whose[step.number].name):
            groups.setdefault(step.app, []).append(step)
    if not groups:
        return _JobDone([], told, [])
    done: dict[int, StepEdit] = {}
    names: list[str] = []
    for group in groups.values():
        last, ours = group[-1], whose[group[-1].number]
        assert ours.to is not None
        to = _as_built(job, ours.to)
        done[last.number] = deploy_step(page, last.node, action.action, inputs(action, to), wanted.title)
        done |= {step.number: without_step(page, step.node) for step in group[:-1]}
        names += [ours.name] if ours.name else list(place.apps)
    left = [step for step in job.steps if step.number not in done]
    once = [step for step in left if step.kind == "heroku" and _allin_hook(step, whose, hooks)]
    if not any(step.kind in _REACHING for step in left if step not in once):
        done |= {step.number: without_step(page, step.node) for step in left if step.kind == "setup"}
    done |= {step.number: without_step(page, step.node) for step in once}
    if any(not _to(whose, group).image for group in groups.values()):
        _whole_history(page, job, done, first=min(group[-1].number for group in groups.values()))
    told += about_job(page, job, [(group[-1], _to(whose, group)) for group in groups.values()])
    steps = [edit._replace(number=number) for number, edit in done.items() if edit.edits]
    return _JobDone(steps, told, names)


def _as_built(job: Job, to: Destination) -> Destination:
    """Where a job pushes the image of the map itself, it deploys the very tag that it pushed."""
    return next(
        (
            replace(to, image=image)
            for image in job.pushes
            if to.image and repository(image) == repository(to.image)
        ),
        to,
    )


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
    own = [step for step in stays if in_root(step)] or [step for step in stays if checkout_folder(step)]
    if own:
        done[own[-1].number] = whole_history(page, own[-1].node)
    else:
        node = next(step.node for step in job.steps if step.number == first)
        done[first] = with_checkout(page, node, done[first])


def _allin_hook(step: Step, whose: dict[int, Owner], hooks: dict[str, str]) -> bool:
    """Whether a step does nothing but run on Heroku what the target runs before each deploy anyway."""
    name = whose[step.number].name
    return all(
        in_hook(command, name, hooks) for command in step.commands if command.kind != "nothing"
    ) and any(command.kind == "run" for command in step.commands)


_RUNS_A_FILE = re.compile(r"(^|\s)\./|\bbin/|\bscripts?/|\.sh\b|\bmake\b", re.MULTILINE)


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
        if any(_RUNS_A_FILE.search(text_of(get(step.node, "run"))) for step in job.steps):
            return text  # which may read them
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
            and len(re.findall(rf"\b{re.escape(one.name)}\b", _bare(text, one.name))) == 1
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
