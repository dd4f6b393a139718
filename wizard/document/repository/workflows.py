"""CI files and scripts that deploy to Heroku: which app, from which branch, by what, with file and line.

Read are the files of GitHub Actions, GitLab CI, CircleCI, Bitbucket Pipelines and Travis as YAML, since app
and branch stand in other places than the command; Jenkins, Azure and other CI, Makefiles and shell scripts
line by line.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from wizard.document.repository.code_nouns import DeployHow, DeployPath
from wizard.document.repository.code_text import safe_line
from wizard.document.repository.delivery_files import CI
from wizard.document.repository.heroku_commands import folder_named, heroku_commands, resolve
from wizard.document.repository.yaml_text import Item, read_yaml
from wizard.model.text import clean

PATHSPECS = (
    *CI,
    "Makefile",
    "*.mk",
    "Justfile",
    "justfile",
    "Taskfile.y*ml",
    "Rakefile",
    "*.rake",
    "package.json",
    "*.sh",
    "bin/*",
    "script/*",
    "scripts/*",
    "deploy*",
)
"""Where such commands stand, as git names paths."""

PROGRAM_PATTERN = (
    r"heroku +(run|ps|pg|config|container|pipelines|builds|releases|maintenance|addons|apps|deploy)[ :]"
    r"|git push +[^ ]*heroku|git\.heroku\.com|api\.heroku\.com/apps"
)
"""Programs that call Heroku's CLI stand among the code of the app, in any language."""

_SCRIPTS = frozenset(
    {
        "after_deploy",
        "after_script",
        "after_success",
        "before_deploy",
        "before_install",
        "before_script",
        "command",
        "commands",
        "deploy",
        "install",
        "run",
        "script",
        "steps",
    }
)
"""Keys of CI files that hold commands; the word in a name or a message is none."""

_SYSTEMS = (
    (re.compile(r"^\.github/"), "GitHub Actions"),
    (re.compile(r"^\.gitlab"), "GitLab CI"),
    (re.compile(r"^\.circleci/"), "CircleCI"),
    (re.compile(r"^bitbucket-pipelines\.yml$"), "Bitbucket Pipelines"),
    (re.compile(r"^\.travis\.yml$"), "Travis CI"),
)
_APP_KEYS = ("heroku_app_name", "heroku-app-name", "heroku_app", "app-name", "app_name", "appname", "app")
_BRANCH_IN_CONDITION = re.compile(
    r"""refs/heads/([\w./-]+)|(?:CI_COMMIT_(?:BRANCH|REF_NAME)|branch|ref_name)\s*={1,2}~?\s*["'/^]*([\w./-]+)"""
)
_DEFAULT_BRANCH = re.compile(r"CI_COMMIT_(?:BRANCH|REF_NAME)\s*==\s*\$CI_DEFAULT_BRANCH|default_branch")


class _Scope(NamedTuple):
    """What is known at a place in a CI file: variables by name, and branches in words."""

    variables: Mapping[str, str]
    branch: str


def deploy_paths(texts: Mapping[str, str]) -> tuple[DeployPath, ...]:
    """All places in these texts, by file and line."""
    found = [path for file in sorted(texts) for path in _of_file(file, texts[file])]
    unique = {(path.file, path.line, path.by): path for path in found}
    return tuple(sorted(unique.values(), key=lambda path: (path.file, path.line)))


def _of_file(file: str, text: str) -> Iterator[DeployPath]:
    system = next((name for pattern, name in _SYSTEMS if pattern.search(file)), "")
    top = read_yaml(text) if system else None
    if top is None or not top.is_map:
        yield from _of_script(file, text, system or ("script" if not file.startswith(".") else "CI"))
        return
    jobs = _circle_branches(top) if system == "CircleCI" else {}
    scope = _Scope({}, _trigger(top) if system == "GitHub Actions" else "")
    for found in _walk(top, (), scope, jobs):
        yield DeployPath(
            system=system,
            file=clean(file),
            line=found.line,
            how=found.how,
            by=found.by,
            app=found.app,
            branch=found.branch,
            folder=found.folder,
        )
    if top.is_cut:
        yield from _of_script(file, text, system)


def _of_script(file: str, text: str, system: str) -> Iterator[DeployPath]:
    if file.endswith("package.json"):
        # A script is a JSON text there; its quotes are not the command's.
        text = re.sub(r'^[ \t]*"[\w:.-]+"[ \t]*:[ \t]*"(.*)",?[ \t]*$', r"\1", text, flags=re.M)
    for command in heroku_commands(text, {}):
        yield DeployPath(
            system=system,
            file=clean(file),
            line=command.line + 1,
            how=command.how,
            by=command.text,
            app=command.app,
            folder=command.folder,
        )


class _Found(NamedTuple):
    line: int
    how: DeployHow
    by: str
    app: str
    branch: str
    folder: str = ""


