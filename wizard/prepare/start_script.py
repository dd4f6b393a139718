"""The script that does what a dyno does before each process: it sources .profile.d and .profile, and sets the
variables that a buildpack works out when a dyno starts. It stands in the code only where one of them matters.
"""

import re
import shlex

from wizard.prepare.template import fill

SCRIPT = "heroku-start.sh"
"""Name of the file in the root of the code."""

_STARTED = re.compile(rf"(?:exec )?bash {re.escape(SCRIPT)} ")


def start_script(*, jvm: bool) -> str:
    """The text of the script."""
    return fill(SCRIPT, jvm=fill("heroku-start-jvm.sh") if jvm else "")


def started(command: str, *, shell: bool = True) -> str:
    """The line of a Procfile, a crontab or a hook that runs `command` by the script; itself when it does.

    Args:
        shell: whether the line is given to a shell, which the script then replaces.
    """
    if not command or _STARTED.match(command):
        return command
    line = f"bash {SCRIPT} {shlex.quote(command)}"
    return f"exec {line}" if shell else line


def plain(command: str) -> str:
    """The line that `started` was given; any other comes back as it is."""
    match = _STARTED.match(command)
    try:
        words = shlex.split(command[match.end() :]) if match else []
    except ValueError:
        return command
    return words[0] if len(words) == 1 else command
