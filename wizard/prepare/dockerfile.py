"""The Dockerfile of an app, where it has none: of its language, with what its buildpacks brought along."""

import json
import re
from collections.abc import Callable, Mapping

import msgspec

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.buildpacks import Built, built_with
from wizard.prepare.case import Case, Part
from wizard.prepare.command import exec_form
from wizard.prepare.container_app import container_dockerfile
from wizard.prepare.file_change import FileChange
from wizard.prepare.image import php, static
from wizard.prepare.image.dotnet import dotnet_image
from wizard.prepare.image.go import go_image
from wizard.prepare.image.jvm import clojure_image, gradle_image, maven_image, scala_image
from wizard.prepare.image.node import node_image
from wizard.prepare.image.php import php_image
from wizard.prepare.image.python import python_image
from wizard.prepare.image.ruby import ruby_image
from wizard.prepare.image.slug import slug_image
from wizard.prepare.image.static import static_image
from wizard.prepare.image.wish import Beside, Image, ImageWish
from wizard.prepare.own_dockerfile import check_dockerfile
from wizard.prepare.schedules import cron_stage
from wizard.prepare.start_script import SCRIPT, start_script
from wizard.prepare.template import fill

IMAGES: Mapping[str, Callable[[Checkout, ImageWish], Image]] = {
    "clojure": clojure_image,
    "dotnet": dotnet_image,
    "go": go_image,
    "gradle": gradle_image,
    "java": maven_image,
    "nodejs": node_image,
    "php": php_image,
    "python": python_image,
    "ruby": ruby_image,
    "scala": scala_image,
    "static": static_image,
}
"""Who writes the Dockerfile, by language."""

JVM = frozenset({"clojure", "gradle", "java", "scala"})

_DEFAULTS = {
    "nodejs": "npm start",
    "php": php.DEFAULT_COMMAND,
    "ruby": "bin/rails server -p ${PORT:-5000} -e $RAILS_ENV",
    "static": static.DEFAULT_COMMAND,
}
"""What a buildpack runs as `web` where nothing else says it."""

_PACKAGES_KEY = re.compile(
    r"(NPM|NODE_AUTH|GITHUB|GITLAB|PACKAGIST|NUGET|FONTAWESOME)\w*_?(TOKEN|AUTH|KEY)|COMPOSER_AUTH|BUNDLE_[A-Z0-9_]+__\w+"
    r"|BUNDLE_\w*(TOKEN|KEY)|(PIP|UV|POETRY)_\w*(INDEX|USERNAME|PASSWORD|TOKEN)\w*|(MAVEN|SONATYPE|ARTIFACTORY)_\w+"
)
"""Names of config vars that are keys to private packages."""

_NGINX_FOLDERS = "RUN mkdir -p /var/lib/nginx /var/log/nginx && chmod -R 1777 /var/lib/nginx /var/log/nginx"


def dockerfile(case: Case) -> Part:
    """The Dockerfile with the files that it counts on, or what is to be said of one that is there."""
    if case.checkout.has("Dockerfile"):
        return [], _own(case)
    if not case.profile.capabilities.needs_dockerfile:
        return [], []
    if case.choice.keep_slug and not case.container:
        image = slug_image(case.app, _wish(case, Beside(), "", starts=True), elsewhere=case.elsewhere)
        return _files(case, image), list(image.problems)
    if case.container:
        return container_dockerfile(case)
    built = built_with(case.app, case.checkout)
    make = IMAGES.get(built.language.name)
    if make is None:
        return [], [*built.problems, _no_language(case, built)]
    starts = starts_by_script(case, built.language.name)
    wish = _wish(case, built.beside, _default(case, built.language.name), starts=starts)
    image = make(case.checkout, wish)
    image = _with_scripts(image, wish, starts=starts)
    return _files(case, image), [*built.problems, *_profile(case), *_private(case, wish), *image.problems]


def starts_by_script(case: Case, language: str = "") -> bool:
    """Whether processes need what a dyno does before each of them."""
    if SCRIPT in case.checkout.names or case.choice.keep_slug:
        return True
    if case.checkout.has("Dockerfile") or case.container or not case.profile.capabilities.needs_dockerfile:
        return False
    language = language or built_with(case.app, case.checkout).language.name
    return language in JVM or (language in IMAGES and case.checkout.has(".profile", ".profile.d/"))


def copied(case: Case) -> dict[str, str]:
    """Files of the code by their place in an image that is not built by a git push."""
    hook = case.profile.capabilities.release_hook
    if not case.elsewhere or not case.rules.folder:
        return {}
    places = {}
    if case.services():
        places[f"{case.rules.folder}/Procfile"] = "Procfile"
    if hook is not None and (case.moved("release-hook") or case.checkout.has(hook.file)):
        places[f"{case.rules.folder}/{hook.file}"] = hook.file
    return places


