"""Which hosts are this machine: the only ones that are spoken to without TLS."""

import ipaddress
import urllib.parse


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, without port) is this machine. Names other than "localhost" are
    not: a resolver may ask the net for them."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def safe_url(url: str, *, loopback_too: bool) -> bool:
    """Whether a secret may travel to `url`: https, or plain http on loopback when that is allowed."""
    try:
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback_too and is_loopback(host))
