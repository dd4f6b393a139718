"""A custom domain of a capsule: given to it, led there by a person, and answered with a certificate.

There is no record by which a certificate is made ahead: the target makes it once the traffic gets there.
"""

import asyncio
import ssl

import httpx

from wizard.model.noun import decode
from wizard.model.plan import Evidence, Step
from wizard.run.capsules import capsule, capsule_target, space_of
from wizard.run.context import Context
from wizard.run.dns_check import traffic
from wizard.run.dns_lookup import Names
from wizard.run.guide import Guide, guide_lines
from wizard.run.kinds.guided import Guided
from wizard.run.kinds.kind import Kind, was_done
from wizard.run.kinds.refused_domain import (
    Asking,
    ask_until_had,
    done_without,
    known,
    left_without,
    went_without,
)
from wizard.run.kinds.watch import Watch, accepted_before
from wizard.run.watched import ACCEPTED, GAUGE, DnsWatch, WatchedRecord, ttl_in_words

ADDRESSES = 3
"""Of those that a target has for a domain, as many are asked."""


class CapsuleDomain(Kind):
    """The domain, known to the capsule that answers for it.

    The apps serve at their own addresses by now. That it is refused takes nothing back: a person mends it,
    has it asked for again, or goes on without.
    """

    serves_without = True
    every = 5.0
    """Seconds between two looks whether somebody has added it in the dashboard."""

    _refused = ""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        return await known(context, step, lambda: self._look(context, step))

    async def _look(self, context: Context, step: Step) -> Evidence | None:
        found = await context.target.find_domain(await context.environment(space_of(step)), _hostname(step))
        if found is None or not (found.dns_target or found.addresses):
            return None
        if found.service_id != (await capsule(context, str(step.args["name"]))).id:
            return None  # it belongs to another one: `do` says so
        addresses = ", ".join(found.addresses)
        return Evidence(
            summary=f"{found.hostname} belongs to {step.args['name']}; it is to lead to "
            f"{found.dns_target or addresses}",
            facts={"dns_target": found.dns_target or addresses, "addresses": addresses},
        )

    async def do(self, context: Context, step: Step) -> None:
        hostname, name = _hostname(step), step.args["name"]
        asking = Asking(
            ask=lambda: self._ask(context, step),
            look=lambda: self._look(context, step),
            absent=f"{hostname} does not belong to {name}",
            by_hand=f"Put it right, or add it yourself: the capsule {name} in the dashboard, tab Domains.",
            every=self.every,
        )
        self._refused = await ask_until_had(context, step, asking)

    async def _ask(self, context: Context, step: Step) -> None:
        app = await context.app(str(step.args["handle"]))
        await capsule(context, str(step.args["name"]))
        (web,) = [one for one in await context.target.services(app) if one.type == step.args["service"]]
        await capsule_target(context).create_domain(
            await context.environment(space_of(step)), web, _hostname(step), 0, context.log(step)
        )

    async def verify(self, context: Context, step: Step) -> Evidence:
        if step.key in context.accepted:
            return done_without(step, self._refused)
        return await super().verify(context, step)

    async def undo(self, context: Context, step: Step) -> str:
        if went_without(context, step):
            return ""
        return (
            f"{_hostname(step)} stays with the capsule on the target; nothing leads there once DNS is back."
        )


class CapsuleTraffic(Kind):
    """The record by which people reach the domain. It is the person's; where it leads is looked at."""

    serves_without = True

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if went_without(context, step):
            return left_without(step)
        if (before := accepted_before(context, step)) is not None:
            return before
        record, ttl = await self._seen(context, step, context.names())
        if record.state == "unknown":
            # No answer does not say that it leads elsewhere now.
            now = context.journal.steps().get(step.key)
            return now.evidence if now and now.state == "done" else None
        if record.state != "right":
            return None
        target, addresses = _wanted(context, step)
        return Evidence(
            summary=f"{_hostname(step)} {record.seen}",
            facts={"dns_target": target or ", ".join(addresses), "ttl": ttl},
        )

    async def _seen(self, context: Context, step: Step, names: Names) -> tuple[WatchedRecord, int | None]:
        target, addresses = _wanted(context, step)
        return await traffic(names, _hostname(step), target, str(step.args["today"]), addresses)

    async def do(self, context: Context, step: Step) -> None:
        async def look(names: Names) -> DnsWatch:
            record, ttl = await self._seen(context, step, names)
            others = [
                (await self._seen(context, one, names))[0]
                for one in context.plan.steps
                if one.kind == step.kind and one.key != step.key and _open(context, one)
            ]
            return DnsWatch(
                hostname=_hostname(step),
                purpose="traffic",
                records=(record,),
                since="",
                looked_at="",
                ttl=ttl,
                note=ttl_in_words(ttl, before=False) if record.state != "right" else "",
                others=tuple(others),
            )

        await Watch(context, step).until_right(look)
        context.journal.set_run("running", current=step.key)

    async def verify(self, context: Context, step: Step) -> Evidence:
        if step.key in context.accepted:
            gauge = context.journal.gauges().get(f"{GAUGE}{step.key}")
            watch = decode(gauge, DnsWatch, what="the journal") if gauge else None
            seen = "; ".join(one.seen for one in watch.records if one.state != "right") if watch else ""
            return Evidence(
                summary=f"{_hostname(step)}: a person went on with DNS as it was ({seen or 'not looked at'})",
                facts={ACCEPTED: True},
            )
        return await super().verify(context, step)

    async def undo(self, context: Context, step: Step) -> str:
        if went_without(context, step):
            return ""
        record, _ = await self._seen(context, step, context.names())
        if record.state in ("wrong", "missing") and "still" in record.seen:
            return ""
        today = str(step.args["today"])
        old = f"{_hostname(step)} -> {today}" if today else f"the old record of {_hostname(step)}"
        return f"Put the DNS back by hand: {old}. Now: {record.seen}."


