"""Where Heroku is reached, and what addresses are accepted instead."""

import urllib.parse
from collections.abc import Mapping
from typing import Final

from wizard.model.loopback import is_loopback
from wizard.model.trouble import Trouble

DEFAULTS: Final = {
    "api": "https://api.heroku.com",
    # One host for the data services of every plan since 2024-02 (heroku/cli).
    "data": "https://api.data.heroku.com",
    # The dashboard's back end: the only place that tells the jobs of Heroku Scheduler.
    "particleboard": "https://particleboard.heroku.com",
    # Only here autoscaling is told (heroku/cli ps:autoscale).
    "metrics": "https://api.metrics.heroku.com",
}


def complete_hosts(given: Mapping[str, str]) -> dict[str, str]:
    """Return all addresses, Heroku's own where `given` has none. With another API than Heroku's own, what it
    does not name beside it is left out where that can be: "metrics".

    Raises:
        Trouble: an address is no URL, or plain http to another machine: a token would travel in clear.
    """
    hosts = dict(DEFAULTS)
    for name, url in given.items():
        if name not in hosts:
            continue
        try:
            parts = urllib.parse.urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise Trouble(
                f"The address for Heroku's {name} is not a URL that Offramp can use.",
                remedy="Give one that begins with https://.",
                code="bad-address",
            )
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise Trouble(
                f"The address for Heroku's {name} is plain http: the token would be readable on the way.",
                remedy="Use https; plain http is accepted for this machine only.",
                code="plain-http",
            )
        hosts[name] = url.rstrip("/")
    if "api" in given and "metrics" not in given:
        del hosts["metrics"]
    return hosts
