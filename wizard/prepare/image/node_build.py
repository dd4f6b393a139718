"""What Heroku's Node.js buildpack does with the code: its version, its package manager, its steps.

Its order (heroku-buildpack-nodejs bin/compile, 2026): heroku-prebuild, packages with those for development,
heroku-postbuild or else build, then without those for development, heroku-cleanup; NODE_ENV is production in
all of it.
"""

import json
import re
from typing import NamedTuple

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.catalogue import images
from wizard.prepare.image.stage import environment
from wizard.prepare.image.version import choose, pins_of, runtime_of, unread
from wizard.prepare.image.wish import ImageWish

LAST_WITH_COREPACK = 24

KEEPS_ALL = {
    "bun": ("NPM_CONFIG_PRODUCTION",),
    "npm": ("NPM_CONFIG_PRODUCTION",),
    "yarn": ("YARN_PRODUCTION", "YARN2_SKIP_PRUNING", "NPM_CONFIG_PRODUCTION"),
    "pnpm": ("PNPM_SKIP_PRUNING",),
}
"""Config vars by which Heroku is told to keep what is only for building, by package manager."""

_BESIDE_PACKAGES = (
    ".npmrc",
    ".pnpmfile.cjs",
    ".yarn/",
    ".yarnrc",
    ".yarnrc.yml",
    "node_modules/",
    "patches/",
    "pnpm-workspace.yaml",
)
"""Files and folders that have a say in what is installed."""

_NEEDS_CODE = re.compile(
    r'"(workspaces|pre|post|install|preinstall|postinstall|prepare|heroku-prebuild|patchedDependencies)":'
    r'|"(file|link|portal|patch|workspace):|": "(\.|/|~/)|prisma'
)
"""What in package.json says that an installation runs or reads code."""

_KEY = re.compile(r"^(NPM|YARN|PNPM|NODE_AUTH)_")

_VERSION = re.compile(r"[\^~]?\d+(\.\d+){0,2}|\d+(\.\d+)?\.x")
"""A version or a range of one major version, which npm and Corepack take and a shell leaves as it is."""


def package_of(checkout: Checkout, app: str, problems: list[Problem]) -> dict[str, object]:
    """package.json as an object; empty, and a problem, where it is none."""
    try:
        told = json.loads(checkout.files.get("package.json", ""))
    except (ValueError, RecursionError):
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


def node_version(checkout: Checkout, app: str, problems: list[Problem]) -> str:
    """The major version, by what package.json allows, else by the files of other tools."""
    known = images().node
    for pin in pins_of(runtime_of(checkout, "heroku/nodejs"), "node"):
        wanted = major_of_range(pin.version)
        if wanted is not None:
            unread("node", app, pin, problems)
            return choose("node", app, known, (wanted,), problems, strict=True)
    return choose("node", app, known, (), problems, strict=True)


def major_of_range(text: str) -> int | None:
    """The major version that a range of npm means here: the newest it allows, None when it names none.

    "20.x", "^20.1" and "~20.1.2" are 20; ">=18" is the default, or 18 and up when that is newer;
    ">=18 <21" is 20; "18 || 20" and "18 - 20" are 20.
    """
    best: int | None = None
    for part in text.split("||"):
        below = re.search(r"<\s*v?(\d{1,3})(?:\.(\d+))?(?:\.(\d+))?", part)
        upto = re.search(r"<=\s*v?(\d{1,3})", part)
        between = re.search(r"\d\S*\s+-\s+v?(\d{1,3})", part)
        lowest = re.search(r">=?\s*v?(\d{1,3})", part)
        exact = re.search(r"v?(\d{1,3})", part)
        if between:
            found = int(between[1])
        elif upto:
            found = int(upto[1])
        elif below:
            whole = int(below[2] or 0) == 0 and int(below[3] or 0) == 0
            found = int(below[1]) - 1 if whole else int(below[1])
        elif lowest:
            found = max(int(lowest[1]), int(images().node.default))
        elif exact:
            found = int(exact[1])
        else:
            continue
        best = found if best is None else max(best, found)
    return best


class Manager(NamedTuple):
    """A package manager: its name, how it installs all, and drops what is for building ("" where it keeps
    everything by itself); `corepack` says that Node.js fetches it, in the version `pinned` where one is;
    `runs_from_cache` that a process reads the packages in its cache."""

    name: str
    install: str
    prune: str
    corepack: bool = True
    pinned: str = ""
    runs_from_cache: bool = False


def manager_of(checkout: Checkout, package: dict[str, object], app: str, problems: list[Problem]) -> Manager:
    """The one whose lock file is there."""
    if checkout.has("pnpm-lock.yaml"):
        install = "pnpm install --prod=false --frozen-lockfile"
        return Manager("pnpm", install, "pnpm prune --prod", pinned=_pinned(package, "pnpm"))
    if checkout.has("yarn.lock") and is_berry(checkout, package):
        return _berry(checkout, package)
    if checkout.has("yarn.lock"):
        all_ = "yarn install --production=false --frozen-lockfile --ignore-engines"
        drop = (
            "yarn install --production --frozen-lockfile --ignore-engines --ignore-scripts --prefer-offline"
        )
        return Manager("yarn", all_, drop, pinned=_pinned(package, "yarn"))
    if checkout.has("package-lock.json", "npm-shrinkwrap.json"):
        return Manager(
            "npm",
            "npm ci --include=dev",
            "npm prune --omit=dev",
            corepack=False,
            pinned=_pinned(package, "npm"),
        )
    if checkout.has("bun.lock", "bun.lockb"):
        named = re.match(r"bun@(\d+\.\d+\.\d+)\b", str(package.get("packageManager")))
        pinned = named[1] if named else _pinned(package, "bun")
        return Manager("bun", "bun install --frozen-lockfile", "", corepack=False, pinned=pinned)
    problems.append(
        Problem(
            code="node-no-lock",
            component=app,
            text="has no lock file, so each build may take other versions of its packages",
            remedy="Commit the lock file of your package manager.",
        )
    )
    return Manager("npm", "npm install --include=dev", "npm prune --omit=dev", corepack=False)


