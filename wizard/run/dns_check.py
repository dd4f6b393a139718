"""Whether DNS is as a certificate or the traffic of a custom domain needs it, and what is wrong if not.

What Let's Encrypt demands is in its documentation: the CNAME of a dns-01 challenge alone at its name, CAA
records (RFC 8659) that name letsencrypt.org where there are any, and an answer, not SERVFAIL, to each.
"""

from collections.abc import Iterator

import msgspec

from wizard.choose.hostnames import is_apex
from wizard.ports import DomainEndpoint
from wizard.run.dns_lookup import Answer, Names, same_name
from wizard.run.watched import RecordState, WatchedRecord

AUTHORITY = "letsencrypt.org"

OFTEN = "offramp-looks-here"
"""A label that nobody uses: what answers for it is a wildcard record."""


async def challenge(names: Names, domain: DomainEndpoint) -> tuple[WatchedRecord, ...]:
    """What the certificate needs: the CNAME, nothing beside it, and no CAA record in the way."""
    found = [await challenge_cname(names, domain.challenge_name, domain.challenge_target)]
    texts = await names.ask(domain.challenge_name, "TXT")
    if texts.problem and found[0].state == "right":
        todo = f"Let the DNS of {domain.challenge_name} answer for TXT: Let's Encrypt asks for it."
        found.append(_changed(found[0], "unknown", texts.problem, todo))
    if texts.records:
        many = f"{len(texts.records)} TXT record{'s' * (len(texts.records) != 1)}"
        found.append(
            WatchedRecord(
                kind="TXT",
                name=domain.challenge_name,
                value="",
                state="wrong",
                seen=f"{many} of an earlier certificate",
                todo=f"Remove the TXT of {domain.challenge_name}: it breaks the check.",
            )
        )
    forbidden = await _authorities(names, domain.hostname)
    if forbidden is not None:
        found.append(forbidden)
    return tuple(found)


async def challenge_cname(names: Names, name: str, wanted: str) -> WatchedRecord:
    """The CNAME by itself, as it is to be and as it is."""
    answer = await names.ask(name, "CNAME")
    record = WatchedRecord(
        kind="CNAME",
        name=name,
        value=wanted,
        state="right",
        seen=f"points at {wanted}{_remembered(answer)}",
    )
    if not answer.problem and same_name(answer.alias, wanted):
        return record
    todo = f"Set CNAME {name} -> {wanted}"
    if answer.problem:
        return _changed(record, "unknown", answer.problem, f"{todo}.")
    if answer.alias:
        wild = await _wildcard(names, name, answer.alias)
        return _changed(record, "wrong", f"points at {answer.alias}{wild}{_remembered(answer)}", f"{todo}.")
    return _changed(record, "missing", f"there is no such record{_remembered(answer)}", f"{todo}.")


async def _wildcard(names: Names, name: str, alias: str) -> str:
    """Says so where a wildcard record answers for a name that has no record of its own."""
    above = name.partition(".")[2]
    other = await names.ask(f"{OFTEN}.{above}", "CNAME")
    return f" by the wildcard *.{above}" if other.alias and same_name(other.alias, alias) else ""


async def _authorities(names: Names, hostname: str) -> WatchedRecord | None:
    """The CAA records that forbid the certificate, or that cannot be asked for; None where nothing does."""
    labels = hostname.removeprefix("*.").split(".")
    for at in range(len(labels)):
        name = ".".join(labels[at:])
        chain = await names.chain(name)
        answer = (
            await names.ask(chain.names[-1], "CAA") if not chain.problem else Answer(problem=chain.problem)
        )
        if answer.problem:
            return WatchedRecord(
                kind="CAA",
                name=name,
                value="",
                state="unknown",
                seen=answer.problem,
                todo=f"Let the DNS of {name} answer for CAA: without an answer Let's Encrypt refuses.",
            )
        if answer.records:
            allowed = list(_allowed(answer.records, wildcard=hostname.startswith("*.")))
            if not allowed or AUTHORITY in allowed[0]:
                return None
            only = ", ".join(sorted(filter(None, allowed[0]))) or "nobody"
            tag = "issuewild" if hostname.startswith("*.") else "issue"
            value = f'0 {tag} "{AUTHORITY}"'
            return WatchedRecord(
                kind="CAA",
                name=name,
                value=value,
                state="wrong",
                seen=f"only {only} may make certificates",
                todo=f"Add CAA {name} {value} beside what is there.",
            )
    return None


