"""A Dockerfile for a Node.js app: what Heroku's Node.js buildpack does, step by step."""

import json
import re

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image import Image, ImageWish
from wizard.prepare.schedules import COPY_LINE
from wizard.prepare.template import fill

DEFAULT_VERSION = 24
"""The long-term release that Heroku takes where none is pinned (2026)."""

OLDEST_VERSION = 14
"""The oldest that has an official image on Debian 12."""

LAST_WITH_COREPACK = 24


def node_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    problems: list[Problem] = []
    package = _package(checkout, wish.app, problems)
    version = _version(package, wish.app, problems)
    text = fill(
        "node.dockerfile",
        cron_stage=wish.cron_stage + "\n" if wish.cron_stage else "",
        version=str(version),
        install="\n".join(_install(checkout, package, version, wish.app, problems)),
        port=str(wish.port),
        cron_copy=COPY_LINE if wish.cron_stage else "",
        command=wish.command,
    )
    return Image(text=text, problems=tuple(problems))


def _package(checkout: Checkout, app: str, problems: list[Problem]) -> dict[str, object]:
    try:
        told = json.loads(checkout.files.get("package.json", ""))
    except ValueError:
        told = None
    if isinstance(told, dict):
        return told
    problems.append(
        Problem(
            code="package-json",
            component=app,
            text="has no package.json that can be read",
            remedy="Look whether this is the folder that is pushed to Heroku.",
            blocks=True,
        )
    )
    return {}


def _version(package: dict[str, object], app: str, problems: list[Problem]) -> int:
    engines = package.get("engines")
    wanted = engines.get("node") if isinstance(engines, dict) else None
    version = major_of_range(wanted) if isinstance(wanted, str) else None
    if version is None:
        problems.append(
            Problem(
                code="node-not-pinned",
                component=app,
                text=f"pins no Node.js in package.json; the Dockerfile takes {DEFAULT_VERSION}",
                remedy="Look at the build log on Heroku, and name that version under engines.node.",
            )
        )
        return DEFAULT_VERSION
    if version < OLDEST_VERSION:
        problems.append(
            Problem(
                code="node-too-old",
                component=app,
                text=f"is pinned to Node.js {version}, for which there is no image",
                remedy="Pin a newer Node.js and commit it, or write a Dockerfile of your own.",
                blocks=True,
            )
        )
    return version


def major_of_range(text: str) -> int | None:
    """The major version that a range of npm means here: the newest it allows, None when it names none.

    "20.x", "^20.1" and "~20.1.2" are 20; ">=18" is the default, or 18 and up when that is newer;
    ">=18 <21" is 20; "18 || 20" is 20.
    """
    best: int | None = None
    for part in text.split("||"):
        below = re.search(r"<\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?", part)
        upto = re.search(r"<=\s*v?(\d+)", part)
        lowest = re.search(r">=?\s*v?(\d+)", part)
        exact = re.search(r"v?(\d+)", part)
        if upto:
            found = int(upto[1])
        elif below:
            whole = int(below[2] or 0) == 0 and int(below[3] or 0) == 0
            found = int(below[1]) - 1 if whole else int(below[1])
        elif lowest:
            found = max(int(lowest[1]), DEFAULT_VERSION)
        elif exact:
            found = int(exact[1])
        else:
            continue
        best = found if best is None else max(best, found)
    return best


def _install(
    checkout: Checkout, package: dict[str, object], version: int, app: str, problems: list[Problem]
) -> list[str]:
    scripts = package.get("scripts")
    names = set(scripts) if isinstance(scripts, dict) else set()
    install, prune, runner = _manager(checkout, version, app, problems)
    lines = [f"RUN {runner} run heroku-prebuild"] if "heroku-prebuild" in names else []
    lines.append(f"RUN {install}")
    build = next((name for name in ("heroku-postbuild", "build") if name in names), None)
    if build:
        lines.append(f"RUN {runner} run {build}")
        problems.append(
            Problem(
                code="build-without-config",
                component=app,
                text=f"its script `{build}` ran with all config vars on Heroku; in the build it sees none",
                remedy="Look whether it needs one; if so, change the Dockerfile on the new branch.",
            )
        )
    if prune:
        lines.append(f"RUN {prune}")
    return lines


def _manager(checkout: Checkout, version: int, app: str, problems: list[Problem]) -> tuple[str, str, str]:
    """Commands of the package manager whose lock file is there: install all, drop what is for building."""
    corepack = "corepack enable" if version <= LAST_WITH_COREPACK else "npm install --global corepack"
    if checkout.has("pnpm-lock.yaml"):
        return f"{corepack} && pnpm install --frozen-lockfile", "pnpm prune --prod", "pnpm"
    if checkout.has("yarn.lock") and checkout.has(".yarnrc.yml"):
        return f"{corepack} && yarn install --immutable", "", "yarn"
    if checkout.has("yarn.lock"):
        drop = "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline"
        return f"{corepack} && yarn install --frozen-lockfile", drop, "yarn"
    if checkout.has("package-lock.json", "npm-shrinkwrap.json"):
        return "npm ci", "npm prune --omit=dev", "npm"
    problems.append(
        Problem(
            code="node-no-lock",
            component=app,
            text="has no lock file, so each build may take other versions of its packages",
            remedy="Commit the lock file of your package manager.",
        )
    )
    return "npm install", "npm prune --omit=dev", "npm"
