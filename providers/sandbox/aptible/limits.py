"""What Aptible takes for sizes and counts, and in which words the sandbox refuses the rest.

The numbers are those of terraform-provider-aptible (validation.go) and of Aptible's documentation.
"""

import ipaddress
from collections.abc import Mapping
from typing import Any

from providers.sandbox.aptible.http import unprocessable
from providers.sandbox.aptible.world import Stack

CONTAINER_MB = (512, 1024, 2048, 4096, 7168, 15360, 30720, 61440, 153600, 245760)
LEAST_MB = {"m": 512, "c": 2048, "r": 4096}
DISK_GB = range(10, 16384 + 1)
COUNT = range(33)
IOPS = range(3000, 16000 + 1)
FILTERS = 50
"""Addresses that an endpoint's filter takes at most."""

ENDPOINT_SETTINGS = frozenset(
    {
        "IDLE_TIMEOUT",
        "MAINTENANCE_PAGE_URL",
        "RELEASE_HEALTHCHECK_TIMEOUT",
        "FORCE_SSL",
        "STRICT_HEALTH_CHECKS",
        "SHOW_ELB_HEALTHCHECKS",
        "SSL_PROTOCOLS_OVERRIDE",
        "SSL_CIPHERS_OVERRIDE",
        "DISABLE_WEAK_CIPHER_SUITES",
    }
)
_SECONDS = {"IDLE_TIMEOUT": range(30, 2401), "RELEASE_HEALTHCHECK_TIMEOUT": range(1, 901)}


def check_sizes(body: Mapping[str, Any], stack: Stack, kind: str = "") -> None:
    """Raise a 422 for a size, count or profile of an operation that cannot be had on this stack."""
    profile = str(body.get("instance_profile") or "m")
    if profile not in stack.profiles:
        raise unprocessable(f"Instance profile {profile} is not available on this stack")
    size = body.get("container_size")
    if size is not None:
        least = max(LEAST_MB[profile], 1024 if kind == "elasticsearch" else 512)
        if size not in CONTAINER_MB or size < least:
            allowed = ", ".join(str(number) for number in CONTAINER_MB if number >= least)
            raise unprocessable(f"Container size must be one of: {allowed}")
    check_range(body, "disk_size", DISK_GB, "Disk size")
    check_range(body, "container_count", COUNT, "Container count")
    check_range(body, "provisioned_iops", IOPS, "Provisioned IOPS")


def check_range(body: Mapping[str, Any], name: str, allowed: range, words: str) -> None:
    value = body.get(name)
    if value is not None and (not isinstance(value, int) or value not in allowed):
        raise unprocessable(f"{words} must be between {allowed.start} and {allowed.stop - 1}")


def check_filters(addresses: list[Any]) -> None:
    """Raise a 422 for what is not a list of at most 50 IPv4 addresses or networks."""
    if len(addresses) > FILTERS:
        raise unprocessable(f"IP whitelist can't have more than {FILTERS} entries")
    for address in addresses:
        try:
            ipaddress.IPv4Network(str(address), strict=False)
        except ValueError as error:
            raise unprocessable(f"IP whitelist has an invalid entry: {address}") from error


def check_endpoint_settings(settings: Mapping[str, Any]) -> None:
    """Raise a 422 for a setting that no endpoint has, or a value out of its range."""
    for name, value in settings.items():
        if name not in ENDPOINT_SETTINGS:
            raise unprocessable(f"Settings has an unknown key: {name}")
        allowed = _SECONDS.get(name)
        text = str(value)
        if allowed is not None and text and not (text.isdecimal() and int(text) in allowed):
            raise unprocessable(f"{name} must be between {allowed.start} and {allowed.stop - 1}")
