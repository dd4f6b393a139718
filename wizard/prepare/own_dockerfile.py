"""A Dockerfile that is there already is kept. Here is what it must do for the move, and whether it does."""

import re

from wizard.mapping.problem import Problem

WITH_ENTRYPOINT = frozenset({"eclipse-temurin", "nginx", "node", "php"})
"""Official images that people build apps on, and that have an ENTRYPOINT of their own."""


def check_dockerfile(text: str, *, app: str, port: int, needs_cron: bool, stage: str) -> tuple[Problem, ...]:
    """The problems of a person's own Dockerfile.

    Args:
        port: what web processes are told to listen on.
        needs_cron: whether a crontab is to be run in the image.
        stage: the lines that would fetch the program for it, for the remedy.
    """
    steps = instructions(text)
    names = [name for name, _ in steps]
    problems = []
    if "FROM" not in names:
        problems.append(
            _problem("dockerfile-no-from", app, "has a Dockerfile without FROM", "Repair it.", True)
        )
        return tuple(problems)
    final = _final_stage(steps)
    users = [rest for name, rest in final if name == "USER"]
    if not users or users[-1].split(":")[0] in ("root", "0"):
        problems.append(
            _problem(
                "dockerfile-root", app, "its Dockerfile runs the app as root", "Add a USER that is not root."
            )
        )
    if has_entrypoint(text):
        problems.append(
            _problem(
                "dockerfile-entrypoint",
                app,
                "its image has an ENTRYPOINT: lines of the Procfile get no shell, so $PORT stays as it is",
                "Look that each line works as plain words, or write `ENTRYPOINT []` into the Dockerfile.",
            )
        )
    exposed = [int(number) for name, rest in final if name == "EXPOSE" for number in re.findall(r"\d+", rest)]
    if port not in exposed:
        said = f"exposes {', '.join(str(number) for number in exposed)}" if exposed else "exposes no port"
        problems.append(
            _problem(
                "dockerfile-port",
                app,
                f"its Dockerfile {said}; web processes are told to listen on {port}",
                f"Add EXPOSE {port}, or choose that port in the mapping.",
            )
        )
    if needs_cron and not re.search(r"\bsupercronic\b", text):
        problems.append(
            _problem(
                "dockerfile-cron",
                app,
                "has jobs, and its Dockerfile has no supercronic to run them",
                "Add this stage and `COPY --from=cron /usr/local/bin/supercronic /usr/local/bin/`:\n" + stage,
                True,
            )
        )
    return tuple(problems)


def has_entrypoint(text: str) -> bool:
    """Whether the image of a Dockerfile has an ENTRYPOINT: its own, or one of a well-known base image."""
    final = _final_stage(instructions(text))
    own = [rest for name, rest in final if name == "ENTRYPOINT"]
    if own:
        return own[-1].replace(" ", "") not in ("", "[]")
    base = next((rest for name, rest in final if name == "FROM"), "")
    image = next((word for word in base.split() if not word.startswith("--")), "")
    name, _, _ = image.removeprefix("docker.io/").removeprefix("library/").partition(":")
    return name.partition("@")[0] in WITH_ENTRYPOINT


def _final_stage(steps: list[tuple[str, str]]) -> list[tuple[str, str]]:
    starts = [number for number, (name, _) in enumerate(steps) if name == "FROM"]
    return steps[starts[-1] :] if starts else []


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile as (name in capitals, rest), continuation lines joined."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\[ \t]*\n", " ", kept)
    steps = []
    for line in joined.splitlines():
        name, _, rest = line.strip().partition(" ")
        if name:
            steps.append((name.upper(), rest.strip()))
    return steps


def _problem(code: str, app: str, text: str, remedy: str, blocks: bool = False) -> Problem:
    return Problem(code=code, component=app, text=text, remedy=remedy, blocks=blocks)
