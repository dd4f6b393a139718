"""A Dockerfile for a Python app: what Heroku's Python buildpack does, step by step.

Its order: bin/pre_compile, packages, NLTK's data, collectstatic, bin/post_compile; its variables when a dyno
starts are those of vendor/*.sh (heroku-buildpack-python, 2026).
"""

import json
import re

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.catalogue import images
from wizard.prepare.image.guests import guest_stages, node_steps
from wizard.prepare.image.libraries import command_packages, has_library, library_packages
from wizard.prepare.image.stage import (
    Final,
    apt,
    dockerfile,
    environment,
    guests,
    hook,
    sees_config,
    without_config,
)
from wizard.prepare.image.version import choose, numbers, pins_of, runtime_of, unread
from wizard.prepare.image.wish import Image, ImageWish

NO_STATIC = "DISABLE_COLLECTSTATIC"
"""The config var that keeps Heroku's buildpack from it."""

INDEXES = re.compile(r"PIP_|UV_|POETRY_|PIPENV_|NETRC|.*(INDEX|REGISTRY|GIT(HUB|LAB)?)_?(URL|TOKEN|PASSWORD)")
"""Names of config vars that say where private packages are, and are needed to install them."""

VENV = "/opt/venv"

_RUN_BY_PIPENV = {"VIRTUAL_ENV": VENV, "PIPENV_VERBOSITY": "-1"}
"""By which `pipenv run` finds the packages, and says nothing of it."""

_PACKAGE_FILES = ("requirements.txt", "Pipfile", "pyproject.toml")
_REQUIREMENTS_OF_THE_CODE = re.compile(
    r"^\s*(-r|-c|-e|--requirement|--constraint|--editable|\.|/|file:)", re.M
)
_PIPFILE_OF_THE_CODE = re.compile(r"\b(path|file)[\"']?\s*=")
_PIPENV = re.compile(r"(?:^|[\s;&|('\"])pipenv\s")


def python_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    problems: list[Problem] = []
    version = python_version(checkout, wish.app, problems)
    install = _install(checkout, wish, problems)
    build = [
        f"FROM python:{version}-bookworm AS build",
        *apt((*wish.beside.build_packages, *wish.beside.packages)),
        *environment(
            {
                "PIP_NO_CACHE_DIR": "1",
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "VIRTUAL_ENV": VENV,
            }
        ),
        *sees_config(wish),
        "WORKDIR /app",
        *guests(wish),
        *install,
        *([] if "COPY . ." in install else ["COPY . ."]),
        # Not before: a folder of the app may have the name of a part of the package manager.
        *environment({"PYTHONPATH": "/app"}),
        *(node_steps(checkout, wish, problems) if wish.beside.node else []),
        *_nltk(checkout),
        *_collect_static(checkout, wish, problems),
        *hook(wish, "bin/post_compile", "bash"),
        *without_config(wish),
    ]
    packages = (*library_packages(checkout, "python", "nodejs"), *command_packages(wish.lines))
    runs_pipenv = checkout.has("Pipfile.lock") and any(map(_PIPENV.search, wish.lines))
    final = Final(
        base=f"python:{version}-slim-bookworm",
        env={**_env(checkout, wish), **(_RUN_BY_PIPENV if runs_pipenv else {})},
        paths=(f"{VENV}/bin",),
        packages=packages,
        # Of all package managers Heroku keeps this one for the processes: `pipenv run gunicorn ...`.
        root=("RUN pip install --no-cache-dir pipenv",) if runs_pipenv else (),
        code=f"COPY --from=build {VENV} {VENV}\nCOPY --from=build --chown=app:app /app ./",
    )
    stages = [*guest_stages(checkout, wish, problems), build]
    return Image(text=dockerfile(wish, "its Python buildpack", stages, final), problems=tuple(problems))


def python_version(checkout: Checkout, app: str, problems: list[Problem]) -> str:
    """Major and minor version, from the files that Heroku reads, in its order."""
    found = pins_of(runtime_of(checkout, "heroku/python"), "python")
    pin = next((one for one in found if len(numbers(one.version)) == 2), None)
    if pin is not None:
        unread("python", app, pin, problems)
    wanted = numbers(pin.version) if pin else ()
    return choose("python", app, images().python, wanted, problems, strict=True)


