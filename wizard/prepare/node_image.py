"""A Dockerfile for a Node.js app: what Heroku's Node.js buildpack does, step by step."""

import json
import re
from typing import NamedTuple

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image import Image, ImageWish
from wizard.prepare.schedules import COPY_LINE
from wizard.prepare.template import fill

DEFAULT_VERSION = 24
"""The long-term release that Heroku takes where none is pinned (2026)."""

OLDEST_VERSION = 16
"""The oldest that has an official image on Debian 12."""

WITHOUT_IMAGE = (17, 19)
"""Newer ones whose support had ended before there were images on Debian 12."""

LAST_WITH_COREPACK = 24

KEEPS_ALL = {
    "npm": ("NPM_CONFIG_PRODUCTION",),
    "yarn": ("YARN_PRODUCTION", "YARN2_SKIP_PRUNING", "NPM_CONFIG_PRODUCTION"),
    "pnpm": ("PNPM_SKIP_PRUNING",),
}
"""Config vars by which Heroku is told to keep what is only for building, by package manager."""


def node_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    problems: list[Problem] = []
    package = _package(checkout, wish.app, problems)
    version = _version(package, wish.app, problems)
    manager = _manager(checkout, wish.app, problems)
    text = fill(
        "node.dockerfile",
        cron_stage=wish.cron_stage + "\n" if wish.cron_stage else "",
        version=str(version),
        setup=_setup(manager, version),
        install="\n".join(_install(manager, package, wish, problems)),
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
    if version in WITHOUT_IMAGE:
        problems.append(
            Problem(
                code="node-no-image",
                component=app,
                text=f"is pinned to Node.js {version}, for which there is no image; "
                f"the Dockerfile takes {version + 1}",
                remedy="Look that it runs with it, or write a Dockerfile of your own.",
            )
        )
        return version + 1
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
    ">=18 <21" is 20; "18 || 20" and "18 - 20" are 20.
    """
    best: int | None = None
    for part in text.split("||"):
        below = re.search(r"<\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?", part)
        upto = re.search(r"<=\s*v?(\d+)", part)
        between = re.search(r"\d\S*\s+-\s+v?(\d+)", part)
        lowest = re.search(r">=?\s*v?(\d+)", part)
        exact = re.search(r"v?(\d+)", part)
        if between:
            found = int(between[1])
        elif upto:
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


class _Manager(NamedTuple):
    """A package manager: its name, how it installs all, and drops what is for building ("" where it keeps
    everything by itself); `by_corepack` says that Node.js fetches it."""

    name: str
    install: str
    prune: str
    by_corepack: bool = True


def _manager(checkout: Checkout, app: str, problems: list[Problem]) -> _Manager:
    """The one whose lock file is there."""
    if checkout.has("pnpm-lock.yaml"):
        return _Manager("pnpm", "pnpm install --frozen-lockfile", "pnpm prune --prod")
    if checkout.has("yarn.lock") and checkout.has(".yarnrc.yml"):
        return _Manager("yarn", "yarn install --immutable", "")
    if checkout.has("yarn.lock"):
        drop = "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline"
        return _Manager("yarn", "yarn install --frozen-lockfile", drop)
    if checkout.has("package-lock.json", "npm-shrinkwrap.json"):
        return _Manager("npm", "npm ci", "npm prune --omit=dev", by_corepack=False)
    problems.append(
        Problem(
            code="node-no-lock",
            component=app,
            text="has no lock file, so each build may take other versions of its packages",
            remedy="Commit the lock file of your package manager.",
        )
    )
    return _Manager("npm", "npm install", "npm prune --omit=dev", by_corepack=False)


def _setup(manager: _Manager, version: int) -> str:
    """What both stages need before the package manager is called: a start command may call it too. Below
    /app it is copied along, so that nothing is fetched when the app starts."""
    if not manager.by_corepack:
        return ""
    # --force: an image may hold a yarn of its own.
    fetch = "" if version <= LAST_WITH_COREPACK else "npm install --global --force corepack && "
    return f"ENV COREPACK_HOME=/app/.corepack COREPACK_ENABLE_DOWNLOAD_PROMPT=0\nRUN {fetch}corepack enable\n"


def _install(
    manager: _Manager, package: dict[str, object], wish: ImageWish, problems: list[Problem]
) -> list[str]:
    scripts = package.get("scripts")
    names = set(scripts) if isinstance(scripts, dict) else set()
    lines = [f"RUN {manager.name} run heroku-prebuild"] if "heroku-prebuild" in names else []
    lines.append(f"RUN {manager.install}")
    build = next((name for name in ("heroku-postbuild", "build") if name in names), None)
    if build:
        lines.append(f"RUN {manager.name} run {build}")
        problems.append(
            Problem(
                code="build-without-config",
                component=wish.app,
                text=f"its script `{build}` ran with all config vars on Heroku; in the build it sees none",
                remedy="Look whether it needs one; if so, change the Dockerfile on the new branch.",
            )
        )
    told = next((name for name in KEEPS_ALL[manager.name] if name in wish.config), None)
    if manager.prune and told:
        problems.append(
            Problem(
                code="node-keeps-all",
                component=wish.app,
                text=f"has {told} set, so the Dockerfile keeps the packages that are only for building",
                remedy=f"Add `RUN {manager.prune}` on the new branch if Heroku drops them.",
            )
        )
    elif manager.prune:
        lines.append(f"RUN {manager.prune}")
    return lines
