"""The library of a clock among the packages of the app. A lock file that would be out of step with them, and
fail the build, is changed along where that needs no registry; else a person adds the library first."""

import re

import msgspec

from wizard.mapping.problem import Problem
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.json_edit import NotEditable, value_at, with_value
from wizard.prepare.capsules.pin_catalogue import pins
from wizard.prepare.capsules.toml_edit import with_item
from wizard.prepare.image.libraries import has_library

_WHY = "the library that starts the jobs"
_NAME = "node-cron"


def with_library(case: CapsuleCase) -> list[Problem]:
    """Add it to the files of packages, where it is not there."""
    match case.language:
        case "nodejs":
            return _node(case)
        case "python":
            return _python(case)
        case "ruby":
            return _ruby(case)
    return []


def _node(case: CapsuleCase) -> list[Problem]:
    draft, version = case.draft, pins().node_cron.version
    text = draft.text("package.json") or ""
    if value_at(text, ("dependencies", _NAME)) is not None:
        return []
    has = case.checkout.has
    for lock, command in (
        ("yarn.lock", "yarn add"),
        ("pnpm-lock.yaml", "pnpm add"),
        ("bun.lock", "bun add"),
        ("bun.lockb", "bun add"),
        ("npm-shrinkwrap.json", "npm install --save-exact"),
    ):
        if has(lock):
            return [_first(case, lock, f"{command} {_NAME}@{version}")]
    try:
        package = with_value(text, ("dependencies", _NAME), version)
        lock_text = draft.text("package-lock.json")
        if lock_text is not None:
            draft.write("package-lock.json", _locked(lock_text), f"{_WHY}, as npm would write it")
        elif has("package-lock.json"):
            raise NotEditable("too large to be read here")
    except NotEditable as error:
        command = f"npm install --save-exact {_NAME}@{version}"
        return [_first(case, "package-lock.json", command, f", which is {error.args[0]}")]
    draft.write("package.json", package, f"{_NAME}, {_WHY}")
    return []


def _locked(text: str) -> str:
    """package-lock.json with node-cron, which has no dependencies. Raises NotEditable."""
    release = pins().node_cron
    form = value_at(text, ("lockfileVersion",))
    if form not in (2, 3) or not isinstance(value_at(text, ("packages", "")), dict):
        raise NotEditable("of a form that Offramp does not edit")
    entry = {
        "version": release.version,
        "integrity": release.integrity,
        "license": release.license,
        "engines": {"node": release.node},
    }
    text = with_value(text, ("packages", "", "dependencies", _NAME), release.version)
    text = with_value(text, ("packages", f"node_modules/{_NAME}"), entry)
    if form == 2 and isinstance(value_at(text, ("dependencies",)), dict):
        short = {"version": release.version, "integrity": release.integrity}
        text = with_value(text, ("dependencies", _NAME), short)
    return text


def _python(case: CapsuleCase) -> list[Problem]:
    draft = case.draft
    wanted = f"APScheduler=={pins().apscheduler.version}"
    has = case.checkout.has
    named = "\n".join(draft.text(name) or "" for name in ("requirements.txt", "Pipfile", "pyproject.toml"))
    if has_library(named, "apscheduler"):
        return []
    for lock, command in (
        ("uv.lock", f"uv add {wanted}"),
        ("poetry.lock", f"poetry add {wanted}"),
        ("Pipfile.lock", f"pipenv install {wanted}"),
    ):
        if has(lock):
            return [_first(case, lock, command)]
    text = draft.text("requirements.txt")
    if text is None:
        try:
            new = with_item(draft.text("pyproject.toml") or "", "project", "dependencies", wanted)
        except NotEditable as error:
            return [_first(case, "pyproject.toml", f"pip install {wanted}", f", which is {error.args[0]}")]
        draft.write("pyproject.toml", new, f"APScheduler, {_WHY}")
        return []
    if "--hash" in text or "--require-hashes" in text:
        return [_first(case, "requirements.txt", f"pip-compile --generate-hashes (with {wanted})")]
    end = "\r\n" if "\r\n" in text else "\n"
    new = f"{text}{'' if not text or text.endswith(end) else end}{wanted}{end}"
    draft.write("requirements.txt", new, f"APScheduler, {_WHY}")
    if has("requirements.in"):
        return [
            case.problem(
                "clock-requirements",
                f"requirements.txt gets {wanted}, and is made of requirements.in",
                f"Add {wanted} there too, or the next pip-compile drops it.",
            )
        ]
    return []


def _ruby(case: CapsuleCase) -> list[Problem]:
    lock = case.checkout.files.get("Gemfile.lock", "")
    if re.search(r"^ {4}rufus-scheduler \(", lock, re.MULTILINE):
        return []
    return [_first(case, "Gemfile.lock", "bundle add rufus-scheduler")]


def _first(case: CapsuleCase, file: str, command: str, why: str = "") -> Problem:
    """What a person does before the branch is written: the build would fail otherwise."""
    problem = case.problem(
        "clock-lock",
        f"its clock needs a library, and {file}{why} is written by its own tool only: a build takes no "
        "packages that it does not name",
        f"Run `{command}` on the branch that is deployed, commit it, and read the folder again; on Heroku it "
        "lies there unused. Or choose another way for the jobs on the map.",
        blocks=True,
    )
    return msgspec.structs.replace(problem, copies=(command,))
