"""Languages in the image of another: Node.js as the first of several buildpacks, or because the Ruby
buildpack brings it along; Java where its buildpack stands beside."""

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.java_version import java_version
from wizard.prepare.image.node_build import (
    build_steps,
    manager_of,
    node_version,
    package_of,
    setup,
)
from wizard.prepare.image.stage import environment
from wizard.prepare.image.wish import ImageWish


def guest_stages(checkout: Checkout, wish: ImageWish, problems: list[Problem]) -> list[list[str]]:
    """The stages from which the guests are copied."""
    stages = []
    if wish.beside.node:
        stages.append([f"FROM node:{node_version(checkout, wish.app, problems)}-bookworm-slim AS node"])
    if wish.beside.java:
        stages.append([f"FROM eclipse-temurin:{java_version(checkout, wish.app, problems)}-jre AS java"])
    return stages


def node_steps(checkout: Checkout, wish: ImageWish, problems: list[Problem]) -> list[str]:
    """What the Node.js buildpack does, in the build stage of another language. The code is there already."""
    if not checkout.has("package.json"):
        return []
    package = package_of(checkout, wish.app, problems)
    manager = manager_of(checkout, package, wish.app, problems)
    version = int(node_version(checkout, wish.app, []))
    production = environment({"NODE_ENV": "production"})
    return [*production, *setup(manager, version), *build_steps(manager, package, wish, problems)]
