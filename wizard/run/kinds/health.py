"""Does it answer? Asked of Heroku before maintenance mode, and of the target at the end of the cut-over."""

import asyncio
import urllib.parse

import httpx

from wizard.model.loopback import is_loopback
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.run.context import Context
from wizard.run.kinds.capsule_health import (
    UNTOLD,
    does_not_stay_up,
    fallen,
    has_workers,
    last_words,
    untold,
)
from wizard.run.kinds.kind import Kind, was_done

DIFFERS = "differs"
"""A fact of a health check: it answers, but with an error that Heroku did not answer with."""

BEFORE = "answered"
"""A fact of the step that turns maintenance mode on: the status of Heroku's web address until then."""


Facts = dict[str, str | int | float | bool | None]


class Health(Kind):
    """Services run in the wanted number, and the web address answers as Heroku's did.

    Many a healthy app answers `/` with 401, 403 or 404, so only no answer and 5xx are failures. Another
    status below 500 than Heroku's own, from 400 on, is for a person to look at.
    """

    patience = 120.0
    """Seconds until a web address must answer."""

    settled = 30.0
    """Seconds after which an answer like 404 is the app's own, and not that of a router that does not know
    the app yet."""

    stays_up = 5.0
    """Seconds for which what has no web address must run: it may end right after its start."""

    down = 20.0
    """Seconds for which a capsule may be down; the target starts it again meanwhile."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        found = await self._look(context, step)
        if found is None or was_done(context, step):
            return found
        watched = has_workers(context, str(step.args["handle"]))
        return found if DIFFERS not in found.facts and not watched else None

    async def verify(self, context: Context, step: Step) -> Evidence:
        found = await self._look(context, step)
        if found is None:
            raise self._unhealthy(step)
        return found

    async def do(self, context: Context, step: Step) -> None:
        """Wait: a load balancer and a fresh process need a moment."""
        begun = up_since = context.loop.time()
        stays_up = self.stays_up if has_workers(context, str(step.args["handle"])) else -1.0
        while True:
            found, now = await self._look(context, step), context.loop.time()
            if found is not None:
                if DIFFERS not in found.facts and now - up_since > stays_up:
                    return
                if DIFFERS in found.facts and now - begun > self.settled:
                    return
            else:
                up_since = now
                if now - begun > self.down:
                    await self._want_up(context, step)
            if now - begun > self.patience:
                raise self._unhealthy(step)
            await asyncio.sleep(1)

    async def _want_up(self, context: Context, step: Step) -> None:
        for capsule in await fallen(context, str(step.args["handle"])):
            lines = await last_words(context, capsule)
            for line in lines:
                context.log(step)(f"{capsule.name}: {line}")
            raise does_not_stay_up(capsule, lines)

    async def _look(self, context: Context, step: Step) -> Evidence | None:
        app = await context.app(str(step.args["handle"]))
        if await fallen(context, app.handle):
            return None
        services = {service.type: service for service in await context.target.services(app)}
        running = ", ".join(f"{s.type} {s.count}" for s in services.values())
        silent = await untold(context, app.handle)
        more = f"; whether {', '.join(silent)} runs, its log says: see it there" if silent else ""
        facts: Facts = {"services": running, **({UNTOLD: True} if silent else {})}
        if "web" not in services:
            verb = "was started" if silent else "runs"
            return Evidence(summary=f"{app.handle} {verb}: {running or 'no services'}{more}", facts=facts)
        endpoint = await context.target.find_endpoint(services["web"])
        if endpoint is None:
            return None
        status = await answers(endpoint.url)
        if status is None or status >= 500:
            return None
        before = _before(context, step)
        differs = status >= 400 and status != before
        heroku = "Heroku was not asked before" if before is None else f"Heroku answered {before}"
        return Evidence(
            summary=f"{app.handle} answers {status} at {endpoint.url} ({running})"
            + (f"; {heroku}: look whether that is right" if differs else "")
            + more,
            facts={
                **facts,
                "url": endpoint.url,
                "status": status,
                "dns_target": endpoint.dns_target,
                **({DIFFERS: True} if differs else {}),
            },
        )

    def _unhealthy(self, step: Step) -> Trouble:
        return Trouble(
            f"{step.args['handle']} does not answer as it should.",
            untouched="Heroku's data and apps are as they were.",
            remedy="Look at its log (l); press r to check again, or b to go back to Heroku.",
            code="unhealthy",
        )


def _before(context: Context, step: Step) -> int | None:
    """What Heroku's own web address answered before maintenance mode, None when that is not known."""
    name = context.source_app(step).name
    record = context.journal.steps().get(f"maintenance:{name}")
    status = record.evidence.facts.get(BEFORE) if record and record.evidence else None
    return status if isinstance(status, int) else None


async def answers(url: str) -> int | None:
    """The status of a GET, None when nothing answers. Certificates are verified; redirects count as such.
    The proxies of this network are used, but never for this machine."""
    try:
        outside = not is_loopback(urllib.parse.urlsplit(url).hostname or "")
        async with httpx.AsyncClient(timeout=15, trust_env=outside) as client:
            response = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
    return response.status_code
