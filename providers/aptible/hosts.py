"""Where Aptible is reached: its own addresses, or others that a person names."""

import os
import re
import urllib.parse
from collections.abc import Mapping

from wizard.model.loopback import is_loopback, safe_url
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble

AUTH = "https://auth.aptible.com"
API = "https://api.aptible.com"
GIT = "root@primetime.aptible.com:43022"

GIT_HOST_KEYS = (
    # Pinned as aptible/aptible-deploy-action pins them: entrypoint.sh at commit 0d25913 of 2025-04-02.
    # An earlier revision of that file had other keys, so they do change, seldom.
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQClUA3SfI+5YthgM/tZ2k1oCYgK+8KbhbVeMdhgHqyKuY/lh7If13MBpxJzyRWs7YEJ"
    "c+I0D1y3BRQlUe5+xBp4yYKCsbzKJDIvIx/fWWYQugrtxCskXxCQreNzONoB3ibaHQ21N1xCMk+CgLeu+PpCwb1bOxnu+aoz6o73NdOZ"
    "LnlvadGlojs59datshEyY+l/ZikZ2TIOZUqdzrF3ValivNV9dQeskNLIYdlKkjoO/E+xg/wV9T8LMFa1VXqWiF9+LWuoiCfGqfk6Xz33"
    "DPrADtiMKOJj9uWshwxr5L2HAN+aLz2SAW9aaDwHObLMkThhtwJ3qOg+QGGzVOZQpxkOShYb5ByemhKKL6fHo5c2wVOq0QCmoaG/GfGZ"
    "m24dRdBgj2GHrr1BAQCIN6LDYVU/NHOAgOzdgsGljbtrZ6RGx9waE/QYCnnG6rUz0o7Y+cQOotiQvu2CxOccpkiwwn+olkCrzrApWgs4"
    "yloM7mfvsXjCctJHv7ClwUP/iiYpxkc=",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEHFh32OAG4rBx9Nisn2RBVbVxkKNrWi"
    "/4M6Q44fVwKZEFSUaAJifIk97zd8MhFcsV1WfvOUGIH3s9Png/mWh3A=",
)

_GIT = re.compile(
    r"(?P<user>[A-Za-z0-9_][A-Za-z0-9_.-]*)@(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?P<port>[0-9]{1,5})"
)
_HOST_KEY = re.compile(r"(ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}")


class Addresses(Noun, frozen=True, kw_only=True):
    """Roots without a closing slash; the git host takes pushes over SSH."""

    auth: str
    api: str
    git_user: str
    git_host: str
    git_port: int
    git_host_keys: tuple[str, ...]


def addresses(hosts: Mapping[str, str]) -> Addresses:
    """Fill in what `hosts` leaves out and check the rest.

    Keys: `auth`, `api` (URLs), `git` ("user@host:port"), `git_host_keys` (one public key a line).

    Raises:
        Trouble: an address is not https (plain http is for loopback only), or cannot be read.
    """
    git = _GIT.fullmatch(hosts.get("git", GIT))
    if git is None or not 0 < int(git["port"]) < 65536:
        raise _bad("git", "user@host:port")
    keys = tuple(line.strip() for line in hosts.get("git_host_keys", "").splitlines() if line.strip())
    for key in keys:
        if _HOST_KEY.fullmatch(" ".join(key.split()[:2])) is None:
            raise _bad("git_host_keys", "OpenSSH public keys, one a line")
    return Addresses(
        auth=_root("auth", hosts.get("auth", AUTH)),
        api=_root("api", hosts.get("api", API)),
        git_user=git["user"],
        git_host=git["host"],
        git_port=int(git["port"]),
        git_host_keys=tuple(" ".join(key.split()[:2]) for key in keys) or GIT_HOST_KEYS,
    )


def environment_hosts(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """`auth` and `api` as APTIBLE_AUTH_ROOT_URL and APTIBLE_API_ROOT_URL name them (aptible-auth-ruby,
    aptible-api-ruby), nothing for what they do not.

    Raises:
        Trouble: a host is neither Aptible's nor this machine, so that no token is sent there; or only one of
            the two is this machine, and the token would be sent to the other, too.
    """
    environment = os.environ if environment is None else environment
    found = {
        name: _told(variable, environment[variable].strip())
        for name, variable in _VARIABLES.items()
        if environment.get(variable, "").strip()
    }
    here = [name for name, url in found.items() if is_loopback(urllib.parse.urlsplit(url).hostname or "")]
    if len(here) == 1:
        raise Trouble(
            f"Of {' and '.join(_VARIABLES.values())} only one names this machine.",
            untouched="Nothing was sent.",
            remedy="Set both of them, or none.",
            code="bad-address",
        )
    return found


_VARIABLES = {"auth": "APTIBLE_AUTH_ROOT_URL", "api": "APTIBLE_API_ROOT_URL"}


def _told(variable: str, url: str) -> str:
    if safe_url(url, loopback_too=True) and not urllib.parse.urlsplit(url).query:
        host = urllib.parse.urlsplit(url).hostname or ""
        if is_loopback(host) or f".{host}".endswith(".aptible.com"):
            return url.rstrip("/")
    raise Trouble(
        f"{variable} names a host that is neither Aptible's nor this machine.",
        untouched="No token was sent there.",
        remedy=f"Unset {variable}.",
        code="bad-address",
    )


def _root(name: str, url: str) -> str:
    if not safe_url(url, loopback_too=True) or urllib.parse.urlsplit(url).query:
        raise _bad(name, "an https address")
    return url.rstrip("/")


def _bad(name: str, wanted: str) -> Trouble:
    return Trouble(
        f"The address given for Aptible's {name} is not usable.",
        remedy=f"Give {wanted}, or leave it out to use Aptible's own.",
        code="bad-address",
    )
