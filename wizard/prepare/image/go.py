"""A Dockerfile for a Go app: what Heroku's Go buildpack does for modules (its bin/compile, 2026)."""

import re

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.catalogue import images
from wizard.prepare.image.guests import guest_stages, node_steps
from wizard.prepare.image.libraries import command_packages
from wizard.prepare.image.stage import Final, apt, dockerfile, guests, hook, sees_config, without_config
from wizard.prepare.image.version import choose, numbers, pins_of, runtime_of, unread
from wizard.prepare.image.wish import Image, ImageWish

_SPEC = re.compile(r"^// \+heroku install ([\w./@ -]+)$", re.MULTILINE)
_OLD_TOOLS = ("Gopkg.lock", "Godeps/", "vendor/vendor.json", "glide.yaml")


def go_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    problems: list[Problem] = []
    flags = f"-v -tags heroku{_linker(wish)}"
    version = _version(checkout, wish.app, problems)
    build = [
        f"FROM golang:{version}-bookworm AS build",
        *apt((*wish.beside.build_packages, *wish.beside.packages)),
        *sees_config(wish),
        "WORKDIR /app",
        *guests(wish),
        *_modules(checkout, wish),
        "COPY . .",
        *(node_steps(checkout, wish, problems) if wish.beside.node else []),
        *hook(wish, "bin/go-pre-compile"),
        f"RUN mkdir -p bin && GOBIN=/app/bin go install {flags} {_spec(checkout, wish)}",
        *hook(wish, "bin/go-post-compile"),
        *without_config(wish),
    ]
    final = Final(
        base="debian:bookworm-slim",
        env={},
        paths=("/app/bin",),
        packages=("ca-certificates", "tzdata", *command_packages(wish.lines)),
        code="COPY --from=build --chown=app:app /app ./",
    )
    if not checkout.has("go.mod"):
        problems.append(_no_modules(checkout, wish.app))
    stages = [*guest_stages(checkout, wish, problems), build]
    return Image(text=dockerfile(wish, "its Go buildpack", stages, final), problems=tuple(problems))


def _modules(checkout: Checkout, wish: ImageWish) -> list[str]:
    """Modules before the code, so that they are not fetched anew for each change of it; not where they need
    other files of the code, or a key."""
    keys = any(name.startswith("GO") for name in wish.config)
    alone = checkout.has("go.sum") and not checkout.has("vendor/", "go.work")
    if keys or not alone or re.search(r"\breplace\b", checkout.files.get("go.mod", "")):
        return []
    return ["COPY go.mod go.sum ./", "RUN go mod download"]


def _version(checkout: Checkout, app: str, problems: list[Problem]) -> str:
    """Major and minor: Go's images build whatever an older one did."""
    for pin in pins_of(runtime_of(checkout, "heroku/go"), "go"):
        found = numbers(pin.version)
        if len(found) == 2:
            unread("go", app, pin, problems)
            return choose("go", app, images().go, found, problems, strict=False)
    return choose("go", app, images().go, (), problems, strict=False)


def _spec(checkout: Checkout, wish: ImageWish) -> str:
    """The packages that are built: every program of the module, unless something names some."""
    named = _SPEC.search(checkout.files.get("go.mod", ""))
    told = " ".join(named[1].split()) if named else "./..."
    if "GO_INSTALL_PACKAGE_SPEC" in wish.config and wish.env_file:
        return f"${{GO_INSTALL_PACKAGE_SPEC:-{told}}}"
    return told


def _linker(wish: ImageWish) -> str:
    if {"GO_LINKER_SYMBOL", "GO_LINKER_VALUE"} <= set(wish.config) and wish.env_file:
        return ' -ldflags "-X $GO_LINKER_SYMBOL=$GO_LINKER_VALUE"'
    return ""


def _no_modules(checkout: Checkout, app: str) -> Problem:
    old = next((name for name in _OLD_TOOLS if checkout.has(name)), "")
    return Problem(
        code="go-no-modules",
        component=app,
        text=f"has no go.mod{f', but {old}' if old else ''}; the Dockerfile builds modules only",
        remedy="Run `go mod init` and `go mod tidy`, and commit go.mod and go.sum.",
        blocks=True,
    )
