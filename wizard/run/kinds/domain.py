"""A custom domain on the target: its endpoint, its certificate, and the traffic that a person leads there."""

from wizard.model.noun import decode
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.ports import DomainEndpoint
from wizard.run.context import Context
from wizard.run.dns_check import challenge, challenge_cname, traffic
from wizard.run.dns_lookup import Names
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.late_domain import LateDomain
from wizard.run.kinds.refused_domain import left_without, went_without
from wizard.run.kinds.watch import Act, Look, Watch, accepted_before
from wizard.run.watched import ACCEPTED, GAUGE, DnsWatch, WatchedRecord, ttl_in_words

READY = "ready"


class DomainKind(LateDomain):
    """One with a certificate of its own. Never made twice, never removed: each counts at Let's Encrypt."""

    async def look(self, context: Context, step: Step) -> Evidence | None:
        found = await context.target.find_domain(await context.environment(), _hostname(step))
        if found is None or found.state != "provisioned" or not found.challenge_target:
            return None
        if found.port != step.args["port"]:
            return None
        return Evidence(
            summary=f"{found.hostname} has an endpoint; it wants CNAME {found.challenge_name} -> "
            f"{found.challenge_target} now, and {found.dns_target} for its traffic at the cut-over",
            facts={
                "dns_target": found.dns_target,
                "challenge_name": found.challenge_name,
                "challenge_target": found.challenge_target,
            },
        )

    async def ask(self, context: Context, step: Step) -> None:
        app = await context.app(str(step.args["handle"]))
        service = next((one for one in await context.target.services(app) if one.type == "web"), None)
        if service is None:
            raise Trouble(
                f"{app.handle} has no web service, so no endpoint can be made for {_hostname(step)}.",
                remedy="Press r: Offramp looks again.",
                code="service-missing",
            )
        await context.target.create_domain(
            await context.environment(),
            service,
            _hostname(step),
            int(str(step.args["port"])),
            context.log(step),
        )

    async def undo(self, context: Context, step: Step) -> str:
        if went_without(context, step):
            return ""
        return (
            f"The endpoint of {_hostname(step)} stays on the target: making it anew would count against "
            "Let's Encrypt's weekly limits."
        )


class Certificate(Kind):
    """The certificate of a domain, made once DNS shows whose it is. The watch raises nothing that DNS or the
    authority say: a person mends that in their own time."""

    serves_without = True

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if went_without(context, step):
            return left_without(step)
        found = await context.target.find_domain(await context.environment(), _hostname(step))
        if found is not None and found.certificate == READY:
            return Evidence(summary=f"{found.hostname} has its certificate", facts={"certificate": READY})
        return accepted_before(context, step)

    async def do(self, context: Context, step: Step) -> None:
        domain = await _domain(context, step)
        log = context.log(step)

        async def look(names: Names) -> DnsWatch:
            records = await challenge(names, domain)
            _, ttl = await traffic(names, domain.hostname, domain.dns_target, _today(context, step))
            later = f"Not now, but at the cut-over: {domain.hostname} -> {domain.dns_target}. "
            return DnsWatch(
                hostname=domain.hostname,
                purpose="certificate",
                records=records,
                since="",
                looked_at="",
                ttl=ttl,
                note=(later + ttl_in_words(ttl)).strip(),
                others=await _other_challenges(context, step, names),
            )

        async def act() -> str:
            try:
                done = await context.target.renew_certificate(domain, log)
            except Trouble as trouble:
                if trouble.code != "operation-failed":
                    raise
                # What the authority said stands somewhere near the end of the operation's log.
                last = "; ".join(line.strip() for line in trouble.cause.strip().splitlines()[-3:])
                return f"No certificate yet: {last}. Press r to ask once more; each time counts there."
            finally:
                context.flush_logs()
            if done.certificate == READY:
                return ""
            return f"The certificate is {done.certificate or 'not there'} still. Press r to ask once more."

        await _watched(context, step, look, act)

    async def verify(self, context: Context, step: Step) -> Evidence:
        return _by_person(context, step) or await super().verify(context, step)


