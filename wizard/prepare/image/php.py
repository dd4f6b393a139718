"""A Dockerfile for a PHP app: what Heroku's PHP buildpack does, with Apache or nginx.

Extensions that the buildpack has without being asked, and the options of its two programs, are those of the
Dev Center's article on PHP and of heroku-buildpack-php's bin/ (2026).
"""

import json
import re
from collections.abc import Mapping

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.catalogue import images
from wizard.prepare.image.composer_range import newest_allowed
from wizard.prepare.image.guests import guest_stages, node_steps
from wizard.prepare.image.libraries import command_packages
from wizard.prepare.image.stage import Final, apt, dockerfile, guests, sees_config, without_config
from wizard.prepare.image.version import choose, numbers, pins_of, runtime_of, unread
from wizard.prepare.image.wish import Image, ImageWish
from wizard.prepare.template import fill

SCRIPT = "heroku-php.sh"
DEFAULT_COMMAND = "heroku-php-apache2"
"""What the buildpack runs without a Procfile."""

ALWAYS = ("bz2", "mysqli", "opcache", "pdo_mysql", "pdo_pgsql", "pgsql", "sockets", "zip")
"""Extensions that Heroku has on, and the official image has not."""

_IN_IMAGE = frozenset(
    """
    core ctype curl date dom fileinfo filter ftp hash iconv json libxml mbstring mysqlnd openssl pcre pdo
    pdo_sqlite phar posix readline reflection session simplexml sodium spl sqlite3 standard tokenizer xml
    xmlreader xmlwriter zlib
    """.split()  # noqa: SIM905 - a list of a word each would fill half the file
)
_INSTALLER = "COPY --from=mlocati/php-extension-installer:2 /usr/bin/install-php-extensions /usr/local/bin/"


def php_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    problems: list[Problem] = []
    told = _json(checkout, "composer.json")
    version = _version(checkout, told, wish.app, problems)
    nginx = any("heroku-php-nginx" in line for line in (wish.command, *wish.lines))
    base = [
        f"FROM php:{version}-{'fpm' if nginx else 'apache'}-bookworm AS base",
        *apt(("nginx-light",) if nginx else ()),
        _INSTALLER,
        f"RUN install-php-extensions {' '.join(extensions(told))}",
    ]
    build = [
        "FROM base AS build",
        # Composer unpacks with these.
        *apt((*wish.beside.build_packages, *wish.beside.packages, "git", "unzip")),
        *sees_config(wish),
        "COPY --from=composer:2 /usr/bin/composer /usr/local/bin/composer",
        "WORKDIR /app",
        *guests(wish),
        "COPY . .",
        *_install(checkout, told, wish, problems),
        *(node_steps(checkout, wish, problems) if wish.beside.node else []),
        *without_config(wish),
    ]
    link = "heroku-php-nginx" if nginx else "heroku-php-apache2"
    server = (
        ()
        if nginx
        else (
            "RUN sed -i '/^Listen/d' /etc/apache2/ports.conf \\\n"
            " && rm /etc/apache2/sites-enabled/* && a2enmod rewrite headers",
        )
    )
    final = Final(
        base="base",
        env={},
        user="www-data",
        new_user=False,
        packages=command_packages(wish.lines),
        root=server,
        code="COPY --from=build --chown=www-data:www-data /app ./\n"
        f"RUN chmod 0755 {SCRIPT} && ln -s /app/{SCRIPT} /usr/local/bin/{link}",
        paths=("/app/vendor/bin",),
        entrypoint=True,
    )
    stages = [*guest_stages(checkout, wish, problems), base, build]
    why = f"Heroku's buildpack brings {link}, which the image has not; this does the same"
    return Image(
        text=dockerfile(wish, "its PHP buildpack", stages, final),
        problems=tuple(problems),
        files={SCRIPT: (fill(SCRIPT, port=str(wish.port)), why)},
    )


def extensions(told: Mapping[str, object]) -> list[str]:
    """What is installed: what Heroku always has, and what composer.json wants."""
    names = [str(name).lower() for name in _require(told)]
    wanted = {match[1] for name in names if (match := re.fullmatch(r"ext-(?:zend-)?([a-z0-9_]+)", name))}
    return sorted({*ALWAYS, *wanted} - _IN_IMAGE)


def _require(told: Mapping[str, object]) -> Mapping[str, object]:
    require = told.get("require")
    return require if isinstance(require, dict) else {}


def _json(checkout: Checkout, name: str) -> dict[str, object]:
    try:
        told = json.loads(checkout.files.get(name, ""))
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _version(checkout: Checkout, told: Mapping[str, object], app: str, problems: list[Problem]) -> str:
    """The newest that composer.json and every locked package allow, as Heroku takes it."""
    known = images().php
    wish = _require(told).get("php")
    if isinstance(wish, str):
        ranges = [wish, *_locked_ranges(checkout)]
        found = newest_allowed(ranges, known.versions) or newest_allowed([wish], known.versions)
        return found or choose("php", app, known, numbers(wish), problems, strict=True)
    for pin in pins_of(runtime_of(checkout, "heroku/php"), "php"):
        if len(numbers(pin.version)) == 2:
            unread("php", app, pin, problems)
            return choose("php", app, known, numbers(pin.version), problems, strict=True)
    return choose("php", app, known, (), problems, strict=True)


def _locked_ranges(checkout: Checkout) -> list[str]:
    """What the packages of composer.lock want of PHP."""
    packages = _json(checkout, "composer.lock").get("packages")
    ranges = [
        _require(package).get("php")
        for package in (packages if isinstance(packages, list) else ())
        if isinstance(package, dict)
    ]
    return [one for one in ranges if isinstance(one, str)]


def _install(
    checkout: Checkout, told: Mapping[str, object], wish: ImageWish, problems: list[Problem]
) -> list[str]:
    if not told:
        return []
    lines = [
        "RUN composer install --no-dev --prefer-dist --optimize-autoloader --no-progress --no-interaction"
    ]
    if not checkout.has("composer.lock") and told.get("require"):
        problems.append(
            Problem(
                code="php-no-lock",
                component=wish.app,
                text="has no composer.lock, so each build may take other versions of its packages",
                remedy="Run `composer update` and commit composer.lock.",
            )
        )
    scripts = told.get("scripts")
    if isinstance(scripts, dict) and "compile" in scripts:
        lines.append("RUN composer run-script --no-dev --no-interaction compile")
    return lines
