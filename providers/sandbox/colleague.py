"""A colleague in the guided demo, who has the login of the DNS provider and sets what is asked for.

Nobody who tries the demo has a DNS in which the example's domain could be set.
"""

import asyncio
import contextlib
import time

from providers.sandbox.aptible import AptibleSandbox
from providers.sandbox.heroku import HerokuSandbox

WITHIN = 6.0
"""Seconds from when a record is first looked for until it is set: long enough to be read on the screen."""

_HEROKU = "192.0.2.7"
"""Where Heroku's names lead: an address of RFC 5737, at which nothing is."""


class Colleague:
    """Sets a challenge when it is looked for, a domain's own record once its app on Heroku stands still, and
    that record back when the app serves there again."""

    def __init__(self, heroku: HerokuSandbox, aptible: AptibleSandbox) -> None:
        self._heroku = heroku
        self._aptible = aptible
        self._asked: dict[str, float] = {}
        self._working: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with DNS as it stands while all is on Heroku."""
        for app in self._heroku.world.apps.values():
            for domain in app.domains:
                if domain.cname:
                    self._aptible.dns.set(domain.hostname, "CNAME", domain.cname)
                    self._aptible.dns.set(domain.cname, "A", _HEROKU)
        self._working = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Go home; the records stay."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Set what has been looked for long enough. `now` is a monotonic time (s)."""
        looked_for = {name for name, _ in self._aptible.dns.queries}
        for name, target in self.wanted().items():
            if name in looked_for and now - self._asked.setdefault(name, now) >= WITHIN:
                self._aptible.dns.set(name, "CNAME", target)

    def wanted(self) -> dict[str, str]:
        """The CNAMEs that the endpoints there need now, by name."""
        here = [
            (domain, app.maintenance) for app in self._heroku.world.apps.values() for domain in app.domains
        ]
        found = {domain.hostname: domain.cname for domain, still in here if domain.cname and not still}
        moving = {domain.hostname for domain, still in here if still}
        for vhost in self._aptible.world.vhosts.values():
            host, name = vhost.external_host, vhost.user_domain
            if not host or not name or vhost.default:
                continue
            if vhost.challenge is not None:
                challenge, leads_to = vhost.challenge
                found[challenge] = leads_to
            if name in moving:
                found[name] = host
        return found
