"""A Dockerfile for a Node.js app: what Heroku's Node.js buildpack does. Without a Procfile `npm start` is
the web process.
"""

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.guests import guest_stages
from wizard.prepare.image.libraries import command_packages, library_packages
from wizard.prepare.image.node_build import (
    build_steps,
    lock_alone,
    manager_of,
    node_version,
    package_of,
    setup,
)
from wizard.prepare.image.stage import (
    Final,
    apt,
    dockerfile,
    environment,
    guests,
    sees_config,
    without_config,
)
from wizard.prepare.image.wish import Image, ImageWish


def node_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    problems: list[Problem] = []
    package = package_of(checkout, wish.app, problems)
    version = node_version(checkout, wish.app, problems)
    manager = manager_of(checkout, package, wish.app, problems)
    tools = setup(manager, int(version))
    lock = lock_alone(checkout, package, wish)
    build = [
        f"FROM node:{version}-bookworm AS build",
        *apt((*wish.beside.build_packages, *wish.beside.packages)),
        *sees_config(wish),
        "WORKDIR /app",
        *guests(wish),
        *environment({"NODE_ENV": "production"}),
        *(
            [f"COPY package.json {lock} ./", *tools, f"RUN {manager.install}", "COPY . ."]
            if lock
            else ["COPY . .", *tools]
        ),
        *build_steps(manager, package, wish, problems, installed=bool(lock)),
        *without_config(wish),
    ]
    final = Final(
        base=f"node:{version}-bookworm-slim",
        env={
            "NODE_ENV": "production",
            # The buildpack counts 512 MB for each process, 2 GB in large dynos.
            "WEB_CONCURRENCY": str(max(1, wish.memory_mb // (2048 if wish.memory_mb > 16384 else 512))),
        },
        user="node",
        new_user=False,
        packages=(*library_packages(checkout, "nodejs"), *command_packages(wish.lines)),
        before=tuple(tools),
        code="COPY --from=build --chown=node:node /app ./",
        paths=("/app/node_modules/.bin",),
        entrypoint=True,
    )
    stages = [*guest_stages(checkout, wish, problems), build]
    return Image(text=dockerfile(wish, "its Node.js buildpack", stages, final), problems=tuple(problems))
