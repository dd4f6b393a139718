"""Tokens for Aptible that are on this machine already, each named by where it is."""

import os
from pathlib import Path

import msgspec

from providers.aptible.hosts import AUTH
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import FoundToken

_FILE_LIMIT = 256 * 1024


def found_tokens() -> list[FoundToken]:
    """APTIBLE_ACCESS_TOKEN, then the file in which `aptible login` leaves its token (aptible-cli,
    helpers/token.rb and helpers/config_path.rb). The file is not opened before a person chose it."""
    found = []
    if token := os.environ.get("APTIBLE_ACCESS_TOKEN", "").strip():
        found.append(FoundToken("APTIBLE_ACCESS_TOKEN", Secret(token, "Aptible token")))
    folder = os.environ.get("APTIBLE_CONFIG_PATH") or str(Path("~/.aptible").expanduser())
    path = Path(folder) / "tokens.json"
    try:
        there = path.is_file()
    except (OSError, ValueError):
        there = False
    if there:
        found.append(FoundToken(_shown(path), lambda: _from_file(path)))
    return found


def _from_file(path: Path) -> Secret:
    """The CLI's token for the auth host in use.

    Raises:
        Trouble: the file cannot be read, is not the CLI's, or holds no token for that host.
    """
    host = os.environ.get("APTIBLE_AUTH_ROOT_URL") or AUTH
    try:
        with path.open("rb") as file:
            tokens = msgspec.json.decode(file.read(_FILE_LIMIT), type=dict[str, str])
    except OSError as error:
        raise _useless(path, f"cannot be read ({error.strerror or type(error).__name__})") from error
    except (msgspec.DecodeError, RuntimeError) as error:
        raise _useless(path, "is not what Aptible's CLI writes") from error
    token = tokens.get(host, "").strip()
    if not token:
        raise _useless(path, "holds no token")
    return Secret(token, "Aptible token")


def _shown(path: Path) -> str:
    """With a tilde for this person's home folder, so that it fits on a line."""
    home = str(Path("~").expanduser())
    text = str(path)
    return clean(f"~{text.removeprefix(home)}" if text.startswith(f"{home}/") else text)


def _useless(path: Path, why: str) -> Trouble:
    return Trouble(
        f"{_shown(path)} {why}.",
        remedy="Sign in here, or with `aptible login`, then try again.",
        code="no-token",
    )
