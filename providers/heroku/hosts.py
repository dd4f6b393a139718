"""Where Heroku is reached, and what addresses are accepted instead."""

import os
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
    # The dashboard's GitHub links (heroku/cli, herokux).
    "kolkrabbi": "https://kolkrabbi.heroku.com",
    # Dataclips, in GraphQL (herokux).
    "dataclips": "https://data-api.heroku.com",
    # Where apps are cloned from: any user, the token as password.
    "git": "https://git.heroku.com",
}

_BESIDE: Final = ("metrics", "kolkrabbi", "dataclips", "git")
"""Known by their own addresses only: nothing says where they are beside another API."""


def complete_hosts(given: Mapping[str, str]) -> dict[str, str]:
    """Return all addresses, Heroku's own where `given` has none. With another API than Heroku's own, what it
    does not name beside it is left out where that can be: "metrics", "kolkrabbi", "dataclips", "git";
    beside an API on this machine all of it.

    Raises:
        Trouble: an address is no URL, or plain http to another machine: a token would travel in clear.
    """
    hosts = dict(DEFAULTS)
    for name, url in given.items():
        if name not in hosts:
            continue
        try:
            parts = urllib.parse.urlsplit(url)
            # Nothing but scheme, host, port and path: a name in it would be sent in the token's place.
            usable = (
                parts.scheme in ("http", "https")
                and bool(parts.hostname)
                and parts.port != 0
                and not (parts.username is not None or parts.query or parts.fragment)
            )
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
    if "api" in given and hosts["api"] != DEFAULTS["api"]:
        # What stands in for Heroku on this machine stands for all of it: its token is for nobody else.
        here = is_loopback(urllib.parse.urlsplit(hosts["api"]).hostname or "")
        for name in DEFAULTS if here else _BESIDE:
            if name not in given:
                del hosts[name]
    return hosts


_HEROKUS: Final = (".heroku.com", ".herokai.com", ".herokuspace.com", ".herokudev.com")


def environment_hosts(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return "api", "data" and "particleboard" as HEROKU_HOST, HEROKU_DATA_HOST and HEROKU_PARTICLEBOARD_URL
    name them, nothing for what they do not.

    As in Heroku's CLI, HEROKU_HOST is a domain ("heroku.com") or the API's whole URL, HEROKU_DATA_HOST a host
    name that shares its protocol and port; a whole URL is taken, too. HEROKU_PARTICLEBOARD_URL is always one.

    Raises:
        Trouble: a host is neither Heroku's nor this machine, so the token is not sent there; or only some of
            them are this machine, and the token would be sent to the others.
    """
    environment = os.environ if environment is None else environment
    found: dict[str, str] = {}
    api = environment.get("HEROKU_HOST", "").strip()
    if api:
        found["api"] = _checked("HEROKU_HOST", api if "://" in api else f"https://api.{api}")
    data = environment.get("HEROKU_DATA_HOST", "").strip()
    if data:
        base = urllib.parse.urlsplit(found.get("api", DEFAULTS["api"]))
        port = f":{base.port}" if base.port else ""
        found["data"] = _checked(
            "HEROKU_DATA_HOST", data if "://" in data else f"{base.scheme}://{data}{port}"
        )
    jobs = environment.get("HEROKU_PARTICLEBOARD_URL", "").strip()
    if jobs:
        found["particleboard"] = _checked("HEROKU_PARTICLEBOARD_URL", jobs)
    here = {name for name, url in found.items() if is_loopback(urllib.parse.urlsplit(url).hostname or "")}
    # Beside an API on this machine the data services are not left to Heroku's own; jobs are, when not named.
    for name, variable in (("data", "HEROKU_DATA_HOST"), ("particleboard", "HEROKU_PARTICLEBOARD_URL")):
        if (name == "data" or name in found) and (name in here) != ("api" in here):
            raise Trouble(
                f"Of HEROKU_HOST and {variable} only one names this machine.",
                untouched="Nothing was sent.",
                remedy="Set both of them, or none.",
                code="bad-address",
            )
    return found


def _checked(name: str, url: str) -> str:
    try:
        host = urllib.parse.urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if not (is_loopback(host) or f".{host}".endswith(_HEROKUS)):
        raise Trouble(
            f"{name} names a host that is neither Heroku's nor this machine.",
            untouched="The token was not sent there.",
            remedy=f"Unset {name}.",
            code="bad-address",
        )
    return url
