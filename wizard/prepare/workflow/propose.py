"""The part of a proposal about CI: workflows that deployed to Heroku, and what is to be done beside them."""

import re
from collections.abc import Mapping as Known

from wizard.document.checkout import Checkout, listed
from wizard.document.repository.workflows import deploy_paths
from wizard.mapping.problem import Problem
from wizard.model.mapping import Mapping
from wizard.model.system import App, System
from wizard.model.text import clean
from wizard.ports import Profile
from wizard.prepare.case import Case
from wizard.prepare.file_change import FileChange
from wizard.prepare.workflow.action import DeployAction, deploy_action, one_line
from wizard.prepare.workflow.edit import Page
from wizard.prepare.workflow.fresh import fresh_workflow
from wizard.prepare.workflow.jobs import Job, read_jobs
from wizard.prepare.workflow.nodes import NotEditable, get, tree
from wizard.prepare.workflow.other_ci import BY_TERRAFORM, DEPLOYING, WORKFLOWS, other_ci
from wizard.prepare.workflow.rewrite import Rewrite, rewrite
from wizard.prepare.workflow.there import deployed_there
from wizard.prepare.workflow.told import Told, Wanted
from wizard.prepare.workflow.whose import Here, here, owner
from wizard.prepare.workflow.words import about

Part = tuple[list[FileChange], list[Problem]]

_SECRET = re.compile(r"\bsecrets(?:\.|\[['\"])(\w+)")


def workflow_part(
    app: App, system: System | None, mapping: Mapping, profile: Profile, checkout: Checkout
) -> Part:
    """Changes to the workflows that deploy `app`, and those of the same code that move too, to Heroku."""
    action, choice = deploy_action(profile), mapping.app(app.id)
    if action is None or choice is None:
        return [], []
    place = here(app, system, mapping)
    hooks = {name: _hook_of(Case(one, mapping, profile, checkout)) for name, (one, _) in place.apps.items()}
    wanted = Wanted(place, action, profile.title, hooks)
    workflows = {
        path: text
        for path, text in sorted(checkout.files.items())
        if path.startswith(WORKFLOWS) and path.endswith((".yml", ".yaml"))
    }
    changes: list[FileChange] = []
    problems: list[Problem] = []
    deployed: set[str] = set()
    after = dict(workflows)
    callers = _called(workflows)
    for path, text in workflows.items():
        if "heroku" not in text.lower() and path not in callers:
            continue
        try:
            done = _one(text, wanted)
        except (NotEditable, RecursionError) as error:
            why = str(error.args[0]) if isinstance(error, NotEditable) else "is nested without end"
            problems += _refused(path, text, why, wanted)
            continue
        if not done.told and done.text == text:
            problems += _unseen(path, text, wanted)
        problems += [about(path, one, wanted, app.name) for one in done.told]
        deployed |= set(done.apps)
        if done.text != text:
            after[path] = done.text
            problems += _addresses(path, done.text, done.apps)
            why = f"deploys {', '.join(done.apps)} to {profile.title} instead of Heroku"
            changes.append(FileChange(path=path, old=text, new=done.text, why=why))
    handle = place.destination(app.name).app
    there = app.name in deployed or any(handle in deployed_there(text, action) for text in after.values())
    if choice.way == "workflow" and not there:
        to = place.destination(app.name)
        new = fresh_workflow(app, checkout, action, to, profile.title)
        by_hand = any(app.name in one.component.split(", ") for one in problems)
        if new.path in checkout.files or new.path in checkout.unreadable or by_hand:
            # Somebody else's file of that name; or a workflow is there that a person has to edit for it.
            problems.append(_none(app, place, action))
        else:
            changes.append(new)
            after[new.path] = new.new or ""
            problems += _waits(app, new.path)
    problems += _about_secrets(workflows, after, wanted, bool(changes))
    problems += other_ci(checkout.files, place, action, profile.title)
    return changes, _once(problems)


def told_once(problems: list[Problem], changes: list[FileChange]) -> list[Problem]:
    """The problems without those that say of a file which is changed here that it deploys to Heroku."""
    paths = [f"{clean(change.path)}:" for change in changes]
    return [
        one
        for one in problems
        if one.code != "deployed-from-here" or not any(path in one.text for path in paths)
    ]


def _hook_of(case: Case) -> str:
    """What of an app runs before each deploy at the target: its release command, where that is chosen."""
    chosen = case.moved("release-hook")
    return case.commands.get(chosen[0].type, "") if chosen else ""


def _one(text: str, wanted: Wanted) -> Rewrite:
    page = Page(text)
    root = page.root
    told = [found for job in read_jobs(root) if (found := _about_call(job, wanted.place))]
    trigger = get(root, "on")
    if trigger is not None and "workflow_call" in str(tree(trigger)):
        reaching = [
            step
            for job in read_jobs(root)
            for step in job.steps
            if step.kind in ("deploy", "build", "mixed") and owner(job, step, wanted.place).kind != "other"
        ]
        if reaching:
            name = next(iter(wanted.place.apps))
            to = wanted.place.destination(name)
            told.append(Told("reusable", reaching[0].line, "", detail=reaching[0].app, to=to))
        return Rewrite(text, tuple(told), ())
    done = rewrite(page, wanted)
    return done._replace(told=(*told, *done.told))