class Secured(Guided):
    """The target answers for the domain over https with a certificate that browsers take.

    It is asked at its own address: what this machine's resolver still remembers of the name may be Heroku,
    which has a good certificate, too.
    """

    serves_without = True
    by_word = True
    every = 5.0

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        return left_without(step) if went_without(context, step) else await super().probe(context, step)

    async def guide(self, context: Context, step: Step) -> Guide:
        return Guide(
            step=step.key,
            waits=f"a certificate for {_hostname(step)}",
            lines=guide_lines(
                f"{context.plan.target} makes the certificate of {_hostname(step)} by itself, minutes after "
                "its DNS has changed.",
                "Does it take longer than half an hour? Look at the domain in the dashboard, under Domains "
                "of the capsule. You may go on without: it is made later all the same.",
            ),
            without=True,
        )

    async def look(self, context: Context, step: Step) -> tuple[Evidence | None, str]:
        hostname = _hostname(step)
        target, addresses = _wanted(context, step)
        there = addresses or (await context.names().addresses(target)).records
        if not there:
            return None, f"{target or 'the capsule'} has no address so far"
        for address in there[:ADDRESSES]:
            if (status := await answers_for(hostname, address)) is not None:
                url = f"https://{hostname}/"
                return Evidence(
                    summary=f"{url} answers {status} at {address}, with a certificate of its own",
                    facts={"url": url, "status": status},
                ), ""
        return None, await _why_not(hostname, there[0])


async def answers_for(hostname: str, address: str, port: int = 443) -> int | None:
    """The status of a GET of `https://hostname/` from the server at `address`, None when nothing answers, or
    with no good certificate of that name. Asked directly, without any proxy: one looks names up itself."""
    place = f"[{address}]" if ":" in address else address
    try:
        async with httpx.AsyncClient(timeout=15, trust_env=False, verify=_authorities()) as client:
            response = await client.get(
                f"https://{place}:{port}/",
                headers={"Host": hostname},
                extensions={"sni_hostname": hostname},
            )
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
    return response.status_code


def _authorities() -> ssl.SSLContext:
    """Those of this machine, and what SSL_CERT_FILE names: that of a network which opens all TLS."""
    return httpx.create_ssl_context(trust_env=True)


async def _why_not(hostname: str, address: str) -> str:
    """Why nothing answers, told apart as far as a person can do something about it."""
    try:
        async with asyncio.timeout(10):
            _, writer = await asyncio.open_connection(
                address, 443, ssl=_authorities(), server_hostname=hostname
            )
            writer.close()
    except ssl.SSLCertVerificationError as error:
        return f"{hostname} answers with a certificate that is not its own: {error.verify_message}"
    except ssl.SSLError as error:
        return f"{hostname} does not speak https: {error.reason or 'no answer'}"
    except (OSError, TimeoutError):
        return f"nothing answers for {hostname} at {address}, port 443"
    return f"{hostname} takes the connection, and does not answer"


def _hostname(step: Step) -> str:
    return str(step.args["hostname"])


def _open(context: Context, step: Step) -> bool:
    return not was_done(context, step) and any(_wanted(context, step))


def _wanted(context: Context, step: Step) -> tuple[str, tuple[str, ...]]:
    """Where the domain is to lead: a name, and addresses for the top of a zone. Where the target tells no
    name, the addresses are for any domain."""
    record = context.journal.steps().get(f"domain:{_hostname(step)}")
    facts = record.evidence.facts if record and record.evidence else {}
    addresses = tuple(one for one in str(facts.get("addresses") or "").split(", ") if one)
    target = str(facts.get("dns_target") or "")
    return "" if target == ", ".join(addresses) else target, addresses