def _env(checkout: Checkout, wish: ImageWish) -> dict[str, str]:
    values = {
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": "/app",
        "FORWARDED_ALLOW_IPS": "*",
        "GUNICORN_CMD_ARGS": "--access-logfile -",
        # The buildpack counts 256 MB for each process, and twice the cores and one.
        "WEB_CONCURRENCY": str(max(1, min(wish.memory_mb // 256, 5 if wish.memory_mb < 8192 else 17))),
    }
    if checkout.has("nltk.txt"):
        values["NLTK_DATA"] = "/app/nltk_data"
    return values


def _install(checkout: Checkout, wish: ImageWish, problems: list[Problem]) -> list[str]:
    """The lines that make the environment of packages, which the last stage takes as it is."""
    early = _needs_all(checkout, wish)
    venv = f"RUN python -m venv {VENV}"
    path = f"ENV PATH={VENV}/bin:$PATH"
    pre = hook(wish, "bin/pre_compile", "bash")
    code = ["COPY . .", *pre] if early else []
    if checkout.has("Pipfile.lock"):
        tool = ["RUN pip install pipenv"]
        lock = [] if early else ["COPY Pipfile Pipfile.lock ./"]
        hashes = " --hash" if _has_all_hashes(checkout.files.get("Pipfile.lock", "")) else ""
        # The lock file is whole, and pipenv looks for no more either.
        told = f"pipenv requirements{hashes} > /tmp/locked.txt && pip install --no-deps -r /tmp/locked.txt"
    elif "requirements.txt" in checkout.files:
        tool, lock = [], [] if early else ["COPY requirements.txt ./"]
        told = "pip install -r requirements.txt"
    elif checkout.has("poetry.lock"):
        tool, lock, code = ["RUN pip install poetry"], [], ["COPY . .", *pre]
        told = "poetry install --only main --no-interaction"
    elif checkout.has("uv.lock"):
        tool, lock, code = ["RUN pip install uv"], [], ["COPY . .", *pre]
        place = {"UV_PROJECT_ENVIRONMENT": VENV, "UV_PYTHON": "/usr/local/bin/python", "UV_LINK_MODE": "copy"}
        tool += environment({**place, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_CACHE": "1"})
        told = "uv sync --locked --no-default-groups"
    else:
        problems.append(
            Problem(
                code="python-no-packages",
                component=wish.app,
                text="names its packages in none of requirements.txt, Pipfile.lock, poetry.lock and uv.lock",
                remedy="Commit one of them, or look whether this is the folder that is pushed to Heroku.",
                blocks=True,
            )
        )
        return [venv, path]
    install = f"RUN {told}"
    return [*tool, venv, path, *code, *lock, install]


def _needs_all(checkout: Checkout, wish: ImageWish) -> bool:
    """Whether packages can only be installed with all of the code there, or with the config vars."""
    if checkout.has("Pipfile.lock"):
        of_the_code = _PIPFILE_OF_THE_CODE.search(checkout.files.get("Pipfile", ""))
    else:
        of_the_code = _REQUIREMENTS_OF_THE_CODE.search(checkout.files.get("requirements.txt", ""))
    private = bool(wish.env_file) and any(INDEXES.fullmatch(name) for name in wish.config)
    return bool(of_the_code or private or "bin/pre_compile" in wish.hooks)


def _has_all_hashes(lock: str) -> bool:
    """Whether each package in a Pipfile.lock has a hash: one of a git repository or a folder has none, and
    pip wants them for all or for none."""
    try:
        told = json.loads(lock)
    except (ValueError, RecursionError):
        return False
    packages = told.get("default") if isinstance(told, dict) else None
    if not isinstance(packages, dict) or not packages:
        return False
    return all(isinstance(one, dict) and bool(one.get("hashes")) for one in packages.values())


def _nltk(checkout: Checkout) -> list[str]:
    if not checkout.has("nltk.txt"):
        return []
    return ["RUN xargs python -m nltk.downloader -d /app/nltk_data < nltk.txt"]


def _collect_static(checkout: Checkout, wish: ImageWish, problems: list[Problem]) -> list[str]:
    if not is_django(checkout) or not checkout.has("manage.py"):
        return []
    if NO_STATIC in wish.config:
        problems.append(
            Problem(
                code="collectstatic-off",
                component=wish.app,
                text=f"is Django with {NO_STATIC} set: the build collects no static files, as on Heroku",
                remedy="If it should, add the line for it to the Dockerfile on the new branch.",
            )
        )
        return []
    if not wish.env_file:
        problems.append(
            Problem(
                code="collectstatic",
                component=wish.app,
                text="is Django: collectstatic saw all config vars on Heroku; in the build it sees none",
                remedy="Look that the settings load without them, or take the line out of the Dockerfile.",
            )
        )
    return ["RUN python manage.py collectstatic --noinput"]


def is_django(checkout: Checkout) -> bool:
    """Whether the app names Django among its packages."""
    text = "\n".join(checkout.files.get(name, "") for name in _PACKAGE_FILES)
    return has_library(text, "django")
