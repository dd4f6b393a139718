"""Which hosts are this machine: the only ones that are spoken to without TLS."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, without port) is this machine. Names other than "localhost" are
    not: a resolver may ask the net for them."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
