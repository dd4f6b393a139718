"""A Dockerfile for a .NET app: what Heroku's .NET buildpack does (heroku/buildpacks-dotnet, 2026).

It publishes the solution or project of the root, each project into bin/publish of its own folder, and starts
the web application from there: `cd Shop/bin/publish; ./Shop --urls http://*:$PORT`.
"""

import re

from wizard.document.checkout import Checkout
from wizard.document.repository.runtime_dotnet import PROJECTS, SOLUTIONS
from wizard.mapping.problem import Problem
from wizard.prepare.image.catalogue import images
from wizard.prepare.image.guests import guest_stages, node_steps
from wizard.prepare.image.libraries import command_packages
from wizard.prepare.image.stage import Final, apt, dockerfile, guests, sees_config, without_config
from wizard.prepare.image.version import choose, numbers, pins_of, runtime_of
from wizard.prepare.image.wish import Image, ImageWish

_NAME = re.compile(r"[\w.+-]+")


def dotnet_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    problems: list[Problem] = []
    version = _version(checkout, wish.app, problems)
    source = _source(checkout, wish, problems)
    build = [
        f"FROM mcr.microsoft.com/dotnet/sdk:{version} AS build",
        *apt((*wish.beside.build_packages, *wish.beside.packages)),
        *sees_config(wish),
        "WORKDIR /app",
        *guests(wish),
        "COPY . .",
        *(node_steps(checkout, wish, problems) if wish.beside.node else []),
        f"RUN dotnet publish {source} --configuration Release -p:PublishDir=bin/publish",
        *without_config(wish),
    ]
    final = Final(
        base=f"mcr.microsoft.com/dotnet/aspnet:{version}",
        env={"DOTNET_EnableWriteXorExecute": "0", "DOTNET_NOLOGO": "true"},
        packages=command_packages(wish.lines),
        # Newer images bring users of their own, one with this number.
        root=("RUN ! id ubuntu > /dev/null 2>&1 || userdel --remove ubuntu",),
        user="dyno",
        code="COPY --from=build --chown=dyno:dyno /app ./",
    )
    stages = [*guest_stages(checkout, wish, problems), build]
    return Image(text=dockerfile(wish, "its .NET buildpack", stages, final), problems=tuple(problems))


def _version(checkout: Checkout, app: str, problems: list[Problem]) -> str:
    """The version of the runtime, by what the projects are built for; that of the SDK when none says it."""
    runtime = runtime_of(checkout, "heroku/dotnet")
    targets = [numbers(pin.version) for pin in pins_of(runtime, ".NET") if "net" in pin.version]
    found = max((one for one in targets if len(one) == 2 and one >= (5, 0)), default=())
    if not found:
        sdk = next((numbers(pin.version) for pin in pins_of(runtime, ".NET SDK")), ())
        found = (sdk[0], 0) if sdk else ()
    return choose("dotnet", app, images().dotnet, found, problems, strict=False)


def _source(checkout: Checkout, wish: ImageWish, problems: list[Problem]) -> str:
    """What is published: the one solution of the root, else its one project."""
    for ends in (SOLUTIONS, PROJECTS):
        found = [name for name in checkout.names if name.endswith(ends)]
        if len(found) == 1 and _NAME.fullmatch(found[0]):
            return found[0]
        if found:
            break
    if "SOLUTION_FILE" in wish.config and wish.env_file:
        return '"$SOLUTION_FILE"'
    problems.append(
        Problem(
            code="dotnet-source",
            component=wish.app,
            text="has not exactly one solution or project in its root, so nothing says what is published",
            remedy="Commit one solution file there, or write a Dockerfile of your own.",
            blocks=True,
        )
    )
    return "."
