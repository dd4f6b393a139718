"""Addresses of capsules: the default one, and custom domains with certificates that the vendor makes by
itself.

A root domain gets A records, a subdomain a CNAME to the capsule's own host (skill). Which words its status
has for a certificate is not documented: one that says that it is there is taken for `ready`, any other is
told as it is.
"""

import re
from typing import Any

from providers.code_capsules.answers import CapsuleAnswer, DomainAnswer, DomainsAnswer
from providers.code_capsules.creation import created
from providers.code_capsules.failures import Missing
from providers.code_capsules.paths import DOMAINS, filled
from providers.code_capsules.places import Place, Places
from wizard.model.trouble import Trouble
from wizard.ports import DomainEndpoint, Environment, Log, TargetService

_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_ADDRESS = re.compile(r"[0-9a-f.:]{2,45}", re.IGNORECASE)

_THERE = ("active", "ready", "issued", "valid", "secured", "verified", "success", "succeeded", "true")


class WebAddresses:
    """Web addresses of all capsules."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def host(self, capsule_id: str, name: str) -> str:
        """The default host of a capsule, without a scheme; empty while there is none."""
        place = await self._places.of_capsule(capsule_id)
        return _host((await _read(place, capsule_id, name)).host)

    def bare(self, told: str) -> str:
        """A host with its port, of what may have a scheme; empty for what is none."""
        host, colon, port = re.sub(r"^https?://", "", told, flags=re.IGNORECASE).rstrip("/").partition(":")
        good = _host(host) and (not colon or re.fullmatch(r"[0-9]{1,5}", port))
        return f"{_host(host)}{colon}{port}" if good else ""

    async def find(self, environment: Environment, hostname: str) -> DomainEndpoint | None:
        """The domain, whichever capsule of the Space has it."""
        place = await self._places.of(environment.id)
        for capsule in await self._places.capsules(environment):
            if not _has_domains(capsule):
                continue
            found = await _read(place, capsule.id, capsule.name)
            for one in found.domains or ():
                if _same(one.hostname, hostname):
                    return domain(one, found, capsule.id)
        return None

    async def create(
        self, environment: Environment, service: TargetService, hostname: str, log: Log
    ) -> DomainEndpoint:
        """Give the domain to the capsule, or go on with what is there.

        Raises:
            Trouble: another capsule of the Space has it; or a limit of the vendor's is reached.
        """
        place = await self._places.of(environment.id)

        async def look() -> DomainEndpoint | None:
            return await self.find(environment, hostname)

        found = await look()
        if found is None:
            what = f"add the domain {hostname} to the capsule for {service.type}"
            log(f"Adding the domain {hostname}.")

            async def post() -> None:
                path = filled(DOMAINS, capsule=service.id)
                await place.api.post(path, {"hostname": hostname}, object, what=what)

            found = await created(self._places.patience, self._places.notes, post, look, what)
        if found.service_id != service.id:
            raise Trouble(
                f"{hostname} belongs to another capsule of this Space at Code Capsules.",
                untouched="It stays there: a domain can belong to one capsule only.",
                remedy="Remove it there in the dashboard, or change the domain by hand (map).",
                code="domain-elsewhere",
            )
        return found

    async def again(self, there: DomainEndpoint) -> DomainEndpoint:
        """The domain as it is now; nobody can ask for a certificate, the vendor makes it by itself."""
        place = await self._places.of_capsule(there.service_id)
        found = await _read(place, there.service_id, there.hostname)
        for one in found.domains or ():
            if str(one.id) == there.id or _same(one.hostname, there.hostname):
                return domain(one, found, there.service_id)
        raise Missing(
            f"{there.hostname} does not belong to the capsule any more at Code Capsules.",
            remedy="Look in the dashboard who removed it, then try again.",
            code="not-found",
        )


async def _read(place: Place, capsule_id: str, name: str) -> DomainsAnswer:
    path = filled(DOMAINS, capsule=capsule_id)
    return await place.api.get(path, DomainsAnswer, what=f"the domains of {name}")


def domain(one: DomainAnswer, of: DomainsAnswer, capsule_id: str) -> DomainEndpoint:
    """An answer in the wizard's words."""
    state = _words(one.status)
    return DomainEndpoint(
        id=str(one.id),
        service_id=capsule_id,
        hostname=(one.hostname or "").rstrip(".").lower(),
        state="provisioned",
        dns_target=_host(of.host),
        certificate="ready" if _is_there(one.status) else state or "pending",
        addresses=tuple(one for one in of.addresses or () if _ADDRESS.fullmatch(one)),
    )


def _has_domains(capsule: CapsuleAnswer) -> bool:
    return not capsule.data_type and capsule.type.lower() != "data"


def _same(one: str | None, other: str) -> bool:
    return (one or "").lower().rstrip(".") == other.lower().rstrip(".")


def _words(status: Any) -> str:
    """A status as text, whichever shape it has: what a person is told of it."""
    if isinstance(status, dict):
        return ", ".join(word for word in map(_words, status.values()) if word)[:200]
    return str(status).lower() if isinstance(status, str | bool) else ""


def _is_there(status: Any) -> bool:
    """Whether a status says that the certificate is there: a word, or what it has to say of SSL."""
    if isinstance(status, dict):
        told = [value for key, value in status.items() if re.search(r"ssl|tls|cert", str(key), re.IGNORECASE)]
        return any(_is_there(value) for value in told or status.values())
    return _words(status) in _THERE


def _host(name: str | None) -> str:
    """A host name without its last dot; what is none is not shown to a person to be put into DNS. The
    vendor's own variable has it without a scheme, and nobody says that this field always has."""
    bare = re.sub(r"^https?://", "", name or "", flags=re.IGNORECASE).rstrip("/.")
    return bare.lower() if _HOST.fullmatch(bare) else ""