def _allowed(records: tuple[str, ...], *, wildcard: bool) -> Iterator[set[str]]:
    """The authorities that may issue, once; nothing where the records do not restrict them. A record reads
    `0 issue "letsencrypt.org; validationmethods=dns-01"`."""
    by_tag: dict[str, set[str]] = {}
    for record in records:
        _, tag, value = (*record.split(None, 2), "", "")[:3]
        who, _, parameters = value.strip('"').partition(";")
        methods = parameters.lower().replace(" ", "").partition("validationmethods=")[2].partition(";")[0]
        if methods and "dns-01" not in methods.split(","):
            who = f"{who.strip()} by another way"
        by_tag.setdefault(tag.lower(), set()).add(who.strip().lower())
    for tag in ("issuewild", "issue") if wildcard else ("issue",):
        if tag in by_tag:
            yield by_tag[tag]
            return


async def traffic(
    names: Names, hostname: str, target: str, today: str, addresses: tuple[str, ...] = ()
) -> tuple[WatchedRecord, int | None]:
    """The record by which people reach the domain, and its TTL. An ALIAS has no alias to be seen: there the
    addresses are compared. With `addresses`, those are what the top of a zone is to have, and any name where
    there is no `target`."""
    asked = hostname.replace("*", OFTEN, 1)
    chain = await names.chain(asked)
    top = is_apex(hostname) or await names.has_zone(hostname)
    if addresses and (top or not target):
        return await _address(names, hostname, addresses, today)
    kind = "ALIAS or ANAME" if top else "CNAME"
    record = WatchedRecord(kind=kind, name=hostname, value=target, state="right", seen=f"points at {target}")
    todo = f"Set {kind} {hostname} -> {target}."
    if any(same_name(hop, target) for hop in chain.names[1:]):
        return record, chain.ttl
    if chain.problem:
        return _changed(record, "unknown", chain.problem, todo), chain.ttl
    there = await names.addresses(chain.names[-1])
    wanted = await names.addresses(target)
    ttl = chain.ttl if chain.ttl is not None else there.ttl
    if set(there.records) & set(wanted.records):
        return _changed(record, "right", f"leads to the addresses of {target}", ""), ttl
    if today and any(same_name(hop, today) for hop in chain.names[1:]):
        return _changed(record, "wrong", f"points at {today}, still", todo), ttl
    if len(chain.names) > 1:
        return _changed(record, "wrong", f"points at {chain.names[1]}", todo), ttl
    if there.records:
        some = ", ".join(there.records[:2])
        words = f"has addresses of its own ({some}), of Heroku or of a proxy in between"
        return _changed(record, "wrong", words, todo), ttl
    if there.problem or wanted.problem:
        return _changed(record, "unknown", there.problem or wanted.problem, todo), ttl
    return _changed(record, "missing", "there is no such record", todo), ttl


async def _address(
    names: Names, hostname: str, wanted: tuple[str, ...], today: str
) -> tuple[WatchedRecord, int | None]:
    """The addresses that a domain is to have, and nothing beside them: a browser takes any of them."""
    value = ", ".join(wanted)
    record = WatchedRecord(kind="A", name=hostname, value=value, state="right", seen=f"has {value}")
    todo = f"Set A {hostname} -> {value}"
    there = await names.addresses(hostname)
    found, more = set(there.records) & set(wanted), sorted(set(there.records) - set(wanted))
    if there.problem:
        return _changed(record, "unknown", there.problem, f"{todo}."), there.ttl
    if not there.records:
        return _changed(record, "missing", "there is no such record", f"{todo}."), there.ttl
    if more:
        others = f"has {', '.join(more[:3])}" + (" beside it" if found else "")
        if today and not found and set(more) & set((await names.addresses(today)).records):
            others = f"leads to the addresses of {today}, still"
        return _changed(record, "wrong", others, f"{todo}, and nothing beside it."), there.ttl
    return record, there.ttl


def _changed(record: WatchedRecord, state: RecordState, seen: str, todo: str) -> WatchedRecord:
    return msgspec.structs.replace(record, state=state, seen=seen, todo=todo)


def _remembered(answer: Answer) -> str:
    return ", as a resolver remembers it" if answer.remembered else ""