def _own(case: Case) -> list[Problem]:
    text = case.checkout.files.get("Dockerfile")
    if text is None:
        return []
    stage = cron_stage() if case.jobs else ""
    problems = check_dockerfile(
        text,
        app=case.app.name,
        port=case.mapping.port,
        needs_cron=bool(case.jobs),
        stage=stage,
        rules=case.rules,
        copied=copied(case),
    )
    return [*problems, *([] if SCRIPT in case.checkout.names else _profile(case, own=True))]


def _wish(case: Case, beside: Beside, default: str, *, starts: bool) -> ImageWish:
    commands = case.commands
    web = commands.get("web") or default or next(iter(commands.values()), "true")
    memory = next((one.memory_mb for one in case.app.processes if one.type == "web"), None)
    if "start-nginx" in beside.scripts:
        beside = msgspec.structs.replace(beside, commands=(*beside.commands, _NGINX_FOLDERS))
    return ImageWish(
        app=case.app.name,
        port=case.mapping.port,
        command=json.dumps(["bash", SCRIPT, web]) if starts else exec_form(web),
        config=tuple(var.name for var in case.app.config if not var.empty),
        cron_stage=cron_stage() if case.jobs else "",
        lines=(*commands.values(), *(job.command for job in case.jobs)),
        memory_mb=memory or 512,
        # Only a build that follows a git push finds the file.
        env_file="" if case.elsewhere else case.rules.build_env_file,
        beside=beside,
        hooks=tuple(hook.file for hook in case.checkout.hooks if hook.kind == "build"),
        copied=copied(case),
    )


def _default(case: Case, language: str) -> str:
    if language == "nodejs" and not case.checkout.has("package.json"):
        return ""
    return _DEFAULTS.get(language, "")


def _with_scripts(image: Image, wish: ImageWish, *, starts: bool) -> Image:
    files = dict(image.files)
    if starts and SCRIPT not in files:
        files[SCRIPT] = (
            start_script(jvm=False),
            "a dyno runs .profile before each process; this does the same",
        )
    for name in wish.beside.scripts:
        why = f"a buildpack of Heroku brings bin/{name}, which the image has not; this does the same"
        files[f"{name}.sh"] = (fill(f"{name}.sh"), why)
    return msgspec.structs.replace(image, files=files)


def _files(case: Case, image: Image) -> list[FileChange]:
    what = "it holds the slug" if case.choice.keep_slug else "it does what the buildpacks did"
    changes = [
        FileChange(
            path="Dockerfile",
            old=None,
            new=image.text,
            why=f"{case.profile.title} builds from a Dockerfile; {what}",
        )
    ]
    for name, (text, why) in image.files.items():
        changes.append(FileChange(path=name, old=case.checkout.files.get(name), new=text, why=why))
    if not case.checkout.has(".dockerignore"):
        changes.append(
            FileChange(
                path=".dockerignore",
                old=None,
                new=fill("dockerignore"),
                why="keeps local settings and packages out of images that are built on your machine",
            )
        )
    return changes


def _profile(case: Case, *, own: bool = False) -> list[Problem]:
    found = [name for name in (".profile", ".profile.d/") if case.checkout.has(name)]
    if not found:
        return []
    if own:
        return [
            case.problem(
                "profile",
                f"has {' and '.join(found)}, which Heroku runs before each process and a container does not",
                "Move what it does into the start commands.",
                blocks=False,
            )
        ]
    return [
        case.problem(
            "profile",
            f"has {' and '.join(found)}: {SCRIPT} runs it before each process, as a dyno does",
            "Read it for what only works on Heroku ($DYNO, paths below /app/.heroku).",
            blocks=False,
        )
    ]


def _private(case: Case, wish: ImageWish) -> list[Problem]:
    names = [name for name in wish.config if _PACKAGES_KEY.fullmatch(name)]
    if not names or wish.env_file:
        return []
    return [
        case.problem(
            "private-packages",
            f"has {', '.join(names)}, which may be needed to fetch packages; a build elsewhere sees none",
            "Give it to the build as a secret (RUN --mount=type=secret), never as an argument.",
            blocks=False,
        )
    ]


def _no_language(case: Case, built: Built) -> Problem:
    title = built.language.title
    return case.problem(
        "language",
        f"is written in {title}; Offramp writes no Dockerfile for it",
        "Write a Dockerfile that builds and runs it, commit it, and read the folder again; or keep the "
        "slug of Heroku as a stop-gap.",
    )