def _about_call(job: Job, place: Here) -> Told | None:
    if not job.calls:
        return None
    words = f"{job.calls} {tree(job.node)}".lower()
    if "heroku" not in words:
        return None
    name = next((name for name in place.apps if re.search(rf"'{re.escape(name)}'", words)), "")
    to = place.destination(name or next(iter(place.apps)))
    return Told("calls", job.line, job.name, app=name, detail=job.calls, to=to)


def _called(workflows: Known[str, str]) -> set[str]:
    """Workflows that call another one of the same repository which names Heroku."""
    about_heroku = {path for path, text in workflows.items() if "heroku" in text.lower()}
    return {
        path for path, text in workflows.items() if any(f"uses: ./{other}" in text for other in about_heroku)
    }


def _refused(path: str, text: str, why: str, wanted: Wanted) -> list[Problem]:
    """The step to paste, for each app that the text may deploy."""
    place = wanted.place
    if not any(found.how in DEPLOYING for found in deploy_paths({path: text})):
        return []  # it only speaks of Heroku
    named = [name for name in place.apps if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    found = []
    for name in named or list(place.apps)[:1]:
        step = one_line(wanted.action, place.destination(name))
        hands_over = place.by_terraform(name)
        found.append(
            Problem(
                code="workflow-not-edited",
                component=name,
                text=f"{clean(path)} deploys to Heroku and {why}, so Offramp does not edit it",
                remedy=BY_TERRAFORM if hands_over else f"Write there instead: {step}",
                copies=() if hands_over else (step,),
            )
        )
    return found


def _addresses(path: str, text: str, apps: tuple[str, ...]) -> list[Problem]:
    """Web addresses of Heroku that a rewritten workflow still names: health checks, links."""
    lines = [str(number) for number, line in enumerate(text.split("\n"), 1) if "herokuapp.com" in line]
    if not lines:
        return []
    return [
        Problem(
            code="workflow-address",
            component=", ".join(apps),
            text=f"{clean(path)} still names web addresses on Heroku, line {listed(lines, 5)}",
            remedy="Write the new ones there once they are known.",
        )
    ]


_NAMES_HEROKU = re.compile(r"heroku", re.IGNORECASE)


def _unseen(path: str, text: str, wanted: Wanted) -> list[Problem]:
    """A workflow that gives Heroku's key to something which Offramp does not know, a script say."""
    told = re.sub(r"(?m)^\s*#.*$", "", text)
    if not any(_NAMES_HEROKU.search(secret) for secret in _SECRET.findall(told)):
        return []
    if any(found.how in DEPLOYING for found in deploy_paths({path: text})):
        return []  # of an app that stays
    step = one_line(wanted.action, wanted.place.destination(next(iter(wanted.place.apps))))
    return [
        Problem(
            code="workflow-unseen",
            component=", ".join(wanted.place.apps),
            text=f"{clean(path)} reads secrets of Heroku, and no step in it is known to deploy there",
            remedy=f"Look what uses them, a script perhaps; the step for {wanted.title} is: {step}",
            copies=(step,),
        )
    ]


def _about_secrets(
    before: Known[str, str], after: Known[str, str], wanted: Wanted, changed: bool
) -> list[Problem]:
    """The secrets to create, and those that nothing needs any more, by name."""
    if not changed:
        return []
    used = {name for text in after.values() for name in _SECRET.findall(text)}
    gone = sorted({name for text in before.values() for name in _SECRET.findall(text)} - used)
    action, place = wanted.action, wanted.place
    needed = [name for name in action.secrets.values() if name in used]
    names = list(place.apps)
    registry = [name for name in action.registry_secrets.values() if name in used]
    also = f" {' and '.join(registry)} only where the registry of the image wants them." if registry else ""
    user = action.user.text.format(environment=place.environment or "the environment")
    found = [
        Problem(
            code="workflow-secrets",
            component=", ".join(names),
            text=f"the workflow needs the secrets {', '.join(needed)}",
            remedy=f"Create them on GitHub (Settings, Secrets and variables, Actions) for {user}.{also}",
            copies=(*needed, *registry),
        )
    ]
    if gone:
        found.append(
            Problem(
                code="workflow-secrets-gone",
                component=", ".join(names),
                text=f"no workflow reads {', '.join(clean(name) for name in gone)} any more",
                remedy="Delete them on GitHub when Heroku is no longer deployed to.",
                copies=tuple(clean(name) for name in gone),
            )
        )
    return found


def _waits(app: App, path: str) -> list[Problem]:
    github = app.deploy.github
    if github is None or not github.wait_for_ci:
        return []
    return [
        Problem(
            code="workflow-waits",
            component=app.name,
            text=f"Heroku waits for CI before it deploys; {path} does not",
            remedy="Name the jobs that must be good in `needs`, or protect the branch on GitHub.",
        )
    ]


def _none(app: App, place: Here, action: DeployAction) -> Problem:
    step = one_line(action, place.destination(app.name))
    return Problem(
        code="no-workflow",
        component=app.name,
        text="is to be deployed by its workflow, and none here could be made to",
        remedy=f"Choose another way on the map, or add to one: {step}",
        blocks=True,
        copies=(step,),
    )


def _once(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
