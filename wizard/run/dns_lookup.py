"""Asking DNS what is true now: the servers of a zone themselves, so that no cache answers for them.

Where they are not reached (many networks let port 53 out to their own resolver only), the resolver of this
machine is asked, and the answer says that it may be old. Nothing is guessed: no answer is a `problem`.
"""

import asyncio
import time
from dataclasses import dataclass

import dns.asyncquery
import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from wizard.model.text import clean
from wizard.model.trouble import Trouble

PORT = 53

SECONDS = 3.0
"""For one answer of one server."""

SERVERS = 3
"""So many servers of a zone are asked before it counts as silent."""

ZONE_KEPT = 600.0
"""Seconds for which the servers of a zone are taken for the same."""

HOPS = 8
"""So many CNAMEs are followed."""


@dataclass(frozen=True)
class Answer:
    """Records of the name itself, not of what it is an alias for. `problem` says why there is no answer;
    `remembered` that it came from a resolver, which may keep what was true before."""

    records: tuple[str, ...] = ()
    alias: str = ""
    ttl: int | None = None
    problem: str = ""
    remembered: bool = False


@dataclass(frozen=True)
class Chain:
    """A name with all that it is an alias for, in order; the last is none."""

    names: tuple[str, ...]
    ttl: int | None = None
    problem: str = ""


class Names:
    """Looks names up. `server` ("127.0.0.1:5353") is asked instead of all others where one is given."""

    def __init__(self, server: str = "", *, seconds: float = SECONDS) -> None:
        self._server = _address(server) if server else None
        self._seconds = seconds
        self._zones: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._turn = 0

    async def ask(self, name: str, kind: str) -> Answer:
        """The records of one type ("CNAME", "TXT", "CAA", "A") that a name has now."""
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return Answer(problem=f"{clean(name)} is no name that DNS knows")
        if self._server is not None:
            host, port = self._server
            return await self._question(asked, kind, [host], port, recursive=True)
        servers = list(await self._servers(asked))
        # Another first each time: several looks in a row see what all of them say.
        self._turn += 1
        first = self._turn % len(servers) if servers else 0
        found = await self._question(asked, kind, [*servers[first:], *servers[:first]], PORT, recursive=False)
        if found.problem:
            found = await self._by_resolver(asked, kind, found.problem)
        return found

    async def chain(self, name: str) -> Chain:
        """Follow the aliases of a name."""
        names, ttl = [name], None
        while len(names) <= HOPS:
            found = await self.ask(names[-1], "CNAME")
            if found.problem:
                return Chain(tuple(names), ttl, found.problem)
            if not found.alias:
                return Chain(tuple(names), ttl)
            ttl = found.ttl if ttl is None else ttl
            if found.alias in names:
                return Chain(tuple(names), ttl, f"{names[-1]} is an alias for {found.alias}, in a circle")
            names.append(found.alias)
        return Chain(tuple(names), ttl, f"more than {HOPS} aliases follow one another")

    async def addresses(self, name: str) -> Answer:
        """All IPv4 and IPv6 addresses that a name leads to in the end."""
        chain = await self.chain(name)
        if chain.problem:
            return Answer(problem=chain.problem)
        four, six = await asyncio.gather(self.ask(chain.names[-1], "A"), self.ask(chain.names[-1], "AAAA"))
        records = (*four.records, *six.records)
        problem = "" if records else four.problem or six.problem
        return Answer(records=records, ttl=four.ttl or six.ttl, problem=problem)

    async def has_zone(self, name: str) -> bool:
        """Whether a zone begins at that name: no CNAME may stand there."""
        return bool((await self.ask(name, "SOA")).records)

    async def _question(
        self, name: dns.name.Name, kind: str, servers: list[str], port: int, *, recursive: bool
    ) -> Answer:
        """Ask one server after the other until one answers."""
        problem = f"no server of the zone of {_plain(name)} is known"
        for server in servers[:SERVERS]:
            query = dns.message.make_query(name, kind)
            if not recursive:
                query.flags &= ~dns.flags.RD
            try:
                response, _ = await dns.asyncquery.udp_with_fallback(
                    query, server, timeout=self._seconds, port=port, ignore_unexpected=True
                )
            except (dns.exception.DNSException, OSError, EOFError) as error:
                silent = isinstance(error, dns.exception.Timeout)
                how = "does not answer" if silent else f"cannot be asked ({type(error).__name__})"
                problem = f"the DNS of {_plain(name)} {how}"
                continue
            if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                code = dns.rcode.to_text(response.rcode())
                problem = f"the DNS of {_plain(name)} answers {code} when asked for {kind}"
                continue
            return _read(response, name, kind)
        return Answer(problem=problem)

    async def _servers(self, name: dns.name.Name) -> tuple[str, ...]:
        """Addresses of the servers that have the zone of a name; none where nobody tells."""

        async def find() -> tuple[str, ...]:
            resolver = dns.asyncresolver.Resolver()
            resolver.lifetime = self._seconds * 2
            zone = await dns.asyncresolver.zone_for_name(name, resolver=resolver)
            found: list[str] = []
            for server in await resolver.resolve(zone, "NS"):
                answer = await resolver.resolve(server.target, "A", raise_on_no_answer=False)
                found += [str(row.address) for row in answer.rrset or ()]
                if len(found) >= SERVERS:
                    break
            return tuple(found)

        # By the whole name: a zone may begin at any of them, and the one above does not answer for it.
        key = _plain(name)
        known = self._zones.get(key)
        if known is None or time.monotonic() - known[0] > ZONE_KEPT:
            try:
                servers = await find()
            except (dns.exception.DNSException, OSError):
                return ()
            self._zones[key] = known = (time.monotonic(), servers)
        return known[1]

    async def _by_resolver(self, name: dns.name.Name, kind: str, before: str) -> Answer:
        try:
            addresses = [str(one) for one in dns.asyncresolver.Resolver().nameservers]
        except (dns.exception.DNSException, OSError):
            return Answer(problem=f"{before}, and this machine names no resolver")
        found = await self._question(name, kind, addresses, PORT, recursive=True)
        return Answer(found.records, found.alias, found.ttl, found.problem, remembered=True)


def same_name(one: str, other: str) -> bool:
    """Whether two names are one."""
    return one.rstrip(".").lower() == other.rstrip(".").lower()


def _read(response: dns.message.Message, name: dns.name.Name, kind: str) -> Answer:
    """What the answer says of the name itself."""
    alias, ttl = "", None
    records: tuple[str, ...] = ()
    wanted = dns.rdatatype.from_text(kind)
    for row in response.answer:
        if row.name != name:
            continue
        if row.rdtype == dns.rdatatype.CNAME:
            alias, ttl = _plain(next(iter(row)).target), int(row.ttl)
        elif row.rdtype == wanted:
            records, ttl = tuple(sorted(clean(item.to_text()) for item in row)), int(row.ttl)
    return Answer(records, alias, ttl)


def _plain(name: dns.name.Name) -> str:
    return clean(name.to_text(omit_final_dot=True)).lower()


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit():
        raise Trouble(
            "The DNS server that is to be asked is not usable.",
            remedy="Give it as address:port, or leave it out: then the servers of each zone are asked.",
            code="bad-address",
        )
    return host.strip("[]"), int(port)
