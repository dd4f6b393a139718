"""What the buildpacks of an app come to: one language that hosts the others, and what is beside it."""

import re
from collections.abc import Iterator

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.model.noun import Noun
from wizard.model.system import App
from wizard.model.text import clean
from wizard.prepare.image.catalogue import KnownBuildpack, buildpacks
from wizard.prepare.image.ruby import brings_node
from wizard.prepare.image.wish import Beside
from wizard.prepare.language import Language, buildpack_language, buildpack_name, buildpacks_of, language_of

_PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]+")


class Built(Noun, frozen=True, kw_only=True):
    """The language whose image it is, what is beside it, and what no Dockerfile of ours does."""

    language: Language
    beside: Beside
    problems: tuple[Problem, ...] = ()


def built_with(app: App, checkout: Checkout) -> Built:
    """Read the list of buildpacks; files count only where there is none."""
    told = language_of(app, checkout)
    chosen = buildpacks_of(app, checkout)
    languages = [name for name in (buildpack_language(one) for one in chosen) if name]
    # Node.js is a few files, which stand in any image; so it is the guest, also where it comes last.
    hosts = [name for name in languages if name != "nodejs"] or languages
    main = hosts[-1] if hosts else told.name
    node = main != "nodejs" and ("nodejs" in languages or (main == "ruby" and brings_node(checkout)))
    problems: list[Problem] = []
    for name in dict.fromkeys(languages):
        if name not in (main, "nodejs"):
            problems.append(_second_language(app, name, main))
    known = list(_known(app, chosen, problems))
    named = [buildpack_name(one) for one in chosen]
    aptfile = _aptfile(app, checkout, problems) if "apt" in named else ()
    env = {"NODE_ENV": "production"} if node and "nodejs" in languages else {}
    for one in known:
        env |= one.env
    beside = Beside(
        packages=(*aptfile, *(package for one in known for package in one.packages)),
        build_packages=tuple(package for one in known for package in one.build_packages),
        env=env,
        node=node,
        java=any(one in ("jvm", "jvm-common") for one in named),
        scripts=tuple(one.script for one in known if one.script),
        names={name: one.script for one in known for name in one.names},
    )
    return Built(language=Language(name=main), beside=beside, problems=tuple(problems))


def _known(app: App, chosen: tuple[str, ...], problems: list[Problem]) -> Iterator[KnownBuildpack]:
    for buildpack in chosen:
        if buildpack_language(buildpack):
            continue
        name = buildpack_name(buildpack)
        found = next((one for one in buildpacks() if re.fullmatch(one.name, name)), None)
        if found is None:
            problems.append(
                Problem(
                    code="buildpacks",
                    component=app.name,
                    text=f"builds with {clean(buildpack, limit=120)}, which Offramp does not know; the "
                    "Dockerfile does nothing of it",
                    remedy="Add what it does, on the new branch or in a Dockerfile of your own.",
                )
            )
            continue
        if found.needs:
            problems.append(
                Problem(
                    code="buildpack-needs",
                    component=app.name,
                    text=f"builds with {clean(buildpack, limit=120)}, which {found.does}",
                    remedy=found.needs,
                )
            )
        yield found


def _second_language(app: App, name: str, main: str) -> Problem:
    second, first = Language(name=name).title, Language(name=main).title
    return Problem(
        code="buildpacks",
        component=app.name,
        text=f"builds with {second} beside {first}; the Dockerfile does the work of {first} only",
        remedy=f"Add what {second} did, on the new branch or in a Dockerfile of your own.",
    )


def _aptfile(app: App, checkout: Checkout, problems: list[Problem]) -> tuple[str, ...]:
    """The packages of the Aptfile by their names in Debian. Heroku looks at it with that buildpack only."""
    packages, odd = [], []
    for line in checkout.files.get("Aptfile", "").splitlines():
        told = line.strip()
        if not told or told.startswith("#"):
            continue
        for word in [told] if told.startswith(":") or "://" in told else told.split():
            if _PACKAGE.fullmatch(word):
                # Ubuntu 24.04 renamed libraries for its 64-bit time; Debian 12 has them by the old name.
                packages.append(re.sub(r"t64$", "", word))
            else:
                odd.append(clean(word, limit=80))
    if packages:
        named = ", ".join(packages[:5]) + " and more" * (len(packages) > 5)
        problems.append(
            Problem(
                code="aptfile",
                component=app.name,
                text=f"has an Aptfile: the image gets {named} by these names, and is Debian 12 where "
                "Heroku's is Ubuntu",
                remedy="If the build does not find one, look up its name at packages.debian.org.",
            )
        )
    if odd:
        problems.append(
            Problem(
                code="aptfile-odd",
                component=app.name,
                text=f"its Aptfile has lines that name no package of Debian: {', '.join(odd[:5])}",
                remedy="Add them on the new branch: fetch the file in a RUN, check it, install it.",
            )
        )
    return tuple(packages)
