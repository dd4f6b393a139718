"""Tokens for Heroku that are on this machine already."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from typing import Final

from wizard.model.secret import Secret
from wizard.ports import FoundToken

CLI_SECONDS: Final = 5.0

_TOKEN = re.compile(r"[\x21-\x7e]{20,512}")


def found_tokens(environment: Mapping[str, str] | None = None) -> list[FoundToken]:
    """Return `HEROKU_API_KEY` of the environment, then what `heroku auth:token` gives, best first.

    The CLI is asked because a modern login lies in the system's keyring, which only the CLI reads; it is
    stopped after 5 seconds. Blocking: call it from a thread. Nothing is printed.
    """
    environment = os.environ if environment is None else environment
    found: list[FoundToken] = []
    value = environment.get("HEROKU_API_KEY", "").strip()
    if value:
        found.append(FoundToken("HEROKU_API_KEY", Secret(value, "Heroku token")))
    # Without HEROKU_API_KEY, or the CLI would only repeat it.
    own = {name: text for name, text in environment.items() if name != "HEROKU_API_KEY"}
    program = shutil.which("heroku", path=own.get("PATH", ""))
    said = _ask(program, own) if program else ""
    if said and said != value:
        found.append(FoundToken("heroku auth:token", Secret(said, "Heroku token")))
    return found


def _ask(program: str, environment: Mapping[str, str]) -> str:
    """Return the token that the CLI prints, or "" when it is not signed in or takes too long."""
    try:
        child = subprocess.Popen(
            [program, "auth:token"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
        )
    except OSError:
        return ""  # a broken installation of the CLI is as good as none
    try:
        out, _ = child.communicate(timeout=CLI_SECONDS)
    except subprocess.TimeoutExpired:
        # The whole session: the CLI is a launcher whose children would keep the pipe open.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return ""
    if child.returncode != 0:
        return ""
    lines = out.decode("ascii", "replace").split()
    return lines[-1] if lines and _TOKEN.fullmatch(lines[-1]) else ""
