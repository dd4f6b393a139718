"""A Dockerfile for a Python app: what Heroku's Python buildpack does, step by step."""

import re

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image import Image, ImageWish
from wizard.prepare.schedules import COPY_LINE
from wizard.prepare.template import fill

DEFAULT_VERSION = "3.14"
"""What Heroku takes for a new app that pins none (its buildpack, 2026)."""

OLDEST_VERSION = (3, 8)
"""The oldest that has an official image on Debian 12."""

NO_STATIC = "DISABLE_COLLECTSTATIC"
"""The config var that keeps Heroku's buildpack from it."""

_REQUIREMENTS_OF_THE_CODE = re.compile(
    r"^\s*(-r|-c|-e|--requirement|--constraint|--editable|\.|/|file:)", re.M
)


def python_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    version, problems = _version(checkout, wish.app)
    install = _install(checkout, wish.app, problems)
    after = _collect_static(checkout, wish, problems)
    text = fill(
        "python.dockerfile",
        cron_stage=wish.cron_stage + "\n" if wish.cron_stage else "",
        version=version,
        install=install,
        packages=_packages(checkout),
        port=str(wish.port),
        cron_copy=COPY_LINE if wish.cron_stage else "",
        after=after,
        command=wish.command,
    )
    return Image(text=text, problems=tuple(problems))


def _version(checkout: Checkout, app: str) -> tuple[str, list[Problem]]:
    """Major and minor version, from the files that Heroku reads, in its order."""
    for name in ("runtime.txt", ".python-version", "Pipfile"):
        match = re.search(
            r"python_(?:full_)?version\s*=\s*[\"'](\d+)\.(\d+)" if name == "Pipfile" else r"(\d+)\.(\d+)",
            _without_comments(checkout.files.get(name, "")),
        )
        if match is None:
            continue
        if (int(match[1]), int(match[2])) < OLDEST_VERSION:
            return DEFAULT_VERSION, [
                Problem(
                    code="python-too-old",
                    component=app,
                    text=f"is pinned to Python {match[1]}.{match[2]} ({name}), for which there is no image",
                    remedy="Pin a newer Python and commit it, or write a Dockerfile of your own.",
                    blocks=True,
                )
            ]
        return f"{match[1]}.{match[2]}", []
    return DEFAULT_VERSION, [
        Problem(
            code="python-not-pinned",
            component=app,
            text=f"pins no Python; the Dockerfile takes {DEFAULT_VERSION}, Heroku may still run an older one",
            remedy="Look at the build log on Heroku, and name that version in .python-version.",
        )
    ]


def _install(checkout: Checkout, app: str, problems: list[Problem]) -> str:
    """The lines that install the packages below /install, from where the second stage takes them."""
    # Packages that came with pip or with the tool above count as there already, unless told otherwise.
    pip = "RUN pip install --ignore-installed --prefix=/install -r {} && mkdir -p /install"
    if checkout.has("Pipfile.lock"):
        return "\n".join(
            (
                "COPY Pipfile Pipfile.lock ./",
                "RUN pip install pipenv && pipenv requirements > locked.txt",
                pip.format("locked.txt"),
            )
        )
    if "requirements.txt" in checkout.files:
        # Requirements that name other files of the code need all of it there.
        needs_code = _REQUIREMENTS_OF_THE_CODE.search(checkout.files["requirements.txt"])
        copy = "COPY . ." if needs_code else "COPY requirements.txt ./"
        return f"{copy}\n{pip.format('requirements.txt')}"
    if checkout.has("poetry.lock"):
        return "\n".join(
            (
                "COPY pyproject.toml poetry.lock ./",
                "RUN pip install poetry poetry-plugin-export"
                " && poetry export --format requirements.txt --only main --output locked.txt",
                pip.format("locked.txt"),
            )
        )
    if checkout.has("uv.lock"):
        return "\n".join(
            (
                "COPY pyproject.toml uv.lock ./",
                "RUN pip install uv"
                " && uv export --frozen --no-dev --no-emit-project --output-file locked.txt",
                pip.format("locked.txt"),
            )
        )
    problems.append(
        Problem(
            code="python-no-packages",
            component=app,
            text="names its packages in none of requirements.txt, Pipfile.lock, poetry.lock and uv.lock",
            remedy="Commit one of them, or look whether this is the folder that is pushed to Heroku.",
            blocks=True,
        )
    )
    return "RUN mkdir -p /install"


def _packages(checkout: Checkout) -> str:
    named = "\n".join(
        checkout.files.get(name, "") for name in ("requirements.txt", "Pipfile", "pyproject.toml")
    )
    # psycopg without its bundled library looks for the one of the system.
    if not re.search(r"psycopg2?(?!2|-binary|\[[^\]]*binary)", named):
        return ""
    return (
        "RUN apt-get update \\\n"
        " && apt-get install -y --no-install-recommends libpq5 \\\n"
        " && rm -rf /var/lib/apt/lists/*\n"
    )


def _collect_static(checkout: Checkout, wish: ImageWish, problems: list[Problem]) -> str:
    named = "\n".join(
        checkout.files.get(name, "") for name in ("requirements.txt", "Pipfile", "pyproject.toml")
    )
    if not checkout.has("manage.py") or not re.search(r"django", named, re.I):
        return ""
    if NO_STATIC in wish.config:
        problems.append(
            Problem(
                code="collectstatic-off",
                component=wish.app,
                text=f"is Django with {NO_STATIC} set: the build collects no static files, as on Heroku",
                remedy="If it should, add the line for it to the Dockerfile on the new branch.",
            )
        )
        return ""
    problems.append(
        Problem(
            code="collectstatic",
            component=wish.app,
            text="is Django: collectstatic saw all config vars on Heroku; in the build it sees none",
            remedy="Look that the settings load without them, or take the line out of the Dockerfile.",
        )
    )
    return "RUN python manage.py collectstatic --noinput\n"


def _without_comments(text: str) -> str:
    return "\n".join(line.split("#", 1)[0] for line in text.splitlines())
