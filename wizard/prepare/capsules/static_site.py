"""A site of files: what Heroku's dyno did when it started is done when the site is built.

A frontend capsule runs nothing, so it reads no config var; builds there see them (the vendor's guide on
moving from Heroku, July 2026, writes a file of settings in `postbuild`). They are made by npm, whatever lock
file is there (its list of runtimes for frontend capsules, June 2026).
"""

import json
import re
from collections.abc import Iterator

from wizard.document.repository.runtime_pins import json_object
from wizard.mapping.problem import Problem
from wizard.model.mapping import ProcessChoice
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.json_edit import NotEditable, value_at, with_value
from wizard.prepare.capsules.start_line import names_in, resolved, steps, words
from wizard.prepare.template import fill

SETTINGS = "heroku-settings.mjs"

_SCRIPT = re.compile(r"(?:npm|yarn|pnpm)\s+(?:run(?:-script)?\s+)?([\w:.-]+)")
_BUNDLED = re.compile(r"(VITE|REACT_APP|NEXT_PUBLIC|VUE_APP|GATSBY|PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|PARCEL)_")
_BUILDS = re.compile(r"(?:npm|yarn|pnpm)\s+(?:ci|install|i|run(?:-script)?\s+[\w:.-]*build[\w:.-]*|build)\b")
_LOST = ("basic_auth", "canonical_host", "error_page", "headers", "https_only", "proxies", "redirects")


def static_site(case: CapsuleCase) -> tuple[dict[str, str], list[Problem]]:
    """Write the build step of each frontend. What builds them by service, and what is to be known."""
    builds: dict[str, str] = {}
    problems: list[Problem] = []
    for choice in case.processes:
        if case.kind(choice) == "frontend":
            build, told = _site(case, choice)
            builds[choice.service] = build
            problems += [*told, *_words(case, choice)]
    return builds, problems


def _site(case: CapsuleCase, choice: ProcessChoice) -> tuple[str, list[Problem]]:
    line = resolved(choice.command or case.commands.get(choice.type, ""), case.scripts)
    before = [step for step in steps(line)[:-1] if not _BUILDS.match(step)]
    build = _by_npm(choice.build) or ("npm run build" if "build" in case.scripts else "")
    if before:
        # A build that names the step itself has it already.
        step = " && ".join(one for one in before if one not in choice.build)
        names = [name for name in names_in(step) if name in _live(case)]
        why = "a site of files starts nothing: what ran before its server runs in the build"
    else:
        # What the build puts into the site by itself needs no second file.
        own = resolved(choice.build or build, case.scripts)
        names = [name for name in _settings(case) if name not in names_in(own)]
        step = f"node {SETTINGS}" if names else ""
        why = "a site of files reads no config vars: the build writes them into a file of it"
    if not step:
        named = names_in(resolved(build, case.scripts))
        there = [name for name in _settings(case) if name in named]
        return build, [_public(case, there)] if there else []
    if step == f"node {SETTINGS}":
        told = _script(case, choice, names)
        if told is not None:
            return build, [told]
    build, problems = _hooked(case, build, step, why)
    if names:
        problems.append(_public(case, names))
    return build, problems


def _by_npm(build: str) -> str:
    return re.sub(r"^(yarn|pnpm)(\s+run)?(?=\s+[\w:.-]+$)", "npm run", build)


def _live(case: CapsuleCase) -> set[str]:
    return {var.name for var in case.app.config}


def _settings(case: CapsuleCase) -> list[str]:
    """Config vars that hold addresses of other apps, which a page may need; those that a bundler reads by
    their prefix are there at build time anyway."""
    return [
        var.name
        for var in case.app.config
        if (var.refers_to_apps or var.domains_of)
        and var.origin.kind != "add-on"
        and re.fullmatch(r"[A-Za-z_]\w*", var.name)
        and not _BUNDLED.match(var.name)
    ]


