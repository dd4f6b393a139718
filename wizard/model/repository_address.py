"""Addresses of Git repositories: one repository has several."""

import re
from urllib.parse import urlsplit

_SHORT = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:]+):(?!/{2})(?P<path>[^:].*)")
"""The form that only ssh knows: git@github.com:acme/shop.git."""


def host_and_path(address: str) -> tuple[str, str]:
    """The host and "owner/name" of an address, in lower case; an empty host for a folder of this machine.

    It knows https://, ssh:// and git:// addresses, with a user, a port or ".git" behind, and the short form
    of ssh.
    """
    text = address.strip()
    if "://" in text:
        parts = urlsplit(text)
        host, path = parts.hostname or "", parts.path
    elif found := _SHORT.fullmatch(text):
        host, path = found["host"], found["path"]
    else:
        return "", text
    path = path.strip("/").removesuffix(".git").rstrip("/")
    return host.lower().removeprefix("www."), path.lower()


def same_repository(one: str, other: str) -> bool:
    """Whether two addresses are of one repository."""
    return bool(one and other) and host_and_path(one) == host_and_path(other)


def web_address(address: str) -> str:
    """The address as a browser takes it ("https://github.com/Acme/shop"), with the writing kept; empty for a
    folder of this machine and for a host that has no such page."""
    text = address.strip()
    if "://" in text:
        parts = urlsplit(text)
        host, path = parts.hostname or "", parts.path
    elif found := _SHORT.fullmatch(text):
        host, path = found["host"].lower(), found["path"]
    else:
        return ""
    path = path.strip("/").removesuffix(".git").rstrip("/")
    return f"https://{host}/{path}" if host and path else ""
