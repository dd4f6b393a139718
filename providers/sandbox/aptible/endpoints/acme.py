"""Managed TLS: whether DNS lets Let's Encrypt issue a certificate, asked of the sandbox's DNS."""

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype

from providers.sandbox.aptible.endpoints.dns import DnsServer
from providers.sandbox.aptible.records import Vhost
from providers.sandbox.aptible.shapes.endpoints import acme_configuration

WEEK = 7 * 24 * 3600.0
MOST_IN_A_WEEK = 5
"""Certificates for the same set of names (Let's Encrypt, rate limits)."""

SECONDS = 2.0


class Acme:
    """Checks challenges."""

    def __init__(self, names: DnsServer) -> None:
        self._names = names
        self._issued: list[tuple[str, float]] = []

    async def refusal(self, vhost: Vhost, now: float) -> str | None:
        """Why no certificate can be issued now; None: it is issued, and counts.

        One good challenge is enough. A TXT record beside the CNAME breaks the one over DNS.
        """
        said = acme_configuration(vhost)
        if said is None:
            return "the endpoint has no domain to make a certificate for"
        domain = said["names"][0]
        reasons: list[str] = []
        for challenge in said["challenges"]:
            reason = await self._wrong(challenge["method"], challenge["from"]["name"], challenge["to"])
            if reason is None:
                return self._counted(domain, now)
            reasons.append(f"{challenge['method']}: {reason}")
        return "; ".join(reasons)

    def _counted(self, domain: str, now: float) -> str | None:
        recent = [when for name, when in self._issued if name == domain and now - when < WEEK]
        if len(recent) >= MOST_IN_A_WEEK:
            return (
                f"urn:ietf:params:acme:error:rateLimited: too many certificates ({MOST_IN_A_WEEK}) already "
                f"issued for this exact set of identifiers in the last 168h0m0s: {domain}"
            )
        self._issued.append((domain, now))
        return None

    async def _wrong(self, method: str, name: str, to: list[dict[str, str]]) -> str | None:
        wanted = to[0]["name"]
        found = await self._ask(name, "CNAME")
        if isinstance(found, str):
            return found
        if method == "dns01" and (texts := await self._ask(name, "TXT")) and isinstance(texts, list):
            return f"{name} has TXT records of its own ({len(texts)}); remove them"
        if found != [wanted]:
            here = f"points to {found[0]}" if found else "has no CNAME"
            return f"{name} {here}, not to {wanted}"
        return None

    async def _ask(self, name: str, kind: str) -> list[str] | str:
        """The values of a name, empty when there are none; a text when DNS fails."""
        query = dns.message.make_query(name, kind)
        try:
            answer, _ = await dns.asyncquery.udp_with_fallback(
                query, "127.0.0.1", timeout=SECONDS, port=self._names.port
            )
        except (dns.exception.DNSException, OSError) as error:
            return f"DNS does not answer for {name} ({type(error).__name__})"
        if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            return f"DNS problem: {dns.rcode.to_text(answer.rcode())} looking up {kind} for {name}"
        wanted = dns.rdatatype.from_text(kind)
        rows = [row for row in answer.answer if row.rdtype == wanted]
        return [item.to_text().strip('"').rstrip(".").lower() for row in rows for item in row]
