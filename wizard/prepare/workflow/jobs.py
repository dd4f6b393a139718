"""The jobs of a workflow and what each of their steps has to do with Heroku."""

import re
from collections.abc import Mapping as Known
from typing import Literal, NamedTuple

from ruamel.yaml.nodes import MappingNode, Node

from wizard.document.repository.heroku_commands import heroku_commands, resolve
from wizard.prepare.workflow.lines import ScriptCommand, dockerfile_of, folder_of, script_commands
from wizard.prepare.workflow.nodes import get, items, line_of, pairs, text_of, texts_of

StepKind = Literal["checkout", "deploy", "build", "setup", "promotion", "heroku", "mixed", "history", "other"]
"""As of commands; `heroku` acts on an app there and goes nowhere else, `mixed` does something of its own
beside deploying."""

_APP_INPUTS = ("heroku_app_name", "heroku-app-name", "heroku_app", "app-name", "app_name", "appname", "app")
_APP_VARIABLES = ("HEROKU_APP", "HEROKU_APP_NAME")
_FOLDER_INPUTS = ("appdir", "dockerfile_directory")
_HARMLESS_INPUTS = frozenset(
    {
        *_APP_INPUTS,
        *_FOLDER_INPUTS,
        "heroku_api_key",
        "heroku_email",
        "api-key",
        "api_key",
        "apikey",
        "email",
        "dontuseforce",
        "dontautocreate",
        "buildpack",
        "stack",
        "region",
        "team",
        "usedocker",
        "docker_heroku_process_type",
        "process_type",
        "dockerfile_name",
        "justlogin",
        "branch",
    }
)
"""Inputs of deploy actions that say how to reach Heroku, or what the target does by itself."""
_DEPLOYS = re.compile(r"deploy|push|release", re.IGNORECASE)


class Step(NamedTuple):
    """One step, the `number`-th of its job from 0. `app` is a name on Heroku or the expression that stands
    for one; `lost` are inputs of an action that nothing stands for; `folder` is the part of the code that it
    deploys alone, `dockerfile` what it builds an image from where that is not the Dockerfile in the root."""

    node: MappingNode
    number: int
    kind: StepKind
    app: str = ""
    commands: tuple[ScriptCommand, ...] = ()
    lost: tuple[str, ...] = ()
    in_image: bool = False
    folder: str = ""
    dockerfile: str = ""

    @property
    def line(self) -> int:
        return line_of(self.node)


class Job(NamedTuple):
    """One job with steps, or one that calls another workflow (`calls`). `pushes` are the images that it
    pushes anywhere but to Heroku."""

    name: str
    node: MappingNode
    steps: tuple[Step, ...]
    calls: str = ""
    stage: str = ""
    runner: str = ""
    pushes: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        return line_of(self.node)


def read_jobs(root: Node) -> list[Job]:
    """All jobs of a workflow, in its order."""
    top = variables(root, {})
    found = []
    for pair in pairs(get(root, "jobs")):
        if not isinstance(pair.value, MappingNode):
            continue
        job = pair.value
        named = get(job, "environment")
        stage = text_of(named) or text_of(get(named, "name"))
        known = variables(job, top)
        place = text_of(get(job, "defaults", "run", "working-directory"))
        found.append(
            Job(
                name=pair.name,
                node=job,
                steps=tuple(
                    _step(step, index, known, place)
                    for index, step in enumerate(items(get(job, "steps")))
                    if isinstance(step, MappingNode)
                ),
                calls=text_of(get(job, "uses")),
                stage=" ".join((pair.name, text_of(get(job, "name")), stage)),
                runner=" ".join(texts_of(get(job, "runs-on"))),
                pushes=tuple(image for step in items(get(job, "steps")) for image in _pushes(step)),
            )
        )
    return found


def matrix_values(job: Job, name: str) -> list[str]:
    """What a matrix gives a variable, in its lists and in its single cases."""
    matrix = get(job.node, "strategy", "matrix")
    return [
        *texts_of(get(matrix, name)),
        *(text for case in items(get(matrix, "include")) if (text := text_of(get(case, name)))),
    ]


def variables(node: Node, outer: Known[str, str]) -> dict[str, str]:
    """What `env` of a workflow, job or step says, over what the parts around it say."""
    return {**outer, **{pair.name: text_of(pair.value) for pair in pairs(get(node, "env"))}}


def _pushes(step: Node) -> list[str]:
    """Images that a step pushes, as it writes them."""
    if text_of(get(step, "uses")).startswith("docker/build-push-action"):
        told = re.split(r"[,\n]", "\n".join(texts_of(get(step, "with", "tags"))))
    else:
        told = re.findall(r"\bdocker push ((?:\$\{\{[^}]*\}\}|[^\s;&|\"'])+)", text_of(get(step, "run")))
    return [image.strip() for image in told if image.strip() and "registry.heroku.com" not in image]


def repository(image: str) -> str:
    """An image without its tag or digest."""
    return re.sub(r"(@[^/]*|:(\$\{\{.*\}\}|[^/])*)$", "", image.strip())


