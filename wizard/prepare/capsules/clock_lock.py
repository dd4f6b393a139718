"""The lock by which one of several copies of a clock starts a job: an advisory lock of the app's Postgres."""

import re

from wizard.model.noun import Noun
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.image.libraries import has_library

_DRIVERS = {
    "nodejs": (("pg", "pg", 'import pg from "pg";\n'),),
    "python": (
        (r"psycopg(\[[^\]]*\])?", "psycopg", "\nimport psycopg\n"),
        (r"psycopg2(-binary)?", "psycopg2", "\nimport psycopg2\n"),
    ),
    "ruby": (("pg", "PG", 'require "pg"\n'),),
}
"""By language: how the files of packages name a driver, what the code calls it, the line that loads it."""

_NAMED_IN = {
    "python": ("requirements.txt", "Pipfile", "pyproject.toml"),
    "ruby": ("Gemfile.lock",),
}


class Lock(Noun, frozen=True, kw_only=True):
    """`variable` is the config var with the database's URL, `driver` what the code calls its library, `line`
    what loads it."""

    variable: str
    driver: str
    line: str


def lock_of(case: CapsuleCase) -> Lock | None:
    """The lock that the code can have: by a Postgres and a library for it that the app has already."""
    variable = postgres_variable(case)
    if not variable:
        return None
    for name, driver, line in _DRIVERS.get(case.language, ()):
        if _names(case, name):
            return Lock(variable=variable, driver=driver, line=line)
    return None


def postgres_variable(case: CapsuleCase) -> str:
    """The config var with the URL of the app's Postgres, DATABASE_URL before others; "" without one."""
    app, system = case.app, case.system
    postgres = {one.id for one in system.add_ons if one.postgres is not None} if system else set()
    names = [
        var.name
        for var in app.config
        if re.fullmatch(r"[A-Z_][A-Z0-9_]*", var.name)
        and (var.origin.add_on_id in postgres or var.copied_from in postgres)
        and var.name.endswith("URL")
    ]
    if not system and any(var.name == "DATABASE_URL" for var in app.config):
        names = ["DATABASE_URL"]
    return "DATABASE_URL" if "DATABASE_URL" in names else next(iter(sorted(names)), "")


def _names(case: CapsuleCase, library: str) -> bool:
    if case.language == "nodejs":
        told = case.package.get("dependencies")
        return isinstance(told, dict) and library in told
    files = case.checkout.files
    text = "\n".join(files.get(name, "") for name in _NAMED_IN[case.language])
    return has_library(text, library)