def _pinned(package: dict[str, object], name: str) -> str:
    """The version under engines, where it is of one major version. `packageManager` is read by Corepack."""
    told = _engine(package, name)
    if isinstance(package.get("packageManager"), str) and name != "npm":
        return ""
    return told if _VERSION.fullmatch(told) else ""


def _engine(package: dict[str, object], name: str) -> str:
    engines = package.get("engines")
    told = engines.get(name) if isinstance(engines, dict) else None
    return told if isinstance(told, str) else ""


def is_berry(checkout: Checkout, package: dict[str, object]) -> bool:
    """Whether it is yarn 2 or later, whose options are others. Its settings file may be missing."""
    major = _yarn_major(checkout, package)
    return major > 1 or (not major and checkout.has(".yarnrc.yml"))


def _berry(checkout: Checkout, package: dict[str, object]) -> Manager:
    linker = re.search(r"^nodeLinker:\s*[\"']?([\w-]+)", checkout.files.get(".yarnrc.yml", ""), re.MULTILINE)
    in_folder = linker is not None and linker[1] in ("node-modules", "pnpm")
    prune = "yarn workspaces focus --all --production" if _yarn_major(checkout, package) >= 4 else ""
    return Manager(
        "yarn",
        "yarn install --immutable",
        f"{prune} && rm -rf .yarn/cache" if prune and in_folder else prune,
        pinned=_pinned(package, "yarn"),
        runs_from_cache=not in_folder,
    )


def _yarn_major(checkout: Checkout, package: dict[str, object]) -> int:
    """The major version of yarn, 0 where nothing says it. A release in the code goes before what is named."""
    places = (
        (r"^yarnPath:.*\byarn-(\d{1,3})\.", checkout.files.get(".yarnrc.yml", "")),
        (r"^yarn@(\d{1,3})\b", str(package.get("packageManager"))),
        (r"^[\^~>=v\s]*(\d{1,3})\b", _engine(package, "yarn")),
    )
    found = (re.search(pattern, text, re.MULTILINE) for pattern, text in places)
    return next((int(match[1]) for match in found if match), 0)


def setup(manager: Manager, version: int) -> list[str]:
    """What both stages need before the package manager is called: a start command may call it too. What
    Corepack fetches lies below /app, and is copied along: nothing is fetched when the app starts."""
    if manager.name == "bun":
        return [f"RUN npm install --global bun{'@' if manager.pinned else ''}{manager.pinned}"]
    if not manager.corepack:
        return [f"RUN npm install --global npm@{manager.pinned}"] if manager.pinned else []
    # --force: an image may hold a yarn of its own.
    fetch = "" if version <= LAST_WITH_COREPACK else "npm install --global --force corepack && "
    take = f" && corepack prepare {manager.name}@{manager.pinned} --activate" if manager.pinned else ""
    values = {"COREPACK_HOME": "/app/.corepack", "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0"}
    if manager.runs_from_cache:
        # Below /app, and not in the home of the user that builds.
        values["YARN_ENABLE_GLOBAL_CACHE"] = "false"
    return [
        *environment(values),
        f"RUN {fetch}corepack enable{take}",
    ]


def lock_alone(checkout: Checkout, package: dict[str, object], wish: ImageWish) -> str:
    """The lock file with which, and package.json, packages can be installed before the code is there, so that
    they are not installed anew for each change of it; "" where they need more of the code, or a key."""
    told = json.dumps(package)
    if checkout.has(*_BESIDE_PACKAGES) or _NEEDS_CODE.search(told) or any(map(_KEY.search, wish.config)):
        return ""
    locks = [name for name in ("package-lock.json", "yarn.lock", "pnpm-lock.yaml") if checkout.has(name)]
    return locks[0] if len(locks) == 1 else ""


def build_steps(
    manager: Manager,
    package: dict[str, object],
    wish: ImageWish,
    problems: list[Problem],
    *,
    installed: bool = False,
) -> list[str]:
    """The lines that do what the buildpack does with the code; without its packages where they are
    `installed`."""
    scripts = package.get("scripts")
    names = set(scripts) if isinstance(scripts, dict) else set()
    run = f"{manager.name} run"
    lines = [f"RUN {run} heroku-prebuild"] if "heroku-prebuild" in names else []
    lines += [] if installed else [f"RUN {manager.install}"]
    build = next((name for name in ("heroku-postbuild", "build") if name in names), None)
    if build:
        lines.append(f"RUN {run} {build}")
        if not wish.env_file:
            problems.append(_without_config(wish.app, build))
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
    if "heroku-cleanup" in names:
        lines.append(f"RUN {run} heroku-cleanup")
    return lines


def _without_config(app: str, script: str) -> Problem:
    return Problem(
        code="build-without-config",
        component=app,
        text=f"its script `{script}` ran with all config vars on Heroku; in the build it sees none",
        remedy="Look whether it needs one; if so, change the Dockerfile on the new branch.",
    )
