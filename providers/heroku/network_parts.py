"""How an app is reached and where it sends things: Heroku's answers put into nouns, without their secrets.

Addresses of drains and webhooks carry tokens, so only their scheme, host and port are kept. Certificates come
with their whole chain, which is dropped here.
"""

import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from providers.heroku.fields import flag, name_or_text, text, texts
from wizard.model.network import Certificate, Domain, Drain, TelemetryDrain, Webhook
from wizard.model.secret import Secret


def without_secrets(url: str) -> str:
    """Scheme, host and port of an address. The whole of it is known as a secret from now on."""
    if url:
        Secret(url, "address of a drain or webhook")
    try:
        # gRPC's addresses have no scheme ("otel.example:4317").
        parts = urllib.parse.urlsplit(url if "://" in url else f"//{url}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "an address that is no URL"
    if not host:
        return "an address that is no URL"
    scheme = f"{parts.scheme}://" if parts.scheme else ""
    return f"{scheme}{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"


def domain(row: Any) -> Domain:
    """`acm_status_reason` and `sni_endpoint` are null where there is nothing to say."""
    return Domain(
        hostname=text(row, "hostname"),
        kind=text(row, "kind"),
        cname=text(row, "cname") or None,
        acm_status=text(row, "acm_status") or None,
        acm_reason=text(row, "acm_status_reason"),
        status=text(row, "status"),
        certificate=name_or_text(row, "sni_endpoint") or None,
    )


def certificate(row: Any) -> Certificate:
    """An SNI endpoint; its `domains` are ids still, see `with_acm`."""
    said = row.get("ssl_cert") if isinstance(row, dict) else None
    return Certificate(
        id=text(row, "id"),
        name=text(row, "name") or text(row, "display_name"),
        # Heroku's CLI tells ACM from own certificates by this field; it is in no published schema.
        managed=flag(said, "acm"),
        issuer=text(said, "issuer"),
        names=texts(said, "cert_domains"),
        domains=_domains_of(row),
        starts_at=text(said, "starts_at") or None,
        expires_at=text(said, "expires_at") or None,
        self_signed=flag(said, "self_signed?"),
    )


def tells_acm(row: Any) -> bool:
    """Whether an SNI endpoint says by itself if Heroku manages it."""
    said = row.get("ssl_cert") if isinstance(row, dict) else None
    return isinstance(said, dict) and isinstance(said.get("acm"), bool)


def with_acm(
    one: Certificate, told: bool, domains: Iterable[Domain], names: Mapping[str, str]
) -> Certificate:
    """A certificate with host names for `domains` (Heroku gives ids of domains, or names; `names` are host
    names by id). Unless `managed` was `told`, it is where each of these has a state of ACM and Let's Encrypt
    signed it, as it does for Heroku's ACM."""
    by_host = {each.hostname: each for each in domains}
    hosts = tuple(names.get(mark) or mark for mark in one.domains)
    acm = bool(hosts) and all(host in by_host and by_host[host].acm_status for host in hosts)
    likely = not told and acm and "let's encrypt" in one.issuer.lower()
    return replace(one, domains=hosts, managed=one.managed or likely)


def drain(row: Any) -> Drain:
    """A log drain. Its `token` stays on Heroku."""
    return Drain(
        id=text(row, "id"),
        address=without_secrets(text(row, "url")),
        add_on_id=text(row, "addon", "id") or None,
    )


def telemetry(row: Any) -> TelemetryDrain:
    """A telemetry drain; the headers of its exporter are secrets and are not kept."""
    owner = text(row, "owner", "type")
    return TelemetryDrain(
        id=text(row, "id"),
        address=without_secrets(text(row, "exporter", "endpoint")),
        signals=texts(row, "signals"),
        transport={"otlphttp": "http", "otlp": "gRPC"}.get(text(row, "exporter", "type"), ""),
        owner=owner or "app",
    )


def webhook(row: Any) -> Webhook:
    """A webhook; Heroku never tells its secret."""
    return Webhook(
        id=text(row, "id"),
        address=without_secrets(text(row, "url")),
        include=texts(row, "include"),
        level=text(row, "level"),
    )


def _domains_of(row: Any) -> tuple[str, ...]:
    """Ids or names: the list holds texts, or objects with an id."""
    found = row.get("domains") if isinstance(row, dict) else None
    if not isinstance(found, list):
        return ()
    marks = (one if isinstance(one, str) else text(one, "hostname") or text(one, "id") for one in found)
    return tuple(mark for mark in marks if mark)