class Traffic(Kind):
    """The record by which people reach the domain. It is the person's; where it leads is looked at."""

    serves_without = True

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if went_without(context, step):
            return left_without(step)
        record = context.journal.steps().get(step.key)
        before = record.evidence if record and record.state == "done" else None
        if before is not None and ACCEPTED in before.facts:
            return before
        target = _target(context, step)
        seen, ttl = await traffic(context.names(), _hostname(step), target, str(step.args["today"]))
        if seen.state == "unknown":
            # No answer does not say that it leads elsewhere now.
            return before
        if seen.state != "right":
            return None
        return Evidence(summary=f"{_hostname(step)} {seen.seen}", facts={"dns_target": target, "ttl": ttl})

    async def do(self, context: Context, step: Step) -> None:
        target = _target(context, step)

        async def look(names: Names) -> DnsWatch:
            record, ttl = await traffic(names, _hostname(step), target, str(step.args["today"]))
            return DnsWatch(
                hostname=_hostname(step),
                purpose="traffic",
                records=(record,),
                since="",
                looked_at="",
                ttl=ttl,
                note=ttl_in_words(ttl, before=False) if record.state != "right" else "",
                others=await _other_traffic(context, step, names),
            )

        await _watched(context, step, look, None)

    async def verify(self, context: Context, step: Step) -> Evidence:
        return _by_person(context, step) or await super().verify(context, step)

    async def undo(self, context: Context, step: Step) -> str:
        if went_without(context, step):
            return ""
        target, hostname = _target(context, step), _hostname(step)
        seen, _ = await traffic(context.names(), hostname, target, str(step.args["today"]))
        if seen.state in ("wrong", "missing") and "still" in seen.seen:
            return ""
        today = str(step.args["today"])
        old = f"{hostname} -> {today}" if today else f"the old record of {hostname}"
        return f"Put the DNS back by hand: {old}. Now: {seen.seen}."


async def _watched(context: Context, step: Step, look: Look, act: Act | None) -> None:
    await Watch(context, step).until_right(look, act)
    context.journal.set_run("running", current=step.key)


def _by_person(context: Context, step: Step) -> Evidence | None:
    """What is written when a person let DNS be as it is."""
    if step.key not in context.accepted:
        return None
    gauge = context.journal.gauges().get(f"{GAUGE}{step.key}")
    seen = ""
    if gauge:
        watch = decode(gauge, DnsWatch, what="the journal")
        seen = "; ".join(record.seen for record in watch.records if record.state != "right")
    return Evidence(
        summary=f"{_hostname(step)}: a person went on with DNS as it was ({seen or 'not looked at'})",
        facts={ACCEPTED: True},
    )


def _hostname(step: Step) -> str:
    return str(step.args["hostname"])


def _today(context: Context, step: Step) -> str:
    app = context.source_app(step)
    return next((one.cname or "" for one in app.domains if one.hostname == _hostname(step)), "")


def _target(context: Context, step: Step) -> str:
    """Where the domain is to lead, as its endpoint said when it was made."""
    found = _told(context, step, "dns_target")
    if not found:
        raise Trouble(
            f"Where {_hostname(step)} is to lead is not known.",
            remedy="Press r: Offramp looks again.",
            code="endpoint-missing",
            retry=True,
        )
    return found


def _later(context: Context, step: Step) -> list[Step]:
    """The steps of the same kind that come after this one and are not done."""
    records = context.journal.steps()
    same = [one for one in context.plan.steps if one.kind == step.kind]
    at = next((i for i, one in enumerate(same) if one.key == step.key), len(same))
    return [one for one in same[at + 1 :] if records[one.key].state != "done"]


async def _other_challenges(context: Context, step: Step, names: Names) -> tuple[WatchedRecord, ...]:
    found = []
    for one in _later(context, step):
        name, target = (_told(context, one, fact) for fact in ("challenge_name", "challenge_target"))
        if name and target:
            found.append(await challenge_cname(names, name, target))
    return tuple(found)


async def _other_traffic(context: Context, step: Step, names: Names) -> tuple[WatchedRecord, ...]:
    found = []
    for one in _later(context, step):
        if target := _told(context, one, "dns_target"):
            found.append((await traffic(names, _hostname(one), target, str(one.args["today"])))[0])
    return tuple(found)


def _told(context: Context, step: Step, fact: str) -> str:
    """What the endpoint of a step's domain said when it was made, "" when it is not made."""
    record = context.journal.steps().get(f"domain:{_hostname(step)}")
    return str(record.evidence.facts.get(fact) or "") if record and record.evidence else ""


async def _domain(context: Context, step: Step) -> DomainEndpoint:
    found = await context.target.find_domain(await context.environment(), _hostname(step))
    if found is None:
        raise Trouble(
            f"The endpoint of {_hostname(step)} is not there any more.",
            remedy="Press s to stop, then r: Offramp looks at everything anew, and makes what is gone.",
            code="endpoint-missing",
        )
    return found
