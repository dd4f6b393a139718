"""Whether the lines of a Procfile start at the target what they start on Heroku.

Heroku runs each with bash, and tells every process of a dyno to end. A target runs them with `sh`, which
keeps the signal to itself unless the command replaces it (`exec`; measured with Debian's dash, also where the
line is one command); an image with an ENTRYPOINT gets the words of the line, and no shell at all.
"""

import re

from wizard.mapping.problem import Problem
from wizard.model.text import clean

_BASH_ONLY = re.compile(
    r"\[\[|<\(|>\(|&>|<<<|\bsource\s|\bfunction\s|\bdeclare\s|\bpipefail\b|\{\d+\.\.\d+\}|\$'"
    r"|\$\{\w+(//|\^|,|:\d|\[|@)"
)
_BASH_ITSELF = re.compile(r"^(exec\s+)?(/\S+/)?bash\s")
_NEEDS_SHELL = re.compile(r"[$&|;<>`]|^\w+=|^exec\s")


def check_lines(app: str, lines: dict[str, str], *, entrypoint: bool) -> tuple[Problem, ...]:
    """What is to be said of the start commands of an app.

    Args:
        lines: commands by process type.
        entrypoint: whether the image has an ENTRYPOINT.
    """
    if entrypoint:
        return tuple(
            _of_words(app, type_, sign) for type_, line in lines.items() if (sign := _shell_sign(line))
        )
    problems = [
        Problem(
            code="bash-only",
            component=app,
            text=f"`{type_}` is written for bash ({_sign(found)}), and is started by sh",
            remedy="Write it for sh in the Procfile, or as bash -c '...'.",
        )
        for type_, line in lines.items()
        if not _BASH_ITSELF.match(line) and (found := _BASH_ONLY.search(line))
    ]
    # What serves the web is taken out of the load balancer first; a job is cut off in the middle.
    kept = [f"`{type_}`" for type_, line in lines.items() if type_ != "web" and not hands_over(line)]
    if kept:
        problems.append(
            Problem(
                code="no-exec",
                component=app,
                text=f"{', '.join(kept)}: its shell keeps SIGTERM to itself, so it is killed at a restart, "
                "without time to finish",
                remedy="Write `exec` before its command in the Procfile, if that matters, and give the "
                "service as long a stop timeout as its longest job needs (a dyno has 30 seconds).",
            )
        )
    return tuple(problems)


def _of_words(app: str, type_: str, sign: str) -> Problem:
    return Problem(
        code="entrypoint-shell",
        component=app,
        text=f"`{type_}` needs a shell ({sign}), and the ENTRYPOINT of its image gets bare words",
        remedy="Write `ENTRYPOINT []` into the Dockerfile, or start a script that holds this line.",
        blocks=True,
    )


def _shell_sign(line: str) -> str:
    """What of a line only a shell understands, empty where nothing does."""
    found = _NEEDS_SHELL.search(re.sub(r"'[^']*'", "''", line))
    return _sign(found) if found else ""


def _sign(found: re.Match[str]) -> str:
    return clean(found[0].strip())


def hands_over(line: str) -> bool:
    """Whether the last command of `line` replaces the shell."""
    # What stands in quotes is for the command itself.
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "''", line)
    last = re.split(r"&&|\|\||;", bare)[-1].strip()
    return last.startswith("exec ") and not re.search(r"(?<!>)[|&](?!\d)", last)
