"""Run as a program: the same questions asked one after the other by heroku3, an independent client of
Heroku's API from PyPI. Reads `hosts`, `token` and `asked` (paths) as JSON from stdin; prints one JSON object:
seconds, cpu, calls, how many of the paths heroku3 has methods for, peak memory in bytes.

Its methods are used where it has them, and its connection for everything else, so that it is asked for the
same facts.
"""

import contextlib
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import heroku3
import heroku3.api

PARTS: dict[str, Callable[[Any], Any]] = {
    "formation": lambda app: app.process_formation(),
    "domains": lambda app: app.domains(),
    "collaborators": lambda app: app.collaborators(),
    "features": lambda app: app.features(),
    "log-drains": lambda app: app.logdrains(),
    "config-vars": lambda app: app.config(),
    "builds": lambda app: app.builds(),
    "releases": lambda app: app.releases(order_by="version", limit=10, sort="desc"),
    "sni-endpoints": lambda app: app.sni_endpoints(),
}
"""What heroku3 has a method for, by the last part of a path below `/apps/{id}`."""


def host_of(path: str) -> str:
    """Which of Heroku's hosts answers a path."""
    if path.startswith(("/client/", "/postgres/", "/redis/", "/data/")):
        return "data"
    if path.endswith("/jobs"):
        return "particleboard"
    if path.endswith("/monitors"):
        return "metrics"
    return "kolkrabbi" if path.endswith(("/github", "/repository")) else "api"


def main() -> None:
    """Ask, and tell."""
    given = json.load(sys.stdin)
    hosts, asked = given["hosts"], given["asked"]
    heroku3.api.HEROKU_URL = hosts["api"]
    heroku = heroku3.from_key(given["token"])
    session = heroku._session
    begun, cpu = time.monotonic(), time.process_time()
    apps = {app.id: app for app in heroku.apps()}
    by_method = 0
    for path in asked:
        host = host_of(path)
        parts = path.strip("/").split("/")
        part = PARTS.get(parts[-1]) if host == "api" and len(parts) == 3 and parts[0] == "apps" else None
        if part is not None and parts[1] in apps:
            by_method += 1
            with contextlib.suppress(Exception):  # an answer that its models do not expect is an answer
                part(apps[parts[1]])
        elif path != "/apps":
            accept = {"Accept": "application/vnd.heroku+json; version=3.sdk"}
            session.get(hosts[host] + path, headers=accept, timeout=60).content  # noqa: B018 - reads the whole body
    seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        json.dumps({"seconds": seconds, "cpu": cpu, "calls": len(asked), "methods": by_method, "peak": peak})
    )


main()