def _script(case: CapsuleCase, choice: ProcessChoice, names: list[str]) -> Problem | None:
    if case.draft.foreign(SETTINGS):
        return case.problem(
            "settings-file",
            f"has a file {SETTINGS} of its own, which Offramp does not write over",
            "Give that file another name and commit it.",
            blocks=True,
        )
    file = f"{choice.output.strip('/')}/env.js".lstrip("/")
    text = fill(SETTINGS, file=json.dumps(file), names=json.dumps(names))
    case.draft.write(SETTINGS, text, f"writes {', '.join(names)} into {file} when the site is built")
    return None


def _hooked(case: CapsuleCase, build: str, step: str, why: str) -> tuple[str, list[Problem]]:
    """The build command with `step` behind it: by a hook of its script where it has one, for a build in the
    dashboard does the same then."""
    match = _SCRIPT.fullmatch(build)
    if build and match is None:
        return f"{build} && {step}", []
    text = case.draft.text("package.json")
    if text is None:
        text = '{\n  "private": true\n}\n'
    name = f"post{match[1]}" if match else "build"
    there = value_at(text, ("scripts", name))
    if any(step in str(value_at(text, ("scripts", one))) for one in ("build", name)):
        return build or "npm run build", []
    new = f"{there} && {step}" if isinstance(there, str) and there else step
    try:
        case.draft.write("package.json", with_value(text, ("scripts", name), new), f"`{name}`: {why}")
    except NotEditable as error:
        return build, [
            case.problem(
                "static-build",
                f"package.json is {error.args[0]}, so its build step is not written into it",
                f'Write "{name}": {json.dumps(new)} under "scripts" and commit it.',
                blocks=True,
            )
        ]
    return build or "npm run build", []


def _public(case: CapsuleCase, names: list[str]) -> Problem:
    told = ", ".join(names)
    how = ""
    if case.draft.text(SETTINGS) is not None:
        how = ' Load the file in the page first (<script src="/env.js"></script>), and read window.ENV.'
    return case.problem(
        "static-settings",
        f"{told}: the build writes the value into the site's files, where everybody can read it; a change "
        "needs a new build",
        f"Look that none of them is a secret.{how}",
    )


def _words(case: CapsuleCase, choice: ProcessChoice) -> Iterator[Problem]:
    yield from _fallback(case, choice)
    lost = [key for key in _LOST if (json_object(case.checkout.files, "static.json") or {}).get(key)]
    if lost:
        yield case.problem(
            "static-json-lost",
            f"static.json sets {', '.join(lost)}, which a frontend capsule does not do",
            "Do without, or choose a Docker capsule on the map: its nginx does what static.json says.",
        )
    locks = [lock for lock in ("yarn.lock", "pnpm-lock.yaml") if case.checkout.has(lock)]
    if locks and not case.checkout.has("package-lock.json"):
        yield case.problem(
            "static-npm",
            f"its packages are pinned in {locks[0]}, and a frontend is built by npm, which does not read it",
            "Run `npm install --package-lock-only`, look at the versions, and commit package-lock.json.",
        )


def _fallback(case: CapsuleCase, choice: ProcessChoice) -> Iterator[Problem]:
    told = json_object(case.checkout.files, "static.json") or {}
    routes = told.get("routes")
    line = resolved(choice.command or case.commands.get(choice.type, ""), case.scripts)
    last = words(steps(line)[-1])
    single = {"-s", "--single", "--spa"} & set(last) and "serve" in " ".join(last)
    react = any("create-react-app" in one for one in case.app.buildpacks)
    if single or react or (isinstance(routes, dict) and "/**" in routes):
        yield case.problem(
            "static-fallback",
            "answers each unknown path with index.html, as single-page apps need it; no document says that a "
            "frontend capsule does so",
            "After its first build open a page below the first by its address. If that is not found, choose "
            "a backend capsule with `npx serve -s` on the map.",
        )
