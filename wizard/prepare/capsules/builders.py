"""What Heroku's build does beside the language, and the builder of a backend capsule does not.

It installs packages and runs `build` of package.json, by the vendor's documentation (2026), and nothing that
only Heroku's buildpacks know by name. An image can do all of it.
"""

from collections.abc import Iterator

from wizard.document.checkout import listed
from wizard.mapping.problem import Problem
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.json_edit import NotEditable, with_value
from wizard.prepare.image.python import NO_STATIC, is_django

_DOCKER = "Choose a Docker capsule for it on the map: the Dockerfile does it."
_POSTBUILD = "heroku-postbuild"


def heroku_only(case: CapsuleCase) -> list[Problem]:
    """What is to be known of it; a `build` script is written where only Heroku's name for it is there."""
    if "backend" not in case.kinds():
        return []
    return [*_scripts(case), *_static_files(case), *_beside(case), *_hooks(case)]


def _scripts(case: CapsuleCase) -> Iterator[Problem]:
    told = case.scripts
    if case.language != "nodejs" or _POSTBUILD not in told:
        return
    if "build" not in told:
        text = case.draft.text("package.json") or ""
        try:
            new = with_value(text, ("scripts", "build"), f"npm run {_POSTBUILD}")
        except NotEditable:
            new = text
        if new != text:
            case.draft.write("package.json", new, f"only Heroku runs `{_POSTBUILD}` by that name")
            return
    elif told["build"] == told[_POSTBUILD] or _POSTBUILD in told["build"]:
        return
    yield case.problem(
        "heroku-postbuild",
        f"Heroku builds it with `{_POSTBUILD}` of package.json, and a build there with `build`",
        "Let both do the same, and commit it.",
    )


def _static_files(case: CapsuleCase) -> Iterator[Problem]:
    off = any(var.name == NO_STATIC for var in case.app.config)
    if case.language == "python" and is_django(case.checkout) and not off:
        yield case.problem(
            "static-files",
            "is Django: Heroku's build collects its static files, and nothing does so there",
            "Put `python manage.py collectstatic --noinput && ` before the command of `web` on the map. "
            + _DOCKER.replace("Choose", "Or choose"),
        )


def _beside(case: CapsuleCase) -> Iterator[Problem]:
    beside = case.built.beside
    more = [*beside.packages, *beside.build_packages, *beside.scripts]
    more += ["Node.js"] if beside.node else []
    more += ["Java"] if beside.java else []
    if more:
        yield case.problem(
            "builder-beside",
            f"its buildpacks bring {listed(dict.fromkeys(more), 5)} beside {case.built.language.title}, and "
            "a builder there one language alone",
            _DOCKER,
        )
    else:
        yield from (one for one in case.built.problems if one.code in ("buildpacks", "buildpack-needs"))


def _hooks(case: CapsuleCase) -> Iterator[Problem]:
    files = [one.file for one in case.checkout.hooks if one.kind == "build" and one.file.startswith("bin/")]
    files += [name for name in (".profile", ".profile.d/") if case.checkout.has(name)]
    if files:
        yield case.problem(
            "builder-hooks",
            f"has {listed(dict.fromkeys(files), 5)}, which only Heroku runs",
            f"Put what they do into `build` or the commands. {_DOCKER.replace('Choose', 'Or choose')}",
        )
