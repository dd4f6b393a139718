"""Tokens for Heroku that are on this machine already."""

import contextlib
import netrc
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from providers.heroku.hosts import DEFAULTS, environment_hosts
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import FoundToken

CLI_SECONDS: Final = 15.0
"""The CLI takes 2 to 3 s on a fast machine, and several times that at its first start after an update."""

_TOKEN = re.compile(r"[\x21-\x7e]{20,512}")


def found_tokens(environment: Mapping[str, str] | None = None) -> list[FoundToken]:
    """Return `HEROKU_API_KEY` of the environment, what `heroku auth:token` gives, and the login in
    `~/.netrc`, best first, none twice.

    The CLI is asked because a modern login lies in the system's keyring, which only the CLI reads; it is
    stopped after 15 seconds. An older login, or one on a machine without the CLI, lies in `~/.netrc`, and may
    have ended. Blocking: call it from a thread. Nothing is printed.
    """
    environment = os.environ if environment is None else environment
    first = environment_token(environment)
    found = [first] if first else []

    def add(where: str, said: str) -> None:
        if said and all(one.token.reveal() != said for one in found):
            found.append(FoundToken(where, Secret(said, "Heroku token")))

    # Without HEROKU_API_KEY, or the CLI would only repeat it.
    own = {name: text for name, text in environment.items() if name != "HEROKU_API_KEY"}
    program = shutil.which("heroku", path=own.get("PATH", ""))
    said = _ask(program, own) if program else ""
    add("heroku auth:token", said)
    add("~/.netrc", _in_netrc(environment))
    return found


def environment_token(environment: Mapping[str, str] | None = None) -> FoundToken | None:
    """Return `HEROKU_API_KEY` of the environment, None where it is not set."""
    environment = os.environ if environment is None else environment
    value = environment.get("HEROKU_API_KEY", "").strip()
    return FoundToken("HEROKU_API_KEY", Secret(value, "Heroku token")) if value else None


def _in_netrc(environment: Mapping[str, str]) -> str:
    """The password in `~/.netrc` of the API in use (api.heroku.com, unless HEROKU_HOST says another), "" when
    there is none that is for this person only."""
    home = environment.get("HOME", "")
    if not home:
        return ""
    try:
        api = environment_hosts(environment).get("api", DEFAULTS["api"])
    except Trouble:
        return ""  # no token is sent to such a host
    path = Path(home) / ".netrc"
    try:
        status = path.stat()
        if status.st_mode & 0o077 or status.st_size > 1_000_000:
            return ""  # others may read it, and may have written it
        login = netrc.netrc(str(path)).authenticators(urllib.parse.urlsplit(api).hostname or "")
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError, ValueError):
        return ""
    password = login[2] if login else ""
    return password if password and _TOKEN.fullmatch(password) else ""


def _ask(program: str, environment: Mapping[str, str]) -> str:
    """Return the token that the CLI prints, or "" when it is not signed in or takes too long."""
    with tempfile.TemporaryDirectory(prefix="offramp-cli-") as folder:
        quiet = {
            # On each command the CLI sends what was called to its makers, looks for a newer version of
            # itself, and writes a credential helper into the global configuration of git.
            "DISABLE_TELEMETRY": "true",
            "HEROKU_SKIP_NEW_VERSION_CHECK": "true",
            "GIT_CONFIG_GLOBAL": str(Path(folder) / "gitconfig"),
        }
        return _said([program, "auth:token"], {**environment, **quiet})


def _said(command: list[str], environment: dict[str, str]) -> str:
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    except OSError:
        return ""  # a broken installation of the CLI is as good as none
    out = b""
    try:
        out = _output(child, CLI_SECONDS)
    finally:
        # The whole session, in every case: the CLI is a launcher, and what it leaves behind works on.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    if not out:
        out = _output(child, 1.0)
    if child.returncode != 0:
        return ""
    lines = out.decode("ascii", "replace").split()
    return lines[-1] if lines and _TOKEN.fullmatch(lines[-1]) else ""


def _output(child: subprocess.Popen[bytes], seconds: float) -> bytes:
    """All that a child says until it and whoever has its output have ended; empty when that takes longer."""
    try:
        return child.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        return b""
