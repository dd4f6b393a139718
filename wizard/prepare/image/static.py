"""A Dockerfile for static files: what heroku-buildpack-static does with static.json, as settings of nginx.

Its keys and defaults are those of scripts/config/lib/nginx_config.rb there (2022; unmaintained since).
"""

import json
import re
from collections.abc import Iterator

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.guests import guest_stages, node_steps
from wizard.prepare.image.stage import Final, apt, dockerfile, guests, sees_config, without_config
from wizard.prepare.image.wish import Image, ImageWish
from wizard.prepare.template import fill

SCRIPT = "heroku-static.sh"
DEFAULT_COMMAND = "bin/boot"
"""What the buildpack runs."""

_PATH = re.compile(r"[\w./@%+~*-]+")
_HEADER = re.compile(r"[\w-]+")
_FROM_CONFIG = re.compile(r"\$\{(\w+)\}")


def static_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    problems: list[Problem] = []
    told = _static_json(checkout, wish.app, problems)
    server = "\n".join(f"    {line}" for line in _server(told, wish.app, problems))
    build = [
        "FROM debian:bookworm-slim AS build",
        *apt((*wish.beside.build_packages, *wish.beside.packages)),
        *sees_config(wish),
        "WORKDIR /app",
        *guests(wish),
        "COPY . .",
        *(node_steps(checkout, wish, problems) if wish.beside.node else []),
        f"RUN mkdir -p bin && cp {SCRIPT} bin/boot && chmod 0755 bin/boot",
        *without_config(wish),
    ]
    final = Final(
        base="nginx:stable-bookworm",
        env={},
        code="COPY --from=build --chown=app:app /app ./",
        entrypoint=True,
    )
    stages = [*guest_stages(checkout, wish, problems), build]
    why = "Heroku's buildpack makes settings of nginx out of static.json when a dyno starts; these are they"
    return Image(
        text=dockerfile(wish, "its buildpack for static files", stages, final),
        problems=tuple(problems),
        files={SCRIPT: (fill(SCRIPT, port=str(wish.port), server=server), why)},
    )


def _static_json(checkout: Checkout, app: str, problems: list[Problem]) -> dict[str, object]:
    text = checkout.files.get("static.json")
    if text is None:
        return {}
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        return told
    problems.append(
        Problem(
            code="static-json",
            component=app,
            text="static.json is no JSON object",
            remedy="Repair it and commit it.",
            blocks=True,
        )
    )
    return {}


def _server(told: dict[str, object], app: str, problems: list[Problem]) -> Iterator[str]:
    """The lines of the server, in nginx's words."""
    clean = told.get("clean_urls") is True
    yield f'root "/app/{_path(told.get("root"), "public_html").strip("/")}";'
    if error := _path(told.get("error_page"), ""):
        yield f"error_page 404 500 /{error.lstrip('/')};"
    if told.get("https_only") is True:
        yield 'if ($http_x_forwarded_proto != "https") { return 301 https://$host$request_uri; }'
    yield from _redirects(told.get("redirects"), app, problems)
    tries = "$uri.html $uri $uri/" if clean else "$uri $uri/"
    routes = told.get("routes")
    catch = ""
    for pattern, target in routes.items() if isinstance(routes, dict) else ():
        place = _path(target, "")
        if not _PATH.fullmatch(str(pattern)) or not place:
            problems.append(_left_out(app, f"the route {str(pattern)[:60]}"))
        elif str(pattern) == "/**":
            catch = f" /{place.lstrip('/')}"
        else:
            expression = str(pattern).replace(".", r"\.").replace("**", "\0").replace("*", "[^/]*")
            expression = expression.replace("\0", ".*")
            yield f"location ~ ^{expression}$ {{ try_files {tries} /{place.lstrip('/')} =404; }}"
    yield f"location / {{ try_files {tries}{catch} =404; }}"
    yield from _headers(told.get("headers"), app, problems)
    for key in ("proxies", "canonical_host", "basic_auth"):
        if told.get(key):
            problems.append(_left_out(app, f"`{key}`"))


def _redirects(told: object, app: str, problems: list[Problem]) -> Iterator[str]:
    for path, about in told.items() if isinstance(told, dict) else ():
        url = str(about.get("url", "")) if isinstance(about, dict) else ""
        status = about.get("status", 301) if isinstance(about, dict) else 301
        good = (
            re.fullmatch(r"[^\s;{}\"'$]+", url)
            and _PATH.fullmatch(str(path))
            and status in (301, 302, 307, 308)
        )
        if not good or _FROM_CONFIG.search(url):
            problems.append(_left_out(app, f"the redirect of {str(path)[:60]}"))
            continue
        yield f"location = {path} {{ return {status} {url}; }}"


def _headers(told: object, app: str, problems: list[Problem]) -> Iterator[str]:
    """Headers for all paths; those of single ones need a person."""
    for pattern, values in told.items() if isinstance(told, dict) else ():
        if str(pattern) not in ("/**", "/*") or not isinstance(values, dict):
            problems.append(_left_out(app, f"the headers of {str(pattern)[:60]}"))
            continue
        for name, value in values.items():
            if _HEADER.fullmatch(str(name)) and re.fullmatch(r"[^\"\\$\r\n]*", str(value)):
                yield f'add_header {name} "{value}" always;'
            else:
                problems.append(_left_out(app, f"the header {str(name)[:60]}"))


def _path(told: object, default: str) -> str:
    return told if isinstance(told, str) and _PATH.fullmatch(told) else default


def _left_out(app: str, what: str) -> Problem:
    return Problem(
        code="static-json-part",
        component=app,
        text=f"static.json: {what} is not in the settings of nginx",
        remedy=f"Add it to {SCRIPT} on the new branch, in nginx's words.",
    )