def _walk(
    item: Item, path: tuple[str, ...], scope: _Scope, jobs: Mapping[str, str], depth: int = 0
) -> Iterator[_Found]:
    if depth > 24:
        return
    if item.text is not None:
        if path[-1] not in _SCRIPTS:
            return
        first = item.line + 1 if item.is_block else item.line
        for command in heroku_commands(item.text, scope.variables):
            line = first + command.line
            yield _Found(line, command.how, command.text, command.app, scope.branch, command.folder)
        return
    for one in item.items():
        yield from _walk(one, path, scope, jobs, depth + 1)
    if not item.is_map:
        return
    if len(path) == 2 and path[0] == "jobs" and path[1] in jobs:
        scope = scope._replace(branch=jobs[path[1]])
    scope = _inner(item, scope)
    yield from _ready_made(item, scope)
    for key, value in item.pairs():
        below = scope
        if path[-1:] == ("branches",):
            below = scope._replace(branch=clean(key))  # Bitbucket: branches, then their names
        elif key.startswith("heroku/") and value.is_map:
            yield _orb(key, value, scope)
        yield from _walk(value, (*path, key), below, jobs, depth + 1)


def _inner(item: Item, scope: _Scope) -> _Scope:
    variables = dict(scope.variables)
    for key in ("env", "variables", "environment"):
        told = item.get(key)
        for name, value in told.pairs() if told else ():
            if value.text is not None:
                variables[name] = value.text
    return _Scope(variables, _branch(item) or scope.branch)


def _branch(item: Item) -> str:
    """What a job or step says about the branches that it runs for."""
    for told in (item.get("only", "refs"), item.get("only"), item.get("on", "branch"), item.get("branches")):
        if told is not None and not told.is_map and (names := told.texts()):
            return clean(", ".join(names), limit=200)
    conditions = [item.get("if"), *(rule.get("if") for rule in _list(item.get("rules")))]
    names = []
    for condition in conditions:
        text = condition.text if condition else None
        if text and _DEFAULT_BRANCH.search(text):
            names.append("the default branch")
        elif text and "!=" not in text:
            names += [one or other for one, other in _BRANCH_IN_CONDITION.findall(text)]
    return clean(", ".join(dict.fromkeys(names)), limit=200)


def _trigger(top: Item) -> str:
    """GitHub: the branches of `on`, or in words what else starts the workflow."""
    told = top.get("on")
    if told is None:
        return ""
    for event in ("push", "workflow_run", "pull_request"):
        branches = told.get(event, "branches")
        if branches is not None and (names := branches.texts()):
            return clean(", ".join(names), limit=200)
    tags = told.get("push", "tags")
    if tags is not None:
        return clean(f"tags {', '.join(tags.texts())}", limit=200)
    events = [name for name, _ in told.pairs()] or told.texts()
    return "" if "push" in events else clean(", ".join(f"on {name}" for name in events), limit=200)


def _circle_branches(top: Item) -> dict[str, str]:
    """CircleCI: branches by the name of a job, as its workflows filter them."""
    found: dict[str, str] = {}
    workflows = top.get("workflows")
    for _, workflow in workflows.pairs() if workflows else ():
        for entry in _list(workflow.get("jobs")):
            for name, settings in entry.pairs():
                only = settings.get("filters", "branches", "only")
                if only is not None:
                    found[name] = clean(", ".join(only.texts()), limit=200)
    return found


def _ready_made(item: Item, scope: _Scope) -> Iterator[_Found]:
    """Actions, pipes and providers that deploy without a command; `appdir` is akhileshns/heroku-deploy's."""
    for key, settings in (("uses", "with"), ("pipe", "variables")):
        told = item.get(key)
        if told is not None and told.text and "heroku" in told.text.lower():
            app, part = _app(item.get(settings), scope), item.get(settings, "appdir")
            folder = folder_named(part.text) if part and part.text else ""
            # "docker://" and "@v3" stay: they say which one it is.
            yield _Found(told.line, "action", safe_line(told.text), app, scope.branch, folder)
    provider = item.get("provider")
    if provider is not None and provider.text == "heroku":
        told = item.get("app")
        if told is not None and told.is_map:
            for branch, named in told.pairs():
                app = resolve(named.text or "", {})
                yield _Found(named.line, "action", "Travis's provider heroku", app, clean(branch))
            return
        app = resolve(told.text or "", scope.variables) if told else ""
        yield _Found(provider.line, "action", "Travis's provider heroku", app, scope.branch)


def _orb(key: str, value: Item, scope: _Scope) -> _Found:
    how: DeployHow = "container" if "docker" in key else "action"
    return _Found(value.named_at, how, safe_line(f"orb {key}"), _app(value, scope), scope.branch)


def _app(settings: Item | None, scope: _Scope) -> str:
    for name, value in settings.pairs() if settings else ():
        if name.lower() in _APP_KEYS and value.text:
            return resolve(value.text, scope.variables)
    for name in ("HEROKU_APP_NAME", "HEROKU_APP"):
        if name in scope.variables:
            return resolve(scope.variables[name], scope.variables)
    return ""


def _list(item: Item | None) -> list[Item]:
    return list(item.items()) if item else []
