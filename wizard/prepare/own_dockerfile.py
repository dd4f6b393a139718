"""A Dockerfile that is there already is kept. Here is what it must do for the move, and whether it does."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping

from wizard.mapping.problem import Problem
from wizard.model.text import clean
from wizard.ports import ImageRules

WITH_ENTRYPOINT = frozenset({"composer", "eclipse-temurin", "nginx", "node", "php", "postgres", "redis"})
"""Official images that people build apps on, and that have an ENTRYPOINT of their own."""

Steps = list[tuple[str, str]]

NO_RULES = ImageRules()


def check_dockerfile(
    text: str,
    *,
    app: str,
    port: int,
    needs_cron: bool = False,
    stage: str = "",
    rules: ImageRules = NO_RULES,
    copied: Mapping[str, str] | None = None,
) -> tuple[Problem, ...]:
    """The problems of a person's own Dockerfile.

    Args:
        port: what web processes are told to listen on.
        needs_cron: whether a crontab is to be run in the image.
        stage: the lines that would fetch the program for it, for the remedy.
        rules: what the target does with images.
        copied: files of the code by the place in the image where the target looks for them.
    """
    steps = instructions(text)
    if not any(name == "FROM" for name, _ in steps):
        return (_problem("dockerfile-no-from", app, "has a Dockerfile without FROM", "Repair it.", True),)
    final = _final_stage(steps)
    problems = [*_user(app, final), *_entrypoint(app, text), *_ports(app, final, port, rules)]
    problems += [*_arguments(app, steps), *_copies(app, text, copied or {})]
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


def _user(app: str, final: Steps) -> Iterator[Problem]:
    users = [rest for name, rest in final if name == "USER"]
    if not users or users[-1].split(":")[0] in ("root", "0"):
        yield _problem(
            "dockerfile-root", app, "its Dockerfile runs the app as root", "Add a USER that is not root."
        )


def _entrypoint(app: str, text: str) -> Iterator[Problem]:
    if has_entrypoint(text):
        yield _problem(
            "dockerfile-entrypoint",
            app,
            "its image has an ENTRYPOINT: lines of the Procfile get no shell, so $PORT stays as it is",
            "Look that each line works as plain words, or write `ENTRYPOINT []` into the Dockerfile.",
        )


def _ports(app: str, final: Steps, port: int, rules: ImageRules) -> Iterator[Problem]:
    words = [word for name, rest in final if name == "EXPOSE" for word in rest.split()]
    exposed = [int(number) for word in words for number in re.findall(r"^\d{1,5}", word)]
    if port not in exposed and not any("$PORT" in word or "${PORT" in word for word in words):
        said = f"exposes {', '.join(str(number) for number in exposed)}" if exposed else "exposes no port"
        yield _problem(
            "dockerfile-port",
            app,
            f"its Dockerfile {said}; web processes are told to listen on {port}",
            f"Add EXPOSE {port}, or choose that port in the mapping.",
        )
    if not rules.udp and any(word.lower().endswith("/udp") for word in words):
        yield _problem(
            "dockerfile-udp",
            app,
            "its Dockerfile exposes a UDP port, which no endpoint there reaches",
            "Leave that part on a server of its own, or speak TCP.",
        )


def _arguments(app: str, steps: Steps) -> Iterator[Problem]:
    names = [
        clean(rest.split()[0], limit=60)
        for name, rest in steps
        if name == "ARG" and rest.split() and "=" not in rest and not rest.startswith(("TARGET", "BUILD"))
    ]
    if names:
        yield _problem(
            "dockerfile-arg",
            app,
            f"its Dockerfile has build arguments without a value ({', '.join(dict.fromkeys(names))}): a "
            "build there is given none",
            "Write a default into each ARG, or build the image where the arguments are given.",
        )


def _copies(app: str, text: str, copied: Mapping[str, str]) -> Iterator[Problem]:
    missing = {place: source for place, source in copied.items() if place not in text}
    if missing:
        lines = ", ".join(f"`COPY {source} {place}`" for place, source in missing.items())
        yield _problem(
            "dockerfile-folder",
            app,
            "is deployed as an image, and its Dockerfile does not lay the Procfile where the target looks "
            "for it: only the image's own command would run",
            f"Add {lines} to its last stage.",
            True,
        )


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


def start_command(text: str) -> str:
    """What the image of a Dockerfile runs by itself, as one line for a shell; empty when it does not say."""
    told = [rest for name, rest in _final_stage(instructions(text)) if name == "CMD"]
    if not told:
        return ""
    try:
        words = json.loads(told[-1])
    except ValueError:
        return clean(told[-1])
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        return ""
    if len(words) == 3 and words[0] in ("sh", "bash", "/bin/sh", "/bin/bash") and words[1] in ("-c", "-lc"):
        # The line gets a shell anyway.
        return clean(words[2])
    return clean(shlex.join(words))


def _final_stage(steps: Steps) -> Steps:
    starts = [number for number, (name, _) in enumerate(steps) if name == "FROM"]
    return steps[starts[-1] :] if starts else []


def instructions(text: str) -> Steps:
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