def _step(node: MappingNode, index: int, outer: Known[str, str], place: str) -> Step:
    known = variables(node, outer)
    uses, script = text_of(get(node, "uses")), text_of(get(node, "run"))
    if uses:
        return _action(node, index, uses, known)
    commands = tuple(script_commands(script))
    kinds = {command.kind for command in commands}
    in_image = "build" in kinds or any("container:" in command.text for command in commands)
    app = _app_of_script(script, known)
    ours: StepKind
    if kinds & {"deploy", "build"}:
        if kinds & {"other", "promotion"}:
            ours = "mixed"
        else:
            ours = "deploy" if "deploy" in kinds else "build"
    elif "promotion" in kinds:
        ours = "promotion"
    elif kinds & {"run", "heroku"}:
        ours = "heroku"
    elif "setup" in kinds and "other" not in kinds and _names_heroku(commands):
        ours = "setup"
    elif kinds and kinds <= {"history", "nothing"} and "history" in kinds:
        ours = "history"
    else:
        ours = "other"
    place = text_of(get(node, "working-directory")) or place
    told = [folder_of(command) for command in commands]
    folder = _folder(next(filter(None, told), place if in_image else ""))
    file = next(filter(None, (_dockerfile(dockerfile_of(command)) for command in commands)), "")
    return Step(node, index, ours, app, commands, in_image=in_image, folder=folder, dockerfile=file)


def _folder(told: str) -> str:
    """A folder below the root; empty for the root itself."""
    plain = told.strip().removeprefix("./").strip("/")
    return "" if plain in (".", "${{ github.workspace }}") else plain


def _dockerfile(told: str) -> str:
    """A path below the root; empty for the Dockerfile in it."""
    plain = _folder(told)
    return "" if plain == "Dockerfile" else plain


def _names_heroku(commands: tuple[ScriptCommand, ...]) -> bool:
    return any("heroku" in command.text.lower() for command in commands if command.kind == "setup")


def _app_of_script(script: str, known: Known[str, str]) -> str:
    # One command a line, and addresses without the expression that gives their password.
    script = re.sub(r"\\\r?\n", " ", script)
    script = re.sub(r"https://[^/\s]*\$\{\{[^}]*\}\}[^/\s]*@", "https://", script)
    told = [
        command.app
        for command in heroku_commands(script, known)
        if command.how in ("git", "container", "api", "promotion", "run", "other") and command.app
    ]
    if not told:
        image = re.search(r"registry\.heroku\.com/(\$\{\{[^}]*\}\}|\$\{?\w+\}?|[a-z][a-z0-9-]+)", script)
        told = [resolve(image[1], known)] if image else []
    if not told:
        told = [resolve(known[name], known) for name in _APP_VARIABLES if known.get(name)]
    return told[0] if len(set(told)) == 1 else ", ".join(dict.fromkeys(told))


def _action(node: MappingNode, index: int, uses: str, known: Known[str, str]) -> Step:
    name = uses.split("@", 1)[0].lower()
    settings = {pair.name.lower(): pair.value for pair in pairs(get(node, "with"))}
    if name == "actions/checkout":
        return Step(node, index, "checkout")
    if name == "docker/login-action" and "registry.heroku.com" in text_of(settings.get("registry")):
        return Step(node, index, "setup")
    if name == "docker/build-push-action":
        image = re.search(
            r"registry\.heroku\.com/(\$\{\{[^}]*\}\}|[a-z][a-z0-9-]+)", text_of(settings.get("tags"))
        )
        if image:
            lost = tuple(key for key in settings if key in ("build-args", "target", "secrets"))
            return Step(
                node,
                index,
                "build",
                resolve(image[1], known),
                lost=lost,
                in_image=True,
                folder=_folder(text_of(settings.get("context"))),
                dockerfile=_dockerfile(text_of(settings.get("file"))),
            )
    if "heroku" not in name:
        return Step(node, index, "other")
    app = next((resolve(text_of(settings[key]), known) for key in _APP_INPUTS if key in settings), "")
    if not app:
        app = next((resolve(known[key], known) for key in _APP_VARIABLES if known.get(key)), "")
    if text_of(settings.get("justlogin")).lower() == "true":
        return Step(node, index, "setup")
    if not _DEPLOYS.search(name):
        return Step(node, index, "heroku", app)
    docker = "docker" in name or text_of(settings.get("usedocker")).lower() == "true"
    # The best known of these actions hands variables that begin so to the build.
    for_build = [pair.name for pair in pairs(get(node, "env")) if pair.name.startswith("HD_")]
    lost = (*sorted(settings.keys() - _HARMLESS_INPUTS), *for_build)
    branch = text_of(settings.get("branch"))
    if branch and branch not in ("HEAD", "main", "master") and "github.ref" not in branch:
        lost = (*lost, "branch")
    folder = next((_folder(text_of(settings[key])) for key in _FOLDER_INPUTS if key in settings), "")
    file = _dockerfile(text_of(settings.get("dockerfile_name"))) if docker else ""
    return Step(node, index, "deploy", app, lost=lost, in_image=docker, folder=folder, dockerfile=file)
