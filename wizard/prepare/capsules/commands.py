"""What each capsule of an app runs: one command, made of the lines that Heroku runs as processes.

Code Capsules runs it as a shell does: its documentation on schema migrations puts them before the start with
`&&`. A Docker capsule has no such setting, its image starts it; a frontend capsule runs nothing.
"""

import re
import shlex
from collections.abc import Mapping as Known

from wizard.mapping.names import clock_service
from wizard.model.mapping import Mapping, ProcessChoice
from wizard.model.system import App
from wizard.prepare.capsules.clock_names import clock_command, told_language
from wizard.prepare.command import plain_words
from wizard.session.parts import PreparedApp

_SEVERAL = re.compile(r"[&|;()`\n]")
_OF_THE_SHELL = frozenset(
    {
        ".",
        ":",
        "[[",
        "case",
        "cd",
        "eval",
        "exec",
        "exit",
        "export",
        "for",
        "if",
        "set",
        "source",
        "until",
        "while",
        "{",
    }
)
"""What is no program, so that nothing could take the place of the shell."""


def run_command(app: App, mapping: Mapping, service: str, done: PreparedApp | None = None) -> str:
    """The run command of the capsule of `service`; empty where the capsule has none, or nothing says it.

    Args:
        done: the prepared code, whose lines count before those that Heroku ran when it was read.
    """
    told = next((one for one in done.capsules if one.service == service), None) if done else None
    if told is not None:
        return told.command
    running = {process.type: process.command for process in app.processes if process.command}
    if app.release_command:
        running.setdefault("release", app.release_command)
    if service == clock_service(mapping, app.id):
        return clock_command(told_language(app.buildpacks))
    choice = next((one for one in own_processes(mapping, app.id) if one.service == service), None)
    if choice is None or choice.capsule in ("frontend", "docker"):
        return ""
    clock = clock_command(told_language(app.buildpacks))
    return start_command(mapping, choice, running, clock)


def own_processes(mapping: Mapping, app_id: str) -> tuple[ProcessChoice, ...]:
    """The processes of an app that have a capsule, and share it with none that came before them."""
    return tuple(
        one
        for one in mapping.processes
        if one.app_id == app_id and one.action == "service" and not one.joined
    )


def start_command(mapping: Mapping, choice: ProcessChoice, running: Known[str, str], clock: str) -> str:
    """The line that starts all that is in the capsule of `choice`: what comes before it, then it, or the
    script that runs it with what is joined to it; empty where nothing says what it runs.

    Args:
        running: commands by process type.
        clock: what starts the clock of jobs.
    """
    together = lines_together(mapping, choice, running, clock)
    before = before_start(mapping, choice, running)
    if len(together) > 1:
        start = f"{'exec ' if before else ''}bash {together_file(choice)}"
    else:
        line = next(iter(together.values()), "")
        start = replacing(line) if before else line
    if not start:
        return ""
    return " && ".join([*before, start])


def together_file(choice: ProcessChoice) -> str:
    """The script in the root of the code that runs the process with those that are joined to it."""
    return "heroku-together.sh" if choice.type == "web" else f"heroku-together-{choice.type}.sh"


def lines_together(
    mapping: Mapping, choice: ProcessChoice, running: Known[str, str], clock: str
) -> dict[str, str]:
    """The commands that run in one capsule by process type: that of `choice` first."""
    own = choice.command or running.get(choice.type, "")
    found = {choice.type: own} if own else {}
    for one in mapping.processes:
        if (one.app_id, one.joined, one.action) == (choice.app_id, choice.type, "service"):
            line = one.command or running.get(one.type, "")
            found |= {one.type: line} if line else {}
    if any(
        (job.app_id, job.action, job.process) == (choice.app_id, "in-process", choice.type)
        for job in mapping.jobs
    ):
        found["clock"] = clock
    return found


def before_start(mapping: Mapping, choice: ProcessChoice, running: Known[str, str]) -> list[str]:
    """What runs before `web` each time it starts, and stops the start when it fails."""
    if choice.type != "web":
        return []
    lines = [
        one.command or running.get(one.type, "")
        for one in mapping.processes
        if one.app_id == choice.app_id and one.action == "before-start"
    ]
    return [line if plain_words(line) else f"bash -c {shlex.quote(line)}" for line in lines if line]


def replacing(line: str) -> str:
    """`line` in the place of the shell that runs it, so that it gets the signals; itself where it is more
    than one command."""
    words = line.split(None, 1)
    if not words or _SEVERAL.search(line) or "=" in words[0] or words[0] in _OF_THE_SHELL:
        return line
    return f"exec {line}"
