"""Custom domains: how many a capsule may have, and whether DNS leads there."""

import time

import dns.asyncquery
import dns.exception
import dns.message
import dns.rdatatype

from providers.sandbox.aptible.endpoints.dns import DnsServer
from providers.sandbox.code_capsules.http import ApiError
from providers.sandbox.code_capsules.records import Capsule, Domain
from providers.sandbox.code_capsules.world import INGRESS, World

MOST_SUBDOMAINS = 5
CERTIFICATE = 2.0
"""Seconds from when DNS is right until the certificate is there, before `pace`."""

_PUBLIC = ("co.uk", "org.uk", "co.za", "com.au", "co.nz")
_PATIENCE = 2.0


class Domains:
    """Adds and judges domains. `status` of one is "Pending", "Issuing", or "Active" with its certificate."""

    def __init__(self, world: World, names: DnsServer, pace: float) -> None:
        self._world = world
        self._names = names
        self._pace = pace

    def add(self, capsule: Capsule, hostname: str) -> Domain:
        """Raises ApiError: one root domain a capsule, at most five subdomains, no wildcard, nobody else's."""
        name = hostname.strip().rstrip(".").lower()
        if "*" in name:
            raise ApiError(422, "Wildcard domains are not supported")
        if "." not in name or "/" in name or " " in name:
            raise ApiError(422, "The request body is invalid: hostname must be a host name")
        for other in self._world.capsules.values():
            if any(domain.hostname == name for domain in other.domains):
                raise ApiError(409, "Domain is already in use")
        root = is_root(name)
        like = [domain for domain in capsule.domains if domain.root == root]
        if root and like:
            raise ApiError(400, "A capsule can have only one root domain")
        if not root and len(like) >= MOST_SUBDOMAINS:
            raise ApiError(400, f"A capsule can have at most {MOST_SUBDOMAINS} subdomains")
        domain = Domain(name, root)
        capsule.domains.append(domain)
        return domain

    async def status(self, domain: Domain) -> str:
        """Looks at DNS now."""
        # The ingress tells capsules apart by name, so any way that ends at its addresses is right.
        addresses = await self._addresses(domain.hostname)
        if not addresses or not set(addresses) <= set(INGRESS):
            domain.right_since = None
            return "Pending"
        if domain.right_since is None:
            domain.right_since = time.monotonic()
        ready = time.monotonic() - domain.right_since >= CERTIFICATE * self._pace
        return "Active" if ready else "Issuing"

    async def _addresses(self, name: str) -> list[str]:
        """Where a name leads in the end, through CNAMEs too; empty when DNS does not say."""
        query = dns.message.make_query(name, "A")
        try:
            said, _ = await dns.asyncquery.udp_with_fallback(
                query, "127.0.0.1", timeout=_PATIENCE, port=self._names.port
            )
        except (dns.exception.DNSException, OSError):
            return []
        rows = [row for row in said.answer if row.rdtype == dns.rdatatype.A]
        return [item.to_text() for row in rows for item in row]


def is_root(name: str) -> bool:
    """Whether a host name has no subdomain."""
    own = name.count(".") - (1 if name.endswith(tuple(f".{suffix}" for suffix in _PUBLIC)) else 0)
    return own == 1
