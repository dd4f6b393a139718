"""The parts that all Dockerfiles have: packages, environment, the last stage."""

import json
import re
from collections.abc import Iterable, Mapping

from wizard.model.noun import Noun
from wizard.prepare.image.wish import ImageWish
from wizard.prepare.schedules import COPY_LINE

HOME = "/app"
"""Where Heroku puts the code of an app, and starts every process."""

_PLAIN = re.compile(r"[A-Za-z0-9_./:,@%+=*-]+")


class Final(Noun, frozen=True, kw_only=True):
    """The stage that runs.

    `user` is made when `new_user` says so; `env` and `paths` (put before PATH) are what the buildpack set;
    `root` are lines that need root, `before` those that go before the code is copied, `code` copies it; all
    in words of a Dockerfile.
    """

    base: str
    env: Mapping[str, str]
    code: str
    user: str = "app"
    new_user: bool = True
    paths: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    root: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    entrypoint: bool = False
    """Whether the base image has an ENTRYPOINT, which would take the shell from the lines of the Procfile."""


def apt(packages: Iterable[str]) -> list[str]:
    """The instruction that installs packages of Debian, each once; nothing for none."""
    names = sorted(set(packages))
    if not names:
        return []
    return [
        "RUN apt-get update \\\n"
        f" && apt-get install -y --no-install-recommends {' '.join(names)} \\\n"
        " && rm -rf /var/lib/apt/lists/*"
    ]


def environment(values: Mapping[str, str]) -> list[str]:
    """One ENV for all of them, a line each."""
    if not values:
        return []
    pairs = [
        f"{name}={value if _PLAIN.fullmatch(value) else json.dumps(value)}" for name, value in values.items()
    ]
    return ["ENV " + " \\\n    ".join(pairs)]


def sees_config(wish: ImageWish) -> list[str]:
    """The lines at the start of a build stage by which its commands see the config vars, as on Heroku, where
    the target lays them into the code; a build without that file goes on without them."""
    if not wish.env_file:
        return []
    return [
        "# The build sees the config vars, as on Heroku: bash reads and exports this file, if it is there.",
        'SHELL ["/bin/bash", "-a", "-c"]',
        f"ENV BASH_ENV={HOME}/{wish.env_file}",
    ]


def without_config(wish: ImageWish) -> list[str]:
    """The line at the end of a build that keeps the config vars out of the image."""
    return [f"RUN rm -f {wish.env_file}"] if wish.env_file else []


def hook(wish: ImageWish, path: str, shell: str = "") -> list[str]:
    """The line that runs a build hook of the code, where it has one."""
    if path not in wish.hooks:
        return []
    return [f"RUN {shell} {path}" if shell else f"RUN chmod +x {path} && {path}"]


def dockerfile(
    wish: ImageWish, title: str, builds: Iterable[Iterable[str]], final: Final, *, more: tuple[str, ...] = ()
) -> str:
    """The text of a Dockerfile.

    Args:
        title: what the buildpack is called, for the first line.
        builds: the stages before the last, each in lines.
        more: instructions of the last stage after the code is there, as the app's user.
    """
    stages = [wish.cron_stage.rstrip("\n")] if wish.cron_stage else []
    stages += ["\n".join(lines) for lines in builds]
    stages.append("\n".join(_final(wish, final, more)))
    head = f"# Written by Offramp: what Heroku did for this app with {title}, as a Dockerfile.\n"
    return head + "\n\n".join(stages) + "\n"


def _final(wish: ImageWish, final: Final, more: tuple[str, ...]) -> list[str]:
    lines = [f"FROM {final.base}", *apt((*final.packages, *wish.beside.packages))]
    lines += [*final.root, *wish.beside.commands]
    if final.new_user:
        lines.append(f"RUN useradd --no-log-init --create-home --home-dir {HOME} --uid 1000 {final.user}")
    lines.append(f"WORKDIR {HOME}")
    if not final.new_user:
        lines.append(f"RUN chown {final.user}:{final.user} {HOME}")
    values = {"HOME": HOME, "LANG": "C.UTF-8", **final.env, **wish.beside.env, "PORT": str(wish.port)}
    lines += environment(values)
    if final.paths:
        lines.append(f"ENV PATH={':'.join(final.paths)}:$PATH")
    lines += guests(wish)
    lines += final.before
    lines += [COPY_LINE.rstrip("\n")] if wish.cron_stage else []
    lines += final.code.splitlines()
    for name in wish.beside.scripts:
        lines += [f"COPY {name}.sh {HOME}/bin/{name}"]
        # By its other names only where a process is started by one.
        linked = [one for one, meant in wish.beside.names.items() if meant == name and _starts(wish, one)]
        links = "".join(f" && ln -s {name} {HOME}/bin/{one}" for one in linked)
        lines += [f"RUN chmod 0755 {HOME}/bin/{name}{links}"]
    lines += [f"COPY {source} {place}" for place, source in wish.copied.items()]
    lines += [f"USER {final.user}", *more, f"EXPOSE {wish.port}"]
    if final.entrypoint:
        lines += [
            "# The base image's own would take the shell from the lines of the Procfile.",
            "ENTRYPOINT []",
        ]
    return [*lines, f"CMD {wish.command}"]


def _starts(wish: ImageWish, program: str) -> bool:
    return any(re.search(rf"\bbin/{re.escape(program)}(?![\w-])", line) for line in wish.lines)


def guests(wish: ImageWish) -> list[str]:
    """What copies the other languages into a stage; for the host that both stages have."""
    lines = []
    if wish.beside.node:
        lines += [
            "COPY --from=node /usr/local/bin/ /usr/local/bin/",
            "COPY --from=node /usr/local/lib/node_modules/ /usr/local/lib/node_modules/",
        ]
    if wish.beside.java:
        lines += ["COPY --from=java /opt/java/openjdk/ /opt/java/openjdk/"]
        lines += ["ENV JAVA_HOME=/opt/java/openjdk", "ENV PATH=/opt/java/openjdk/bin:$PATH"]
    return lines
